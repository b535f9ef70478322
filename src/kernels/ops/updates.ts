/** Optimizer updates of a weight matrix, and its penalty. */
import { PENALTY_ROWS } from '../constants.js';
import { blocks, cols, perElement, rows } from './expression.js';
import { same, shape, vectorOf } from './rules.js';
import {
  f32,
  finite,
  flag,
  type OperandSchema,
  op,
  optional,
  output,
  type ScalarRange,
  updated,
} from './schema.js';

/** An update of w from the gradient g and the optimizer's slots, which have the shape of w. */
function update(state: string[], scalars: Record<string, ScalarRange>, flops: number) {
  const arrays = Object.fromEntries(state.map((name): [string, OperandSchema] => [name, updated(f32)]));
  return op(() => ({
    operands: { w: updated(f32), wT: optional(output(f32)), g: f32, ...arrays },
    scalars: { l1: finite, l2x2: finite, ...scalars },
    range: rows('w'),
    rules: () => [same('w', 'g', ...state), shape('wT', [cols('w'), rows('w')], 'the transpose of w')],
    flops: perElement('w', flops),
  }));
}

export const updateOps = {
  /**
   * For each block b of 16 rows of w (K×N), with the block's rows ascending and columns ascending:
   * S₂ = lane sum of fma(w, w, lane), S₁ = lane sum of |w| (lane = column mod 16, running on over
   * rows); partial[0][b] = fma(l2, S₂, l1·S₁). Range: blocks b.
   */
  penalty: op(() => ({
    operands: { w: f32, partial: output(f32) },
    scalars: { l1: finite, l2: finite },
    range: cols('partial'),
    rules: () => [vectorOf('partial', blocks(rows('w'), PENALTY_ROWS), 'one per 16 rows of w')],
    flops: perElement('w', 3),
  })),
  /**
   * Updates. Each takes the gradient g, adds the penalty's own gradient,
   *   g₁ = fma(2·l2, w, g)              (2·l2 rounded to float32 by the compiler: scalar `l2x2`)
   *   g₂ = w > 0 ? g₁ + l1 : (w < 0 ? g₁ − l1 : g₁)   (each step only if its coefficient is not 0)
   * and writes w. If wT (N×K) is given, it writes wT[j][i] = w[i][j] too.
   * Sets `parameterNotFinite` if a new w is NaN or infinite. Range: rows i of w.
   * lr = fl(learningRate).
   * sgd: w ← fma(−lr, g₂, w).
   */
  sgd: update([], {}, 2),
  /**
   * v ← fma(momentum, v, g₂); w ← fma(−lr, nesterov ? fma(momentum, v, g₂) : v, w)
   * (the form of Sutskever et al. 2013 that PyTorch uses).
   */
  momentum: update(['v'], { momentum: finite, nesterov: flag }, 4),
  /**
   * v ← fma(rho, v, (oneMinusRho·g₂)·g₂); w ← w − (lr·g₂) / (√v + epsilon). (Hinton, lecture 6e)
   */
  rmsprop: update(['v'], { rho: finite, oneMinusRho: finite, epsilon: finite }, 8),
  /**
   * w₁ = weightDecay ≠ 0 ? fma(−fl(lr·weightDecay), w, w) : w, the product lr·weightDecay in
   * float32; m ← fma(beta1, m, oneMinusBeta1·g₂); v ← fma(beta2, v, (oneMinusBeta2·g₂)·g₂);
   * w ← w₁ − (stepSize·m) / fma(√v, inverseSqrtBias2, epsilon).
   * (Kingma & Ba 2015; decoupled decay: Loshchilov & Hutter 2019. g₂ is made from the old w.)
   */
  adam: update(
    ['m', 'v'],
    {
      beta1: finite,
      oneMinusBeta1: finite,
      beta2: finite,
      oneMinusBeta2: finite,
      epsilon: finite,
      weightDecay: finite,
    },
    12,
  ),
};
