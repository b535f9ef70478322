import { checkBoolean, checkKeys } from '../core/check.js';
import type { Aliases } from '../core/nearest.js';

/** Names of our options in other libraries. Mere spelling variants need no entry. */
const ALIASES: Aliases = {
  weights: 'sampleWeight',
  sampleWeights: 'sampleWeight',
  weight: 'sampleWeight',
  normalise: 'normalize',
  classes: 'labels',
  positive: 'posLabel',
};

/**
 * Checks the options of a score: an object without unknown keys.
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`
 */
export function checkScoreOptions(score: string, options: object, known: readonly string[]): void {
  checkKeys(`options of ${score}`, options, ['sampleWeight', ...known], ALIASES);
}

/** Reads a flag, or returns its default. @throws SteepestError `ERR_ARGUMENT` */
export function readFlag(name: string, given: unknown, otherwise: boolean): boolean {
  return given === undefined ? otherwise : checkBoolean(name, given);
}
