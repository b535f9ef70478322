import { exponentOf, powerOfTwo, timesPower } from '../../core/powers.js';
import { forSlices } from '../base/columns.js';
import type { Features } from '../base/features.js';

/** The moments of each column. */
export interface Moments {
  /** Sums of weights. */
  count: Float64Array;
  /** Values with a weight above 0. */
  values: Float64Array;
  mean: Float64Array;
  /** Variance in units of 4^unit. */
  variance: Float64Array;
  /**
   * Powers of two in which the column's squares are neither too large nor too small; 0 for most
   * columns.
   */
  unit: Float64Array;
}

/**
 * True if the variance is no more than rounding errors of equal values: n·ε·var + (n·mean·ε)²,
 * scikit-learn's bound, but with the number of values instead of the sum of weights, so that
 * constant columns are recognized for any weights.
 */
export function isConstant(variance: number, mean: number, n: number): boolean {
  return variance <= n * Number.EPSILON * variance + (n * mean * Number.EPSILON) ** 2;
}

/**
 * Variances outside 2^± this are computed again in other units, because squares may have been lost.
 */
const MOST_EXPONENT = 500;
/** Units without a reciprocal in float64 are not needed. */
const MOST_UNIT = 1000;

const within = (exponent: number): number => Math.max(-MOST_UNIT, Math.min(MOST_UNIT, exponent));

/** Mean and variance of each column. NaN and rows without weight are ignored. */
export async function momentsOf(
  features: Features,
  weights: Float64Array | undefined,
  signal: AbortSignal | undefined,
): Promise<Moments> {
  const none = new Float64Array(features.cols);
  // Weights in units of a power of two, because a sum of products with large weights would
  // overflow.
  const weightUnit = within(exponentOf(weights?.reduce((most, w) => Math.max(most, w), 0) ?? 1));
  const relative = weights?.map((w) => w * powerOfTwo(-weightUnit));
  const sums = await sumsOf(features, relative, none, signal);
  const uncertain = Array.from(none.keys()).filter((j) => {
    const exponent = exponentOf(sums.variance[j]!);
    if (!Number.isFinite(sums.mean[j]!) || !Number.isFinite(sums.variance[j]!)) return true;
    return Math.abs(exponent) > MOST_EXPONENT || (sums.variance[j] === 0 && !isPlain(sums.mean[j]!));
  });
  const unit = await unitsOf(features, uncertain, signal);
  const isChanged = unit.some((exponent) => exponent !== 0);
  const moments = isChanged ? await sumsOf(features, relative, unit, signal) : sums;
  const count = weights === undefined ? moments.values.slice() : await weightSums(features, weights, signal);
  return { ...moments, count, unit };
}

/** True for numbers whose differences have squares within float64. */
const isPlain = (value: number): boolean => value !== 0 && Math.abs(exponentOf(value)) < MOST_EXPONENT / 4;

/** For some columns, the exponent of their largest number if it is far from 0; 0 for the others. */
async function unitsOf(
  { data, rows, cols }: Features,
  columns: readonly number[],
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const largest = new Float64Array(cols);
  if (columns.length > 0) {
    await forSlices(
      rows,
      columns.length,
      (begin, end) => {
        for (let i = begin; i < end; i++) {
          for (const j of columns) {
            const size = Math.abs(data[i * cols + j]!);
            if (size > largest[j]!) largest[j] = size;
          }
        }
      },
      signal,
    );
  }
  return largest.map((size) => (size === 0 || isPlain(size) ? 0 : within(exponentOf(size))));
}

async function weightSums(
  { data, rows, cols }: Features,
  weights: Float64Array,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const sums = new Float64Array(cols);
  await forSlices(
    rows,
    cols,
    (begin, end) => {
      for (let at = begin * cols; at < end * cols; at++) {
        if (!Number.isNaN(data[at]!)) sums[at % cols]! += weights[Math.floor(at / cols)]!;
      }
    },
    signal,
  );
  return sums;
}

