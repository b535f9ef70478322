/** Files that a training writes: checked before it begins, so that no work is lost. */

import { access, constants, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { SteepestError } from '../../core/errors.js';
import { showPath, systemCode, systemHint, systemReason } from '../../core/systemErrors.js';
import { foreignKind } from '../../io/fileKind.js';
import { startOfFile } from '../../io/startOfFile.js';
import { findTarget } from '../../io/writeTarget.js';

/** Enough to tell a model from another file. */
const LOOKED_AT = 2 ** 12;

/**
 * @returns whether a file is there, which will be replaced
 * @throws SteepestError `ERR_MODEL_FILE` for a path that cannot be written, or another kind of file
 *   than a model
 */
export async function checkModelPath(path: string): Promise<boolean> {
  const isThere = await checkPath(path);
  if (!isThere) return false;
  const kind = foreignKind(await startOfFile(path, LOOKED_AT));
  if (kind === undefined || kind.words === 'an empty file') return true;
  throw new SteepestError('ERR_MODEL_FILE', {
    expected: `${showPath(path)} to be a model, which --out replaces, or no file`,
    given: kind.words,
    hint: 'Choose another name for --out.',
  });
}

/** The same for a page. */
export async function checkReportPath(path: string): Promise<boolean> {
  const isThere = await checkPath(path);
  if (!isThere || /^\s*<(!doctype|html)/i.test((await startOfFile(path, LOOKED_AT)).toString('latin1')))
    return isThere;
  throw new SteepestError('ERR_MODEL_FILE', {
    expected: `${showPath(path)} to be a page, which --report replaces, or no file`,
    given: 'another file',
    hint: 'Choose another name for --report.',
  });
}

async function checkPath(path: string): Promise<boolean> {
  try {
    const target = await findTarget(path, { access, readlink, realpath, stat });
    if (target.kind !== 'replace') return false;
    await access(dirname(target.path), constants.W_OK);
    return target.old !== undefined && (await stat(target.path)).size > 0;
  } catch (error) {
    if (error instanceof SteepestError) throw error;
    const isAbsent = systemCode(error) === 'ENOENT';
    throw new SteepestError(
      'ERR_MODEL_FILE',
      {
        expected: `a path that can be written, ${showPath(path)}`,
        given: systemReason(error),
        hint: isAbsent
          ? `Make the folder first: ${showPath(dirname(resolve(path)))}.`
          : systemHint(error, 'write', 'Choose another path.'),
      },
      { cause: error },
    );
  }
}
