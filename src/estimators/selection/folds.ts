import { checkBoolean, checkInteger } from '../../core/check.js';
import { checkSeed, Draws, STREAMS } from '../../core/draws.js';
import { SteepestError } from '../../core/errors.js';
import { checkOptions } from '../base/fitOptions.js';
import { encodeClasses, type LabelInput } from '../base/labels.js';
import { countRows, type RowsInput } from './rows.js';

/** Indices of rows to train on and to test on, ascending. */
export interface Fold {
  train: Uint32Array;
  test: Uint32Array;
}

/** Cuts rows into folds. */
export interface Splitter {
  /** @param x samples, or their number. @param y one class or value per sample */
  split(x: RowsInput | number, y?: unknown): Fold[];
}

export interface FoldOptions {
  /** Number of folds, at least 2 (5). */
  nSplits?: number;
  /** Shuffle rows first (StratifiedKFold: within classes) (false). */
  shuffle?: boolean;
  /** Seed of the shuffle. 0 by default. */
  seed?: number;
}

interface ResolvedFolds {
  nSplits: number;
  shuffle: boolean;
  seed: number;
}

function readOptions(owner: string, options: FoldOptions): ResolvedFolds {
  checkOptions(owner, options, ['nSplits', 'shuffle', 'seed']);
  const { nSplits = 5, shuffle = false, seed = 0 } = options;
  return {
    nSplits: checkInteger('nSplits', nSplits, 2),
    shuffle: checkBoolean('shuffle', shuffle),
    seed: checkSeed(seed),
  };
}

const rowCount = (x: RowsInput | number): number =>
  typeof x === 'number' ? checkInteger('rows', x) : countRows('X', x);

/** Folds from the number of the fold that tests each row. */
function foldsOf(testFold: Uint32Array, nSplits: number): Fold[] {
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
 */
export class KFold implements Splitter {
  private readonly options: ResolvedFolds;

  constructor(options: FoldOptions = {}) {
    this.options = readOptions('KFold', options);
  }

  get nSplits(): number {
    return this.options.nSplits;
  }

  /** @throws SteepestError `ERR_ARGUMENT` for fewer rows than folds */
  split(x: RowsInput | number): Fold[] {
    const { nSplits, shuffle, seed } = this.options;
    const rows = rowCount(x);
    if (rows < nSplits) tooFew('data', rows, nSplits);
    const order = shuffle ? new Draws(seed, STREAMS.folds).permutation(rows) : undefined;
    const testFold = new Uint32Array(rows);
    const larger = rows % nSplits;
    const size = Math.floor(rows / nSplits);
    for (let i = 0; i < rows; i++) {
      const inLarger = larger * (size + 1);
      const fold = i < inLarger ? Math.floor(i / (size + 1)) : larger + Math.floor((i - inLarger) / size);
      testFold[order?.[i] ?? i] = fold;
    }
    return foldsOf(testFold, nSplits);
  }
}

/**
 * Stratified folds, to within one row per class; each row is tested once. Rows are assigned as in
 * scikit-learn: the classes, in order of first appearance, are distributed round robin, and rows of
 * a class go to folds in order.
 */
export class StratifiedKFold implements Splitter {
  private readonly options: ResolvedFolds;

  constructor(options: FoldOptions = {}) {
    this.options = readOptions('StratifiedKFold', options);
  }

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
    const rows = rowCount(x);
    const { codes, counts } = byAppearance(y as LabelInput, rows);
    const most = Math.max(...counts);
    if (most < nSplits) tooFew('a class', most, nSplits);
    const least = Math.min(...counts);
    if (least < nSplits) {
      process.emitWarning(
        `StratifiedKFold: the rarest class has ${least} rows, fewer than the ${nSplits} folds; some folds test none of it.`,
        { type: 'SteepestWarning', code: 'STEEPEST_RARE_CLASS' },
      );
    }
    const draws = new Draws(seed, STREAMS.folds);
    const testFold = new Uint32Array(rows);
    let before = 0;
    counts.forEach((count, k) => {
      // Of the rows sorted by class, fold f gets numbers f, f + nSplits, …. This counts how many of
      // those are of class k.
      const upTo = (n: number, f: number): number => Math.ceil(Math.max(0, n - f) / nSplits);
      const folds = Array.from({ length: nSplits }, (_, f) =>
        new Array<number>(upTo(before + count, f) - upTo(before, f)).fill(f),
      ).flat();
      const order = shuffle ? draws.permutation(count) : undefined;
      let i = 0;
      for (let row = 0; row < rows; row++) {
        if (codes[row] !== k) continue;
        testFold[row] = folds[order?.[i] ?? i]!;
        i++;
      }
      before += count;
    });
    return foldsOf(testFold, nSplits);
  }
}

/** Classes numbered in order of first appearance. */
function byAppearance(y: LabelInput | undefined, rows: number): { codes: Int32Array; counts: number[] } {
  if (y === undefined) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'y, one class per row, to stratify by',
      given: 'none',
      hint: 'Pass y, or use KFold.',
    });
  }
  const { codes } = encodeClasses('y', y);
  if (codes.length !== rows) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `y with one class per row, ${rows}`,
      given: `${codes.length}`,
      hint: 'Pass one class per row of X.',
    });
  }
  const numbers = new Map<number, number>();
  const counts: number[] = [];
  const appearance = codes.map((code) => {
    const known = numbers.get(code);
    const number = known ?? numbers.size;
    if (known === undefined) numbers.set(code, number);
    counts[number] = (counts[number] ?? 0) + 1;
    return number;
  });
  return { codes: appearance, counts };
}
