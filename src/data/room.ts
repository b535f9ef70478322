import { SteepestError } from '../core/errors.js';
import { memoryLimit } from '../core/memoryLimit.js';
import { showPath } from '../core/systemErrors.js';
import { bytesText } from '../core/units.js';

/**
 * Allocates an array for a file's content.
 * @param make throws a RangeError if the engine has no array of this size
 * @throws SteepestError `ERR_MEMORY` if this machine or the engine cannot hold it
 */
export function makeRoom<T>(path: string, byteLength: number, make: () => T): T {
  const limit = memoryLimit();
  if (byteLength > limit) throw noRoom(path, byteLength, `this machine's memory, ${bytesText(limit)}`);
  try {
    return make();
  } catch (error) {
    // Node.js 20 has arrays of up to 2³² − 1 elements.
    throw noRoom(path, byteLength, 'one array', error);
  }
}

function noRoom(path: string, byteLength: number, where: string, cause?: unknown): SteepestError {
  return new SteepestError(
    'ERR_MEMORY',
    {
      expected: `the contents of ${showPath(path)} to fit in ${where}`,
      given: bytesText(byteLength),
      hint: 'Write it as several files, and train on one after the other: fit takes a stream of batches.',
    },
    { cause },
  );
}
