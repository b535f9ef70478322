import { checkKeys, checkOptions } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { type Aliases, isSameName } from '../../core/nearest.js';
import { show } from '../../core/show.js';

/** The options of a method, and the hints for unknown ones. */
export interface OptionNames {
  known: readonly string[];
  /** Names in other libraries, mapped to ours. */
  aliases: Aliases;
  /** Options that belong to another method, with a hint for each. */
  elsewhere: Readonly<Record<string, string>>;
  /** An example of correct code, for errors. */
  example: string;
}

/** Hints that several methods share. */
export const OPTIMIZER_OPTION =
  "It belongs to the optimizer: optimizer: { name: 'adam', learningRate: 0.01 }.";
export const TO_COMPILE = 'Pass it to compile().';
export const TO_FIT = 'Pass it to fit().';
export const TO_SEQUENTIAL = 'Pass it to sequential({ seed, layers, classes }).';
export const WEIGHTS_OF_STREAM = 'Put it into the batches: { x, y, sampleWeight }.';

/** Names in other libraries of options that most methods have. */
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
 * Refuses values that are not objects, and unknown options.
 * @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME`, with the closest option or the method
 *   where it belongs
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
