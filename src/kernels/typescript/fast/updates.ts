import { REGISTERS, STATUS } from '../../contract.js';
import type { F32, Matrix, PreparedOp, PrepareOp } from '../kernel.js';

/** Rows of w that are transposed together: what they write of wT are whole cache lines. */
const TRANSPOSED_ROWS = 16;

/** The operands that every update has, and the gradient of the penalty. */
class Weights {
  readonly w: Matrix<F32>;
  readonly g: Matrix<F32>;
  readonly wT: Matrix<F32> | undefined;
  readonly l1: number;
  readonly l2x2: number;

  constructor(op: PreparedOp) {
    this.w = op.f32('w');
    this.g = op.f32('g');
    this.wT = op.has('wT') ? op.f32('wT') : undefined;
    this.l1 = Math.fround(op.scalar('l1'));
    this.l2x2 = Math.fround(op.scalar('l2x2'));
  }

  /** Copies rows `[begin, end)` of w to the transpose. @returns STATUS bits */
  finish(begin: number, end: number): number {
    const { cols, rowStride, data } = this.w;
    let probe = 0;
    for (let i = begin; i < end; i++) {
      const row = i * rowStride;
      // 0 for a finite value, NaN for any other.
      for (let j = 0; j < cols; j++) probe += data[row + j]! * 0;
    }
    if (this.wT !== undefined) {
      for (let i = begin; i < end; i += TRANSPOSED_ROWS) {
        transposeRows(this.w, this.wT, i, Math.min(i + TRANSPOSED_ROWS, end));
      }
    }
    return probe === 0 ? 0 : STATUS.parameterNotFinite;
  }
}

/** Writes rows `[begin, end)` of w as columns of wT, column by column of w. */
function transposeRows(w: Matrix<F32>, wT: Matrix<F32>, begin: number, end: number): void {
  const from = w.data;
  const to = wT.data;
  const { rowStride, cols } = w;
  for (let j = 0; j < cols; j++) {
    const column = j * wT.rowStride;
    let at = begin * rowStride + j;
    for (let i = begin; i < end; i++) {
      to[column + i] = from[at]!;
      at += rowStride;
    }
  }
}

/** Gradient with the penalty's own: g + 2·l2·w + l1·sign(w). */
export function penalised(g: number, w: number, l1: number, l2x2: number): number {
  const ridge = l2x2 === 0 ? g : g + l2x2 * w;
  return l1 === 0 ? ridge : w > 0 ? ridge + l1 : w < 0 ? ridge - l1 : ridge;
}

/** w ← w − lr·g. */
export const sgd: PrepareOp = (op) => {
  const weights = new Weights(op);
  const { w, g, l1, l2x2 } = weights;
  const wData = w.data;
  const gData = g.data;
  const { cols } = w;
  return (begin, end, registers) => {
    const rate = Math.fround(registers[REGISTERS.learningRate] as number);
    for (let i = begin; i < end; i++) {
      const row = i * w.rowStride;
      const gRow = i * g.rowStride;
      for (let j = 0; j < cols; j++) {
        const old = wData[row + j]!;
        wData[row + j] = old - rate * penalised(gData[gRow + j]!, old, l1, l2x2);
      }
    }
    return weights.finish(begin, end);
  };
};

/** v ← momentum·v + g; w ← w − lr·(nesterov ? momentum·v + g : v). */
export const momentum: PrepareOp = (op) => {
  const weights = new Weights(op);
  const { w, g, l1, l2x2 } = weights;
  const wData = w.data;
  const gData = g.data;
  const { cols } = w;
  const v = op.f32('v');
  const vData = v.data;
  const keep = Math.fround(op.scalar('momentum'));
  const nesterov = op.scalar('nesterov') === 1;
  return (begin, end, registers) => {
    const rate = Math.fround(registers[REGISTERS.learningRate] as number);
    for (let i = begin; i < end; i++) {
      const row = i * w.rowStride;
      const gRow = i * g.rowStride;
      const vRow = i * v.rowStride;
      for (let j = 0; j < cols; j++) {
        const old = wData[row + j]!;
        const gradient = penalised(gData[gRow + j]!, old, l1, l2x2);
        const velocity = keep * vData[vRow + j]! + gradient;
        vData[vRow + j] = velocity;
        wData[row + j] = old - rate * (nesterov ? keep * velocity + gradient : velocity);
      }
    }
    return weights.finish(begin, end);
  };
};

