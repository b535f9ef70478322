import { checkInteger } from '../../core/check.js';
import { checkSeed, Draws, STREAMS } from '../../core/draws.js';
import { separateTarget } from '../../data/tables/target.js';
import { checkOptions } from '../base/fitOptions.js';
import { type Fold, labelsOf, rowCount, type Splitter } from './folds.js';
import type { RowsInput } from './rows.js';
import { drawSplit, drawStratified, splitCounts } from './splitRows.js';

/** Options of `ShuffleSplit` and `StratifiedShuffleSplit`. */
export interface ShuffleSplitOptions {
  /** Number of splits (10). */
  nSplits?: number;
  /**
   * Fraction of rows to test on, above 0 and below 1, or their number (0.1, or what trainSize
   * leaves).
   */
  testSize?: number;
  /** Fraction or number of rows to train on; default: the rest. */
  trainSize?: number;
  /** Seed of the draws. 0 by default. */
  seed?: number;
}

interface Resolved extends Pick<ShuffleSplitOptions, 'testSize' | 'trainSize'> {
  nSplits: number;
  seed: number;
}

const DEFAULT_TEST_SIZE = 0.1;

function read(owner: string, options: ShuffleSplitOptions): Resolved {
  checkOptions(owner, options, ['nSplits', 'testSize', 'trainSize', 'seed']);
  const { nSplits = 10, seed = 0, testSize, trainSize } = options;
  // A wrong size fails here where it is wrong for any number of rows.
  splitCounts(Number.MAX_SAFE_INTEGER, { testSize, trainSize }, DEFAULT_TEST_SIZE);
  return { ...options, nSplits: checkInteger('nSplits', nSplits), seed: checkSeed(seed) };
}

/**
 * Independent random splits: each draws its training and test rows anew, so a row may be tested
 * several times or never. Rows are in the order in which they are drawn.
 * @example
 * ```ts
 * import { ShuffleSplit } from 'steepest';
 * const folds = new ShuffleSplit({ nSplits: 4, testSize: 0.2, seed: 1 }).split(10);
 * console.log(folds.length, folds[0]!.test.length); // 4 2
 * ```
 */
export class ShuffleSplit implements Splitter {
  private readonly options: Resolved;

  constructor(options: ShuffleSplitOptions = {}) {
    this.options = read('ShuffleSplit', options);
  }

  /** Number of splits. */
  get nSplits(): number {
    return this.options.nSplits;
  }

  /** @throws SteepestError `ERR_ARGUMENT` for sizes that leave no row to train or to test on */
  split(x: RowsInput | number): Fold[] {
    const { nSplits, seed } = this.options;
    const rows = rowCount(x);
    const counts = splitCounts(rows, this.options, DEFAULT_TEST_SIZE);
    const draws = new Draws(seed, STREAMS.split);
    return Array.from({ length: nSplits }, () => drawSplit(draws, rows, counts));
  }
}

/**
 * {@link ShuffleSplit} in which both parts of every split have each class's share, to within one
 * row.
 * @example
 * ```ts
 * import { StratifiedShuffleSplit } from 'steepest';
 * const labels = ['a', 'b', 'a', 'b'];
 * const [fold] = new StratifiedShuffleSplit({ nSplits: 1, testSize: 0.5 }).split(4, labels);
 * console.log(Array.from(fold!.test, (row) => labels[row]).sort()); // [ 'a', 'b' ]
 * ```
 */
export class StratifiedShuffleSplit implements Splitter {
  private readonly options: Resolved;

  constructor(options: ShuffleSplitOptions = {}) {
    this.options = read('StratifiedShuffleSplit', options);
  }

  /** Number of splits. */
  get nSplits(): number {
    return this.options.nSplits;
  }

  /**
   * @param y one class per row, or the name of their column in x
   * @throws SteepestError `ERR_SHAPE`; `ERR_ARGUMENT` for a class with one row, or a part with
   *   fewer rows than there are classes
   */
  split(x: RowsInput | number, y?: unknown): Fold[] {
    const { nSplits, seed } = this.options;
    const rows = rowCount(x);
    const labels = labelsOf(separateTarget('X', x, y).y, rows);
    const counts = splitCounts(rows, this.options, DEFAULT_TEST_SIZE);
    const draws = new Draws(seed, STREAMS.split);
    return Array.from({ length: nSplits }, () => drawStratified(draws, labels, counts));
  }
}
