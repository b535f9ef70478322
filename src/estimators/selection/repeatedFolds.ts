import { checkInteger } from '../../core/check.js';
import { checkSeed, Draws, STREAMS } from '../../core/draws.js';
import { separateTarget } from '../../data/tables/target.js';
import { checkOptions } from '../base/fitOptions.js';
import { consecutiveFolds, type Fold, rowCount, type Splitter, stratifiedFolds } from './folds.js';
import type { RowsInput } from './rows.js';

/** Options of `RepeatedKFold` and `RepeatedStratifiedKFold`. */
export interface RepeatedFoldOptions {
  /** Number of folds, at least 2 (5). */
  nSplits?: number;
  /** Number of repetitions, each with another shuffle (10). */
  nRepeats?: number;
  /** Seed of the shuffles. 0 by default. */
  seed?: number;
}

function read(owner: string, options: RepeatedFoldOptions): Required<RepeatedFoldOptions> {
  checkOptions(owner, options, ['nSplits', 'nRepeats', 'seed']);
  const { nSplits = 5, nRepeats = 10, seed = 0 } = options;
  return {
    nSplits: checkInteger('nSplits', nSplits, 2),
    nRepeats: checkInteger('nRepeats', nRepeats),
    seed: checkSeed(seed),
  };
}

/**
 * `KFold` with shuffled rows, several times: nRepeats · nSplits folds, those of a repetition
 * together.
 * @example
 * ```ts
 * import { RepeatedKFold } from 'steepest';
 * console.log(new RepeatedKFold({ nSplits: 5, nRepeats: 3, seed: 1 }).split(100).length);
 * // 15
 * ```
 */
export class RepeatedKFold implements Splitter {
  private readonly options: Required<RepeatedFoldOptions>;

  constructor(options: RepeatedFoldOptions = {}) {
    this.options = read('RepeatedKFold', options);
  }

  /** @throws SteepestError `ERR_ARGUMENT` for fewer rows than folds */
  split(x: RowsInput | number): Fold[] {
    const { nSplits, nRepeats, seed } = this.options;
    const rows = rowCount(x);
    const draws = new Draws(seed, STREAMS.folds);
    return Array.from({ length: nRepeats }, () =>
      consecutiveFolds(rows, nSplits, draws.permutation(rows)),
    ).flat();
  }
}

/**
 * `StratifiedKFold` with shuffled rows, several times: nRepeats · nSplits folds.
 * @example
 * ```ts
 * import { RepeatedStratifiedKFold } from 'steepest';
 * const labels = [0, 1, 0, 1, 0, 1];
 * console.log(new RepeatedStratifiedKFold({ nSplits: 3, nRepeats: 2 }).split(6, labels).length);
 * // 6
 * ```
 */
export class RepeatedStratifiedKFold implements Splitter {
  private readonly options: Required<RepeatedFoldOptions>;

  constructor(options: RepeatedFoldOptions = {}) {
    this.options = read('RepeatedStratifiedKFold', options);
  }

  /**
   * @param y one class per row, or the name of their column in x
   * @throws SteepestError as `StratifiedKFold`
   */
  split(x: RowsInput | number, y?: unknown): Fold[] {
    const { nSplits, nRepeats, seed } = this.options;
    const rows = rowCount(x);
    const given = separateTarget('X', x, y);
    const draws = new Draws(seed, STREAMS.folds);
    return Array.from({ length: nRepeats }, () => stratifiedFolds(rows, given.y, nSplits, draws)).flat();
  }
}
