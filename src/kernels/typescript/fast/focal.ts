import type { PreparedOp, PrepareOp } from '../kernel.js';
import { scaleOver } from '../rows/scaleOver.js';
import { flushTiny } from '../updates/flushDenormal.js';
import { clip } from './crossEntropy.js';
import { rowScratch } from './scratch.js';
import { exponentials, rowMax } from './softmax.js';
import { sigmoid, softplus } from './special.js';

/** Smallest normal float32: bases of powers are at least this. */
const LEAST_BASE = 2 ** -126;

/** Where {@link binaryFormula} leaves the derivative. */
const derivative = new Float64Array(1);

/** An element's loss, on logits or on probabilities. */
function binaryFormula(op: PreparedOp): (x: number, t: number) => number {
  const gamma = op.scalar('gamma');
  const positive = op.scalar('positiveWeight');
  const negative = op.scalar('negativeWeight');
  if (op.scalar('onLogits') !== 0) {
    return (z, t) => {
      const p = sigmoid(z);
      const rest = sigmoid(-z);
      const miss = Math.max(t * rest + (1 - t) * p, LEAST_BASE);
      const u = softplus(z) - z * t;
      const k = miss ** gamma * (t * positive + (1 - t) * negative);
      derivative[0] = k * ((gamma * u * (1 - 2 * t) * p * rest) / miss + (1 - t) * p - t * rest);
      return k * u;
    };
  }
  return (p, t) => {
    const c = clip(p);
    const u = -t * Math.log(c) - (1 - t) * Math.log(1 - c);
    const miss = Math.max(t * (1 - p) + (1 - t) * p, LEAST_BASE);
    const weight = t * positive + (1 - t) * negative;
    const k = miss ** gamma * weight;
    const own = c === p ? (c - t) / (c * (1 - c)) : 0;
    derivative[0] = miss ** (gamma - 1) * weight * gamma * u * (1 - 2 * t) + own * k;
    return k * u;
  };
}

/** Mean over columns of the binary focal cross-entropy, with its gradient. */
export const binaryFocal: PrepareOp = (op) => {
  const x = op.f32('x');
  const target = op.f32('target');
  const p = op.scalar('onLogits') !== 0 ? op.optional('f32', 'p') : undefined;
  const dx = op.optional('f32', 'dx');
  const rowLoss = op.f32('rowLoss');
  const formula = binaryFormula(op);
  const { cols } = x;
  return (begin, end, registers) => {
    const scale = scaleOver(1, registers, cols);
    for (let r = begin; r < end; r++) {
      const from = r * x.rowStride;
      const at = r * target.rowStride;
      let loss = 0;
      for (let j = 0; j < cols; j++) {
        const value = x.data[from + j]!;
        loss += formula(value, target.data[at + j]!);
        if (p !== undefined) p.data[r * p.rowStride + j] = sigmoid(value);
        if (dx !== undefined) dx.data[r * dx.rowStride + j] = flushTiny(derivative[0]! * scale);
      }
      rowLoss.data[r * rowLoss.rowStride] = loss / cols;
    }
    return 0;
  };
};

/** Categorical focal cross-entropy of logits or of scores, with its gradient. */
export const categoricalFocal: PrepareOp = (op) => {
  const x = op.f32('x');
  const target = op.f32('target');
  const p = op.optional('f32', 'p');
  const dx = op.optional('f32', 'dx');
  const rowLoss = op.f32('rowLoss');
  const onLogits = op.scalar('onLogits') !== 0;
  const gamma = op.scalar('gamma');
  const alpha = op.scalar('alpha');
  const { cols } = x;
  rowScratch.reserve(2 * cols);

  return (begin, end, registers) => {
    const scale = scaleOver(1, registers, 1);
    // The first half holds probabilities, the second the c of each column.
    const memory = rowScratch.memory;
    for (let r = begin; r < end; r++) {
      const from = r * x.rowStride;
      const at = r * target.rowStride;
      let largest = 0;
      let sum = 0;
      if (onLogits) {
        largest = rowMax(x.data, from, cols);
        sum = exponentials(x.data, from, cols, largest, memory);
      } else {
        for (let j = 0; j < cols; j++) sum += x.data[from + j]!;
        // In float32, so that the same elements are clipped as by the other kernels.
        sum = Math.fround(sum);
      }
      const logSum = Math.log(sum);
      let loss = 0;
      let total = 0;
      for (let j = 0; j < cols; j++) {
        const value = x.data[from + j]!;
        const share = onLogits ? memory[j]! / sum : Math.fround(value / sum);
        const q = onLogits ? share : clip(share);
        const surprise = onLogits ? logSum - (value - largest) : -Math.log(q);
        const base = Math.max(1 - q, LEAST_BASE);
        const weight = alpha * target.data[at + j]! * base ** gamma;
        const c = q === share ? weight * (1 + (gamma * surprise * q) / base) : 0;
        loss += weight * surprise;
        total += c;
        memory[j] = q;
        memory[cols + j] = c;
        if (p !== undefined) p.data[r * p.rowStride + j] = q;
      }
      rowLoss.data[r * rowLoss.rowStride] = loss;
      if (dx === undefined) continue;
      for (let j = 0; j < cols; j++) {
        const q = memory[j]!;
        const c = memory[cols + j]!;
        const gradient = onLogits ? q * (total - c) - c * (1 - q) : (total - c / q) / sum;
        dx.data[r * dx.rowStride + j] = flushTiny(gradient * scale);
      }
    }
    return 0;
  };
};
