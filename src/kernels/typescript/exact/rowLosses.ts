import type { F32, Matrix, PrepareOp } from '../kernel.js';
import { scaleOver } from '../rows/scaleOver.js';
import { atLeast, EPSILON, positivePart } from './elementLoss.js';
import { fma, fround } from './fma.js';
import { Lanes } from './lanes.js';

const lanes = new Lanes();

/** The lane sum of fma(a_j, b_j, lane) of row r. */
function dotOfRows(a: Matrix<F32>, b: Matrix<F32>, r: number): number {
  lanes.clear();
  for (let j = 0; j < a.cols; j++) {
    const product = fma(
      a.data[r * a.rowStride + j] as number,
      b.data[r * b.rowStride + j] as number,
      lanes.get(j),
    );
    lanes.set(j, product);
  }
  return lanes.sum();
}

export const categoricalHinge: PrepareOp = (op) => {
  const y = op.f32('y');
  const target = op.f32('target');
  const dy = op.optional('f32', 'dy');
  const rowLoss = op.f32('rowLoss');
  return (begin, end, registers) => {
    const scale = scaleOver(1, registers, 1);
    for (let r = begin; r < end; r++) {
      const wanted = target.data.subarray(r * target.rowStride, r * target.rowStride + y.cols);
      const right = dotOfRows(target, y, r);
      let worst = 0;
      let wrong = Number.NEGATIVE_INFINITY;
      for (let j = 0; j < y.cols; j++) {
        const score = fround(fround(1 - (wanted[j] as number)) * (y.data[r * y.rowStride + j] as number));
        if (score > wrong) [worst, wrong] = [j, score];
      }
      const margin = fround(fround(wrong - right) + 1);
      rowLoss.data[r * rowLoss.rowStride] = positivePart(margin);
      if (dy === undefined) continue;
      for (let j = 0; j < y.cols; j++) {
        const derivative = fround(
          (j === worst ? fround(1 - (wanted[j] as number)) : 0) - (wanted[j] as number),
        );
        dy.data[r * dy.rowStride + j] = margin > 0 ? derivative * scale : 0;
      }
    }
    return 0;
  };
};

export const cosineSimilarity: PrepareOp = (op) => {
  const y = op.f32('y');
  const target = op.f32('target');
  const dy = op.optional('f32', 'dy');
  const rowLoss = op.f32('rowLoss');
  return (begin, end, registers) => {
    const scale = scaleOver(1, registers, 1);
    for (let r = begin; r < end; r++) {
      const norm = fround(Math.sqrt(dotOfRows(y, y, r)));
      const a = atLeast(norm, EPSILON);
      const b = atLeast(fround(Math.sqrt(dotOfRows(target, target, r))), EPSILON);
      const c = fround(fround(dotOfRows(target, y, r) / b) / a);
      rowLoss.data[r * rowLoss.rowStride] = -c;
      if (dy === undefined) continue;
      const pull = norm > EPSILON ? c : 0;
      for (let j = 0; j < y.cols; j++) {
        const unit = fround((y.data[r * y.rowStride + j] as number) / a);
        const wanted = fround((target.data[r * target.rowStride + j] as number) / b);
        dy.data[r * dy.rowStride + j] = fround(fma(pull, unit, -wanted) / a) * scale;
      }
    }
    return 0;
  };
};