/** v ← rho·v + (1 − rho)·g²; w ← w − lr·g / (√v + epsilon). */
export const rmsprop: PrepareOp = (op) => {
  const weights = new Weights(op);
  const { w, g, l1, l2x2 } = weights;
  const wData = w.data;
  const gData = g.data;
  const { cols } = w;
  const v = op.f32('v');
  const vData = v.data;
  const rho = Math.fround(op.scalar('rho'));
  const oneMinusRho = Math.fround(op.scalar('oneMinusRho'));
  const epsilon = Math.fround(op.scalar('epsilon'));
  return (begin, end, registers) => {
    const rate = Math.fround(registers[REGISTERS.learningRate] as number);
    for (let i = begin; i < end; i++) {
      const row = i * w.rowStride;
      const gRow = i * g.rowStride;
      const vRow = i * v.rowStride;
      for (let j = 0; j < cols; j++) {
        const old = wData[row + j]!;
        const gradient = penalised(gData[gRow + j]!, old, l1, l2x2);
        const square = rho * vData[vRow + j]! + oneMinusRho * gradient * gradient;
        vData[vRow + j] = square;
        wData[row + j] = old - (rate * gradient) / (Math.sqrt(square) + epsilon);
      }
    }
    return weights.finish(begin, end);
  };
};

/** Adam with decoupled weight decay (formulas in ops/updates.ts). */
export const adam: PrepareOp = (op) => {
  const weights = new Weights(op);
  const { w, g, l1, l2x2 } = weights;
  const wData = w.data;
  const gData = g.data;
  const { cols } = w;
  const m = op.f32('m');
  const mData = m.data;
  const v = op.f32('v');
  const vData = v.data;
  const beta1 = Math.fround(op.scalar('beta1'));
  const oneMinusBeta1 = Math.fround(op.scalar('oneMinusBeta1'));
  const beta2 = Math.fround(op.scalar('beta2'));
  const oneMinusBeta2 = Math.fround(op.scalar('oneMinusBeta2'));
  const epsilon = Math.fround(op.scalar('epsilon'));
  const weightDecay = Math.fround(op.scalar('weightDecay'));
  return (begin, end, registers) => {
    const decay = Math.fround(Math.fround(registers[REGISTERS.learningRate] as number) * weightDecay);
    const stepSize = Math.fround(registers[REGISTERS.stepSize] as number);
    const inverseSqrtBias2 = Math.fround(registers[REGISTERS.inverseSqrtBias2] as number);
    for (let i = begin; i < end; i++) {
      const row = i * w.rowStride;
      const gRow = i * g.rowStride;
      const mRow = i * m.rowStride;
      const vRow = i * v.rowStride;
      for (let j = 0; j < cols; j++) {
        const old = wData[row + j]!;
        const gradient = penalised(gData[gRow + j]!, old, l1, l2x2);
        const mean = beta1 * mData[mRow + j]! + oneMinusBeta1 * gradient;
        const square = beta2 * vData[vRow + j]! + oneMinusBeta2 * gradient * gradient;
        mData[mRow + j] = mean;
        vData[vRow + j] = square;
        wData[row + j] =
          old - decay * old - (stepSize * mean) / (Math.sqrt(square) * inverseSqrtBias2 + epsilon);
      }
    }
    return weights.finish(begin, end);
  };
};
