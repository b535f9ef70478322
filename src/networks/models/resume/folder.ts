import { mkdir, readdir, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { SteepestError } from '../../../core/errors.js';
import { showPath, systemHint, systemReason } from '../../../core/systemErrors.js';
import { flushFolder } from '../../../io/atomicWrite.js';

/**
 * The files of a fit with `resume`: checkpoints named after the optimizer step, and the result of a
 * fit that has finished. Other files in the folder are left alone.
 */

const CHECKPOINT = /^checkpoint-(\d{12,15})\.safetensors$/;
/** Digits of a step, so that names sort by it. */
const DIGITS = 12;

export const checkpointPath = (folder: string, step: number): string =>
  join(folder, `checkpoint-${String(step).padStart(DIGITS, '0')}.safetensors`);

export const resultPath = (folder: string): string => join(folder, 'result.safetensors');

function folderError(folder: string, error: unknown): SteepestError {
  const isFile = (error as { code?: unknown }).code === 'EEXIST';
  return new SteepestError(
    'ERR_MODEL_FILE',
    {
      expected: `a folder for checkpoints at ${showPath(folder)}`,
      given: isFile ? 'a file' : systemReason(error),
      hint: isFile ? 'Name a folder.' : systemHint(error, 'write', 'Check the path.'),
    },
    { cause: error },
  );
}

/** Makes a folder, with those above it, so that a power failure does not lose it again. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    const first = await mkdir(folder, { recursive: true });
    if (first === undefined) return;
    const above = dirname(resolve(first));
    for (let made = dirname(resolve(folder)); ; made = dirname(made)) {
      await flushFolder(made);
      if (made === above || made === dirname(made)) return;
    }
  } catch (error) {
    throw folderError(folder, error);
  }
}

/** The steps of the checkpoints in a folder, the newest first. */
export async function listSteps(folder: string): Promise<number[]> {
  try {
    const names = await readdir(folder);
    const steps = names.flatMap((name) => CHECKPOINT.exec(name)?.[1] ?? []).map(Number);
    return steps.sort((a, b) => b - a);
  } catch (error) {
    throw folderError(folder, error);
  }
}

/**
 * Deletes all checkpoints up to a step but the newest of them. Those of later steps were damaged, or
 * could not be read. It never fails: they only take room.
 */
export async function keepNewest(folder: string, step: number, count: number): Promise<void> {
  const listed = await listSteps(folder).catch(() => []);
  const steps = listed.filter((one) => one <= step);
  for (const step of steps.slice(count)) await unlink(checkpointPath(folder, step)).catch(() => undefined);
}
