/** Fits and scores: once with held-out rows, or for each fold and then with all rows. */

import { join } from 'node:path';
import type { Scores } from '../../report/scores/score.js';
import type { ModelInfo } from '../modelInfo.js';
import { type CommandScores, overFolds } from '../scores.js';
import { type Dataset, type Problem, rowsOf, type WholeProblem } from './dataset.js';
import type { FitManner, Fitted, Learner } from './learner.js';
import type { TrainOptions } from './options.js';
import { scoresOf } from './score.js';
import { foldsOf, type Split, splitOf } from './split.js';

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
  scores: CommandScores;
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

/** Rows to learn from, and rows to score with. */
interface Pair {
  train: Dataset;
  test: Dataset;
}

/**
 * The rows to learn from and to score with; or all rows, and the positions of each fold, since
 * copies of all folds would be as many times the table.
 */
export type Parts = Pair | { data: Dataset; folds: Split[] };

/**
 * Whatever can fail of a split, fails here.
 * @throws SteepestError `ERR_ARGUMENT` for too few rows
 */
export async function partsOf(problem: WholeProblem, validation: Validation, seed: number): Promise<Parts> {
  const { data, test, task } = problem;
  if (validation.kind === 'given') return { train: data, test: test! };
  if (validation.kind === 'split') return pairOf(data, await splitOf(data, task, validation.share, seed));
  return { data, folds: foldsOf(data, task, validation.folds, seed) };
}

const pairOf = async (data: Dataset, { train, test }: Split): Promise<Pair> => ({
  train: await rowsOf(data, train),
  test: await rowsOf(data, test),
});

/** Each fit has a folder of its own for checkpoints, so that a finished one returns at once. */
const within = (manner: FitManner, name: string): FitManner => ({
  ...manner,
  folder: join(manner.folder, name),
});

export async function train(training: Training, parts: Parts): Promise<Result> {
  const { problem, learner, manner, begins } = training;
  const { dropped } = problem;
  if (!('folds' in parts)) {
    const { train: known, test } = parts;
    begins('');
    const fitted = await learner.fit(known, within(manner, 'fit'));
    const scores = await scoresOf(fitted, problem, test, known);
    const rows = { trained: known.rows, held: test.rows, dropped };
    return { fitted, scores, rows, shown: { fitted, train: known, test } };
  }
  const { data, folds } = parts;
  const scores: Scores[] = [];
  let shown: Result['shown'] | undefined;
  for (const [i, fold] of folds.entries()) {
    begins(`fold ${i + 1} of ${folds.length}`);
    const pair = await pairOf(data, fold);
    const fitted = await learner.fit(pair.train, within(manner, `fold-${i + 1}`));
    scores.push(await scoresOf(fitted, problem, pair.test, pair.train));
    shown = { fitted, ...pair };
  }
  begins('all rows');
  const fitted = await learner.fit(data, within(manner, 'all'));
  const rows = { trained: data.rows, held: 0, dropped };
  return { fitted, scores: overFolds(scores), rows, shown: shown! };
}
