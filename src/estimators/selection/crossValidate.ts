import { type Align, alignColumns } from '../../core/alignColumns.js';
import { checkBoolean } from '../../core/check.js';
import { type Cluster, checkCluster } from '../../core/clusterOption.js';
import { SteepestError } from '../../core/errors.js';
import type { WeightInput } from '../../core/ndarray.js';
import { show } from '../../core/show.js';
import { checkOptions } from '../base/fitOptions.js';
import type { LabelInput } from '../base/labels.js';
import { readSampleWeight } from '../base/weights.js';
import { agreed } from './cluster/agreement.js';
import { checkSendable, printOf, sendingResults, warnOfFailure } from './cluster/evaluations.js';
import type { SharedCall } from './cluster/inStep.js';
import { overRanks, runSharedJobs } from './cluster/sharedJobs.js';
import type { ErrorScore, Evaluation, FoldResult } from './evaluation.js';
import type { Fold } from './folds.js';
import { checkEstimator, cloneForJob, type Fittable, fitOptions, isClassifier, resolveJobs } from './jobs.js';
import { type CrossValidation, makeFolds } from './makeFolds.js';
import { pairedRows, type RowsInput, shareRows, type TargetRows, takeRows } from './rows.js';
import { resolveScorers, type Scoring } from './scorers.js';

/** Options of `crossValidate`. */
export interface CrossValidateOptions<E = Fittable> {
  /** 5 folds by default. */
  cv?: CrossValidation;
  /** The estimator's own `score` by default. */
  scoring?: Scoring<E>;
  /** Score the training rows too (false). */
  returnTrainScore?: boolean;
  /** Keep the fitted estimators (false). */
  returnEstimator?: boolean;
  /** One weight per row, used in fits but not in scores. */
  sampleWeight?: WeightInput;
  /** The group of each row, for `cv` that keeps groups together, such as `GroupKFold`. */
  groups?: LabelInput;
  /**
   * Maximum number of concurrent fits; default: the number of cores. It does not change the result.
   */
  nJobs?: number;
  /** 'raise' by default. NaN, with a warning, is scikit-learn's default. */
  errorScore?: ErrorScore;
  /** Ends all fits; the promise rejects with `ERR_ABORTED`. */
  signal?: AbortSignal;
  /**
   * Divides the fits over the ranks of a cluster. Every rank makes the same call with the same data
   * and gets the same result, which is that without a cluster.
   */
  cluster?: Cluster;
}

/**
 * Scores of each fold, and their summary, by the name of each score ('score' if there is only one).
 */
export interface CrossValidationResult<E = Fittable> {
  test: Readonly<Record<string, Float64Array>>;
  /** With `returnTrainScore`. */
  train?: Readonly<Record<string, Float64Array>>;
  /** Mean over folds. */
  mean: Readonly<Record<string, number>>;
  /** Standard deviation over folds, divided by n. */
  std: Readonly<Record<string, number>>;
  fitTimeMs: Float64Array;
  scoreTimeMs: Float64Array;
  /** With `returnEstimator`: one per fold. */
  estimators?: readonly E[];
  /** A printed table. */
  toString(): string;
}

const KEYS = [
  'cv',
  'scoring',
  'returnTrainScore',
  'returnEstimator',
  'sampleWeight',
  'groups',
  'nJobs',
  'errorScore',
  'signal',
  'cluster',
] as const;

/**
 * For each fold, fits a clone of an estimator on all other folds and scores it on that fold.
 *
 * Fits run concurrently on shared threads. The estimator itself is not fitted.
 * @throws SteepestError `ERR_SHAPE`, `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`, `ERR_ABORTED`; whatever a
 *   fit throws, unless `errorScore` is a number
 * @example
 * ```ts
 * import { crossValidate, data, LogisticRegression } from 'steepest';
 * const { x, y } = data.makeBlobs({ centers: 2, seed: 1 });
 * const scoring = ['accuracy', 'rocAuc'] as const;
 * const { test, mean } = await crossValidate(new LogisticRegression(), x, y, { cv: 5, scoring });
 * console.log(test.accuracy!.length, mean.rocAuc! > 0.8); // 5 true
 * ```
 */
