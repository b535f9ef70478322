import { REGISTERS, STATUS } from '../../contract.js';
import type { F32, F64, Matrix, PreparedOp, PrepareOp } from '../kernel.js';
import { flushDenormal, flushTiny, SMALLEST_NORMAL } from '../updates/flushDenormal.js';
import { fma, fround } from './fma.js';

/** The registers of one run: scaled by the layer's own rate and rounded, or only rounded. */
interface Rates {
  scaled(register: number): number;
  rounded(register: number): number;
}

/** Gives element (i, j) its new weight, from w₁ and g₂ of the contract. */
type Rule = (w1: number, g2: number, i: number, j: number) => number;

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

/**
 * The walk over w, g and wT that all updates share.
 * @param makeRule makes a rule for each run, from the registers of that run
 */
function update(makeRule: (op: PreparedOp) => (rates: Rates) => Rule): PrepareOp {
  return (op) => {
    const w = op.f32('w');
    const g = op.f32('g');
    const wT = op.optional('f32', 'wT');
    const gradient = penaltyGradient(op);
    const rateScale = op.scalar('rateScale');
    const weightDecay = fround(op.scalar('weightDecay'));
    const start = makeRule(op);
    return (begin, end, registers) => {
      const rates = ratesOf(registers, rateScale);
      const decay = fround(rates.scaled(REGISTERS.learningRate) * weightDecay);
      const rule = start(rates);
      let finite = true;
      for (let i = begin; i < end; i++) {
        for (let j = 0; j < w.cols; j++) {
          const old = w.data[i * w.rowStride + j] as number;
          const decayed = weightDecay !== 0 ? fma(-decay, old, old) : old;
          const next = flushDenormal(
            rule(decayed, gradient(old, g.data[i * g.rowStride + j] as number), i, j),
          );
          finite &&= Number.isFinite(next);
          w.data[i * w.rowStride + j] = next;
          if (wT !== undefined) wT.data[j * wT.rowStride + i] = next;
        }
      }
      return finite ? 0 : STATUS.parameterNotFinite;
    };
  };
}

const ratesOf = (registers: F64, rateScale: number): Rates => ({
  scaled: (register) => fround((registers[register] as number) * rateScale),
  rounded: (register) => fround(registers[register] as number),
});

/** Replaces element (i, j) of a state by f of it, flushed, and returns that. */
function replace(state: Matrix<F32>, i: number, j: number, f: (old: number) => number): number {
  const at = i * state.rowStride + j;
  const next = flushDenormal(f(state.data[at] as number));
  state.data[at] = next;
  return next;
}

/** Scalars in float32. */
const scalars = <N extends string>(op: PreparedOp, ...names: N[]): Record<N, number> =>
  Object.fromEntries(names.map((name) => [name, fround(op.scalar(name))])) as Record<N, number>;

export const sgd = update(() => (rates) => {
  const rate = rates.scaled(REGISTERS.learningRate);
  return (w1, g2) => fma(-rate, g2, w1);
});

export const momentum = update((op) => {
  const v = op.f32('v');
  const { momentum } = scalars(op, 'momentum');
  const nesterov = op.scalar('nesterov') !== 0;
  return (rates) => {
    const rate = rates.scaled(REGISTERS.learningRate);
    return (w1, g2, i, j) => {
      const velocity = replace(v, i, j, (x) => fma(momentum, x, g2));
      return fma(-rate, nesterov ? fma(momentum, velocity, g2) : velocity, w1);
    };
  };
});

export const lion = update((op) => {
  const m = op.f32('m');
  const { beta1, oneMinusBeta1, beta2, oneMinusBeta2 } = scalars(
    op,
    'beta1',
    'oneMinusBeta1',
    'beta2',
    'oneMinusBeta2',
  );
  return (rates) => {
    const rate = rates.scaled(REGISTERS.learningRate);
    return (w1, g2, i, j) => {
      const c = fma(beta1, m.data[i * m.rowStride + j] as number, fround(oneMinusBeta1 * g2));
      replace(m, i, j, (x) => fma(beta2, x, fround(oneMinusBeta2 * g2)));
      const stepped = c > 0 ? fround(w1 - rate) : c < 0 ? fround(w1 + rate) : w1;
      return fma(c, 0, stepped);
    };
  };
});

/** b if either is NaN. */
function larger(a: number, b: number): number {
  if (a > b) return a;
  return b;
}

/** The smallest gradient whose part of a mean of squares is no denormal number. */
const leastGradient = (oneMinusRho: number): number =>
  fround(Math.sqrt(fround(SMALLEST_NORMAL / oneMinusRho)));

