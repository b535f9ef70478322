import { SteepestError } from '../../core/errors.js';
import { localPath } from '../../core/localPath.js';
import { show } from '../../core/show.js';
import { writeFileAtomic } from '../atomicWrite.js';

/**
 * The name of a graph, as a user gives it.
 * @param example another one, for the error
 * @throws SteepestError `ERR_ARGUMENT` unless it is text
 */
export function checkGraphName(name: unknown, example: string): string {
  if (typeof name === 'string' && name !== '') return name;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'name to be text, not empty',
    given: show(name),
    hint: `Write name: '${example}'.`,
  });
}

/**
 * Writes an ONNX file, atomically.
 * @param encode makes its bytes, once the path is known to be one
 */
export async function saveOnnxFile(path: string | URL, encode: () => Uint8Array): Promise<void> {
  const file = localPath('the file to save to', path);
  await writeFileAtomic(file, encode());
}