export async function crossValidate<E extends Fittable>(
  estimator: E,
  x: RowsInput,
  y: TargetRows,
  options: CrossValidateOptions<E> = {},
): Promise<CrossValidationResult<E>> {
  checkEstimator('the first argument of crossValidate', estimator);
  checkOptions('crossValidate', options, KEYS);
  const { returnEstimator = false } = options;
  const keep = checkBoolean('returnEstimator', returnEstimator);
  return overRanks(checkCluster('cluster', options.cluster), 'crossValidate', async (call) => {
    const evaluation = await agreed(
      call,
      async () => {
        if (keep && call !== undefined) checkSendable(estimator);
        return prepare(estimator, x, y, options, call);
      },
      (prepared) => printOf(estimator, prepared, options.scoring, { returnEstimator: [`${keep}`] }),
    );
    const results = await evaluateFolds(estimator, evaluation, evaluation.folds, options.signal, keep);
    return resultOf(results, evaluation, keep);
  });
}

/**
 * Fits and scores clones of the estimator, one for each fold.
 * @param keep whether the results of other ranks have their fitted estimators
 */
export function evaluateFolds(
  estimator: Fittable,
  evaluation: Evaluation,
  folds: readonly Fold[],
  signal: AbortSignal | undefined,
  keep = false,
): Promise<FoldResult[]> {
  const { limit, call } = evaluation;
  const jobs = folds.map(
    (fold) => (jobSignal: AbortSignal) =>
      fitAndScore(cloneForJob(estimator, limit), evaluation, fold, jobSignal),
  );
  const work = { costs: folds.map(costOf) };
  return runSharedJobs(jobs, work, limit, signal, call, sendingResults(estimator, evaluation, keep));
}

function resultOf<E>(
  results: readonly FoldResult[],
  { scorers: { names }, returnTrainScore }: Evaluation,
  keep: boolean,
): CrossValidationResult<E> {
  const collect = (pick: (result: FoldResult) => Record<string, number>) =>
    Object.fromEntries(
      names.map((name) => [name, Float64Array.from(results, (result) => pick(result)[name]!)]),
    );
  const test = collect((result) => result.test);
  const train = returnTrainScore ? collect((result) => result.train!) : undefined;
  return {
    test,
    ...(train === undefined ? {} : { train }),
    mean: Object.fromEntries(names.map((name) => [name, meanOf(test[name]!)])),
    std: Object.fromEntries(names.map((name) => [name, deviationOf(test[name]!)])),
    fitTimeMs: Float64Array.from(results, ({ fitTimeMs }) => fitTimeMs),
    scoreTimeMs: Float64Array.from(results, ({ scoreTimeMs }) => scoreTimeMs),
    ...(keep ? { estimators: results.map((result) => result.estimator as E) } : {}),
    toString: () => print(results, names),
  };
}

/** Checks everything that can be checked before the first fit. */
export async function prepare(
  estimator: Fittable,
  givenX: RowsInput,
  givenY: TargetRows,
  options: Omit<CrossValidateOptions<never>, 'returnEstimator' | 'signal' | 'cluster'>,
  call: SharedCall | undefined,
): Promise<Evaluation> {
  const { x, y, rows } = pairedRows(givenX, givenY);
  const { errorScore = 'raise', returnTrainScore = false } = options;
  if (errorScore !== 'raise' && typeof errorScore !== 'number') {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: "errorScore to be 'raise' or a number",
      given: show(errorScore),
      hint: 'Leave it out to get the error of a failed fit.',
    });
  }
  const evaluation = {
    y,
    folds: makeFolds(options, isClassifier(estimator), rows, y),
    scorers: resolveScorers(options.scoring),
    returnTrainScore: checkBoolean('returnTrainScore', returnTrainScore),
    sampleWeight: readSampleWeight(options.sampleWeight, rows),
    errorScore,
    limit: resolveJobs(options.nJobs),
    call,
  };
  return { x: await shareRows(x), ...evaluation };
}

