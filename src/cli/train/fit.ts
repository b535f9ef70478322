/** Fits and scores: once with held-out rows, or for each fold and then with all rows. */

import { join } from 'node:path';
import type { ModelInfo, ModelScore } from '../modelInfo.js';
import { overFolds } from '../scores.js';
import { type Dataset, type Problem, rowsOf } from './dataset.js';
import type { FitManner, Fitted, Learner } from './learner.js';
import type { TrainOptions } from './options.js';
import { scoresOf } from './score.js';
import { foldsOf, splitOf } from './split.js';

const USUAL_SHARE = 0.2;

/** How scores are made. */
export type Validation = ModelInfo['validation'];

export function validationOf({ test }: Problem, { valid, cv }: TrainOptions): Validation {
  if (cv !== undefined) return { kind: 'folds', folds: cv };
  if (valid === undefined && test !== undefined) return { kind: 'given' };
  return { kind: 'split', share: valid ?? USUAL_SHARE };
}

/** What a training results in. */
export interface Result {
  /** The model that is written. */
  fitted: Fitted;
  scores: readonly ModelScore[];
  rows: ModelInfo['rows'];
  /**
   * For the report: a model with the rows that it has learned from, and rows that it has not seen.
   */
  shown: { fitted: Fitted; train: Dataset; test: Dataset };
}

/** What a training needs to know. */
export interface Training {
  problem: Problem;
  learner: Learner;
  validation: Validation;
  seed: number;
  manner: FitManner;
  /** Called before each fit with what it is for. */
  begins(what: string): void;
}

/** The rows to learn from and to score with, or their folds: whatever can fail, fails here. */
export type Parts = { train: Dataset; test: Dataset } | { folds: { train: Dataset; test: Dataset }[] };

/** @throws SteepestError `ERR_ARGUMENT` for too few rows */
export function partsOf(problem: Problem, validation: Validation, seed: number): Parts {
  const { data, test, task } = problem;
  if (validation.kind === 'given') return { train: data, test: test! };
  const both = (split: { train: Uint32Array; test: Uint32Array }) => ({
    train: rowsOf(data, split.train),
    test: rowsOf(data, split.test),
  });
  if (validation.kind === 'split') return both(splitOf(data, task, validation.share, seed));
  const folds = foldsOf(data, task, validation.folds, seed);
  return { folds: folds.map(both) };
}

/** Each fit has a folder of its own for checkpoints, so that a finished one returns at once. */
const within = (manner: FitManner, name: string): FitManner => ({
  ...manner,
  folder: join(manner.folder, name),
});

export async function train(training: Training, parts: Parts): Promise<Result> {
  const { problem, learner, manner, begins } = training;
  const { dropped, data } = problem;
  if (!('folds' in parts)) {
    const { train: known, test } = parts;
    begins('');
    const fitted = await learner.fit(known, within(manner, 'fit'));
    const scores = await scoresOf(fitted, problem, test, known);
    const rows = { trained: known.rows, held: test.rows, dropped };
    return { fitted, scores, rows, shown: { fitted, train: known, test } };
  }
  const { folds } = parts;
  const scores: ModelScore[][] = [];
  let last: Fitted | undefined;
  for (const [i, fold] of folds.entries()) {
    begins(`fold ${i + 1} of ${folds.length}`);
    last = await learner.fit(fold.train, within(manner, `fold-${i + 1}`));
    scores.push(await scoresOf(last, problem, fold.test, fold.train));
  }
  begins('all rows');
  const fitted = await learner.fit(data, within(manner, 'all'));
  const rows = { trained: data.rows, held: 0, dropped };
  const shown = { fitted: last!, ...folds.at(-1)! };
  return { fitted, scores: overFolds(scores), rows, shown };
}
