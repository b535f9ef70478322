import { REGISTERS, STATUS } from '../../contract.js';
import type { F32, F64, Matrix, PreparedOp, PrepareOp } from '../kernel.js';
import { fma, fround } from './fma.js';

/** Gives element (i, j) its new weight, from the old one and the gradient with the penalties' part. */
type Rule = (old: number, g2: number, i: number, j: number) => number;

/** A rule for one run, made from the registers of that run. */
type StartRule = (registers: F64) => Rule;

/** g₂ of the contract. */
export function penaltyGradient(op: PreparedOp): (w: number, g: number) => number {
  const l1 = fround(op.scalar('l1'));
  const l2x2 = fround(op.scalar('l2x2'));
  return (w, g) => {
    const g1 = l2x2 !== 0 ? fma(l2x2, w, g) : g;
    if (l1 === 0) return g1;
    if (w > 0) return fround(g1 + l1);
    return w < 0 ? fround(g1 - l1) : g1;
  };
}

/** The walk over w, g and wT that all updates share. */
function update(makeRule: (op: PreparedOp) => StartRule): PrepareOp {
  return (op) => {
    const w = op.f32('w');
    const g = op.f32('g');
    const wT = op.has('wT') ? op.f32('wT') : undefined;
    const gradient = penaltyGradient(op);
    const start = makeRule(op);
    return (begin, end, registers) => {
      const rule = start(registers);
      let finite = true;
      for (let i = begin; i < end; i++) {
        for (let j = 0; j < w.cols; j++) {
          const old = w.data[i * w.rowStride + j] as number;
          const next = rule(old, gradient(old, g.data[i * g.rowStride + j] as number), i, j);
          finite &&= Number.isFinite(next);
          w.data[i * w.rowStride + j] = next;
          if (wT !== undefined) wT.data[j * wT.rowStride + i] = next;
        }
      }
      return finite ? 0 : STATUS.parameterNotFinite;
    };
  };
}

function registerOf(registers: F64, register: number): number {
  return fround(registers[register] as number);
}

/** Replaces element (i, j) of a state by f of it, and returns that. */
function replace(state: Matrix<F32>, i: number, j: number, f: (old: number) => number): number {
  const at = i * state.rowStride + j;
  const next = f(state.data[at] as number);
  state.data[at] = next;
  return next;
}

export const sgd = update(() => (registers) => {
  const rate = registerOf(registers, REGISTERS.learningRate);
  return (old, g2) => fma(-rate, g2, old);
});

export const momentum = update((op) => {
  const v = op.f32('v');
  const momentum = fround(op.scalar('momentum'));
  const nesterov = op.scalar('nesterov') !== 0;
  return (registers) => {
    const rate = registerOf(registers, REGISTERS.learningRate);
    return (old, g2, i, j) => {
      const velocity = replace(v, i, j, (x) => fma(momentum, x, g2));
      return fma(-rate, nesterov ? fma(momentum, velocity, g2) : velocity, old);
    };
  };
});

export const rmsprop = update((op) => {
  const v = op.f32('v');
  const rho = fround(op.scalar('rho'));
  const oneMinusRho = fround(op.scalar('oneMinusRho'));
  const epsilon = fround(op.scalar('epsilon'));
  return (registers) => {
    const rate = registerOf(registers, REGISTERS.learningRate);
    return (old, g2, i, j) => {
      const square = fround(fround(oneMinusRho * g2) * g2);
      const meanSquare = replace(v, i, j, (x) => fma(rho, x, square));
      const divisor = fround(fround(Math.sqrt(meanSquare)) + epsilon);
      return fround(old - fround(fround(rate * g2) / divisor));
    };
  };
});

export const adam = update((op) => {
  const m = op.f32('m');
  const v = op.f32('v');
  const [beta1, oneMinusBeta1, beta2, oneMinusBeta2, epsilon, weightDecay] = [
    'beta1',
    'oneMinusBeta1',
    'beta2',
    'oneMinusBeta2',
    'epsilon',
    'weightDecay',
  ].map((name) => fround(op.scalar(name))) as [number, number, number, number, number, number];
  return (registers) => {
    const decay = fround(registerOf(registers, REGISTERS.learningRate) * weightDecay);
    const stepSize = registerOf(registers, REGISTERS.stepSize);
    const inverseSqrtBias2 = registerOf(registers, REGISTERS.inverseSqrtBias2);
    return (old, g2, i, j) => {
      const decayed = weightDecay !== 0 ? fma(-decay, old, old) : old;
      const mean = replace(m, i, j, (x) => fma(beta1, x, fround(oneMinusBeta1 * g2)));
      const square = fround(fround(oneMinusBeta2 * g2) * g2);
      const meanSquare = replace(v, i, j, (x) => fma(beta2, x, square));
      const spread = fma(fround(Math.sqrt(meanSquare)), inverseSqrtBias2, epsilon);
      return fround(decayed - fround(fround(stepSize * mean) / spread));
    };
  };
});
