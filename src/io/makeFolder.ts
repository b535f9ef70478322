import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type ErrorCode, SteepestError } from '../core/errors.js';
import { showPath, systemCode, systemHint, systemReason } from '../core/systemErrors.js';

/**
 * Makes the folder that a file lies in, and the folders above it, where they do not exist.
 * @throws SteepestError with the system's error as its cause
 */
export async function makeFolderOf(
  path: string,
  code: Extract<ErrorCode, 'ERR_MODEL_FILE' | 'ERR_DATA_FILE'>,
): Promise<void> {
  const folder = dirname(resolve(path));
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    // The system reports this only if a file has the folder's name.
    const isTaken = systemCode(error) === 'EEXIST' || systemCode(error) === 'ENOTDIR';
    throw new SteepestError(
      code,
      {
        expected: `to make the folder ${showPath(folder)}`,
        given: systemReason(error),
        hint: isTaken
          ? 'A file has the name of this folder or of one above it: name another folder.'
          : systemHint(error, 'write', 'Name a folder that this user may write to.'),
      },
      { cause: error },
    );
  }
}
