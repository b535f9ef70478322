/** Metrics: one or more numbers per row of the mini-batch. */
import { R2_TERMS, TALLY_RULES } from '../constants.js';
import { cols, perElement, plus, scalar, select, times } from './expression.js';
import { atLeast, atMost, batch, classes, column, exactly, LABELS, vectorOf } from './rules.js';
import { choice, f32, f64, finite, flag, op, optional, output, updated, whole } from './schema.js';

/** Bins of a tally. */
const MOST_BINS = 2 ** 16;
/** Columns that an op counts. */
const MOST_COLUMNS = 2 ** 31 - 1;

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
  /**
   * l is the label, or the first largest column of target. out[r][0] = 1 if fewer than k columns j
   * have not p_j ≤ p_l, else 0.
   */
  topK: op(() => ({
    operands: { p: f32, ...LABELS, out: output(f32) },
    scalars: { k: whole(1, MOST_COLUMNS) },
    rules: () => [classes('p'), column('out')],
    flops: perElement('p', 1),
  })),
  /** values[r][j] ← values[r][j]·w for all columns but the last, which becomes w = weights[r][0]. */
  weighColumns: op(() => ({
    operands: { weights: f32, values: updated(f32) },
    rules: () => [column('weights'), batch('values'), atLeast(cols('values'), 1, 'a column for the weight')],
    flops: perElement('values', 1),
  })),
  /**
   * For each row r < R and, in it, each column c of `columns` from firstColumn on, both ascending:
   * sums[s] += w in float64, w = weights[r][0] or 1, s = (perColumn ? (c − firstColumn)·2·bins : 0)
   * + 2·b + t. t = 1 if c is the label, or target[r][c] > 0.5, else 0. The bin b of v = p[r][c]:
   * | rule | b |
   * |---|---|
   * | above | v > fl(threshold) ? 1 : 0 |
   * | largest | v is at least every column of the row that is no NaN, and \|v\| > fl(1e-9) ? 1 : 0 |
   * | spaced | x = fl(v·bins): x > 0 ? min(⌈x⌉ − 1, bins − 1) : 0 |
   * but at most bins − 1.
   */
  tally: op(() => ({
    operands: { p: f32, ...LABELS, weights: optional(f32), sums: updated(f64) },
    scalars: {
      rule: choice(TALLY_RULES),
      threshold: finite,
      bins: whole(1, MOST_BINS),
      perColumn: flag,
      firstColumn: whole(0, MOST_COLUMNS),
      columns: whole(1, MOST_COLUMNS),
    },
    splits: 'none',
    rules: () => [
      classes('p'),
      column('weights'),
      atMost(plus(scalar('firstColumn'), scalar('columns')), cols('p'), 'counted columns within those of p'),
      vectorOf(
        'sums',
        times(2, scalar('bins'), select(scalar('perColumn'), scalar('columns'), 1)),
        'two for each bin',
      ),
    ],
    flops: perElement('p', 4),
  })),
};
