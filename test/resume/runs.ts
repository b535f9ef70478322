import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Batch,
  type CallbackContext,
  type FitOptions,
  type FitResult,
  layers,
  type Sequential,
  sequential,
} from 'steepest';
import { afterAll } from 'vitest';
import { randomNumbers, randomRows } from '../support/random.js';

/** Fits for tests of resuming: models, data, and photographs of folders. */

export const ROWS = 150;
const next = randomNumbers(17);
export const x = randomRows(ROWS, 3, next);
export const y = x.map((row) => [row[0]! * row[1]! + row[2]!]);

/** Dropout, statistics of batches and moments: everything that training changes. */
export function build(seed = 4): Sequential {
  const model = sequential({
    seed,
    layers: [
      layers.dense({ units: 8, activation: 'tanh', inputShape: [3] }),
      layers.batchNorm(),
      layers.dropout({ rate: 0.25 }),
      layers.dense({ units: 1 }),
    ],
  });
  return model.compile({ optimizer: 'adam', loss: 'meanSquaredError', metrics: ['mae'] });
}

/** Batches of the rows, of changing sizes, as often as they are asked for. */
export async function* batches(rows = x, targets = y): AsyncGenerator<Batch> {
  for (let at = 0, i = 0; at < rows.length; i++) {
    const end = at + [7, 1, 20][i % 3]!;
    yield { x: rows.slice(at, end), y: targets.slice(at, end) };
    at = end;
  }
}

const made: string[] = [];
afterAll(async () => {
  for (const folder of made) await rm(folder, { recursive: true, force: true });
});

export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'steepest-resume-'));
  made.push(folder);
  return folder;
}

/** A hash of everything that a model is: of what `save` writes. */
export async function bytesOf(model: Sequential): Promise<string> {
  const path = join(await newFolder(), 'model.safetensors');
  await model.save(path);
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

export const checkpointsIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith('checkpoint-'))
    .sort();

/**
 * Copies a folder in which a checkpoint may be written at the same time. A file that was listed and
 * has got its final name, or was deleted, before its turn came would be missing under either name
 * in the copy, so the copy begins again.
 */
function copyFolder(from: string, to: string): void {
  for (;;) {
    try {
      cpSync(from, to, { recursive: true });
      return;
    } catch (error) {
      rmSync(to, { recursive: true, force: true });
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || !existsSync(from)) throw error;
    }
  }
}

/**
 * A callback that copies a folder as it is at some moments: what a process that is killed there
 * leaves behind.
 */
export function photographer(folder: string, isMoment: (context: CallbackContext) => boolean) {
  const photos: string[] = [];
  const look = (context: CallbackContext): void => {
    if (!isMoment(context) || !existsSync(folder)) return;
    const copy = `${folder}-${photos.length}`;
    copyFolder(folder, copy);
    made.push(copy);
    photos.push(copy);
  };
  return { photos, callback: { name: 'photographer', onBatchEnd: look, onEpochEnd: look } };
}

/** A few of many, the first and the last among them. */
export const some = <T>(items: readonly T[], count = 4): T[] =>
  Array.from(
    { length: Math.min(count, items.length) },
    (_, i, all = items.length - 1) => items[Math.round((i * all) / (count - 1))]!,
  );

/** In the place of a photographer: it has its name and does nothing. */
export const nobody = { name: 'photographer', onBatchEnd: () => {}, onEpochEnd: () => {} };

export interface Finished {
  bytes: string;
  result: FitResult;
}

export async function finished(
  train: (model: Sequential, options: Pick<FitOptions, 'callbacks'>) => Promise<FitResult>,
  callbacks: FitOptions['callbacks'] = nobody,
  model = build(),
): Promise<Finished> {
  const result = await train(model, { callbacks });
  return { bytes: await bytesOf(model), result };
}
