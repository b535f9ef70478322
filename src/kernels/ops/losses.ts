/** Losses with their gradients: a number per row of the mini-batch. */
import { LOSS_FORMULAS } from '../constants.js';
import { cols, perElement, plus } from './expression.js';
import { atLeast, batch, batchVector, classes, column, LABELS, needs } from './rules.js';
import {
  choice,
  f32,
  finite,
  flag,
  i32,
  notNegative,
  op,
  optional,
  output,
  positive,
  type ScalarRange,
  updated,
} from './schema.js';

const rowLoss = output(f32);

const regression = (flops: number, scalars: Record<string, ScalarRange> = {}) =>
  op(() => ({
    operands: { y: f32, target: f32, dy: optional(output(f32)), rowLoss },
    scalars,
    rules: () => [batch('y', 'target', 'dy'), column('rowLoss')],
    flops: perElement('y', flops),
  }));

export const lossOps = {
  /**
   * Softmax, cross-entropy and gradient of a row of logits z, against a class number (`labels`,
   * 1×B) or a distribution (`target`, B×C): exactly one of the two is given.
   * m = max z; e_j = exp(z_j − m); s = lane sum e; L = log(s); p_j = e_j / s.
   * labels: loss = L − (z_l − m); dz_j = (j = l ? p_j − 1 : p_j)·scale1.
   * target: loss = lane sum fma(t_j, L − (z_j − m), lane); T = lane sum t_j;
   * dz_j = fma(p_j, T, −t_j)·scale1. rowLoss[r][0] = loss. p, dz and z may share memory.
   * dz is *flushed*: a number of |dz_j| < 2^−95 is written as +0, here, in sigmoidCrossEntropy, in
   * both focal losses, in softmaxBackward and in derivatives of activations. Gradients of confident
   * predictions are that small, and their products with activations and weights would be denormal
   * numbers, which are slow.
   * ("Deep Learning", Goodfellow et al., §6.2.2.3)
   */
  softmaxCrossEntropy: op(() => ({
    operands: { z: f32, ...LABELS, p: optional(output(f32)), dz: optional(output(f32)), rowLoss },
    inPlace: [
      ['p', 'z'],
      ['dz', 'z'],
    ],
    rules: () => [classes('z'), batch('z', 'p', 'dz'), column('rowLoss')],
    flops: perElement('z', 27),
  })),
  /**
   * u_j = (max(z_j, 0) − z_j·t_j) + log1p(exp(−|z_j|)), the product rounded separately;
   * rowLoss = (lane sum u) / C; p_j = σ(z_j); dz_j = (p_j − t_j)·scaleC, flushed.
   * p, dz and z may share memory.
   */
  sigmoidCrossEntropy: op(() => ({
    operands: { z: f32, target: f32, p: optional(output(f32)), dz: optional(output(f32)), rowLoss },
    inPlace: [
      ['p', 'z'],
      ['dz', 'z'],
    ],
    rules: () => [batch('z', 'target', 'p', 'dz'), column('rowLoss')],
    flops: perElement('z', 50),
  })),
  /**
   * Cross-entropy of given probabilities p (any non-negative scores; rows are normalised).
   * s = lane sum p; r_j = p_j / s; q_j = r_j < ε ? ε : (r_j > 1−ε ? 1−ε : r_j), ε = fl(1e-7), 1−ε
   * in float32; in_j = (q_j = r_j). With labels, t_j = (j = l ? 1 : 0).
   * loss = lane sum fma(−t_j, log(q_j), lane); A = lane sum (in_j ? t_j : 0);
   * dp_j = ((A − (in_j ? t_j / q_j : 0)) / s)·scale1. (labels: loss = −log(q_l) by the same chain.)
   */
  categoricalCrossEntropy: op(() => ({
    operands: { p: f32, ...LABELS, dp: optional(output(f32)), rowLoss },
    rules: () => [classes('p'), batch('p', 'dp'), column('rowLoss')],
    flops: perElement('p', 30),
  })),
  /**
   * q_j = p_j clipped to [ε, 1−ε] as above; in_j = (q_j = p_j); o_j = 1 − q_j.
   * u_j = fma(−t_j, log(q_j), −((1 − t_j)·log(o_j))); rowLoss = (lane sum u) / C;
   * dp_j = in_j ? ((q_j − t_j) / (q_j·o_j))·scaleC : 0.
   */
  binaryCrossEntropy: op(() => ({
    operands: { p: f32, target: f32, dp: optional(output(f32)), rowLoss },
    rules: () => [batch('p', 'target', 'dp'), column('rowLoss')],
    flops: perElement('p', 50),
  })),
  /** d_j = y_j − t_j; rowLoss = (lane sum fma(d_j, d_j, lane)) / C; dy_j = d_j·scale2C. */
  meanSquaredError: regression(4),
  /**
   * d_j = y_j − t_j; rowLoss = (lane sum |d_j|) / C;
   * dy_j = d_j > 0 ? scaleC : (d_j < 0 ? −scaleC : d_j).
   */
  meanAbsoluteError: regression(3),
  /**
   * d_j = y_j − t_j; a_j = |d_j|; c_j = a_j > delta ? delta : a_j;
   * rowLoss = (lane sum fma(c_j, fma(−0.5, c_j, a_j), lane)) / C, which is ½d² up to delta;
   * dy_j = (a_j > delta ? (d_j > 0 ? delta : −delta) : d_j)·scaleC. (Huber 1964)
   */
  huber: regression(7, { delta: positive }),
  /**
   * Losses of each element on its own, by `formula`; a is `parameter`, ε = fl(1e-7). Each gives an
   * element's loss u_j and derivative g_j. rowLoss = (lane sum u) / C; dy_j = g_j·scaleC. For
   * klDivergence, rowLoss = lane sum u and dy_j = g_j·scale1. With d = y − t and x < b ? b : x
   * written x↾b:
   * | formula | u | g |
   * |---|---|---|
   * | logCosh | m = −expm1(−|d|), v = 1 − m, e = |d| < 1.25 ? (m·m) / (v + v) : v·v; |d| < 1.25 ? log1p(e) : (|d| − fl(ln 2)) + log1p(e) | tanh(d) |
   * | quantile | d > 0 ? (1 − a)·d : −(a·d) | d > 0 ? 1 − a : (d < 0 ? −a : d) |
   * | poisson | v = y + ε; fma(−t, log(v), y) | 1 − t / v |
   * | squaredLogarithmic | q = y↾ε, s = t↾ε, h = q − s, x = |h| / ((h < 0 ? q : s) + 1), w = x + 1, l = log(w) + (x − (w − 1)) / w; l·l | y > ε ? (2·(h < 0 ? −l : l)) / (q + 1) : 0 |
   * | absolutePercentage | k = 100 / (|t|↾ε); |d|·k | d > 0 ? k : (d < 0 ? −k : d) |
   * | hinge | s = t = 0 ? −1 : t, m = fma(−s, y, 1); m↾0 | m > 0 ? −s : 0 |
   * | squaredHinge | h = m↾0; h·h | (−2·h)·s |
   * | klDivergence | q = (y > 1 ? 1 : y)↾ε, s likewise of t, x = s / q; s·log(x) | q = y ? −x : 0 |
   * (|d|, m) of logCosh: cosh d − 1 = m² / (2·(1 − m)), so that no difference of near numbers is
   * taken. squaredLogarithmic: log(1 + q) − log(1 + s) = ±log(1 + x), likewise.
   */
  elementLoss: op(() => ({
    operands: { y: f32, target: f32, dy: optional(output(f32)), rowLoss },
    scalars: { formula: choice(LOSS_FORMULAS), parameter: finite },
    rules: () => [batch('y', 'target', 'dy'), column('rowLoss')],
    flops: perElement('y', 50),
  })),
  /**
   * Binary cross-entropy in which well-classified elements count less (Lin et al. 2017; Keras's
   * form for any target t). γ = gamma, w_j = fma(t, positiveWeight, (1 − t)·negativeWeight).
   * `onLogits`: e = exp(−|x|); p = σ(x), q = σ(−x), both from e; f = fma(t, q, (1 − t)·p)↾2⁻¹²⁶;
   * u = (max(x, 0) − x·t) + log1p(e); k = exp(γ·log(f))·w;
   * g = k·fma((γ·u)·fma(−2, t, 1), (p·q) / f, fma(1 − t, p, −(t·q))).
   * Otherwise: c = x clipped to [ε, 1−ε] and u as in binaryCrossEntropy, f = fma(t, 1 − x,
   * (1 − t)·x)↾2⁻¹²⁶, l = log(f), k = exp(γ·l)·w;
   * g = fma(exp((γ − 1)·l)·w, (γ·u)·fma(−2, t, 1), (c = x ? (c − t) / (c·(1 − c)) : 0)·k).
   * rowLoss = (lane sum k·u) / C; dx_j = g·scaleC. p is written for logits.
   */
  binaryFocal: op(() => ({
    operands: { x: f32, target: f32, p: optional(output(f32)), dx: optional(output(f32)), rowLoss },
    scalars: { onLogits: flag, gamma: notNegative, positiveWeight: notNegative, negativeWeight: notNegative },
    rules: () => [batch('x', 'target', 'p', 'dx'), column('rowLoss')],
    flops: perElement('x', 100),
  })),
  /**
   * Categorical cross-entropy in which well-classified rows count less (Lin et al. 2017; Keras's
   * form). `onLogits`: m = max x, i the first column that has it; e_j = exp(x_j − m); r = lane sum
   * (j = i ? 0 : e_j); s = r + 1; L = r > 1 ? log(s) : log1p(r); p_j = e_j / s;
   * o_j = j = i ? r / s : 1 − p_j; ℓ_j = L − (x_j − m).
   * Otherwise: s = lane sum x; h_j = x_j / s; p_j = h_j clipped to [ε, 1−ε]; o_j = 1 − p_j;
   * ℓ_j = −log(p_j).
   * Then f_j = o_j↾2⁻¹²⁶; w_j = (alpha·t_j)·exp(gamma·log(f_j)); rowLoss = lane sum fma(w_j, ℓ_j,
   * lane); c_j = w_j·(1 + ((gamma·ℓ_j)·p_j) / f_j), but 0 where p_j was clipped; T = lane sum c;
   * dx_j = onLogits ? fma(p_j, T − c_j, −(c_j·o_j))·scale1 : ((T − c_j / p_j) / s)·scale1.
   * dx holds the c_j of a row until T is known.
   */
  categoricalFocal: op(() => ({
    operands: { x: f32, target: f32, p: optional(output(f32)), dx: optional(output(f32)), rowLoss },
    scalars: { onLogits: flag, gamma: notNegative, alpha: positive },
    rules: () => [
      atLeast(cols('x'), 1, 'a class'),
      batch('x', 'target', 'p', 'dx'),
      column('rowLoss'),
      needs('p', 'onLogits', 1),
    ],
    flops: perElement('x', 80),
  })),
  /**
   * a = lane sum fma(t_j, y_j, lane); b_j = (1 − t_j)·y_j; i is the first column whose b no later
   * one exceeds, from −∞; v = (b_i − a) + 1; rowLoss = v < 0 ? 0 : v;
   * dy_j = v > 0 ? ((j = i ? 1 − t_j : 0) − t_j)·scale1 : 0.
   */
  categoricalHinge: op(() => ({
    operands: { y: f32, target: f32, dy: optional(output(f32)), rowLoss },
    rules: () => [atLeast(cols('y'), 1, 'a class'), batch('y', 'target', 'dy'), column('rowLoss')],
    flops: perElement('y', 8),
  })),
  /**
   * n = √(lane sum fma(y_j, y_j, lane)), a = n↾ε; b likewise of t; D = lane sum fma(t_j, y_j, lane);
   * c = (D / b) / a; rowLoss = −c;
   * dy_j = (fma(n > ε ? c : 0, y_j / a, −(t_j / b)) / a)·scale1.
   */
  cosineSimilarity: op(() => ({
    operands: { y: f32, target: f32, dy: optional(output(f32)), rowLoss },
    rules: () => [batch('y', 'target', 'dy'), column('rowLoss')],
    flops: perElement('y', 12),
  })),
  /** y[r][j] = j = labels[r] ? on : off. */
  oneHot: op(() => ({
    operands: { labels: i32, y: output(f32) },
    scalars: { on: finite, off: finite },
    rules: () => [batch('y'), batchVector('labels'), atLeast(cols('y'), 1, 'a class')],
    flops: perElement('y', 1),
  })),
  /**
   * Applies row weights to the output of a loss: rowLoss[r][0] ← rowLoss[r][0]·w and dz[r][j] ←
   * dz[r][j]·w, with w = weights[r][0].
   */
  weightRows: op(() => ({
    operands: { weights: f32, dz: optional(updated(f32)), rowLoss: updated(f32) },
    rules: () => [column('weights'), batch('dz'), column('rowLoss')],
    flops: perElement('weights', plus(1, cols('dz'))),
  })),
};
