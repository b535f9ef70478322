import { checkInteger } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import type { LabelInput } from '../base/labels.js';
import { type Fold, KFold, type Splitter, StratifiedKFold } from './folds.js';
import type { RowsInput } from './rows.js';

/**
 * A number of folds (stratified for classifiers), an object that creates folds, or the folds.
 * @example
 * ```ts
 * import { type CrossValidation, crossValidate, data, KFold, Ridge } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, seed: 1 });
 * const cv: CrossValidation = new KFold({ nSplits: 4, shuffle: true, seed: 1 });
 * console.log((await crossValidate(new Ridge(), x, y, { cv })).test.score!.length); // 4
 * ```
 */
export type CrossValidation = number | Splitter | readonly Fold[];

const DEFAULT_FOLDS = 5;

/**
 * The folds of a cross-validation.
 * @throws SteepestError `ERR_ARGUMENT`, also for groups that nothing would read; whatever a
 *   splitter throws
 */
export function makeFolds(
  { cv = DEFAULT_FOLDS, groups }: { cv?: CrossValidation; groups?: LabelInput | undefined },
  stratify: boolean,
  rows: number,
  y: RowsInput,
): readonly Fold[] {
  if (groups !== undefined && !readsGroups(cv)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'groups only with a cv that reads them',
      given: `cv ${isSplitter(cv) ? cv.constructor.name : show(cv)}`,
      hint: 'Use cv: new GroupKFold(), or leave groups out.',
    });
  }
  if (typeof cv === 'number') {
    const nSplits = checkInteger('cv', cv, 2);
    return stratify ? new StratifiedKFold({ nSplits }).split(rows, y) : new KFold({ nSplits }).split(rows);
  }
  const folds: unknown = isSplitter(cv) ? cv.split(rows, y, groups) : cv;
  if (Array.isArray(folds) && folds.length > 0 && Array.from(folds).every((fold) => isFold(fold, rows))) {
    return folds as readonly Fold[];
  }
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `cv as a number of folds, KFold, StratifiedKFold, or a list of { train, test } positions below ${rows}`,
    given: show(folds),
    hint: 'Use cv: 5.',
  });
}

const isSplitter = (cv: unknown): cv is Splitter =>
  typeof cv === 'object' && cv !== null && 'split' in cv && typeof cv.split === 'function';

/** A split(x, y) has no place for groups. */
const readsGroups = (cv: unknown): boolean =>
  isSplitter(cv) && cv.split.length !== 1 && cv.split.length !== 2;

/** True for a pair of nonempty lists of row numbers. */
function isFold(fold: unknown, rows: number): fold is Fold {
  if (typeof fold !== 'object' || fold === null) return false;
  const { train, test } = fold as Partial<Record<'train' | 'test', unknown>>;
  return [train, test].every((part) => {
    if (!Array.isArray(part) && !ArrayBuffer.isView(part)) return false;
    const positions = part as ArrayLike<unknown>;
    for (let i = 0; i < positions.length; i++) {
      const row = positions[i];
      if (!(Number.isInteger(row) && (row as number) >= 0 && (row as number) < rows)) return false;
    }
    return positions.length > 0;
  });
}
