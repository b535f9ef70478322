/** What happens to parameters after their update: constraints, transposes, and averages over the updates. */
import { CONSTRAINED, CONSTRAINTS } from '../constants.js';
import { blocks, cols, equals, perElement, rows, scalar, select } from './expression.js';
import { same, shape } from './rules.js';
import { choice, f32, finite, op, optional, output, updated } from './schema.js';

/** Columns of a block that one rank constrains: one cache line. */
const BLOCK_COLS = 16;

export const afterUpdateOps = {
  /**
   * A constraint on w, and on wT[j][i] = w[i][j] if it is given. With S the float64 sum of squares
   * of one column, of one row or of all of w (scalar `over`) and n = √S:
   * | kind | w becomes |
   * |---|---|
   * | maxNorm | fl(w·f), f = min(n, limit) / (1e-7 + n), the product in float64 |
   * | unitNorm | fl(w·f), f = 1 / (1e-7 + n) |
   * | nonNeg | w < 0 ? 0 : w, so that NaN stays NaN |
   * The sum of a column is a chain in ascending rows. That of a row is a lane sum, lane = column mod
   * 16; that of all of w is a chain over those of its rows.
   * Range: blocks of 16 columns; rows for `over` rows; 0 … 1 for `over` all.
   */
  constrain: op(() => ({
    operands: { w: updated(f32), wT: optional(output(f32)) },
    scalars: { constraint: choice(CONSTRAINTS), over: choice(CONSTRAINED), limit: finite },
    range: select(
      equals(scalar('over'), CONSTRAINED.columns),
      blocks(cols('w'), BLOCK_COLS),
      select(equals(scalar('over'), CONSTRAINED.rows), rows('w'), 1),
    ),
    rules: () => [shape('wT', [cols('w'), rows('w')], 'the transpose of w')],
    flops: perElement('w', 3),
  })),
  /**
   * wT[j][i] = w[i][j]: the transpose of rows that were not updated here. Range: rows of w.
   */
  transposeRows: op(() => ({
    operands: { w: f32, wT: output(f32) },
    range: rows('w'),
    rules: () => [shape('wT', [cols('w'), rows('w')], 'the transpose of w')],
    flops: 0,
  })),
  /**
   * A moving average of w: with d the register `averageDecay`, e ← fma(fl(d), e, fl(1 − d)·w),
   * flushed as updates are. d = 0 for the first update, so that e begins as w. Range: rows of w.
   */
  average: op(() => ({
    operands: { w: f32, e: updated(f32) },
    range: rows('w'),
    rules: () => [same('w', 'e')],
    flops: perElement('w', 3),
  })),
};
