import { REGISTERS } from '../../contract.js';
import type { F64, I32, Matrix, PrepareOp } from '../kernel.js';
import { sumLanes } from './linear.js';
import { exp, log, log1p } from './math.js';

/** The operands of logisticLoss. */
interface Operands {
  z: Matrix<F64>;
  labels: I32;
  weights: F64 | undefined;
  curvature: Matrix<F64> | undefined;
  dz: Matrix<F64>;
}

/** One score a row: σ(z) is the probability of class 1. Returns the row's loss. */
function binaryRow({ z, labels, weights, curvature, dz }: Operands, r: number, row: number): number {
  const score = z.data[r]!;
  const isOne = labels[row]! > 0.5;
  const negative = score < 0;
  const t = exp(0 - Math.abs(score));
  const s = t + 1;
  const likely = 1 / s;
  const unlikely = t / s;
  const one = negative ? unlikely : likely;
  const zero = negative ? likely : unlikely;
  const weight = weights === undefined ? 1 : weights[row]!;
  const miss = isOne ? 0 - score : score;
  const hinge = Math.max(miss, 0);
  if (curvature !== undefined) curvature.data[row] = one * zero * weight;
  dz.data[r] = (isOne ? 0 - zero : one) * weight;
  return (hinge + log1p(t)) * weight;
}

/** One score per class. Returns the row's loss. */
function multinomialRow({ z, labels, weights, curvature, dz }: Operands, r: number, row: number): number {
  const classes = z.rows;
  const label = labels[row]!;
  let most = z.data[r]!;
  for (let k = 1; k < classes; k++) {
    const score = z.data[k * z.rowStride + r]!;
    if (most < score) most = score;
  }
  let sum = 0;
  let own = 0;
  for (let k = 0; k < classes; k++) {
    const shifted = z.data[k * z.rowStride + r]! - most;
    if (label === k) own = shifted;
    const e = exp(shifted);
    sum += e;
    dz.data[k * dz.rowStride + r] = e;
  }
  const weight = weights === undefined ? 1 : weights[row]!;
  for (let k = 0; k < classes; k++) {
    const probability = dz.data[k * dz.rowStride + r]! / sum;
    if (curvature !== undefined) curvature.data[k * curvature.rowStride + row] = probability;
    dz.data[k * dz.rowStride + r] = (probability - (label === k ? 1 : 0)) * weight;
  }
  return (log(sum) - own) * weight;
}

export const logisticLoss: PrepareOp = (op) => {
  const operands: Operands = {
    z: op.f64('z'),
    labels: op.i32('labels').data,
    weights: op.optional('f64', 'weights')?.data,
    curvature: op.optional('f64', 'curvature'),
    dz: op.f64('dz'),
  };
  const totals = op.f64('totals').data;
  const lossOf = operands.z.rows === 1 ? binaryRow : multinomialRow;
  const lanes = new Float64Array(16);
  return (begin, end, registers) => {
    const start = registers[REGISTERS.batchStart] as number;
    lanes.fill(0);
    for (let r = begin; r < end; r++) lanes[r & 15] = lanes[r & 15]! + lossOf(operands, r, start + r);
    totals[0] = totals[0]! + sumLanes(lanes);
    return 0;
  };
};

export const curvatureProduct: PrepareOp = (op) => {
  const t = op.f64('t');
  const p = op.f64('curvature');
  const weights = op.optional('f64', 'weights')?.data;
  const dz = op.f64('dz');
  return (begin, end, registers) => {
    const start = registers[REGISTERS.batchStart] as number;
    for (let r = begin; r < end; r++) {
      const row = start + r;
      if (t.rows === 1) {
        dz.data[r] = p.data[row]! * t.data[r]!;
        continue;
      }
      let mean = 0;
      for (let k = 0; k < t.rows; k++) mean += p.data[k * p.rowStride + row]! * t.data[k * t.rowStride + r]!;
      const weight = weights === undefined ? 1 : weights[row]!;
      for (let k = 0; k < t.rows; k++) {
        const change = t.data[k * t.rowStride + r]! - mean;
        dz.data[k * dz.rowStride + r] = p.data[k * p.rowStride + row]! * change * weight;
      }
    }
    return 0;
  };
};

export const curvatureFactors: PrepareOp = (op) => {
  const p = op.f64('curvature');
  const weights = op.optional('f64', 'weights')?.data;
  const h = op.f64('h').data;
  const k = op.scalar('k');
  const l = op.scalar('l');
  return (begin, end, registers) => {
    const start = registers[REGISTERS.batchStart] as number;
    for (let row = start + begin; row < start + end; row++) {
      const first = p.data[k * p.rowStride + row]!;
      let value = first * (l > k ? p.data[l * p.rowStride + row]! : 1 - first);
      if (l < k) {
        value = 0;
        for (let i = 0; i < p.rows; i++) {
          const own = p.data[i * p.rowStride + row]!;
          value += own * own;
        }
        value = 1 - value;
      }
      h[row] = value * (weights === undefined ? 1 : weights[row]!);
    }
    return 0;
  };
};
