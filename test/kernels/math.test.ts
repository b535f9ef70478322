import { describe, expect, it } from 'vitest';
import { ACTIVATIONS } from '#steepest/kernels/contract.js';
import { activate } from '#steepest/kernels/typescript/exact/activation.js';
import {
  erf,
  exp,
  expm1,
  log,
  log1p,
  sigmoid,
  softplus,
  tanh,
} from '#steepest/kernels/typescript/exact/math.js';

/** A prime, about 2³² / 60,000; scripts/measure-ulp looks at every float32. */
const STRIDE = 71993;

/** erf in float64: the series of Abramowitz & Stegun 7.1.6, and 1 − erfc by the continued fraction 7.1.14. */
function trueErf(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  let fraction = 0;
  for (let k = 80; k > 0; k--) fraction = k / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
}

function trueSoftplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

const byName =
  (name: keyof typeof ACTIVATIONS) =>
  (x: number): number =>
    activate[ACTIVATIONS[name]]!(x, 0);
const gelu = byName('gelu');
const trueSelu = (x: number): number => (x < 0 ? 1.7580993408473766 * Math.expm1(x) : 1.0507009873554805 * x);
const { POSITIVE_INFINITY, NEGATIVE_INFINITY } = Number;

/** Function, truth, range, and the largest error allowed in ULP: what scripts/measure-ulp found, and little more. */
const FUNCTIONS: [
  name: string,
  f: (x: number) => number,
  truth: (x: number) => number,
  from: number,
  to: number,
  maxUlp: number,
][] = [
  ['exp', exp, Math.exp, NEGATIVE_INFINITY, POSITIVE_INFINITY, 1.04],
  ['log', log, Math.log, 0, POSITIVE_INFINITY, 0.9],
  ['tanh', tanh, Math.tanh, NEGATIVE_INFINITY, POSITIVE_INFINITY, 1.4],
  [
    'sigmoid',
    sigmoid,
    (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
    NEGATIVE_INFINITY,
    POSITIVE_INFINITY,
    2.45,
  ],
  ['log1p', log1p, Math.log1p, 0, 1, 1.45],
  ['expm1', expm1, Math.expm1, NEGATIVE_INFINITY, 0, 1],
  ['erf', erf, trueErf, NEGATIVE_INFINITY, POSITIVE_INFINITY, 1.1],
  ['softplus', softplus, trueSoftplus, NEGATIVE_INFINITY, POSITIVE_INFINITY, 1.71],
  ['silu', byName('silu'), (x) => x / (1 + Math.exp(-x)), -80, 3.4e38, 3.3],
  ['mish', byName('mish'), (x) => x * Math.tanh(trueSoftplus(x)), -80, 3.4e38, 4],
  ['selu', byName('selu'), trueSelu, NEGATIVE_INFINITY, 3.2e38, 1.7],
  ['softsign', byName('softsign'), (x) => x / (1 + Math.abs(x)), -3.4e38, 3.4e38, 1.5],
  ['gelu above −1', gelu, (x) => (x * (1 + trueErf(x * Math.SQRT1_2))) / 2, -1, 3.4e38, 2.64],
];

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/** Distance between neighbouring float32 numbers around x. */
function ulpOf(x: number): number {
  float[0] = x;
  const field = ((word[0] as number) >>> 23) & 0xff;
  return 2 ** (Math.min(Math.max(field, 1), 254) - 150);
}

/** Largest error over every STRIDE-th float32 in the range, and where. */
function worst(f: (x: number) => number, truth: (x: number) => number, from: number, to: number) {
  let most = { ulp: 0, at: Number.NaN };
  for (let bits = 0; bits < 2 ** 32; bits += STRIDE) {
    word[0] = bits;
    const x = float[0] as number;
    if (!(x >= from && x <= to)) continue;
    const expected = truth(x);
    const given = f(x);
    const same = Object.is(given, Math.fround(expected));
    const ulp = same ? 0 : Math.abs(given - expected) / ulpOf(expected);
    if (!(ulp <= most.ulp)) most = { ulp, at: x };
  }
  return most;
}

describe('the project’s own functions', () => {
  it.each(FUNCTIONS)('%s is as exact as documented', (_name, f, truth, from, to, maxUlp) => {
    const { ulp, at } = worst(f, truth, from, to);
    expect(ulp, `at ${at}`).toBeLessThanOrEqual(maxUlp);
  });

  it.each(FUNCTIONS)('%s gives NaN for NaN', (_name, f) => {
    expect(f(Number.NaN)).toBeNaN();
  });

  it('has the limits of the functions', () => {
    expect(exp(NEGATIVE_INFINITY)).toBe(0);
    expect(exp(POSITIVE_INFINITY)).toBe(POSITIVE_INFINITY);
    expect(exp(88.72283)).toBeLessThan(POSITIVE_INFINITY);
    expect(exp(88.73)).toBe(POSITIVE_INFINITY);
    expect(exp(-103.5)).toBe(2 ** -149);
    expect(exp(-104)).toBe(0);
    expect([log(0), log(-0)]).toEqual([NEGATIVE_INFINITY, NEGATIVE_INFINITY]);
    expect([log(-1), log(NEGATIVE_INFINITY)]).toEqual([Number.NaN, Number.NaN]);
    expect(log(POSITIVE_INFINITY)).toBe(POSITIVE_INFINITY);
    expect([sigmoid(NEGATIVE_INFINITY), sigmoid(POSITIVE_INFINITY)]).toEqual([0, 1]);
    expect([tanh(NEGATIVE_INFINITY), tanh(POSITIVE_INFINITY)]).toEqual([-1, 1]);
    expect([erf(NEGATIVE_INFINITY), erf(POSITIVE_INFINITY)]).toEqual([-1, 1]);
    expect(expm1(NEGATIVE_INFINITY)).toBe(-1);
    expect([softplus(NEGATIVE_INFINITY), softplus(POSITIVE_INFINITY)]).toEqual([0, POSITIVE_INFINITY]);
  });

  it('is exact where the functions are', () => {
    expect([exp(0), exp(-0)]).toEqual([1, 1]);
    expect([log(1), log1p(0)]).toEqual([0, 0]);
    expect([tanh(0), tanh(-0), erf(0), erf(-0), expm1(-0)]).toEqual([0, -0, 0, -0, 0]);
    expect([sigmoid(0), sigmoid(-0)]).toEqual([0.5, 0.5]);
  });

  it('keeps denormal numbers', () => {
    const tiny = 2 ** -149;
    expect([tanh(tiny), tanh(-tiny), expm1(-tiny), log1p(tiny)]).toEqual([tiny, -tiny, -tiny, tiny]);
    expect(log(tiny)).toBe(Math.fround(Math.log(tiny)));
    expect(sigmoid(-100)).toBe(Math.fround(Math.exp(-100)));
  });
});
