import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fma } from '#steepest/kernels/typescript/exact/fma.js';

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

function floatOfBits(bits: number): number {
  word[0] = bits;
  return float[0] as number;
}

/** Products of float32 numbers are whole multiples of 2⁻²⁹⁸. */
const UNIT_EXPONENT = -298;

/** A finite float32 as a whole multiple of 2^`exponent`, which is small enough for that. */
function scaled(x: number, exponent: number): bigint {
  float[0] = x;
  const bits = word[0] as number;
  const field = (bits >>> 23) & 0xff;
  const mantissa = (bits & 0x7fffff) | (field === 0 ? 0 : 0x800000);
  const magnitude = BigInt(mantissa) << BigInt(Math.max(field, 1) - 150 - exponent);
  return bits >>> 31 ? -magnitude : magnitude;
}

/** The float32 nearest to n·2^UNIT_EXPONENT, ties to even. */
function rounded(n: bigint): number {
  const magnitude = n < 0n ? -n : n;
  const bits = magnitude.toString(2).length;
  // 24 bits are kept, fewer among denormals, whose last bit is 2⁻¹⁴⁹.
  const dropped = BigInt(Math.max(bits - 24, -149 - UNIT_EXPONENT));
  let kept = magnitude >> dropped;
  const rest = magnitude - (kept << dropped);
  const half = 1n << (dropped - 1n);
  if (rest > half || (rest === half && kept % 2n === 1n)) kept += 1n;
  const value = Number(kept) * 2 ** (Number(dropped) + UNIT_EXPONENT);
  return Math.fround(n < 0n ? -value : value);
}

/** a·b + c in whole numbers; signs of zero, infinities and NaN as float64 has them. */
function reference(a: number, b: number, c: number): number {
  const plain = a * b + c;
  if (![a, b, c].every(Number.isFinite)) return plain;
  const half = UNIT_EXPONENT / 2;
  const exact = scaled(a, half) * scaled(b, half) + scaled(c, UNIT_EXPONENT);
  return exact === 0n ? plain : rounded(exact);
}

const anyFloat = fc.nat({ max: 0xffffffff }).map(floatOfBits);
const special = fc.constantFrom(
  0,
  -0,
  1,
  -1,
  2 ** -149,
  -(2 ** -149),
  2 ** -126,
  3.4028234663852886e38,
  -3.4028234663852886e38,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
);

describe('fma', () => {
  it('rounds once, whatever the operands', () => {
    const operand = fc.oneof(anyFloat, special);
    fc.assert(
      fc.property(operand, operand, operand, (a, b, c) => {
        expect(fma(a, b, c)).toBe(reference(a, b, c));
      }),
      { numRuns: 20000 },
    );
  });

  it('rounds once where a product almost makes the sum a tie', () => {
    // (1 + iε)(1 − iε) = 1 − i²ε² lies just below 1, so times half the last place of c it lies just below a tie.
    const epsilon = 2 ** -23;
    const mantissa = fc.nat({ max: 0x7fffff });
    fc.assert(
      fc.property(
        mantissa,
        fc.integer({ min: -148, max: 126 }),
        fc.nat({ max: 40 }),
        fc.nat({ max: 3 }),
        (m, exponent, i, signs) => {
          const c = Math.fround((1 + m * epsilon) * 2 ** exponent);
          const lastPlace = 2 ** Math.max(exponent - 23, -149);
          // lastPlace / 2 in two factors that are float32 numbers whatever the exponent.
          const split = Math.trunc(exponent / 2);
          const a = Math.fround((1 + i * epsilon) * 2 ** split) * (signs & 1 ? -1 : 1);
          const b = Math.fround((1 - i * epsilon) * (lastPlace / 2 / 2 ** split)) * (signs & 2 ? -1 : 1);
          expect(fma(a, b, c)).toBe(reference(a, b, c));
        },
      ),
      { numRuns: 20000 },
    );
  });

  it('is not the sum rounded twice', () => {
    const [a, b, c] = [1 + 2 ** -23, (1 - 2 ** -23) * 2 ** -24, 1];
    expect(fma(a, b, c)).toBe(1);
    expect(fma(-a, -b, 1 + 2 ** -23)).toBe(1 + 2 ** -23);
    expect(Math.fround(a * b + (1 + 2 ** -23))).toBe(1 + 2 ** -22);
  });

  it('rounds once at the edges of the range', () => {
    const largest = 3.4028234663852886e38;
    const half = 2 ** 103;
    expect(fma(half, 1, largest)).toBe(Number.POSITIVE_INFINITY);
    expect(fma((1 - 2 ** -23) * 2 ** 103, 1 + 2 ** -23, largest)).toBe(largest);
    expect(fma((1 - 2 ** -23) * 2 ** 103, -1 - 2 ** -23, -largest)).toBe(-largest);
    expect(fma(2 ** -75, 2 ** -75, 0)).toBe(0);
    expect(fma(2 ** -75, 2 ** -74, 0)).toBe(2 ** -149);
    expect(fma(2 ** -75, -(2 ** -76), 2 ** -149)).toBe(2 ** -149);
    expect(fma(-0, 1, -0)).toBe(-0);
    expect(fma(-1, 1, 1)).toBe(0);
  });
});
