/** Rows that are held out: for scores, and for the end of a network's training. */

import { SteepestError } from '../../core/errors.js';
import { inSlices } from '../../core/inParts.js';
import { nextTurn } from '../../core/nextTurn.js';
import { encodeClasses } from '../../estimators/base/labels.js';
import { KFold, StratifiedKFold } from '../../estimators/selection/folds.js';
import { splitCounts, splitting, splittingStratified } from '../../estimators/selection/splitRows.js';
import { type Dataset, labelsIn, type Task } from './dataset.js';

/** Positions of rows to learn from and of rows that are held out. */
export interface Split {
  train: Uint32Array;
  test: Uint32Array;
}

/**
 * A share of the rows, drawn by class if there are classes.
 * @throws SteepestError `ERR_ARGUMENT` if that leaves too few
 */
export async function splitOf(data: Dataset, task: Task, share: number, seed: number): Promise<Split> {
  const counts = splitCounts(data.rows, { testSize: share });
  if (task === 'regression') return inSlices(splitting(data.rows, counts, seed));
  const labels = encodeClasses('y', labelsIn(data));
  await nextTurn();
  return inSlices(splittingStratified(labels, counts, seed));
}

/** @throws SteepestError `ERR_ARGUMENT` for fewer rows of a class than folds */
export function foldsOf(data: Dataset, task: Task, folds: number, seed: number): Split[] {
  const options = { nSplits: folds, shuffle: true, seed };
  if (task === 'regression') return new KFold(options).split(data.rows);
  const labels = labelsIn(data);
  const counts = new Map<unknown, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const [rarest, count] = [...counts].reduce((least, one) => (one[1] < least[1] ? one : least));
  if (count < folds) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `every class in at least ${folds} rows, one for each fold of --cv ${folds}`,
      given: `${count} of class '${String(rarest)}'`,
      hint: 'Pass a smaller --cv, or merge rare classes.',
    });
  }
  return new StratifiedKFold(options).split(data.rows, labels);
}

/** Fewer rows are all for training. */
const LEAST_TO_STOP = 50;
const STOP_SHARE = 0.1;

/**
 * The same rows with a tenth of them at the end, drawn by class, by which training stops; or none
 * of few rows.
 */
export async function withStopRows(
  data: Dataset,
  task: Task,
  seed: number,
): Promise<{ order: Uint32Array; stop: number }> {
  if (data.rows < LEAST_TO_STOP) {
    return { order: Uint32Array.from({ length: data.rows }, (_, row) => row), stop: 0 };
  }
  // A class may have too few rows to be in both parts.
  const split =
    (await attempt(() => splitOf(data, task, STOP_SHARE, seed))) ??
    (await splitOf(data, 'regression', STOP_SHARE, seed));
  const order = new Uint32Array(data.rows);
  order.set(split.train);
  order.set(split.test, split.train.length);
  return { order, stop: split.test.length };
}

async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SteepestError) return undefined;
    throw error;
  }
}
