/** How scores depend on the number of rows, and on one parameter. */
import { type Align, alignColumns } from '../../core/alignColumns.js';
import { checkBoolean } from '../../core/check.js';
import { checkCluster } from '../../core/clusterOption.js';
import { checkSeed, Draws, STREAMS } from '../../core/draws.js';
import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { checkOptions } from '../base/fitOptions.js';
import { checkCandidates, evaluateCandidates } from './candidates.js';
import { agreed, printOfValue } from './cluster/agreement.js';
import { printOf } from './cluster/evaluations.js';
import { overRanks } from './cluster/sharedJobs.js';
import { type CrossValidateOptions, costOf, evaluateFolds, prepare } from './crossValidate.js';
import type { Evaluation, FoldResult } from './evaluation.js';
import { type FoldScores, foldScores, meanTimes, showScores } from './foldScores.js';
import { checkEstimator, type Fittable } from './jobs.js';
import type { RowsInput, TargetRows } from './rows.js';

interface CurveOptions<E> extends Omit<CrossValidateOptions<E>, 'returnTrainScore' | 'returnEstimator'> {}

/** Options of `learningCurve`. */
export interface LearningCurveOptions<E = Fittable> extends CurveOptions<E> {
  /**
   * Numbers of training rows, or fractions above 0 and at most 1 of those of a fold, where 1 is one
   * row unless there is a fraction in the list. Default: 0.1, 0.325, 0.55, 0.775, 1.
   */
  trainSizes?: readonly number[];
  /** Shuffle the training rows of each fold before the first of them are taken (false). */
  shuffle?: boolean;
  /** Seed of the shuffle. 0 by default. */
  seed?: number;
}

/** Options of `validationCurve`. */
export interface ValidationCurveOptions<E = Fittable> extends CurveOptions<E> {
  /** The parameter to change; of a pipeline's step as step__param. */
  paramName: string;
  /** Its values. */
  paramRange: readonly unknown[];
}

type PointScores = Readonly<Record<string, FoldScores>>;

/**
 * Scores at one place of a curve, by the name of each score ('score' if there is only one).
 * @example
 * ```ts
 * import { type CurvePoint, data, learningCurve, Ridge } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, seed: 1 });
 * const gap = ({ train, test }: CurvePoint) => train.score!.mean - test.score!.mean;
 * const curve = await learningCurve(new Ridge(), x, y, { trainSizes: [10, 80] });
 * console.log(gap(curve[0]!) > gap(curve[1]!)); // true
 * ```
 */
export interface CurvePoint {
  /** Scores of the training rows: of each fold, their mean and standard deviation. */
  train: PointScores;
  /** Scores of the rows that were held out. */
  test: PointScores;
  meanFitTimeMs: number;
  meanScoreTimeMs: number;
}

/**
 * Scores of fits on so many rows.
 * @example
 * ```ts
 * import { data, learningCurve, type LearningPoint, Ridge } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, seed: 1 });
 * const size = ({ trainSize }: LearningPoint) => trainSize;
 * console.log((await learningCurve(new Ridge(), x, y, { trainSizes: [10, 80] })).map(size));
 * // [ 10, 80 ]
 * ```
 */
export interface LearningPoint extends CurvePoint {
  /** Number of training rows. */
  trainSize: number;
}

/**
 * Scores of fits with a value of the parameter.
 * @example
 * ```ts
 * import { data, Ridge, validationCurve, type ValidationPoint } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, seed: 1 });
 * const alpha = ({ value }: ValidationPoint) => value;
 * const options = { paramName: 'alpha', paramRange: [0.1, 10] };
 * console.log((await validationCurve(new Ridge(), x, y, options)).map(alpha)); // [ 0.1, 10 ]
 * ```
 */
export interface ValidationPoint extends CurvePoint {
  /** Value of the parameter. */
  value: unknown;
}

/** Points in the order of their sizes; `String(curve)` is a table. */
export interface LearningCurve extends ReadonlyArray<LearningPoint> {
  toString(): string;
}

