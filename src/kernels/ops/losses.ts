/** Losses with their gradients, and metrics: one or more numbers per row of the mini-batch. */
import { R2_TERMS } from '../constants.js';
import { cols, perElement, plus, times } from './expression.js';
import { batch, classes, column, exactly, vectorOf } from './rules.js';
import { f32, finite, i32, op, optional, output, positive, type ScalarRange, updated } from './schema.js';

/** Either class numbers or distributions, exactly one of them. */
const LABELS = { labels: optional(i32), target: optional(f32) };
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
   * rowLoss = (lane sum u) / C; p_j = σ(z_j); dz_j = (p_j − t_j)·scaleC.
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
   * Applies row weights to the output of a loss: rowLoss[r][0] ← rowLoss[r][0]·w and dz[r][j] ←
   * dz[r][j]·w, with w = weights[r][0].
   */
  weightRows: op(() => ({
    operands: { weights: f32, dz: optional(updated(f32)), rowLoss: updated(f32) },
    rules: () => [column('weights'), batch('dz'), column('rowLoss')],
    flops: perElement('weights', plus(1, cols('dz'))),
  })),
};

export const metricOps = {
  /**
   * out[r][0] = 1 if the first largest column of p (strictly greater wins) is the label, or the
   * first largest column of target. Otherwise 0.
   */
  argmaxAccuracy: op(() => ({
    operands: { p: f32, ...LABELS, out: output(f32) },
    rules: () => [classes('p'), column('out')],
    flops: perElement('p', 1),
  })),
  /** out[r][0] = fl(count of columns with (p_j > threshold) = (t_j > 0.5)) / C. */
  thresholdAccuracy: op(() => ({
    operands: { p: f32, target: f32, out: output(f32) },
    scalars: { threshold: finite },
    rules: () => [batch('p', 'target'), column('out')],
    flops: perElement('p', 2),
  })),
  /**
   * For each column c: d = t − y, u = t − shift[0][c]; out[r][3c … 3c+2] = d·d, u, u·u.
   * (R² is computed from their sums.)
   */
  r2Terms: op(() => ({
    operands: { y: f32, target: f32, shift: f32, out: output(f32) },
    rules: () => [
      batch('y', 'target'),
      vectorOf('shift', cols('y'), 'as many as y'),
      batch('out'),
      exactly(cols('out'), times(R2_TERMS, cols('y')), 'three for each column of y'),
    ],
    flops: perElement('y', 4),
  })),
};
