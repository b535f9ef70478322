import { SteepestError } from '../../core/errors.js';
import { checkOptions } from '../base/fitOptions.js';
import { type Fold, rowCount, rowsFrom, type Splitter } from './folds.js';
import type { RowsInput } from './rows.js';

/**
 * As many folds as rows, each of which tests one row. The number of fits is that of the rows: for
 * many rows use `KFold`.
 * @example
 * ```ts
 * import { LeaveOneOut } from 'steepest';
 * const folds = new LeaveOneOut().split(3);
 * console.log(folds.map(({ train, test }) => [train.join(' '), test.join(' ')]));
 * // [ [ '1 2', '0' ], [ '0 2', '1' ], [ '0 1', '2' ] ]
 * ```
 */
export class LeaveOneOut implements Splitter {
  constructor(options: Readonly<Record<string, never>> = {}) {
    checkOptions('LeaveOneOut', options, []);
  }

  /** @throws SteepestError `ERR_ARGUMENT` for fewer than two rows */
  split(x: RowsInput | number): Fold[] {
    const rows = rowCount(x);
    if (rows < 2) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'at least 2 rows for LeaveOneOut',
        given: `${rows}`,
        hint: 'Pass more rows.',
      });
    }
    // Made when asked for: all of them would hold rows² numbers.
    return Array.from({ length: rows }, (_, row) => ({
      get train() {
        return rowsFrom(0, rows).filter((other) => other !== row);
      },
      test: Uint32Array.of(row),
    }));
  }
}
