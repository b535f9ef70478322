import { eachRange, type InParts } from '../../core/inParts.js';

/**
 * Means of a target by category, for `TargetEncoder`. Rows are counted once per fold, and the
 * moments of folds are merged (Chan, Golub & LeVeque, 1979), so that leaving each fold out costs no
 * further pass.
 */

/** The target of each row: a number; or a class, of which `outputs` are encoded. */
export type Target =
  | { kind: 'numbers'; values: Float64Array }
  /** Output o is 1 for rows of class `first` + o, 0 for others. */
  | { kind: 'classes'; codes: Int32Array; first: number; outputs: number };

/** Moments of each group: its number of rows, mean and sum of squared distances from the mean. */
export interface GroupMoments {
  n: Float64Array;
  mean: Float64Array;
  squares: Float64Array;
}

export const outputsOf = (target: Target): number => (target.kind === 'numbers' ? 1 : target.outputs);

/** Rows to count, or to encode, in one part. */
export const ROWS_PER_PART = 2 ** 15;

/**
 * Moments of every output by fold and category: element fold · categories + category.
 * @param codes the category of each row; −1 does not count
 * @param foldOf the fold of each row
 */
export function* groupMoments(
  target: Target,
  codes: Int32Array,
  categories: number,
  foldOf: Uint32Array,
  folds: number,
): InParts<GroupMoments[]> {
  const size = folds * categories;
  const rows = codes.length;
  const forRows = (visit: (row: number, group: number) => void): InParts<void> =>
    eachRange(
      rows,
      (begin, end) => {
        for (let row = begin; row < end; row++) {
          if (codes[row]! >= 0) visit(row, foldOf[row]! * categories + codes[row]!);
        }
      },
      ROWS_PER_PART,
    );
  const n = new Float64Array(size);
  const sums = Array.from({ length: outputsOf(target) }, () => new Float64Array(size));
  yield* forRows((row, group) => {
    n[group]!++;
    if (target.kind === 'numbers') sums[0]![group]! += target.values[row]!;
    else {
      const sum = sums[target.codes[row]! - target.first];
      if (sum !== undefined) sum[group]!++;
    }
  });
  const means = sums.map((sum) => sum.map((value, group) => (n[group] === 0 ? 0 : value / n[group]!)));
  if (target.kind === 'classes') {
    // Of zeros and ones.
    return means.map((mean) => ({ n, mean, squares: mean.map((p, group) => n[group]! * p * (1 - p)) }));
  }
  const squares = new Float64Array(size);
  const [mean] = means as [Float64Array];
  yield* forRows((row, group) => {
    const distance = target.values[row]! - mean[group]!;
    squares[group]! += distance * distance;
  });
  return [{ n, mean, squares }];
}

/** The moments of all folds but one, or of all: [categories]. */
export function mergeFolds(
  { n, mean, squares }: GroupMoments,
  categories: number,
  without = -1,
): GroupMoments {
  const merged = {
    n: new Float64Array(categories),
    mean: new Float64Array(categories),
    squares: new Float64Array(categories),
  };
  for (let group = 0; group < n.length; group++) {
    const fold = Math.floor(group / categories);
    if (fold === without || n[group] === 0) continue;
    const category = group % categories;
    const total = merged.n[category]! + n[group]!;
    const delta = mean[group]! - merged.mean[category]!;
    merged.squares[category]! += squares[group]! + (delta * delta * merged.n[category]! * n[group]!) / total;
    merged.mean[category]! += (delta * n[group]!) / total;
    merged.n[category] = total;
  }
  return merged;
}

/**
 * The encoding of each category: its mean, drawn towards that of all rows, the more so the fewer
 * rows it has. Micci-Barreca, "A preprocessing scheme for high-cardinality categorical attributes",
 * SIGKDD Explorations 3 (2001): equation 7 with m = `smooth`; with 'auto', equations 5 and 6, where
 * the variances come from the data (empirical Bayes).
 * @param all moments of all rows, as one category
 */
export function encodingsOf(
  { n, mean, squares }: GroupMoments,
  all: GroupMoments,
  smooth: 'auto' | number,
): Float64Array {
  const prior = all.mean[0]!;
  const variance = all.squares[0]! / all.n[0]!;
  return mean.map((own, category) => {
    const count = n[category]!;
    if (smooth === 'auto') {
      const share = (variance * count) / (variance * count + squares[category]! / count);
      return Number.isNaN(share) ? prior : share * own + (1 - share) * prior;
    }
    return count + smooth === 0 ? prior : (count * own + smooth * prior) / (count + smooth);
  });
}
