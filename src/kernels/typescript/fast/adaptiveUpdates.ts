import { REGISTERS } from '../../contract.js';
import type { F32, PrepareOp } from '../kernel.js';
import { flushDenormal } from '../updates/flushDenormal.js';
import { penalised, Weights } from './weights.js';

/**
 * Updates divided by the root of a mean of squares, or by the largest gradient. What they write is
 * flushed, as the contract says; what they compute goes on in float64.
 */

/** v ← rho·v + (1 − rho)·g²; w ← w₁ − lr·g / (√v + epsilon), with the variants of the contract. */
export const rmsprop: PrepareOp = (op) => {
  const weights = new Weights(op);
  const { w, g, l1, l2x2 } = weights;
  const wData = w.data;
  const gData = g.data;
  const v = op.f32('v');
  const vData = v.data;
  const m = op.optional('f32', 'm');
  const mData = m?.data;
  const b = op.optional('f32', 'b');
  const bData = b?.data;
  const rho = Math.fround(op.scalar('rho'));
  const oneMinusRho = Math.fround(op.scalar('oneMinusRho'));
  const epsilon = Math.fround(op.scalar('epsilon'));
  const momentum = Math.fround(op.scalar('momentum'));
  return (begin, end, registers) => {
    const kept = weights.kept(registers);
    const rate = weights.rate(registers);
    for (let i = begin; i < end; i++) {
      const row = i * w.rowStride;
      const gRow = i * g.rowStride;
      const vRow = i * v.rowStride;
      const mRow = i * (m?.rowStride ?? 0);
      const bRow = i * (b?.rowStride ?? 0);
      for (let j = 0; j < w.cols; j++) {
        const old = wData[row + j]!;
        const gradient = penalised(gData[gRow + j]!, old, l1, l2x2);
        const square = rho * vData[vRow + j]! + oneMinusRho * gradient * gradient;
        vData[vRow + j] = flushDenormal(square);
        let variance = square;
        if (mData !== undefined) {
          const mean = rho * mData[mRow + j]! + oneMinusRho * gradient;
          mData[mRow + j] = flushDenormal(mean);
          const difference = square - mean * mean;
          variance = Math.max(0, difference);
        }
        let step = gradient / (Math.sqrt(variance) + epsilon);
        if (bData !== undefined) {
          step += momentum * bData[bRow + j]!;
          bData[bRow + j] = flushDenormal(step);
        }
        wData[row + j] = flushDenormal(kept * old - rate * step);
      }
    }
    return weights.finish(begin, end);
  };
};

/** Adadelta: v and d are means of squares of gradients and of steps. */
export const adadelta: PrepareOp = (op) => {
  const weights = new Weights(op);
  const { w, g, l1, l2x2 } = weights;
  const wData = w.data;
  const gData = g.data;
  const v = op.f32('v');
  const vData = v.data;
  const d = op.f32('d');
  const dData = d.data;
  const rho = Math.fround(op.scalar('rho'));
  const oneMinusRho = Math.fround(op.scalar('oneMinusRho'));
  const epsilon = Math.fround(op.scalar('epsilon'));
  return (begin, end, registers) => {
    const kept = weights.kept(registers);
    const rate = weights.rate(registers);
    for (let i = begin; i < end; i++) {
      const row = i * w.rowStride;
      const gRow = i * g.rowStride;
      const vRow = i * v.rowStride;
      const dRow = i * d.rowStride;
      for (let j = 0; j < w.cols; j++) {
        const old = wData[row + j]!;
        const gradient = penalised(gData[gRow + j]!, old, l1, l2x2);
        const square = rho * vData[vRow + j]! + oneMinusRho * gradient * gradient;
        const steps = dData[dRow + j]!;
        const delta = Math.sqrt((steps + epsilon) / (square + epsilon)) * gradient;
        vData[vRow + j] = flushDenormal(square);
        dData[dRow + j] = flushDenormal(rho * steps + oneMinusRho * delta * delta);
        wData[row + j] = flushDenormal(kept * old - rate * delta);
      }
    }
    return weights.finish(begin, end);
  };
};

/** The numbers of a step of Adam. */
interface AdamStep {
  beta1: number;
  oneMinusBeta1: number;
  beta2: number;
  oneMinusBeta2: number;
  kept: number;
  stepSize: number;
  inverseSqrtBias2: number;
  epsilon: number;
}

/** A row of plain Adam. A function of its own, so that V8 keeps all of it in registers. */
function plainAdamRow(
  w: F32,
  row: number,
  g: F32,
  gRow: number,
  m: F32,
  mRow: number,
  v: F32,
  vRow: number,
  cols: number,
  { beta1, oneMinusBeta1, beta2, oneMinusBeta2, kept, stepSize, inverseSqrtBias2, epsilon }: AdamStep,
): void {
  for (let j = 0; j < cols; j++) {
    const gradient = g[gRow + j]!;
    const mean = beta1 * m[mRow + j]! + oneMinusBeta1 * gradient;
    const square = beta2 * v[vRow + j]! + oneMinusBeta2 * gradient * gradient;
    m[mRow + j] = flushDenormal(mean);
    v[vRow + j] = flushDenormal(square);
    const step = (stepSize * mean) / (Math.sqrt(square) * inverseSqrtBias2 + epsilon);
    w[row + j] = flushDenormal(kept * w[row + j]! - step);
  }
}

