/** Metrics: one or more numbers per row of the mini-batch. */
import { R2_TERMS } from '../constants.js';
import { cols, perElement, times } from './expression.js';
import { batch, classes, column, exactly, LABELS, vectorOf } from './rules.js';
import { f32, finite, op, output } from './schema.js';

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