/** (factor·g)·g in float32, 0 for gradients below `least`. */
const scaledSquare = (factor: number, g: number, least: number): number =>
  Math.abs(g) < least ? 0 : fround(fround(factor * g) * g);

export const rmsprop = update((op) => {
  const v = op.f32('v');
  const m = op.optional('f32', 'm');
  const b = op.optional('f32', 'b');
  const { rho, oneMinusRho, epsilon, momentum } = scalars(op, 'rho', 'oneMinusRho', 'epsilon', 'momentum');
  const least = leastGradient(oneMinusRho);
  return (rates) => {
    const rate = rates.scaled(REGISTERS.learningRate);
    return (w1, g2, i, j) => {
      let variance = replace(v, i, j, (x) => fma(rho, x, scaledSquare(oneMinusRho, g2, least)));
      if (m !== undefined) {
        const mean = replace(m, i, j, (x) => fma(rho, x, fround(oneMinusRho * g2)));
        const difference = fma(-mean, mean, variance);
        variance = larger(0, difference);
      }
      const spread = fround(fround(Math.sqrt(variance)) + epsilon);
      if (b === undefined) return fma(-rate, fround(g2 / spread), w1);
      const velocity = replace(b, i, j, (x) => fma(momentum, x, fround(g2 / spread)));
      return fma(-rate, velocity, w1);
    };
  };
});

export const adadelta = update((op) => {
  const v = op.f32('v');
  const d = op.f32('d');
  const { rho, oneMinusRho, epsilon } = scalars(op, 'rho', 'oneMinusRho', 'epsilon');
  const least = leastGradient(oneMinusRho);
  const root = (x: number): number => fround(Math.sqrt(fround(x + epsilon)));
  return (rates) => {
    const rate = rates.scaled(REGISTERS.learningRate);
    return (w1, g2, i, j) => {
      const gradients = replace(v, i, j, (x) => fma(rho, x, scaledSquare(oneMinusRho, g2, least)));
      const steps = d.data[i * d.rowStride + j] as number;
      const delta = fround(fround(root(steps) / root(gradients)) * g2);
      replace(d, i, j, (x) => fma(rho, x, scaledSquare(oneMinusRho, delta, least)));
      return fma(-rate, delta, w1);
    };
  };
});

export const adam = update((op) => {
  const m = op.f32('m');
  const v = op.f32('v');
  const vMax = op.optional('f32', 'vMax');
  const nesterov = op.scalar('nesterov') !== 0;
  const { beta1, oneMinusBeta1, beta2, oneMinusBeta2, epsilon } = scalars(
    op,
    'beta1',
    'oneMinusBeta1',
    'beta2',
    'oneMinusBeta2',
    'epsilon',
  );
  const least = leastGradient(oneMinusBeta2);
  return (rates) => {
    const stepSize = rates.scaled(REGISTERS.stepSize);
    const gradientStep = rates.scaled(REGISTERS.gradientStep);
    const inverseSqrtBias2 = rates.rounded(REGISTERS.inverseSqrtBias2);
    return (w1, g2, i, j) => {
      const mean = replace(m, i, j, (x) => fma(beta1, x, fround(oneMinusBeta1 * g2)));
      const meanSquare = replace(v, i, j, (x) => fma(beta2, x, scaledSquare(oneMinusBeta2, g2, least)));
      const largest = vMax ? replace(vMax, i, j, (x) => larger(x, meanSquare)) : meanSquare;
      const spread = fma(fround(Math.sqrt(largest)), inverseSqrtBias2, epsilon);
      if (!nesterov) return fma(-stepSize, fround(mean / spread), w1);
      return fround(w1 - fround(fma(gradientStep, g2, fround(stepSize * flushTiny(mean))) / spread));
    };
  };
});

export const adamax = update((op) => {
  const m = op.f32('m');
  const u = op.f32('u');
  const { beta1, oneMinusBeta1, beta2, epsilon } = scalars(op, 'beta1', 'oneMinusBeta1', 'beta2', 'epsilon');
  return (rates) => {
    const stepSize = rates.scaled(REGISTERS.stepSize);
    return (w1, g2, i, j) => {
      const mean = replace(m, i, j, (x) => fma(beta1, x, fround(oneMinusBeta1 * g2)));
      const size = Math.abs(g2);
      const largest = replace(u, i, j, (x) => larger(fround(beta2 * x), size));
      return fma(-stepSize, fround(mean / fround(largest + epsilon)), w1);
    };
  };
});
