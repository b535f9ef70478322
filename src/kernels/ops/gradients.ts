/** What happens to a gradient between its sum over the mini-batch and the update. */
import { cols, perElement, rows } from './expression.js';
import { atLeast, same, vector, vectorOf } from './rules.js';
import { f32, f64, finite, op, optional, output, positive, updated } from './schema.js';

export const gradientOps = {
  /** Adds the gradients of two blocks of rows: g ← fl(g + other). Range: rows of g. */
  addGradient: op(() => ({
    operands: { g: updated(f32), other: f32 },
    range: rows('g'),
    rules: () => [same('g', 'other')],
    flops: perElement('g', 1),
  })),
  /**
   * Adds the gradient of a mini-batch to those before it: with n mini-batches before (register
   * `accumulated`), total ← n = 0 ? g : fl(total + g). Range: rows of g.
   */
  accumulateGradient: op(() => ({
    operands: { g: f32, total: updated(f32) },
    range: rows('g'),
    rules: () => [same('g', 'total')],
    flops: perElement('g', 1),
  })),
  /**
   * Completes a gradient in place, in this order:
   *   g₀ = total given ? fl(total / fl(n)) : g, the mean over the n mini-batches of register `accumulated`;
   *   g₁, g₂ with the penalty's own gradient as in the updates, which then take l1 = l2x2 = 0;
   *   g₃ = clipValue ≠ 0 ? (g₂ > clipValue ? clipValue : g₂ < −clipValue ? −clipValue : g₂) : g₂,
   *   so that NaN stays NaN.
   * If squares is given, squares[0][i] is the float64 sum of g₃² over row i: lane sum with lane =
   * column mod 16. A square of a float32 is exact in float64, and no sum of them overflows.
   * Range: rows of w.
   */
  finishGradient: op(() => ({
    operands: { w: f32, g: updated(f32), total: optional(f32), squares: optional(output(f64)) },
    scalars: { l1: finite, l2x2: finite, clipValue: finite },
    range: rows('w'),
    rules: () => [same('w', 'g', 'total'), vectorOf('squares', rows('w'), 'one for each row of w')],
    flops: perElement('w', 4),
  })),
  /**
   * The factor that limits a norm: with S the float64 lane sum of squares (lane = column mod 16) and
   * n = √S, factor[0][0] = n > limit ? limit / n : 1. Range: 0 … 1.
   */
  clipFactor: op(() => ({
    operands: { squares: f64, factor: output(f64) },
    scalars: { limit: positive },
    splits: 'none',
    range: 1,
    rules: () => [vector('squares'), vectorOf('factor', 1, 'one number')],
    flops: perElement('squares', 1),
  })),
  /** g ← fl(factor·g), the product in float64. Nothing changes if the factor is 1. Range: rows of g. */
  scaleGradient: op(() => ({
    operands: { g: updated(f32), factor: f64 },
    range: rows('g'),
    rules: () => [vectorOf('factor', 1, 'one number'), atLeast(cols('g'), 0, 'columns')],
    flops: perElement('g', 1),
  })),
};
