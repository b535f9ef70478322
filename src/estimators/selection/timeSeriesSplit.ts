import { checkInteger } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { checkOptions } from '../base/fitOptions.js';
import { type Fold, rowCount, rowsFrom, type Splitter } from './folds.js';
import type { RowsInput } from './rows.js';

/** Options of `TimeSeriesSplit`. */
export interface TimeSeriesSplitOptions {
  /** Number of splits, at least 2 (5). */
  nSplits?: number;
  /** Keep at most this many of the latest rows to train on. Default: all before the test rows. */
  maxTrainSize?: number;
  /** Number of rows of each test part. Default: rows / (nSplits + 1), rounded down. */
  testSize?: number;
  /** Number of rows to leave out between training and test rows (0). */
  gap?: number;
}

/**
 * Splits of rows in the order of time: each trains on the past and tests on the rows after it. The
 * test parts follow each other and end with the last row.
 * @example
 * ```ts
 * import { TimeSeriesSplit } from 'steepest';
 * for (const { train, test } of new TimeSeriesSplit({ nSplits: 3 }).split(8)) {
 *   console.log(train.join(' '), '→', test.join(' '));
 *   // 0 1 → 2 3
 *   // 0 1 2 3 → 4 5
 *   // 0 1 2 3 4 5 → 6 7
 * }
 * ```
 */
export class TimeSeriesSplit implements Splitter {
  readonly nSplits: number;
  private readonly options: Pick<TimeSeriesSplitOptions, 'maxTrainSize' | 'testSize'> & { gap: number };

  constructor(options: TimeSeriesSplitOptions = {}) {
    checkOptions('TimeSeriesSplit', options, ['nSplits', 'maxTrainSize', 'testSize', 'gap']);
    const { nSplits = 5, maxTrainSize, testSize, gap = 0 } = options;
    this.nSplits = checkInteger('nSplits', nSplits, 2);
    if (maxTrainSize !== undefined) checkInteger('maxTrainSize', maxTrainSize);
    if (testSize !== undefined) checkInteger('testSize', testSize);
    this.options = {
      gap: checkInteger('gap', gap, 0),
      ...(maxTrainSize === undefined ? {} : { maxTrainSize }),
      ...(testSize === undefined ? {} : { testSize }),
    };
  }

  /** @throws SteepestError `ERR_ARGUMENT` for too few rows */
  split(x: RowsInput | number): Fold[] {
    const { nSplits } = this;
    const { gap, maxTrainSize = Number.POSITIVE_INFINITY } = this.options;
    const rows = rowCount(x);
    const testSize = this.options.testSize ?? Math.floor(rows / (nSplits + 1));
    const first = rows - nSplits * testSize;
    if (testSize < 1 || first - gap < 1) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `more than ${nSplits} · ${Math.max(testSize, 1)} + ${gap} rows (nSplits · testSize + gap)`,
        given: `${rows}`,
        hint: 'Ask for fewer splits, a smaller testSize or gap, or pass more rows.',
      });
    }
    return Array.from({ length: nSplits }, (_, i) => {
      const begin = first + i * testSize;
      const end = begin - gap;
      return {
        train: rowsFrom(Math.max(0, end - maxTrainSize), end),
        test: rowsFrom(begin, begin + testSize),
      };
    });
  }
}