/** The expected cost of a fit, in rows. */
export const costOf = ({ train }: Fold): number => train.length;

/** Rows of one fold, selected once for all candidates fitted on it. */
export interface FoldRows {
  xTrain: RowsInput;
  yTrain: RowsInput;
  xTest: RowsInput;
  yTest: RowsInput;
  weights: Float64Array | undefined;
}

export function foldRows(
  { x, y, sampleWeight }: Pick<Evaluation, 'x' | 'y' | 'sampleWeight'>,
  { train, test }: Fold,
): FoldRows {
  return {
    xTrain: takeRows(x, train) as RowsInput,
    yTrain: takeRows(y, train) as RowsInput,
    xTest: takeRows(x, test) as RowsInput,
    yTest: takeRows(y, test) as RowsInput,
    weights: sampleWeight && takeRows(sampleWeight, train),
  };
}

/** Fits the estimator on a fold's training rows and scores it on its test rows. */
export async function fitAndScore(
  estimator: Fittable,
  evaluation: Evaluation,
  fold: Fold,
  signal: AbortSignal,
  rows: FoldRows = foldRows(evaluation, fold),
): Promise<FoldResult> {
  const { scorers, returnTrainScore, errorScore } = evaluation;
  const { xTrain, yTrain, xTest, yTest, weights } = rows;
  const begin = performance.now();
  try {
    await estimator.fit(xTrain as never, yTrain as never, fitOptions(signal, weights));
    const fitted = performance.now();
    const test = await scorers.score(estimator, xTest, yTest);
    const train = returnTrainScore ? await scorers.score(estimator, xTrain, yTrain) : undefined;
    return { test, train, fitTimeMs: fitted - begin, scoreTimeMs: performance.now() - fitted, estimator };
  } catch (error) {
    if (errorScore === 'raise' || signal.aborted) throw error;
    const warning = `A fit failed and counts as ${errorScore}: ${String(error)}`;
    warnOfFailure(warning, evaluation.call);
    const failed = (): Record<string, number> =>
      Object.fromEntries(scorers.names.map((name) => [name, errorScore]));
    const fitTimeMs = performance.now() - begin;
    return {
      test: failed(),
      train: returnTrainScore ? failed() : undefined,
      fitTimeMs,
      scoreTimeMs: 0,
      estimator,
      warning,
    };
  }
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

export function deviationOf(values: ArrayLike<number>): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(Array.from(values, (value) => (value - mean) ** 2)));
}

/** Decimal places of scores in tables. */
export const SCORE_DIGITS = 4;

function print(results: readonly FoldResult[], names: readonly string[]): string {
  const hasTrain = results[0]?.train !== undefined;
  const row = (
    title: string,
    pick: (name: string, part: 'test' | 'train') => number,
    ms: string,
  ): string[] => [
    title,
    ...names.map((name) => pick(name, 'test').toFixed(SCORE_DIGITS)),
    ...(hasTrain ? names.map((name) => pick(name, 'train').toFixed(SCORE_DIGITS)) : []),
    ms,
  ];
  const list = (name: string, part: 'test' | 'train'): number[] => results.map((r) => r[part]![name]!);
  const rows = results.map((r, i) => row(String(i), (name, part) => r[part]![name]!, r.fitTimeMs.toFixed(0)));
  rows.push(
    row('mean', (name, part) => meanOf(list(name, part)), meanOf(results.map((r) => r.fitTimeMs)).toFixed(0)),
  );
  rows.push(row('std', (name, part) => deviationOf(list(name, part)), ''));
  const head = ['fold', ...names, ...(hasTrain ? names.map((name) => `${name}, train`) : []), 'fit ms'];
  return alignColumns(
    head,
    rows,
    head.map((_, i): Align => (i === 0 ? 'left' : 'right')),
  );
}
