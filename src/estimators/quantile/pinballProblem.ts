/**
 * Quantile regression as a linear program over lines: the hyperplanes on which a term of the
 * objective has its kink. Line i of the first `rows` belongs to a row of the table, line `rows` + j
 * to the penalty of coefficient j:
 *
 *   min over v: Σ above·max(r, 0) + below·max(−r, 0), r_i = y_i − x_i·v, and r = −v_j for penalties.
 *
 * The dual is max Σ y_i·d_i with Σ x_i·d_i = 0 and −below ≤ d ≤ above. (Koenker, "Quantile
 * Regression", §6.1 and §6.2)
 */
import { eachRange, type InParts, PRODUCTS_PER_PART } from '../../core/inParts.js';
import type { ScaledRows } from '../robust/scaledRows.js';

export interface PinballProblem {
  /** Rows with a weight. */
  readonly rows: number;
  /** Coefficients, with an intercept as the last one. */
  readonly size: number;
  /** rows × size, elements of about 1 at most. */
  readonly x: Float64Array;
  /** One per line; 0 for penalties. */
  readonly y: Float64Array;
  /** Cost of a unit above the plane, one per line; 0 for a coefficient without a penalty. */
  readonly above: Float64Array;
  /** Cost of a unit below the plane. */
  readonly below: Float64Array;
}

export interface PinballParams {
  quantile: number;
  /** Penalty of the mean loss, in units of the table. */
  alpha: number;
  fitIntercept: boolean;
}

/** A scaled column whose elements are all smaller is constant but for rounding. */
const NO_VARIATION = 1e-13;

/** Copies the rows that have a weight, with an intercept's column of 1. */
function* copyRows(scaled: ScaledRows, size: number): InParts<{ x: Float64Array; kept: Uint32Array }> {
  const { rows, cols, weights, rowsPerPart } = scaled;
  const all = new Uint32Array(rows);
  let count = 0;
  yield* eachRange(rows, (begin, end) => {
    for (let i = begin; i < end; i++) if (weights === undefined || weights[i]! > 0) all[count++] = i;
  });
  const kept = all.subarray(0, count);
  const x = new Float64Array(kept.length * size);
  const largest = new Float64Array(cols);
  const row = new Float64Array(size).fill(1);
  yield* eachRange(
    kept.length,
    (begin, end) => {
      for (let i = begin; i < end; i++) {
        scaled.read(kept[i]!, row);
        x.set(row, i * size);
        for (let j = 0; j < cols; j++) largest[j] = Math.max(largest[j]!, Math.abs(row[j]!));
      }
    },
    rowsPerPart,
  );
  for (let j = 0; j < cols; j++) {
    if (largest[j]! > NO_VARIATION) continue;
    for (let i = 0; i < kept.length; i++) x[i * size + j] = 0;
    yield;
  }
  return { x, kept };
}

/** The linear program of a table, in units of its columns and of the largest weight. */
export function* pinballProblem(
  scaled: ScaledRows,
  { quantile, alpha, fitIntercept }: PinballParams,
): InParts<PinballProblem> {
  const { cols, weights, scales } = scaled;
  const size = cols + (fitIntercept ? 1 : 0);
  const { x, kept } = yield* copyRows(scaled, size);
  const rows = kept.length;
  let heaviest = 0;
  if (weights === undefined) heaviest = 1;
  else for (const i of kept) heaviest = Math.max(heaviest, weights[i]!);
  const y = new Float64Array(rows + size);
  const above = new Float64Array(rows + size);
  const below = new Float64Array(rows + size);
  let total = 0;
  yield* eachRange(rows, (begin, end) => {
    for (let i = begin; i < end; i++) {
      const weight = (weights?.[kept[i]!] ?? 1) / heaviest;
      total += weight;
      y[i] = scaled.y[kept[i]!]!;
      above[i] = weight * quantile;
      below[i] = weight * (1 - quantile);
    }
  });
  for (let j = 0; j < cols; j++) {
    // No sum of rows pulls more than this, so that a larger penalty changes nothing.
    const penalty = Math.min((alpha / scales[j]!) * total, 2 * total);
    above[rows + j] = penalty;
    below[rows + j] = penalty;
  }
  return { rows, size, x, y, above, below };
}

/** Lines to visit in one part, or to sort. */
export const LINES_PER_PART = 2 ** 15;

/** Whether a line exists: a coefficient without a penalty has none. */
export const hasLine = ({ rows, above }: PinballProblem, line: number): boolean =>
  line < rows || above[line]! > 0;

/** Rows whose products with `each` numbers per element take less than a millisecond. */
export const rowsPerPart = (size: number, each = 1): number =>
  Math.max(1, Math.floor(PRODUCTS_PER_PART / (size * each + 8)));

/** out = x·v for rows, and v for penalties: one number per line. */
export function* alongLines(
  { rows, size, x }: PinballProblem,
  v: Float64Array,
  out: Float64Array,
): InParts<void> {
  yield* eachRange(
    rows,
    (begin, end) => {
      for (let i = begin; i < end; i++) {
        let [even, odd] = [0, 0];
        const at = i * size;
        let j = 0;
        for (; j + 2 <= size; j += 2) {
          even += x[at + j]! * v[j]!;
          odd += x[at + j + 1]! * v[j + 1]!;
        }
        out[i] = j < size ? even + x[at + j]! * v[j]! + odd : even + odd;
      }
    },
    rowsPerPart(size),
  );
  out.set(v, rows);
}

/** Σ x_i·d_i over rows, plus d of the penalties: one number per coefficient. */
export function* acrossLines({ rows, size, x }: PinballProblem, d: Float64Array): InParts<Float64Array> {
  const out = d.slice(rows);
  yield* eachRange(
    rows,
    (begin, end) => {
      for (let i = begin; i < end; i++) {
        const factor = d[i]!;
        if (factor === 0) continue;
        const at = i * size;
        for (let j = 0; j < size; j++) out[j] = out[j]! + factor * x[at + j]!;
      }
    },
    rowsPerPart(size),
  );
  return out;
}
