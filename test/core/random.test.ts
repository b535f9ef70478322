import { describe, expect, it } from 'vitest';
import { scaleWord, threefry2x32, UniformStream } from '#steepest/core/random.js';

function words(k0: number, k1: number, c0: number, c1: number): string[] {
  const out = new Uint32Array(2);
  threefry2x32(k0, k1, c0, c1, out);
  return [...out].map((word) => word.toString(16).padStart(8, '0'));
}

describe('threefry2x32', () => {
  // Random123 1.14, tests/kat_vectors, `threefry2x32 20`.
  it.each([
    [0, 0, 0, 0, '6b200159', '99ba4efe'],
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, '1cb996fc', 'bb002be7'],
    [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3, 'c4923a9c', '483df7a0'],
  ])('gives the published words for key %i %i, counter %i %i', (k0, k1, c0, c1, first, second) => {
    expect(words(k0, k1, c0, c1)).toEqual([first, second]);
  });

  it('takes keys and counters mod 2^32', () => {
    const wrap = 2 ** 32;
    expect(words(7 + wrap, 8 - wrap, 9 + 1000 * wrap, 10 + 2 ** 20 * wrap)).toEqual(words(7, 8, 9, 10));
  });
});

describe('scaleWord', () => {
  it('is the floor of the 64-bit product', () => {
    const values = [0, 1, 2, 3, 65535, 65536, 65537, 1797, 60000, 2 ** 31, 2 ** 32 - 1];
    for (const word of values) {
      for (const n of [...values, 2 ** 32]) {
        expect(scaleWord(word, n)).toBe(Number((BigInt(word) * BigInt(n)) >> 32n));
      }
    }
  });
});

describe('UniformStream', () => {
  it('stays inside (0, 1) with the mean and variance of the uniform distribution', () => {
    const stream = new UniformStream(42, 3);
    const count = 20000;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < count; i++) {
      const u = stream.at(i);
      expect(u > 0 && u < 1).toBe(true);
      sum += u;
      squares += u * u;
    }
    const mean = sum / count;
    // Five standard errors: 5·√(1/12/count) and 5·√(1/180/count).
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / count));
    expect(Math.abs(squares / count - mean * mean - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / count));
  });

  it('gives number i whatever was asked before, and other numbers on another stream', () => {
    const stream = new UniformStream(1, 2);
    const ninth = stream.at(9);
    stream.at(2 ** 40);
    expect(stream.at(9)).toBe(ninth);
    expect(new UniformStream(1, 3).at(9)).not.toBe(ninth);
    expect(new UniformStream(2, 2).at(9)).not.toBe(ninth);
  });
});
