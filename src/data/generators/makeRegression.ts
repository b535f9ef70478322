import { checkBoolean, checkInteger, checkKeys, checkNumber } from '../../core/check.js';
import { checkSeed, Draws, STREAMS } from '../../core/draws.js';
import { Matrix } from '../../core/matrix.js';
import { lowRankMatrix } from './lowRankMatrix.js';
import { matrix, multiply, permuteColumns, permuteRows } from './matrices.js';

/** Options of `makeRegression`. */
export interface RegressionOptions {
  /** Number of samples (100). */
  nSamples?: number;
  /** Number of columns (100). */
  nFeatures?: number;
  /** Number of columns that the target depends on (10). */
  nInformative?: number;
  /** Number of targets (1). */
  nTargets?: number;
  /** Constant added to every target (0). */
  bias?: number;
  /** Approximate number of directions that explain x; all columns are independent if left out. */
  effectiveRank?: number;
  /**
   * With `effectiveRank`, the fraction of the slowly falling tail in the singular values, 0 … 1
   * (0.5).
   */
  tailStrength?: number;
  /** Standard deviation of normal noise on the targets (0). */
  noise?: number;
  /** Shuffle samples and columns (true). */
  shuffle?: boolean;
  /** Seed: the same seed gives the same bits. 0 by default. */
  seed?: number;
}

/** What `makeRegression` returns: x, y and the coefficients that made y. */
export interface Regression {
  /** samples × columns. */
  x: Matrix<Float64Array>;
  /** [samples], or samples × targets. */
  y: Matrix<Float64Array>;
  /**
   * The true coefficients, [columns] or columns × targets: from 0 to 100 for informative columns,
   * else 0.
   */
  coef: Matrix<Float64Array>;
}

const KEYS = [
  'nSamples',
  'nFeatures',
  'nInformative',
  'nTargets',
  'bias',
  'effectiveRank',
  'tailStrength',
  'noise',
  'shuffle',
  'seed',
] as const;

const NOT_NEGATIVE = 'a finite number of at least 0';
/** Coefficients are uniform between 0 and this. */
const LARGEST_COEFFICIENT = 100;

/**
 * y = x · coef + bias + noise for normal columns, of which `nInformative` are informative.
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`
 * @example
 * ```ts
 * import { data } from 'steepest';
 * const { x, y, coef } = data.makeRegression({ nSamples: 50, nFeatures: 4, nInformative: 2 });
 * console.log(x.shape, y.shape, coef.data.filter((value) => value !== 0).length);
 * // [ 50, 4 ] [ 50 ] 2
 * ```
 */
export function makeRegression(options: RegressionOptions = {}): Regression {
  checkKeys('options of makeRegression', options, KEYS);
  const draws = new Draws(checkSeed(options.seed ?? 0), STREAMS.regression);
  const rows = checkInteger('nSamples', options.nSamples ?? 100);
  const cols = checkInteger('nFeatures', options.nFeatures ?? 100);
  const targets = checkInteger('nTargets', options.nTargets ?? 1);
  const informative = Math.min(cols, checkInteger('nInformative', options.nInformative ?? 10, 0));
  const bias = checkNumber('bias', options.bias ?? 0);
  const noise = checkNumber('noise', options.noise ?? 0, NOT_NEGATIVE, (v) => v >= 0);
  const shuffle = checkBoolean('shuffle', options.shuffle ?? true);
  const tail = checkNumber(
    'tailStrength',
    options.tailStrength ?? 0.5,
    'from 0 to 1',
    (v) => v >= 0 && v <= 1,
  );

  let x =
    options.effectiveRank === undefined
      ? draws.many(rows * cols, () => draws.normal())
      : lowRankMatrix(rows, cols, checkInteger('effectiveRank', options.effectiveRank), tail, draws);
  let coef = new Float64Array(cols * targets);
  for (let i = 0; i < informative * targets; i++) coef[i] = draws.uniform(0, LARGEST_COEFFICIENT);
  let y = multiply(x, coef, rows, cols, targets).map((value) => value + bias);
  if (noise > 0) y = y.map((value) => value + noise * draws.normal());
  if (shuffle) {
    const order = draws.permutation(rows);
    const columns = draws.permutation(cols);
    x = permuteColumns(permuteRows(x, cols, order), cols, columns);
    y = permuteRows(y, targets, order);
    coef = permuteRows(coef, targets, columns);
  }
  const shaped = (data: Float64Array): Matrix<Float64Array> =>
    targets === 1 ? new Matrix(data, [data.length]) : matrix(data, targets);
  return { x: matrix(x, cols), y: shaped(y), coef: shaped(coef) };
}