/** Calls `work` for each row with nonzero weight. */
function forWeightedRows(
  { rows, cols }: Features,
  weights: Float64Array | undefined,
  signal: AbortSignal | undefined,
  work: (row: number, weight: number) => void,
): Promise<void> {
  return forSlices(
    rows,
    cols,
    (begin, end) => {
      for (let row = begin; row < end; row++) {
        const weight = weights?.[row] ?? 1;
        if (weight !== 0) work(row, weight);
      }
    },
    signal,
  );
}

/** Values, mean (in the data's units) and variance (in units of 4^unit) of each column. */
async function sumsOf(
  features: Features,
  weights: Float64Array | undefined,
  unit: Float64Array,
  signal: AbortSignal | undefined,
): Promise<Pick<Moments, 'values' | 'mean' | 'variance'>> {
  const { data, cols } = features;
  const values = new Float64Array(cols);
  const total = new Float64Array(cols);
  const shift = new Float64Array(cols).fill(Number.NaN);
  const sums = new Float64Array(cols);
  const factor = unit.map((exponent) => powerOfTwo(-exponent));
  await forWeightedRows(features, weights, signal, (i, weight) => {
    for (let j = 0; j < cols; j++) {
      const value = data[i * cols + j]! * factor[j]!;
      if (Number.isNaN(value)) continue;
      if (Number.isNaN(shift[j]!)) shift[j] = value;
      values[j]!++;
      total[j]! += weight;
      sums[j]! += weight * (value - shift[j]!);
    }
  });
  const mean = sums.map((sum, j) => shift[j]! + sum / total[j]!);
  const squares = new Float64Array(cols);
  const residue = new Float64Array(cols);
  await forWeightedRows(features, weights, signal, (i, weight) => {
    for (let j = 0; j < cols; j++) {
      const distance = data[i * cols + j]! * factor[j]! - mean[j]!;
      if (Number.isNaN(distance)) continue;
      residue[j]! += weight * distance;
      squares[j]! += weight * distance * distance;
    }
  });
  return {
    values,
    mean: mean.map((value, j) => value / factor[j]!),
    // Corrects the sum of squares for the rounding of the mean.
    variance: squares.map((sum, j) => Math.max(0, sum - residue[j]! ** 2 / total[j]!) / total[j]!),
  };
}

/**
 * Combines the moments of two pieces; if a column has no values in one, the other's moments are
 * used.
 */
export function mergeMoments(a: Moments, b: Moments): Moments {
  const cols = a.mean.length;
  const merged: Moments = {
    count: a.count.map((n, j) => n + b.count[j]!),
    values: a.values.map((n, j) => n + b.values[j]!),
    mean: new Float64Array(cols),
    variance: new Float64Array(cols),
    unit: new Float64Array(cols),
  };
  for (let j = 0; j < cols; j++) {
    const only = b.values[j] === 0 ? a : a.values[j] === 0 ? b : undefined;
    const [mean, variance, unit] =
      only === undefined ? both(a, b, j) : [only.mean[j]!, only.variance[j]!, only.unit[j]!];
    merged.mean[j] = mean;
    merged.variance[j] = variance;
    merged.unit[j] = unit;
  }
  return merged;
}

/** Mean, variance and unit of column j from two pieces that both have values of it. */
function both(a: Moments, b: Moments, j: number): [number, number, number] {
  const largest = Math.max(Math.abs(a.mean[j]!), Math.abs(b.mean[j]!));
  const plain = isPlain(largest) || largest === 0;
  const unit =
    a.unit[j] === 0 && b.unit[j] === 0 && plain
      ? 0
      : Math.max(a.unit[j]!, b.unit[j]!, within(exponentOf(largest)));
  const scaled = (m: Moments): [number, number] => [
    timesPower(m.mean[j]!, -unit),
    timesPower(m.variance[j]!, 2 * (m.unit[j]! - unit)),
  ];
  const [[aMean, aVariance], [bMean, bVariance]] = [scaled(a), scaled(b)];
  const share = b.count[j]! / (a.count[j]! + b.count[j]!);
  const delta = bMean - aMean;
  const variance = (1 - share) * aVariance + share * bVariance + share * (1 - share) * delta ** 2;
  return [timesPower(aMean + delta * share, unit), variance, unit];
}
