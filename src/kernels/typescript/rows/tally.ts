import { STATUS, TALLY_RULES } from '../../contract.js';
import type { F32, PreparedOp, PrepareOp } from '../kernel.js';

/** Targets above this count as positive. */
const POSITIVE_TARGET = 0.5;
/** The largest output of a row is a yes unless it is about 0. */
const LEAST_YES = Math.fround(1e-9);

/**
 * How many of the thresholds 1/bins, 2/bins … lie below v, at most bins − 1. As in Keras, the product
 * is a float32: v equal to a rounded threshold is not above it.
 */
function spacedBin(v: number, bins: number): number {
  const x = Math.fround(v * bins);
  if (!(x > 0)) return 0;
  if (x >= bins) return bins - 1;
  const whole = Math.trunc(x);
  return whole === x ? whole - 1 : whole;
}

/** The largest of `cols` elements from `at` on; NaN is never larger. */
function largestOf(x: F32, at: number, cols: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < cols; j++) if (x[at + j]! > largest) largest = x[at + j]!;
  return largest;
}

/** The bin of an output v, in a row of which `largest` is the largest. */
function binsOf(op: PreparedOp): (v: number, largest: number) => number {
  const bins = op.scalar('bins');
  const threshold = Math.fround(op.scalar('threshold'));
  const rule = op.scalar('rule');
  if (rule === TALLY_RULES.spaced) return (v) => spacedBin(v, bins);
  const yes = Math.min(1, bins - 1);
  if (rule === TALLY_RULES.above) return (v) => (v > threshold ? yes : 0);
  return (v, largest) => (v >= largest && Math.abs(v) > LEAST_YES ? yes : 0);
}

/** Adds the weight of each output to the sum of its bin and target. */
export const tally: PrepareOp = (op) => {
  const p = op.f32('p');
  const labels = op.optional('i32', 'labels')?.data;
  const target = op.optional('f32', 'target');
  const weights = op.optional('f32', 'weights');
  const sums = op.f64('sums').data;
  const binOf = binsOf(op);
  const first = op.scalar('firstColumn');
  const last = first + op.scalar('columns');
  const stride = op.scalar('perColumn') === 0 ? 0 : 2 * op.scalar('bins');
  const needsLargest = op.scalar('rule') === TALLY_RULES.largest;
  return (begin, end) => {
    for (let r = begin; r < end; r++) {
      const label = labels === undefined ? -1 : labels[r]!;
      if (labels !== undefined && !(label >= 0 && label < p.cols)) return STATUS.indexOutOfRange;
      const weight = weights === undefined ? 1 : weights.data[r * weights.rowStride]!;
      const from = r * p.rowStride;
      const largest = needsLargest ? largestOf(p.data, from, p.cols) : 0;
      for (let c = first; c < last; c++) {
        const isPositive =
          target === undefined ? c === label : target.data[r * target.rowStride + c]! > POSITIVE_TARGET;
        const at = (c - first) * stride + 2 * binOf(p.data[from + c]!, largest) + (isPositive ? 1 : 0);
        sums[at] = sums[at]! + weight;
      }
    }
    return 0;
  };
};
