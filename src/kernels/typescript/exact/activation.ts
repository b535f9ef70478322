import { ACTIVATIONS } from '../../contract.js';
import type { F32, PreparedOp, PrepareOp } from '../kernel.js';
import { flushTiny } from '../updates/flushDenormal.js';
import { fma, fround } from './fma.js';
import { erf, exp, expm1, sigmoid, sigmoidFrom, softplus, tanh } from './math.js';

/** f(x). */
export type Activate = (x: number, alpha: number) => number;
/** g ⊙ f′ from s. */
export type ActivateBackward = (g: number, s: number, alpha: number) => number;

const SQRT_HALF = fround(0.707106769);
const INVERSE_SQRT_2PI = fround(0.398942292);

function normalCdf(x: number): number {
  return fround(0.5 * fround(erf(fround(x * SQRT_HALF)) + 1));
}

function normalPdf(x: number): number {
  return fround(INVERSE_SQRT_2PI * exp(fround(fround(-0.5 * x) * x)));
}

/** Math.max would turn −0 into +0. */
function relu(x: number): number {
  if (x < 0) return 0;
  return x;
}

/** Constants of native/kernels/elementwise/activation.inl. */
const SELU_SCALE = fround(1.05070102);
const SELU_SCALE_ALPHA = fround(1.75809932);
const SIXTH = fround(1 / 6);
const THIRD = fround(1 / 3);
const MISH_HIGH = 20;

const atMost = (x: number, most: number): number => Math.min(x, most);
const relu6 = (x: number): number => atMost(relu(x), 6);
const hardSigmoid = (x: number): number => fround(relu6(fround(x + 3)) * SIXTH);

function hardSwishDerivative(x: number): number {
  if (x <= -3) return 0;
  return x >= 3 ? 1 : fma(x, THIRD, 0.5);
}

const mishTerm = (e: number): number => fround(e * fround(e + 2));

function mishDerivative(x: number): number {
  const low = atMost(x, MISH_HIGH);
  const e = exp(low);
  const n = mishTerm(e);
  const d = fround(n + 2);
  const derivative = fround(fround(fround(4 * e) / d) * fround(fround(e + 1) / d));
  return fma(low, derivative, fround(n / d));
}

/** By number, as in the contract's ACTIVATIONS. */
export const activate: readonly Activate[] = [
  (x) => x,
  relu,
  (x, alpha) => (x < 0 ? fround(alpha * x) : x),
  (x, alpha) => (x < 0 ? fround(alpha * expm1(x)) : x),
  (x) => fround(x * normalCdf(x)),
  sigmoid,
  tanh,
  softplus,
  (x) => fround(x * sigmoid(x)),
  (x) => fround(x < 0 ? SELU_SCALE_ALPHA * expm1(x) : SELU_SCALE * x),
  relu6,
  hardSigmoid,
  (x) => fround(x * hardSigmoid(x)),
  (x) => {
    const n = mishTerm(exp(atMost(x, MISH_HIGH)));
    return fround(x * fround(n / fround(n + 2)));
  },
  (x) => fround(x / fround(1 + Math.abs(x))),
  exp,
  (x, alpha) => (x < 0 ? fround(alpha * expm1(fround(x / alpha))) : x),
];

/** g·f′, flushed, for a derivative that shrinks with an exponential. */
const flushedProduct = (g: number, derivative: number): number => flushTiny(fround(g * derivative));

/** By number, as in the contract's ACTIVATIONS. */
export const activateBackward: readonly ActivateBackward[] = [
  (g) => g,
  (g, s) => (s > 0 ? g : 0),
  (g, s, alpha) => (s > 0 ? g : fround(alpha * g)),
  (g, s, alpha) => (s > 0 ? g : fround(g * fround(s + alpha))),
  (g, s) => flushedProduct(g, fma(s, normalPdf(s), normalCdf(s))),
  (g, s) => flushedProduct(g, fround(s * fround(1 - s))),
  (g, s) => fround(g * fma(-s, s, 1)),
  (g, s) => flushedProduct(g, sigmoid(s)),
  (g, s) => {
    const e = exp(-Math.abs(s));
    return flushedProduct(g, fround(sigmoidFrom(s, e) * fma(s, sigmoidFrom(-s, e), 1)));
  },
  (g, s) => fround(s > 0 ? SELU_SCALE * g : g * fround(s + SELU_SCALE_ALPHA)),
  (g, s) => (s > 0 && s < 6 ? g : 0),
  (g, s) => (s > 0 && s < 1 ? fround(g * SIXTH) : 0),
  (g, s) => fround(g * hardSwishDerivative(s)),
  (g, s) => flushedProduct(g, mishDerivative(s)),
  (g, s) => {
    const rest = fround(1 - Math.abs(s));
    return fround(g * fround(rest * rest));
  },
  flushedProduct,
  (g, s, alpha) => (s > 0 ? g : fround(g * fround(fround(s / alpha) + 1))),
];

export const activation: PrepareOp = (op) => {
  const x = op.f32('x');
  const y = op.f32('y');
  const alpha = fround(op.scalar('alpha'));
  const f = activate[op.scalar('activation')] as Activate;
  return (begin, end) => {
    for (let r = begin; r < end; r++) {
      for (let j = 0; j < x.cols; j++) {
        y.data[r * y.rowStride + j] = f(x.data[r * x.rowStride + j] as number, alpha);
      }
    }
    return 0;
  };
};

export const activationBackward: PrepareOp = (op) => {
  const dy = op.f32('dy');
  const s = op.f32('s');
  const dx = op.f32('dx');
  const alpha = fround(op.scalar('alpha'));
  const derivative = activateBackward[op.scalar('activation')] as ActivateBackward;
  return (begin, end) => {
    for (let r = begin; r < end; r++) {
      for (let j = 0; j < dx.cols; j++) {
        const g = dy.data[r * dy.rowStride + j] as number;
        dx.data[r * dx.rowStride + j] = derivative(g, s.data[r * s.rowStride + j] as number, alpha);
      }
    }
    return 0;
  };
};

/** The activation of an op on numbers that are there; undefined for none. */
export function activateInPlace(op: PreparedOp) {
  const f = activate[op.scalar('activation')] as Activate;
  const alpha = fround(op.scalar('alpha'));
  if (op.scalar('activation') === ACTIVATIONS.linear) return undefined;
  return (y: F32, from: number, count: number): void => {
    for (let i = from; i < from + count; i++) y[i] = f(y[i]!, alpha);
  };
}
