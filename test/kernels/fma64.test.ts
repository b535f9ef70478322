import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fma64 } from '#steepest/kernels/typescript/exact/fma64.js';

const double = new Float64Array(1);
const bits = new BigUint64Array(double.buffer);

function ofBits(value: bigint): number {
  bits[0] = value;
  return double[0] as number;
}

/** Products of float64 numbers are whole multiples of 2⁻²¹⁴⁸. */
const UNIT = -2148;

/** A finite float64 as a whole multiple of 2^unit. */
function scaled(x: number, unit: number): bigint {
  double[0] = x;
  const word = bits[0] as bigint;
  const field = Number((word >> 52n) & 0x7ffn);
  const magnitude =
    ((word & 0xfffffffffffffn) | (field === 0 ? 0n : 1n << 52n)) << BigInt(Math.max(field, 1) - 1075 - unit);
  return word >> 63n ? -magnitude : magnitude;
}

/** The float64 nearest to n·2^UNIT, ties to even, its bits put together. */
function rounded(n: bigint): number {
  const magnitude = n < 0n ? -n : n;
  // 53 bits are kept, fewer among denormals, whose last bit is 2⁻¹⁰⁷⁴.
  const dropped = BigInt(Math.max(magnitude.toString(2).length - 53, -1074 - UNIT));
  let kept = magnitude >> dropped;
  const rest = magnitude - (kept << dropped);
  const half = 1n << (dropped - 1n);
  if (rest > half || (rest === half && kept % 2n === 1n)) kept += 1n;
  // A carry out of the fraction adds one to the exponent, as it should; from the largest number it makes infinity.
  const exponentField = dropped - BigInt(-1074 - UNIT);
  const encoded = exponentField >= 2046n ? 0x7ffn << 52n : (exponentField << 52n) + kept;
  const value = ofBits(encoded > 0x7ffn << 52n ? 0x7ffn << 52n : encoded);
  return n < 0n ? -value : value;
}

/** a·b + c in whole numbers; signs of exact zeros, infinities and NaN as float64 has them. */
function reference(a: number, b: number, c: number): number {
  if (![a, b, c].every(Number.isFinite)) return a * b + c;
  const exact = scaled(a, UNIT / 2) * scaled(b, UNIT / 2) + scaled(c, UNIT);
  if (exact !== 0n) return rounded(exact);
  return a === 0 || b === 0 ? a * b + c : 0;
}

const anyNumber = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(ofBits);
const special = fc.constantFrom(
  0,
  -0,
  1,
  -1,
  Number.MIN_VALUE,
  -Number.MIN_VALUE,
  2 ** -1022,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  2 ** 1023,
  2 ** -540,
  2 ** 27 + 1,
  Number.POSITIVE_INFINITY,
  Number.NaN,
);
/** Short fractions, whose sums end in ties. */
const short = fc
  .tuple(fc.integer({ min: -64, max: 64 }), fc.integer({ min: -60, max: 60 }))
  .map(([n, e]) => n * 2 ** e);
const ordinary = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const number = fc.oneof(anyNumber, special, short, ordinary);

describe('fma64', () => {
  it('rounds once, as whole numbers show', () => {
    fc.assert(
      fc.property(number, number, number, (a, b, c) => {
        expect(fma64(a, b, c)).toBe(reference(a, b, c));
      }),
      { numRuns: 20_000 },
    );
  });

  it('rounds once where the sum almost cancels or ties', () => {
    fc.assert(
      fc.property(ordinary, ordinary, fc.integer({ min: -3, max: 3 }), short, (a, b, ulps, tail) => {
        const c = -(a * b) * (1 + ulps * 2 ** -52);
        expect(fma64(a, b, c)).toBe(reference(a, b, c));
        const small = a * 2 ** -53;
        expect(fma64(b, tail, small)).toBe(reference(b, tail, small));
      }),
      { numRuns: 10_000 },
    );
  });
});
