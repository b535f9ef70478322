import { checkKeys, checkOptions } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { type Aliases, isSameName } from '../../core/nearest.js';
import { show } from '../../core/show.js';

/** The options that a method knows, and what to say of those that it does not know. */
export interface OptionNames {
  known: readonly string[];
  /** Names of other libraries to ours. */
  aliases: Aliases;
  /** Options that belong somewhere else, with the place. */
  elsewhere: Readonly<Record<string, string>>;
  /** What to write, for errors. */
  example: string;
}

/** Places that several methods send an option to. */
export const OPTIMIZER_OPTION =
  "It belongs to the optimizer: optimizer: { name: 'adam', learningRate: 0.01 }.";
export const TO_COMPILE = 'Pass it to compile().';
export const TO_FIT = 'Pass it to fit().';
export const TO_SEQUENTIAL = 'Pass it to sequential({ seed, layers }).';
export const WEIGHTS_OF_STREAM = 'Put it into the batches: { x, y, sampleWeight }.';

/** Names of other libraries for options that most methods have. */
export const RUN_ALIASES: Aliases = {
  batch: 'batchSize',
  nJobs: 'workers',
  threads: 'workers',
  numWorkers: 'workers',
  numThreads: 'workers',
  weights: 'sampleWeight',
  device: 'backend',
};

/**
 * Refuses what is no object, and options that nothing would read.
 * @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME`, with the option that was meant or the
 * place where it belongs
 */
export function checkOptionNames(
  what: string,
  given: unknown,
  { known, aliases, elsewhere, example }: OptionNames,
): void {
  for (const key of Object.keys(checkOptions(what, given, example))) {
    const place = known.includes(key)
      ? undefined
      : Object.keys(elsewhere).find((name) => isSameName(name, key));
    if (place === undefined) continue;
    throw new SteepestError('ERR_UNKNOWN_NAME', {
      expected: `${what} to have only ${known.join(', ')}`,
      given: show(key),
      hint: elsewhere[place] as string,
    });
  }
  checkKeys(what, given as object, known, aliases);
}
