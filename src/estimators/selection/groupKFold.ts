import { Draws, STREAMS } from '../../core/draws.js';
import { SteepestError } from '../../core/errors.js';
import { encodeLabels, type LabelInput } from '../base/labels.js';
import {
  type Fold,
  type FoldOptions,
  foldsOf,
  inTurn,
  type ResolvedFolds,
  readFolds,
  rowCount,
  type Splitter,
} from './folds.js';
import type { RowsInput } from './rows.js';

/**
 * Folds that never divide a group: all rows of a group (a patient, a customer) are tested together,
 * each once. The largest group goes to the smallest fold, as in scikit-learn, so folds have about
 * the same number of rows; with `shuffle`, about the same number of groups.
 * @example
 * ```ts
 * import { GroupKFold } from 'steepest';
 * // The rows of a customer are never on both sides.
 * const customers = ['ann', 'bob', 'ann', 'bob'];
 * const folds = new GroupKFold({ nSplits: 2 }).split(4, undefined, customers);
 * console.log(folds.map(({ test }) => Array.from(test, (row) => customers[row])));
 * // [ [ 'bob', 'bob' ], [ 'ann', 'ann' ] ]
 * ```
 */
export class GroupKFold implements Splitter {
  private readonly options: ResolvedFolds;

  constructor(options: FoldOptions = {}) {
    this.options = readFolds('GroupKFold', options);
  }

  /** Number of folds. */
  get nSplits(): number {
    return this.options.nSplits;
  }

  /**
   * @param groups the group of each row, as numbers, strings or booleans
   * @throws SteepestError `ERR_SHAPE`; `ERR_ARGUMENT` without groups, or for fewer groups than
   *   folds
   */
  split(x: RowsInput | number, _y: unknown, groups: LabelInput | undefined): Fold[] {
    const { nSplits, shuffle, seed } = this.options;
    const rows = rowCount(x);
    if (groups === undefined) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'groups, one per row, for GroupKFold',
        given: 'none',
        hint: 'Write { cv: new GroupKFold(), groups }, or split(X, y, groups).',
      });
    }
    const { codes, classes } = encodeLabels('groups', groups);
    if (codes.length !== rows) {
      throw new SteepestError('ERR_SHAPE', {
        expected: `groups with one per row, ${rows}`,
        given: `${codes.length}`,
        hint: 'Pass the group of every row.',
      });
    }
    const count = classes.length;
    if (count < nSplits) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `at least ${nSplits} groups, one for each of the ${nSplits} folds`,
        given: `${count}`,
        hint: 'Ask for fewer folds (nSplits).',
      });
    }
    const foldOfGroup = shuffle
      ? inTurn(count, nSplits, new Draws(seed, STREAMS.folds).permutation(count))
      : bySize(codes, count, nSplits);
    return foldsOf(
      Uint32Array.from(codes, (code) => foldOfGroup[code]!),
      nSplits,
    );
  }
}

/** The largest group that is left goes to the fold with the fewest rows, the first of equals. */
function bySize(codes: ArrayLike<number>, count: number, nSplits: number): Uint32Array {
  const sizes = new Uint32Array(count);
  for (let row = 0; row < codes.length; row++) sizes[codes[row]!]!++;
  // Of groups of one size the later one comes first, as in scikit-learn.
  const order = Uint32Array.from(sizes.keys()).sort((a, b) => sizes[b]! - sizes[a]! || b - a);
  const rows = new Float64Array(nSplits);
  const folds = new Uint32Array(count);
  for (const group of order) {
    const fold = rows.indexOf(Math.min(...rows));
    folds[group] = fold;
    rows[fold]! += sizes[group]!;
  }
  return folds;
}
