import { checkBoolean, checkInteger } from '../../core/check.js';
import { checkSeed, Draws, STREAMS } from '../../core/draws.js';
import { SteepestError } from '../../core/errors.js';
import { separateTarget } from '../../data/tables/target.js';
import { checkOptions } from '../base/fitOptions.js';
import { type EncodedLabels, encodeClasses, type LabelInput } from '../base/labels.js';
import { countRows, type RowsInput } from './rows.js';

/**
 * Indices of rows to train on and to test on: ascending, or as drawn by the splits that shuffle.
 */
export interface Fold {
  train: Uint32Array;
  test: Uint32Array;
}

/** Cuts rows into folds. */
export interface Splitter {
  /**
   * The folds of a table.
   * @param x samples, or their number
   * @param y one class or value per sample
   * @param groups the group of each sample, if `groups` was given
   */
  split(x: RowsInput | number, y?: unknown, groups?: LabelInput): Fold[];
}

/** Options of `KFold`, `StratifiedKFold` and `GroupKFold`. */
export interface FoldOptions {
  /** Number of folds, at least 2 (5). */
  nSplits?: number;
  /** Shuffle rows first (StratifiedKFold: within classes) (false). */
  shuffle?: boolean;
  /** Seed of the shuffle. 0 by default. */
  seed?: number;
}

export interface ResolvedFolds {
  nSplits: number;
  shuffle: boolean;
  seed: number;
}

/** @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME` */
export function readFolds(owner: string, options: FoldOptions): ResolvedFolds {
  checkOptions(owner, options, ['nSplits', 'shuffle', 'seed']);
  const { nSplits = 5, shuffle = false, seed = 0 } = options;
  return {
    nSplits: checkInteger('nSplits', nSplits, 2),
    shuffle: checkBoolean('shuffle', shuffle),
    seed: checkSeed(seed),
  };
}

/** The number of rows of samples, or the number itself. */
export const rowCount = (x: RowsInput | number): number =>
  typeof x === 'number' ? checkInteger('rows', x) : countRows('X', x);

/** The rows from begin up to end. */
export const rowsFrom = (begin: number, end: number): Uint32Array =>
  Uint32Array.from({ length: end - begin }, (_, i) => begin + i);

/** Folds from the number of the fold that tests each row. */
export function foldsOf(testFold: Uint32Array, nSplits: number): Fold[] {
  const sizes = new Uint32Array(nSplits);
  for (const fold of testFold) sizes[fold]!++;
  return Array.from(sizes, (size, fold) => {
    const train = new Uint32Array(testFold.length - size);
    const test = new Uint32Array(size);
    let inTrain = 0;
    let inTest = 0;
    for (let row = 0; row < testFold.length; row++) {
      if (testFold[row] === fold) test[inTest++] = row;
      else train[inTrain++] = row;
    }
    return { train, test };
  });
}

