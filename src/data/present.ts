import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../core/systemErrors.js';
import { systemError } from './fileErrors.js';

const ABSENT: readonly unknown[] = ['ENOENT', 'ENOTDIR'];

/**
 * The first of these files that exists in a folder; undefined if none does.
 * @throws SteepestError `ERR_DATA_FILE` for one that may exist but cannot be read: it must not be
 *   skipped
 */
export async function firstPresent(folder: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    const path = join(folder, name);
    try {
      await access(path);
      return path;
    } catch (error) {
      if (!ABSENT.includes(systemCode(error)))
        throw systemError(path, 'to be a file that can be read', error);
    }
  }
  return undefined;
}
