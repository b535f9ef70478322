import type { PrepareOp } from '../kernel.js';
import { flushDenormal } from '../updates/flushDenormal.js';
import { penalised, Weights } from './weights.js';

/** Updates along the gradient, its momentum or its sign. */

/** w ← w₁ − lr·g. */
export const sgd: PrepareOp = (op) => {
  const weights = new Weights(op);
  const { w, g, l1, l2x2 } = weights;
  const wData = w.data;
  const gData = g.data;
  return (begin, end, registers) => {
    const kept = weights.kept(registers);
    const rate = weights.rate(registers);
    for (let i = begin; i < end; i++) {
      const row = i * w.rowStride;
      const gRow = i * g.rowStride;
      for (let j = 0; j < w.cols; j++) {
        const old = wData[row + j]!;
        const gradient = penalised(gData[gRow + j]!, old, l1, l2x2);
        wData[row + j] = flushDenormal(kept * old - rate * gradient);
      }
    }
    return weights.finish(begin, end);
  };
};

/** v ← momentum·v + g; w ← w₁ − lr·(nesterov ? momentum·v + g : v). */
export const momentum: PrepareOp = (op) => {
  const weights = new Weights(op);
  const { w, g, l1, l2x2 } = weights;
  const wData = w.data;
  const gData = g.data;
  const v = op.f32('v');
  const vData = v.data;
  const keep = Math.fround(op.scalar('momentum'));
  const nesterov = op.scalar('nesterov') === 1;
  return (begin, end, registers) => {
    const kept = weights.kept(registers);
    const rate = weights.rate(registers);
    for (let i = begin; i < end; i++) {
      const row = i * w.rowStride;
      const gRow = i * g.rowStride;
      const vRow = i * v.rowStride;
      for (let j = 0; j < w.cols; j++) {
        const old = wData[row + j]!;
        const gradient = penalised(gData[gRow + j]!, old, l1, l2x2);
        const velocity = keep * vData[vRow + j]! + gradient;
        vData[vRow + j] = flushDenormal(velocity);
        wData[row + j] = flushDenormal(
          kept * old - rate * (nesterov ? keep * velocity + gradient : velocity),
        );
      }
    }
    return weights.finish(begin, end);
  };
};

/** w ← w₁ − lr·sign(beta1·m + (1 − beta1)·g), NaN and infinity passed on. */
export const lion: PrepareOp = (op) => {
  const weights = new Weights(op);
  const { w, g, l1, l2x2 } = weights;
  const wData = w.data;
  const gData = g.data;
  const m = op.f32('m');
  const mData = m.data;
  const beta1 = Math.fround(op.scalar('beta1'));
  const oneMinusBeta1 = Math.fround(op.scalar('oneMinusBeta1'));
  const beta2 = Math.fround(op.scalar('beta2'));
  const oneMinusBeta2 = Math.fround(op.scalar('oneMinusBeta2'));
  return (begin, end, registers) => {
    const kept = weights.kept(registers);
    const rate = weights.rate(registers);
    for (let i = begin; i < end; i++) {
      const row = i * w.rowStride;
      const gRow = i * g.rowStride;
      const mRow = i * m.rowStride;
      for (let j = 0; j < w.cols; j++) {
        const old = wData[row + j]!;
        const gradient = penalised(gData[gRow + j]!, old, l1, l2x2);
        const mean = mData[mRow + j]!;
        const c = beta1 * mean + oneMinusBeta1 * gradient;
        mData[mRow + j] = flushDenormal(beta2 * mean + oneMinusBeta2 * gradient);
        wData[row + j] = flushDenormal(kept * old - rate * Math.sign(c) + c * 0);
      }
    }
    return weights.finish(begin, end);
  };
};
