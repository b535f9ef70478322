import { checkBoolean } from '../../core/check.js';
import { checkSeed } from '../../core/draws.js';
import { SteepestError } from '../../core/errors.js';
import { frameOf } from '../../data/tables/frameOf.js';
import { separateTarget } from '../../data/tables/target.js';
import { checkOptions } from '../base/fitOptions.js';
import { encodeLabels, type LabelInput } from '../base/labels.js';
import { type RowsInput, type RowsOf, sameRowCount, takeRows } from './rows.js';
import { orderedSplit, type RowSplit, randomSplit, splitCounts, stratifiedSplit } from './splitRows.js';

/** Options of `trainTestSplit`. */
export interface SplitOptions {
  /**
   * Fraction of rows to test on, above 0 and below 1, or their number. Default: 0.25, or what
   * trainSize leaves.
   */
  testSize?: number;
  /** Fraction or number of rows to train on; default: the rest. */
  trainSize?: number;
  /**
   * Shuffle rows first (true). Without shuffling, the first rows are for training and the last ones
   * for testing.
   */
  shuffle?: boolean;
  /** Seed of the shuffle. 0 by default. */
  seed?: number;
  /**
   * One class per row, to stratify by, or the name of their column in the first array: both parts
   * get each class's share, to within one row.
   */
  stratify?: LabelInput | string;
}

/**
 * Splits rows at random into training and test rows; all arrays are split the same way. The results
 * are the same kind of container: list, typed array, `{ data, shape }` or `DataTable`, which tables
 * of other packages become.
 *
 * @returns train and test rows of each array in turn
 * @throws SteepestError `ERR_SHAPE` for arrays of different lengths, `ERR_EMPTY`, `ERR_ARGUMENT`,
 *   `ERR_UNKNOWN_NAME`
 * @example
 * ```ts
 * import { trainTestSplit } from 'steepest';
 * const x = [[1], [2], [3], [4], [5], [6], [7], [8]];
 * const y = [0, 0, 0, 0, 1, 1, 1, 1];
 * const [xTrain, xTest, yTrain, yTest] = trainTestSplit(x, y, { testSize: 0.25, stratify: y });
 * console.log(xTrain.length, xTest.length, yTrain.length, [...yTest].sort());
 * // 6 2 6 [ 0, 1 ]
 * ```
 */
export function trainTestSplit<A extends RowsInput>(
  a: A,
  options?: SplitOptions,
): [train: RowsOf<A>, test: RowsOf<A>];
export function trainTestSplit<A extends RowsInput, B extends RowsInput>(
  a: A,
  b: B,
  options?: SplitOptions,
): [aTrain: RowsOf<A>, aTest: RowsOf<A>, bTrain: RowsOf<B>, bTest: RowsOf<B>];
export function trainTestSplit<A extends RowsInput, B extends RowsInput, C extends RowsInput>(
  a: A,
  b: B,
  c: C,
  options?: SplitOptions,
): [
  aTrain: RowsOf<A>,
  aTest: RowsOf<A>,
  bTrain: RowsOf<B>,
  bTest: RowsOf<B>,
  cTrain: RowsOf<C>,
  cTest: RowsOf<C>,
];
export function trainTestSplit(...args: readonly (RowsInput | SplitOptions | undefined)[]): unknown[];
export function trainTestSplit(...args: readonly (RowsInput | SplitOptions | undefined)[]): unknown[] {
  const last = args[args.length - 1];
  const hasOptions = last === undefined || isOptions(last);
  const options = (hasOptions ? (last ?? {}) : {}) as SplitOptions;
  const arrays = (hasOptions ? args.slice(0, -1) : args) as readonly RowsInput[];
  checkOptions('trainTestSplit', options, ['testSize', 'trainSize', 'shuffle', 'seed', 'stratify']);
  if (arrays.length === 0) {
    throw new SteepestError('ERR_EMPTY', {
      expected: 'at least one array to split',
      given: 'none',
      hint: 'Write trainTestSplit(X, y, { testSize: 0.2 }).',
    });
  }
  const rows = sameRowCount(arrays.map((array, i) => [`array ${i}`, array] as const));
  const { train, test } = choose(rows, arrays[0]!, options);
  return arrays.flatMap((array) => [takeRows(array, train), takeRows(array, test)]);
}

function isOptions(value: RowsInput | SplitOptions): value is SplitOptions {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  if (ArrayBuffer.isView(value) || frameOf('the last argument', value) !== undefined) return false;
  return !('shape' in value);
}

function choose(rows: number, first: RowsInput, options: SplitOptions): RowSplit {
  const counts = splitCounts(rows, options);
  const { shuffle = true, seed: givenSeed = 0 } = options;
  checkBoolean('shuffle', shuffle);
  const seed = checkSeed(givenSeed);
  if (options.stratify === undefined) {
    return shuffle ? randomSplit(rows, counts, seed) : orderedSplit(counts);
  }
  if (!shuffle) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'shuffle with stratify',
      given: 'shuffle: false',
      hint: 'Leave shuffle out.',
    });
  }
  const { y } = separateTarget('the first array', first, options.stratify);
  const labels = encodeLabels('stratify', y);
  if (labels.codes.length !== rows) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `stratify with one class per row, ${rows}`,
      given: `${labels.codes.length}`,
      hint: 'Pass one class per row.',
    });
  }
  return stratifiedSplit(labels, counts, seed);
}
