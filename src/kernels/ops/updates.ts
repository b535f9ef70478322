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

/**
 * An update of w from the gradient g and the optimizer's arrays, which have the shape of w. Those
 * in `variants` are optional: each selects a variant.
 */
function update(
  state: string[],
  scalars: Record<string, ScalarRange>,
  flops: number,
  variants: string[] = [],
) {
  const array = updated(f32);
  const arrays = Object.fromEntries(state.map((name): [string, OperandSchema] => [name, array]));
  const more = Object.fromEntries(variants.map((name): [string, OperandSchema] => [name, optional(array)]));
  return op(() => ({
    operands: { w: updated(f32), wT: optional(output(f32)), g: f32, ...arrays, ...more },
    scalars: { l1: finite, l2x2: finite, rateScale: finite, weightDecay: finite, ...scalars },
    range: rows('w'),
    rules: () => [
      same('w', 'g', ...state, ...variants),
      shape('wT', [cols('w'), rows('w')], 'the transpose of w'),
    ],
    flops: perElement('w', flops),
  }));
}

const means = { rho: finite, oneMinusRho: finite, epsilon: finite };
const betas = { beta1: finite, oneMinusBeta1: finite, beta2: finite, oneMinusBeta2: finite };

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
   * and lets w decay,
   *   w₁ = weightDecay ≠ 0 ? fma(−fl(lr·weightDecay), w, w) : w, the product lr·weightDecay in
   *   float32 (Loshchilov & Hutter 2019; g₂ is made from w, not from w₁),
   * and writes w. New values of w and of the optimizer's arrays are *flushed*: x of |x| < 2^−126 is
   * written as +0, and the formulas below go on with it. Means of gradients that stay 0 would decay
   * into denormal numbers and remain there (0.9 times the fourth smallest rounds to it), and each
   * operation on one takes some processors a hundred cycles.
   * A mean of squares v counts a gradient g as 0, written sq(g), if |g| < fl(√fl(2^−126 /
   * oneMinusRho)): its part of v would be denormal, and v from 0 would be flushed. (oneMinusBeta2
   * of adam likewise. The products of the fast kernels are float64, so they need neither this nor n
   * of adam.)
   * If wT (N×K) is given, an update writes wT[j][i] = w[i][j] too.
   * Sets `parameterNotFinite` if a new w is NaN or infinite. Range: rows i of w.
   * lr = fl(learningRate·rateScale), and s = fl(stepSize·rateScale) and r = fl(gradientStep·
   * rateScale) likewise: products in float64, rounded once. sign(0) = 0;
   * larger(a, b) = a > b ? a : b.
   * sgd: w ← fma(−lr, g₂, w₁).
   */
  sgd: update([], {}, 2),
  /**
   * v ← fma(momentum, v, g₂); w ← fma(−lr, nesterov ? fma(momentum, v, g₂) : v, w₁)
   * (the form of Sutskever et al. 2013 that PyTorch uses).
   */
  momentum: update(['v'], { momentum: finite, nesterov: flag }, 4),
  /**
   * c = fma(beta1, m, oneMinusBeta1·g₂); w ← fma(c, 0, w₁ − lr·sign(c)), so that NaN and infinity
   * are noticed; m ← fma(beta2, m, oneMinusBeta2·g₂). (Chen et al. 2023, algorithm 2)
   */
  lion: update(['m'], betas, 8),
  /**
   * s = sq(g₂); v ← fma(rho, v, (oneMinusRho·s)·s); if m is given m ← fma(rho, m, oneMinusRho·g₂)
   * and u = larger(0, fma(−m, m, v)), otherwise u = v. Without b: w ← fma(−lr, g₂ / (√u + epsilon),
   * w₁); with b: b ← fma(momentum, b, g₂ / (√u + epsilon)), w ← fma(−lr, b, w₁).
   * (Hinton, lecture 6e; m and b: Graves 2013, in PyTorch's form.)
   */
  rmsprop: update(['v'], { ...means, momentum: finite }, 8, ['m', 'b']),
  /**
   * s = sq(g₂); v ← fma(rho, v, (oneMinusRho·s)·s); δ = (√(d + epsilon) / √(v + epsilon))·g₂;
   * e = sq(δ); d ← fma(rho, d, (oneMinusRho·e)·e); w ← fma(−lr, δ, w₁). (Zeiler 2012, algorithm 1)
   */
  adadelta: update(['v', 'd'], means, 14),
  /**
   * m ← fma(beta1, m, oneMinusBeta1·g₂); q = sq(g₂); v ← fma(beta2, v, (oneMinusBeta2·q)·q);
   * if vMax is given vMax ← larger(vMax, v) and u = vMax, otherwise u = v;
   * p = fma(√u, inverseSqrtBias2, epsilon);
   * w ← nesterov ? w₁ − fma(r, g₂, s·n) / p : fma(−s, m / p, w₁),
   * with n = |m| < 2^−95 ? 0 : m, whose product with s is no denormal number for s ≥ 2^−31.
   * (Kingma & Ba 2015; vMax: Reddi, Kale & Kumar 2018; nesterov: Dozat 2016.)
   */
  adam: update(['m', 'v'], { ...betas, epsilon: finite, nesterov: flag }, 12, ['vMax']),
  /**
   * m ← fma(beta1, m, oneMinusBeta1·g₂); u ← larger(beta2·u, |g₂|);
   * w ← fma(−s, m / (u + epsilon), w₁).
   * (Kingma & Ba 2015, algorithm 2)
   */
  adamax: update(['m', 'u'], { beta1: finite, oneMinusBeta1: finite, beta2: finite, epsilon: finite }, 10),
};
