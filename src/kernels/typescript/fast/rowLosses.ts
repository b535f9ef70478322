import type { PrepareOp } from '../kernel.js';
import { scaleOver } from '../rows/scaleOver.js';
import { EPSILON } from './elementLoss.js';

/** max(wrong − right + 1, 0) of each row, with its gradient. */
export const categoricalHinge: PrepareOp = (op) => {
  const y = op.f32('y');
  const target = op.f32('target');
  const dy = op.optional('f32', 'dy');
  const rowLoss = op.f32('rowLoss');
  const { cols } = y;
  return (begin, end, registers) => {
    const scale = scaleOver(1, registers, 1);
    for (let r = begin; r < end; r++) {
      const from = r * y.rowStride;
      const at = r * target.rowStride;
      let right = 0;
      let worst = 0;
      let wrong = Number.NEGATIVE_INFINITY;
      for (let j = 0; j < cols; j++) {
        const t = target.data[at + j]!;
        const score = y.data[from + j]!;
        right += t * score;
        if ((1 - t) * score > wrong) {
          wrong = (1 - t) * score;
          worst = j;
        }
      }
      const margin = wrong - right + 1;
      rowLoss.data[r * rowLoss.rowStride] = Math.max(margin, 0);
      if (dy === undefined) continue;
      const to = r * dy.rowStride;
      for (let j = 0; j < cols; j++) {
        const t = target.data[at + j]!;
        dy.data[to + j] = margin > 0 ? ((j === worst ? 1 - t : 0) - t) * scale : 0;
      }
    }
    return 0;
  };
};

/** −cos of the angle between prediction and target of each row, with its gradient. */
export const cosineSimilarity: PrepareOp = (op) => {
  const y = op.f32('y');
  const target = op.f32('target');
  const dy = op.optional('f32', 'dy');
  const rowLoss = op.f32('rowLoss');
  const { cols } = y;
  return (begin, end, registers) => {
    const scale = scaleOver(1, registers, 1);
    for (let r = begin; r < end; r++) {
      const from = r * y.rowStride;
      const at = r * target.rowStride;
      let squares = 0;
      let targetSquares = 0;
      let dot = 0;
      for (let j = 0; j < cols; j++) {
        const guess = y.data[from + j]!;
        const t = target.data[at + j]!;
        squares += guess * guess;
        targetSquares += t * t;
        dot += guess * t;
      }
      const norm = Math.fround(Math.sqrt(squares));
      const a = Math.max(norm, EPSILON);
      const b = Math.max(Math.sqrt(targetSquares), EPSILON);
      const c = dot / b / a;
      rowLoss.data[r * rowLoss.rowStride] = -c;
      if (dy === undefined) continue;
      const pull = norm > EPSILON ? c : 0;
      const to = r * dy.rowStride;
      for (let j = 0; j < cols; j++) {
        dy.data[to + j] = (((pull * y.data[from + j]!) / a - target.data[at + j]! / b) / a) * scale;
      }
    }
    return 0;
  };
};
