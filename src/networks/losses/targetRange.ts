import type { TargetRange } from '../../data/sharedRows.js';

/** Values from `least` to `most`. */
const between = (least: number, most: number) => (): ((value: number) => boolean) => {
  return (value) => value >= least && value <= most;
};

export const PROBABILITIES: TargetRange = {
  words: 'between 0 and 1',
  hint: 'Use 0 and 1 or probabilities; for class numbers use sparseCategoricalCrossentropy.',
  begin: between(0, 1),
};

/** For losses that have no form for class numbers. */
export const CLASS_COLUMNS: TargetRange = {
  ...PROBABILITIES,
  hint: 'Use 0 and 1 or probabilities, with a column for each class.',
};

export const NOT_NEGATIVE: TargetRange = {
  words: 'at least 0',
  hint: 'Use counts or amounts, or a loss for values of any sign, such as meanSquaredError.',
  begin: between(0, Number.POSITIVE_INFINITY),
};

/** −1 and 1, or 0 and 1. A set that has −1 and 0 is probably a mistake: what 0 means is not clear. */
export const SIGNS: TargetRange = {
  words: '−1 or 1, or 0 or 1,',
  hint: 'Use −1 and 1, or 0 and 1, but not −1 and 0 together.',
  begin() {
    let other: number | undefined;
    return (value) => {
      if (value === 1) return true;
      other ??= value;
      return value === other && (value === 0 || value === -1);
    };
  },
};