/** Points in the order of `paramRange`; `String(curve)` is a table. */
export interface ValidationCurve extends ReadonlyArray<ValidationPoint> {
  toString(): string;
}

const KEYS = ['cv', 'scoring', 'sampleWeight', 'groups', 'nJobs', 'errorScore', 'signal', 'cluster'];
const DEFAULT_SIZES = [0.1, 0.325, 0.55, 0.775, 1];

/**
 * Scores of fits on growing numbers of rows: would more rows help? Each fold's fits take the first
 * rows of its training rows, so those of a larger size contain those of a smaller one.
 * @throws SteepestError as `crossValidate`
 * @example
 * ```ts
 * import { data, learningCurve, LogisticRegression } from 'steepest';
 * const { x, y } = data.makeBlobs({ centers: 2, seed: 1 });
 * const curve = await learningCurve(new LogisticRegression(), x, y, { trainSizes: [20, 80] });
 * console.log(curve.map(({ trainSize }) => trainSize)); // [ 20, 80 ]
 * ```
 */
export async function learningCurve<E extends Fittable>(
  estimator: E,
  x: RowsInput,
  y: TargetRows,
  options: LearningCurveOptions<E> = {},
): Promise<LearningCurve> {
  checkEstimator('the first argument of learningCurve', estimator);
  checkOptions('learningCurve', options, [...KEYS, 'trainSizes', 'shuffle', 'seed']);
  const { trainSizes = DEFAULT_SIZES, shuffle = false, seed = 0 } = options;
  const isShuffled = checkBoolean('shuffle', shuffle);
  const draws = new Draws(checkSeed(seed), STREAMS.curve);
  const cluster = checkCluster('cluster', options.cluster);
  return overRanks(cluster, 'learningCurve', async (call) => {
    const { evaluation, sizes } = await agreed(
      call,
      async () => {
        const prepared = await prepare(estimator, x, y, { ...options, returnTrainScore: true }, call);
        const least = Math.min(...prepared.folds.map(costOf));
        return { evaluation: prepared, sizes: countRowsOf(trainSizes, least) };
      },
      async (prepared) => ({
        ...(await printOf(estimator, prepared.evaluation, options.scoring)),
        trainSizes: await printOfValue(show(prepared.sizes), prepared.sizes),
        shuffle: [`${shuffle}, seed ${seed}`],
      }),
    );
    const orders = evaluation.folds.map(({ train }) =>
      isShuffled ? draws.permutation(train.length).map((i) => train[i]!) : Uint32Array.from(train),
    );
    const folds = sizes.flatMap((size) =>
      evaluation.folds.map(({ test }, f) => ({ train: orders[f]!.subarray(0, size), test })),
    );
    const results = await evaluateFolds(estimator, evaluation, folds, options.signal);
    return learningCurveOf(sizes, evaluation, results);
  });
}

function learningCurveOf(
  sizes: readonly number[],
  { folds, scorers: { names } }: Evaluation,
  results: readonly FoldResult[],
): LearningCurve {
  const points = sizes.map((trainSize, s) => ({
    trainSize,
    ...pointOf(results.slice(s * folds.length, (s + 1) * folds.length), names),
  }));
  return Object.assign(points, {
    toString: () => print('rows', points, ({ trainSize }) => String(trainSize)),
  });
}

/**
 * Scores of fits with different values of one parameter: where does a model begin to overfit? The
 * best value is one for `gridSearch`.
 * @throws SteepestError as `crossValidate`; `ERR_UNKNOWN_NAME` for an unknown parameter
 * @example
 * ```ts
 * import { data, LogisticRegression, validationCurve } from 'steepest';
 * const { x, y } = data.makeBlobs({ centers: 2, seed: 1 });
 * const curve = await validationCurve(new LogisticRegression(), x, y, {
 *   paramName: 'C',
 *   paramRange: [0.01, 1],
 * });
 * console.log(curve.map(({ value, test }) => [value, test.score!.folds.length]));
 * // [ [ 0.01, 5 ], [ 1, 5 ] ]
 * ```
 */
