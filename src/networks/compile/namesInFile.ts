import { SteepestError } from '../../core/errors.js';

/**
 * Names that a file's header has room for, frozen.
 * @param what what they name: `classes`
 * @param most bytes that all of them may take
 * @throws SteepestError `ERR_ARGUMENT` for more bytes
 */
export function namesInFile(
  what: string,
  names: readonly string[],
  most: number,
  hint: string,
): readonly string[] {
  // Twice, as the description of a model is text within a text.
  const bytes = Buffer.byteLength(JSON.stringify(JSON.stringify(names)));
  if (bytes <= most) return Object.freeze(names);
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `names of ${what} of at most ${most} bytes together`,
    given: `${bytes}`,
    hint,
  });
}
