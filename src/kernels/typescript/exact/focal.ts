import type { F32, PreparedOp, PrepareOp } from '../kernel.js';
import { scaleOver } from '../rows/scaleOver.js';
import { flushTiny } from '../updates/flushDenormal.js';
import { clipped } from './crossEntropy.js';
import { atLeast } from './elementLoss.js';
import { fma, fround } from './fma.js';
import { Lanes } from './lanes.js';
import { exp, log, log1p, positivePart, sigmoidFrom } from './math.js';
import { maxOfRow } from './softmax.js';

/** Smallest normal float32: below it, the logarithm of a power's base would be that of 0. */
const LEAST_BASE = 2 ** -126;

/** An element of binaryFocal: its loss, its derivative and its probability. */
type Element = readonly [loss: number, derivative: number, p: number];

/** The formula of binaryFocal, on logits or on probabilities. */
function binaryFormula(op: PreparedOp): (x: number, t: number) => Element {
  const gamma = fround(op.scalar('gamma'));
  const positive = fround(op.scalar('positiveWeight'));
  const negative = fround(op.scalar('negativeWeight'));
  const weightOf = (t: number, other: number): number => fma(t, positive, fround(other * negative));
  const turnOf = (u: number, t: number): number => fround(fround(gamma * u) * fma(-2, t, 1));

  if (op.scalar('onLogits') !== 0) {
    return (z, t) => {
      const other = fround(1 - t);
      const e = exp(-Math.abs(z));
      const p = sigmoidFrom(z, e);
      const rest = sigmoidFrom(-z, e);
      const miss = atLeast(fma(t, rest, fround(other * p)), LEAST_BASE);
      const u = fround(fround(positivePart(z) - fround(z * t)) + log1p(e));
      const k = fround(exp(fround(gamma * log(miss))) * weightOf(t, other));
      const own = fma(other, p, -fround(t * rest));
      return [fround(k * u), fround(k * fma(turnOf(u, t), fround(fround(p * rest) / miss), own)), p];
    };
  }
  return (p, t) => {
    const other = fround(1 - t);
    const c = clipped(p);
    const rest = fround(1 - c);
    const u = fma(-t, log(c), -fround(other * log(rest)));
    const miss = atLeast(fma(t, fround(1 - p), fround(other * p)), LEAST_BASE);
    const l = log(miss);
    const weight = weightOf(t, other);
    const k = fround(exp(fround(gamma * l)) * weight);
    const power = fround(exp(fround(fround(gamma - 1) * l)) * weight);
    const own = c === p ? fround(fround(c - t) / fround(c * rest)) : 0;
    return [fround(k * u), fma(power, turnOf(u, t), fround(own * k)), p];
  };
}

export const binaryFocal: PrepareOp = (op) => {
  const x = op.f32('x');
  const target = op.f32('target');
  const p = op.scalar('onLogits') === 0 ? undefined : op.optional('f32', 'p');
  const dx = op.optional('f32', 'dx');
  const rowLoss = op.f32('rowLoss');
  const formula = binaryFormula(op);
  const lanes = new Lanes();
  return (begin, end, registers) => {
    const scale = scaleOver(1, registers, x.cols);
    for (let r = begin; r < end; r++) {
      lanes.clear();
      for (let j = 0; j < x.cols; j++) {
        const t = target.data[r * target.rowStride + j] as number;
        const [loss, derivative, chance] = formula(x.data[r * x.rowStride + j] as number, t);
        lanes.add(j, loss);
        if (p !== undefined) p.data[r * p.rowStride + j] = chance;
        if (dx !== undefined) dx.data[r * dx.rowStride + j] = flushTiny(fround(derivative * scale));
      }
      rowLoss.data[r * rowLoss.rowStride] = lanes.sum() / fround(x.cols);
    }
    return 0;
  };
};

/** One column of a row of categoricalFocal: p, 1 − p, −log p, and whether p was not clipped. */
interface FocalPart {
  p: number;
  rest: number;
  surprise: number;
  isInside: boolean;
}

/** A row's columns as probabilities, and the sum that the gradient is divided by. */
interface FocalRow {
  part(j: number): FocalPart;
  s: number;
}

function rowOfLogits(x: F32, at: number, cols: number, lanes: Lanes): FocalRow {
  const largest = maxOfRow(x, at, cols);
  let first = 0;
  while (first < cols - 1 && x[at + first] !== largest) first++;
  const e = Float32Array.from({ length: cols }, (_, j) => exp(fround((x[at + j] as number) - largest)));
  lanes.clear();
  for (let j = 0; j < cols; j++) lanes.add(j, j === first ? 0 : (e[j] as number));
  const others = lanes.sum();
  const s = fround(others + 1);
  const logSum = others > 1 ? log(s) : log1p(others);
  return {
    s,
    part(j) {
      const p = fround((e[j] as number) / s);
      const rest = j === first ? fround(others / s) : fround(1 - p);
      const surprise = fround(logSum - fround((x[at + j] as number) - largest));
      return { p, rest, surprise, isInside: true };
    },
  };
}

function rowOfScores(x: F32, at: number, cols: number, lanes: Lanes): FocalRow {
  lanes.clear();
  for (let j = 0; j < cols; j++) lanes.add(j, x[at + j] as number);
  const s = lanes.sum();
  return {
    s,
    part(j) {
      const share = fround((x[at + j] as number) / s);
      const p = clipped(share);
      return { p, rest: fround(1 - p), surprise: -log(p), isInside: p === share };
    },
  };
}

export const categoricalFocal: PrepareOp = (op) => {
  const x = op.f32('x');
  const target = op.f32('target');
  const p = op.optional('f32', 'p');
  const dx = op.optional('f32', 'dx');
  const rowLoss = op.f32('rowLoss');
  const onLogits = op.scalar('onLogits') !== 0;
  const gamma = fround(op.scalar('gamma'));
  const alpha = fround(op.scalar('alpha'));
  const rowOf = onLogits ? rowOfLogits : rowOfScores;
  const lanes = new Lanes();
  const totals = new Lanes();
  return (begin, end, registers) => {
    const scale = scaleOver(1, registers, 1);
    for (let r = begin; r < end; r++) {
      const row = rowOf(x.data, r * x.rowStride, x.cols, lanes);
      lanes.clear();
      totals.clear();
      for (let j = 0; j < x.cols; j++) {
        const part = row.part(j);
        const base = atLeast(part.rest, LEAST_BASE);
        const t = target.data[r * target.rowStride + j] as number;
        const weight = fround(fround(alpha * t) * exp(fround(gamma * log(base))));
        lanes.set(j, fma(weight, part.surprise, lanes.get(j)));
        if (p !== undefined) p.data[r * p.rowStride + j] = part.p;
        if (dx === undefined) continue;
        const more = fround(fround(fround(gamma * part.surprise) * part.p) / base);
        const c = part.isInside ? fround(weight * fround(1 + more)) : 0;
        dx.data[r * dx.rowStride + j] = c;
        totals.add(j, c);
      }
      rowLoss.data[r * rowLoss.rowStride] = lanes.sum();
      if (dx === undefined) continue;
      const total = totals.sum();
      for (let j = 0; j < x.cols; j++) {
        const part = row.part(j);
        const c = dx.data[r * dx.rowStride + j] as number;
        const derivative = onLogits
          ? fma(part.p, fround(total - c), -fround(c * part.rest))
          : fround(fround(total - fround(c / part.p)) / row.s);
        dx.data[r * dx.rowStride + j] = flushTiny(fround(derivative * scale));
      }
    }
    return 0;
  };
};
