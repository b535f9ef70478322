import { checkBoolean, checkKeys } from '../core/check.js';
import type { Aliases } from '../core/nearest.js';

/** What others call our options; other spellings of a name need no entry. */
const ALIASES: Aliases = {
  weights: 'sampleWeight',
  sampleWeights: 'sampleWeight',
  weight: 'sampleWeight',
  normalise: 'normalize',
  classes: 'labels',
  positive: 'posLabel',
};

/**
 * Options of a score: an object without keys that nothing would read.
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`
 */
export function checkScoreOptions(score: string, options: object, known: readonly string[]): void {
  checkKeys(`options of ${score}`, options, ['sampleWeight', ...known], ALIASES);
}

/** A flag, or what it is where it is left out. @throws SteepestError `ERR_ARGUMENT` */
export function readFlag(name: string, given: unknown, otherwise: boolean): boolean {
  return given === undefined ? otherwise : checkBoolean(name, given);
}
