/**
 * Rows of a table in units of its columns: each column minus its weighted mean, over its largest
 * deviation from it. Solvers of small problems work in these units, so that neither the origin nor
 * the unit of a column matters. No copy of the table is made.
 */
import { eachRange, type InParts, NUMBERS_PER_PART } from '../../core/inParts.js';
import type { Features } from '../base/features.js';

export interface ScaledRows {
  readonly rows: number;
  readonly cols: number;
  /** Means of the columns; 0 without an intercept. */
  readonly means: Float64Array;
  /** Largest deviations; 1 for a constant column. */
  readonly scales: Float64Array;
  /** One per row. */
  readonly y: Float64Array;
  readonly yMean: number;
  readonly yScale: number;
  readonly weights: Float64Array | undefined;
  readonly totalWeight: number;
  /** Rows that take less than a millisecond. */
  readonly rowsPerPart: number;
  /** Writes row i to the first elements of `out`. */
  read(i: number, out: Float64Array): void;
}

/**
 * @param data rows × cols, finite
 * @param isCentred whether to subtract means: only with an intercept
 */
export function* scaleRows(
  { data, rows, cols }: Features,
  targets: Float64Array,
  weights: Float64Array | undefined,
  isCentred: boolean,
): InParts<ScaledRows> {
  const rowsPerPart = Math.max(1, Math.floor(NUMBERS_PER_PART / 4 / (cols + 1)));
  const means = new Float64Array(cols);
  const scales = new Float64Array(cols);
  let [totalWeight, yMean, yScale] = [0, 0, 0];
  yield* eachRange(
    rows,
    (begin, end) => {
      for (let i = begin; i < end; i++) {
        const weight = weights?.[i] ?? 1;
        if (weight === 0) continue;
        totalWeight += weight;
        if (!isCentred) continue;
        const share = weight / totalWeight;
        for (let j = 0; j < cols; j++) {
          // Two products: the difference of large numbers of either sign would overflow.
          means[j] = means[j]! * (1 - share) + data[i * cols + j]! * share;
        }
        yMean = yMean * (1 - share) + targets[i]! * share;
      }
    },
    rowsPerPart,
  );
  yield* eachRange(
    rows,
    (begin, end) => {
      for (let i = begin; i < end; i++) {
        if (weights?.[i] === 0) continue;
        for (let j = 0; j < cols; j++) {
          scales[j] = Math.max(scales[j]!, Math.abs(data[i * cols + j]! / 2 - means[j]! / 2));
        }
        yScale = Math.max(yScale, Math.abs(targets[i]! / 2 - yMean / 2));
      }
    },
    rowsPerPart,
  );
  const usable = (half: number, mean: number): number => {
    // What rounding of the mean leaves of a constant column is no deviation.
    const isConstant = half <= 4 * rows * Number.EPSILON * Math.abs(mean / 2);
    return isConstant ? 1 : Math.min(half * 2, Number.MAX_VALUE);
  };
  for (let j = 0; j < cols; j++) scales[j] = usable(scales[j]!, means[j]!);
  yScale = usable(yScale, yMean);
  const y = targets.map((value) => value / yScale - yMean / yScale);
  const read = (i: number, out: Float64Array): void => {
    for (let j = 0; j < cols; j++) out[j] = data[i * cols + j]! / scales[j]! - means[j]! / scales[j]!;
  };
  return { rows, cols, means, scales, y, yMean, yScale, weights, totalWeight, rowsPerPart, read };
}

/** Coefficients and the intercept in the units of the table. */
export function inTableUnits(
  { cols, means, scales, yMean, yScale }: ScaledRows,
  scaled: Float64Array,
  intercept: number,
): { coef: Float64Array; intercept: Float64Array } {
  const coef = Float64Array.from({ length: cols }, (_, j) => (scaled[j]! / scales[j]!) * yScale);
  let value = intercept * yScale + yMean;
  for (let j = 0; j < cols; j++) value -= scaled[j]! * (means[j]! / scales[j]!) * yScale;
  return { coef, intercept: Float64Array.of(value) };
}

/** The inverse of {@link inTableUnits}. */
export function inScaledUnits(
  { cols, means, scales, yMean, yScale }: ScaledRows,
  coef: Float64Array,
  intercept: number,
): { scaled: Float64Array; intercept: number } {
  const scaled = Float64Array.from({ length: cols }, (_, j) => (coef[j]! / yScale) * scales[j]!);
  let value = (intercept - yMean) / yScale;
  for (let j = 0; j < cols; j++) value += scaled[j]! * (means[j]! / scales[j]!);
  return { scaled, intercept: value };
}
