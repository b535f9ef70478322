import type { CallbackMakers } from '#steepest/networks/callbacks/makers.js';
import type { Given } from '#steepest/networks/callbacks/options.js';
import type { CallbackName, OptionsOf } from '#steepest/networks/callbacks/table.js';

/** What users can write, and what the definition of a callback takes. */
type Written<N extends CallbackName> = NonNullable<Parameters<CallbackMakers[N]>[0]>;
type Defined<N extends CallbackName> = Given<OptionsOf<N>>;

/** Never if two types have the same keys, with the same values. */
type Difference<A, B> = [A, B] extends [B, A]
  ? Exclude<keyof A, keyof B> | Exclude<keyof B, keyof A>
  : 'other values';

type Differences = { [N in CallbackName]: Difference<Written<N>, Defined<N>> }[CallbackName];

/**
 * Nobody calls it: `npm run typecheck` fails if the options that are written out for users are not
 * those of the definitions.
 */
export const callbackOptionsAreWritten = (difference: Differences): never => difference;

/** The check itself finds what is missing, left over, and of another type. */
export const differencesAreFound: [
  Difference<{ a?: number }, { a?: number; b?: number }>,
  Difference<{ a?: number; b?: number }, { a?: number }>,
  Difference<{ a?: number }, { a?: string }>,
] = ['b', 'b', 'other values'];