function tooFew(what: string, given: number, nSplits: number): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} with at least ${nSplits} rows, one for each of the ${nSplits} folds`,
    given: `${given}`,
    hint: 'Ask for fewer folds (cv, nSplits), or pass more rows.',
  });
}

/**
 * Folds of consecutive rows whose sizes differ by at most 1, the larger ones first; each row is
 * tested once.
 * @example
 * ```ts
 * import { KFold } from 'steepest';
 * for (const { train, test } of new KFold({ nSplits: 2 }).split(4)) {
 *   console.log(train.join(' '), '→', test.join(' '));
 *   // 2 3 → 0 1
 *   // 0 1 → 2 3
 * }
 * ```
 */
export class KFold implements Splitter {
  private readonly options: ResolvedFolds;

  constructor(options: FoldOptions = {}) {
    this.options = readFolds('KFold', options);
  }

  /** Number of folds. */
  get nSplits(): number {
    return this.options.nSplits;
  }

  /** @throws SteepestError `ERR_ARGUMENT` for fewer rows than folds */
  split(x: RowsInput | number): Fold[] {
    const { nSplits, shuffle, seed } = this.options;
    const rows = rowCount(x);
    return consecutiveFolds(
      rows,
      nSplits,
      shuffle ? new Draws(seed, STREAMS.folds).permutation(rows) : undefined,
    );
  }
}

/**
 * Stratified folds, to within one row per class; each row is tested once. Rows are assigned as in
 * scikit-learn: the classes, in order of first appearance, are distributed round robin, and rows of
 * a class go to folds in order.
 * @example
 * ```ts
 * import { StratifiedKFold } from 'steepest';
 * const labels = ['a', 'b', 'a', 'b'];
 * const folds = new StratifiedKFold({ nSplits: 2 }).split(4, labels);
 * console.log(folds.map(({ test }) => Array.from(test, (row) => labels[row]).sort()));
 * // [ [ 'a', 'b' ], [ 'a', 'b' ] ]
 * ```
 */
export class StratifiedKFold implements Splitter {
  private readonly options: ResolvedFolds;

  constructor(options: FoldOptions = {}) {
    this.options = readFolds('StratifiedKFold', options);
  }

  /** Number of folds. */
  get nSplits(): number {
    return this.options.nSplits;
  }

  /**
   * @param y one class per row
   * @throws SteepestError `ERR_SHAPE`; `ERR_ARGUMENT` if no class has as many rows as there are
   *   folds. If only some classes have fewer, a warning reports it.
   */
  split(x: RowsInput | number, y?: unknown): Fold[] {
    const { nSplits, shuffle, seed } = this.options;
    const draws = shuffle ? new Draws(seed, STREAMS.folds) : undefined;
    return stratifiedFolds(rowCount(x), separateTarget('X', x, y).y, nSplits, draws);
  }
}

/**
 * Folds of consecutive positions of an order of the rows.
 * @throws SteepestError `ERR_ARGUMENT` for fewer rows than folds
 */
export function consecutiveFolds(rows: number, nSplits: number, order: Uint32Array | undefined): Fold[] {
  if (rows < nSplits) tooFew('data', rows, nSplits);
  return foldsOf(inTurn(rows, nSplits, order), nSplits);
}

/**
 * The fold of each of `count` rows or groups, at least nSplits: consecutive positions of their
 * order are of one fold, and the first folds have one more.
 */
export function inTurn(count: number, nSplits: number, order: Uint32Array | undefined): Uint32Array {
  const folds = new Uint32Array(count);
  const larger = count % nSplits;
  const size = Math.floor(count / nSplits);
  const inLarger = larger * (size + 1);
  for (let i = 0; i < count; i++) {
    const fold = i < inLarger ? Math.floor(i / (size + 1)) : larger + Math.floor((i - inLarger) / size);
    folds[order?.[i] ?? i] = fold;
  }
  return folds;
}

/**
 * Stratified folds, with the rows of each class shuffled if there are draws.
 * @throws SteepestError as {@link StratifiedKFold.split}
 */
export function stratifiedFolds(rows: number, y: unknown, nSplits: number, draws: Draws | undefined): Fold[] {
  const { codes, counts } = byAppearance(labelsOf(y, rows));
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  if (most < nSplits) tooFew('a class', most, nSplits);
  const least = counts.reduce((a, b) => Math.min(a, b), rows);
  if (least < nSplits) {
    process.emitWarning(
      `StratifiedKFold: the rarest class has ${least} rows, fewer than the ${nSplits} folds; some folds test none of it.`,
      { type: 'SteepestWarning', code: 'STEEPEST_RARE_CLASS' },
    );
  }
  let before = 0;
  const foldsOfClass = counts.map((count) => {
    // Of the rows sorted by class, fold f gets numbers f, f + nSplits, …. This counts how many of
    // those are of this class.
    const upTo = (n: number, f: number): number => Math.ceil(Math.max(0, n - f) / nSplits);
    const folds = new Uint32Array(count);
    for (let f = 0, i = 0; f < nSplits; f++) {
      const next = i + upTo(before + count, f) - upTo(before, f);
      folds.fill(f, i, next);
      i = next;
    }
    before += count;
    const order = draws?.permutation(count);
    return order === undefined ? folds : folds.map((_, i) => folds[order[i]!]!);
  });
  const seen = new Uint32Array(counts.length);
  const testFold = codes.map((code) => foldsOfClass[code]![seen[code]!++]!);
  return foldsOf(testFold, nSplits);
}

/**
 * The classes of y.
 * @throws SteepestError `ERR_ARGUMENT` without y, `ERR_SHAPE`
 */
export function labelsOf(y: unknown, rows: number): EncodedLabels {
  if (y === undefined) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'y, one class per row, to stratify by',
      given: 'none',
      hint: 'Pass y, or use KFold.',
    });
  }
  const labels = encodeClasses('y', y as LabelInput);
  if (labels.codes.length === rows) return labels;
  throw new SteepestError('ERR_SHAPE', {
    expected: `y with one class per row, ${rows}`,
    given: `${labels.codes.length}`,
    hint: 'Pass one class per row.',
  });
}

/** Classes numbered in order of first appearance. */
function byAppearance({ codes }: EncodedLabels): { codes: Uint32Array; counts: number[] } {
  const numbers = new Map<number, number>();
  const counts: number[] = [];
  const appearance = new Uint32Array(codes).map((code) => {
    const known = numbers.get(code);
    const number = known ?? numbers.size;
    if (known === undefined) numbers.set(code, number);
    counts[number] = (counts[number] ?? 0) + 1;
    return number;
  });
  return { codes: appearance, counts };
}
