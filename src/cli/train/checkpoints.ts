/** The folder beside a model in which a training that is under way keeps its checkpoints. */

import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { SteepestError } from '../../core/errors.js';
import { showPath } from '../../core/systemErrors.js';

export const checkpointFolder = (out: string): string => `${out}.checkpoint`;

/**
 * What there is to go on from. A training that begins anew would destroy it, so that has to be
 * asked for.
 * @returns whether there are checkpoints
 * @throws SteepestError `ERR_RESUME` for checkpoints without --resume
 */
export function findCheckpoints(out: string, resume: boolean): boolean {
  const folder = checkpointFolder(out);
  const found = existsSync(folder);
  if (!found || resume) return found;
  throw new SteepestError('ERR_RESUME', {
    expected: `no checkpoint of an interrupted training in ${showPath(folder)}`,
    given: 'one',
    hint: 'Pass --resume to go on from it, or remove the folder to begin again.',
  });
}

/** Once the model is written. */
export const removeCheckpoints = (out: string): Promise<void> =>
  rm(checkpointFolder(out), { recursive: true, force: true });