export async function validationCurve<E extends Fittable>(
  estimator: E,
  x: RowsInput,
  y: TargetRows,
  options: ValidationCurveOptions<E>,
): Promise<ValidationCurve> {
  checkEstimator('the first argument of validationCurve', estimator);
  checkOptions('validationCurve', options, [...KEYS, 'paramName', 'paramRange']);
  const { paramName, paramRange, signal } = options;
  if (typeof paramName !== 'string' || !Array.isArray(paramRange) || paramRange.length === 0) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'paramName as text, and paramRange as a list of values',
      given: `${show(paramName)} and ${show(paramRange)}`,
      hint: "Write { paramName: 'alpha', paramRange: [0.1, 1, 10] }.",
    });
  }
  const candidates = paramRange.map((value: unknown) => ({ [paramName]: value }));
  const cluster = checkCluster('cluster', options.cluster);
  return overRanks(cluster, 'validationCurve', async (call) => {
    const evaluation = await agreed(
      call,
      async () => {
        const prepared = await prepare(estimator, x, y, { ...options, returnTrainScore: true }, call);
        checkCandidates(estimator, prepared, candidates);
        return prepared;
      },
      async (prepared) =>
        printOf(estimator, prepared, options.scoring, {
          paramRange: await printOfValue(`${paramName}: ${show(paramRange)}`, candidates),
        }),
    );
    const results = await evaluateCandidates(estimator, evaluation, candidates, { signal });
    return validationCurveOf(paramName, paramRange, evaluation, results);
  });
}

function validationCurveOf(
  paramName: string,
  paramRange: readonly unknown[],
  { scorers: { names } }: Evaluation,
  results: readonly (readonly FoldResult[])[],
): ValidationCurve {
  const points = results.map((folds, i) => ({ value: paramRange[i] as unknown, ...pointOf(folds, names) }));
  const cell = ({ value }: ValidationPoint): string =>
    typeof value === 'object' && value !== null && 'type' in value ? String(value.type) : show(value);
  return Object.assign(points, { toString: () => print(paramName, points, cell) });
}

function pointOf(results: readonly FoldResult[], names: readonly string[]): CurvePoint {
  const scores = (part: 'train' | 'test'): PointScores =>
    Object.fromEntries(names.map((name) => [name, foldScores(results, part, name)]));
  return { train: scores('train'), test: scores('test'), ...meanTimes(results) };
}

/** Distinct numbers of rows, ascending. @throws SteepestError `ERR_ARGUMENT` */
function countRowsOf(sizes: readonly number[], most: number): number[] {
  const isList = Array.isArray(sizes) && sizes.length > 0;
  const areShares = isList && sizes.some((size) => !Number.isInteger(size));
  const isValid = (size: unknown): boolean =>
    typeof size === 'number' && size > 0 && (areShares ? size <= 1 : size <= most);
  if (!isList || !sizes.every(isValid)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `trainSizes as fractions above 0 and at most 1, or numbers of rows from 1 to ${most}`,
      given: show(sizes),
      hint: 'Write trainSizes: [0.25, 0.5, 1].',
    });
  }
  const counts = sizes.map((size) => (areShares ? Math.max(1, Math.floor(size * most)) : size));
  return [...new Set(counts)].sort((a, b) => a - b);
}

function print<P extends CurvePoint>(what: string, points: readonly P[], cell: (point: P) => string): string {
  const names = Object.keys(points[0]!.test);
  const head = [what, ...names.flatMap((name) => [`${name}, train`, name]), 'fit ms'];
  const rows = points.map((point) => [
    cell(point),
    ...names.flatMap((name) => [showScores(point.train[name]!), showScores(point.test[name]!)]),
    point.meanFitTimeMs.toFixed(0),
  ]);
  return alignColumns(
    head,
    rows,
    head.map((): Align => 'right'),
  );
}