/** Adam, with nadam's and amsgrad's variants (formulas in ops/updates.ts). */
export const adam: PrepareOp = (op) => {
  const weights = new Weights(op);
  const { w, g, l1, l2x2 } = weights;
  const wData = w.data;
  const gData = g.data;
  const m = op.f32('m');
  const mData = m.data;
  const v = op.f32('v');
  const vMax = op.optional('f32', 'vMax');
  const [vData, vMaxData] = [v.data, vMax?.data];
  const beta1 = Math.fround(op.scalar('beta1'));
  const oneMinusBeta1 = Math.fround(op.scalar('oneMinusBeta1'));
  const beta2 = Math.fround(op.scalar('beta2'));
  const oneMinusBeta2 = Math.fround(op.scalar('oneMinusBeta2'));
  const epsilon = Math.fround(op.scalar('epsilon'));
  const nesterov = op.scalar('nesterov') === 1;
  const isPlain = vMax === undefined && !nesterov && l1 === 0 && l2x2 === 0;
  return (begin, end, registers) => {
    const kept = weights.kept(registers);
    const stepSize = weights.scaled(registers, REGISTERS.stepSize);
    const gradientStep = nesterov ? weights.scaled(registers, REGISTERS.gradientStep) : 0;
    const inverseSqrtBias2 = Math.fround(registers[REGISTERS.inverseSqrtBias2] as number);
    for (let i = begin; i < end; i++) {
      const row = i * w.rowStride;
      const gRow = i * g.rowStride;
      const mRow = i * m.rowStride;
      const vRow = i * v.rowStride;
      const vMaxRow = i * (vMax?.rowStride ?? 0);
      if (isPlain) {
        const step = {
          beta1,
          oneMinusBeta1,
          beta2,
          oneMinusBeta2,
          kept,
          stepSize,
          inverseSqrtBias2,
          epsilon,
        };
        plainAdamRow(wData, row, gData, gRow, mData, mRow, vData, vRow, w.cols, step);
        continue;
      }
      for (let j = 0; j < w.cols; j++) {
        const old = wData[row + j]!;
        const gradient = penalised(gData[gRow + j]!, old, l1, l2x2);
        const mean = beta1 * mData[mRow + j]! + oneMinusBeta1 * gradient;
        let square = beta2 * vData[vRow + j]! + oneMinusBeta2 * gradient * gradient;
        mData[mRow + j] = flushDenormal(mean);
        vData[vRow + j] = flushDenormal(square);
        if (vMaxData !== undefined) {
          square = Math.max(square, vMaxData[vMaxRow + j]!);
          vMaxData[vMaxRow + j] = flushDenormal(square);
        }
        const step = nesterov ? stepSize * mean + gradientStep * gradient : stepSize * mean;
        wData[row + j] = flushDenormal(kept * old - step / (Math.sqrt(square) * inverseSqrtBias2 + epsilon));
      }
    }
    return weights.finish(begin, end);
  };
};

/** m ← beta1·m + (1 − beta1)·g; u ← max(beta2·u, |g|); w ← w₁ − stepSize·m / (u + epsilon). */
export const adamax: PrepareOp = (op) => {
  const weights = new Weights(op);
  const { w, g, l1, l2x2 } = weights;
  const wData = w.data;
  const gData = g.data;
  const m = op.f32('m');
  const mData = m.data;
  const u = op.f32('u');
  const uData = u.data;
  const beta1 = Math.fround(op.scalar('beta1'));
  const oneMinusBeta1 = Math.fround(op.scalar('oneMinusBeta1'));
  const beta2 = Math.fround(op.scalar('beta2'));
  const epsilon = Math.fround(op.scalar('epsilon'));
  return (begin, end, registers) => {
    const kept = weights.kept(registers);
    const stepSize = weights.scaled(registers, REGISTERS.stepSize);
    for (let i = begin; i < end; i++) {
      const row = i * w.rowStride;
      const gRow = i * g.rowStride;
      const mRow = i * m.rowStride;
      const uRow = i * u.rowStride;
      for (let j = 0; j < w.cols; j++) {
        const old = wData[row + j]!;
        const gradient = penalised(gData[gRow + j]!, old, l1, l2x2);
        const mean = beta1 * mData[mRow + j]! + oneMinusBeta1 * gradient;
        const largest = Math.max(beta2 * uData[uRow + j]!, Math.abs(gradient));
        mData[mRow + j] = flushDenormal(mean);
        uData[uRow + j] = flushDenormal(largest);
        wData[row + j] = flushDenormal(kept * old - (stepSize * mean) / (largest + epsilon));
      }
    }
    return weights.finish(begin, end);
  };
};
