import { SteepestError } from '../../core/errors.js';

/** @throws SteepestError `ERR_MODEL_FILE` for a file that is damaged or no ONNX file */
export function damaged(expected: string, given: string): never {
  return refused(
    expected,
    given,
    'The file is damaged, incomplete or not an ONNX model: copy or export it again.',
  );
}

/** @throws SteepestError `ERR_MODEL_FILE` for a valid file with something that is not read here */
export function refused(expected: string, given: string, hint: string): never {
  throw new SteepestError('ERR_MODEL_FILE', { expected, given, hint });
}
