import { SteepestError } from '../../../core/errors.js';
import { modelFileError } from '../../../io/modelFile.js';

/** @throws SteepestError `ERR_ARGUMENT`: the model cannot be written in this format */
export function refuseWriting(expected: string, given: string, hint: string): never {
  throw new SteepestError('ERR_ARGUMENT', { expected, given, hint });
}

/** @throws SteepestError `ERR_MODEL_FILE`: the file has something that this package has not */
export function refuseReading(expected: string, given: string, hint: string): never {
  throw modelFileError(expected, given, hint);
}

/** The hint for what cannot be read. */
export const HINT_READING =
  'Change the model in the program that made it, or make it here and call setWeights(arrays).';
