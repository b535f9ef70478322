import { describe, expect, it } from 'vitest';
import { loadDigits } from '../../examples/lib/load-digits.mjs';

describe('the digits of examples/data', () => {
  const { train, test } = loadDigits();

  it('are 1,438 images of 64 pixels to train on and 359 held out, in shared memory', () => {
    expect(train.x.shape).toEqual([1438, 64]);
    expect(test.x.shape).toEqual([359, 64]);
    for (const { x, y } of [train, test]) {
      expect(x.data.length).toBe(x.shape[0]! * 64);
      expect(y.shape).toEqual([x.shape[0]]);
      expect(x.data.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(y.data.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
    expect([...train.x.data.subarray(0, 10)]).toEqual([0, 0, 5, 13, 9, 1, 0, 0, 0, 0]);
    expect([...train.y.data.subarray(0, 5), ...test.y.data.subarray(0, 2)]).toEqual([0, 1, 2, 3, 5, 4, 9]);
  });

  it('have the sums and counts that scikit-learn gives', () => {
    const pixels = [...train.x.data, ...test.x.data];
    expect(pixels.reduce((sum, pixel) => sum + pixel, 0)).toBe(561_718);
    expect(pixels.reduce((most, pixel) => Math.max(most, pixel), 0)).toBe(16);
    const perDigit = new Array<number>(10).fill(0);
    for (const digit of [...train.y.data, ...test.y.data]) perDigit[digit]!++;
    expect(perDigit).toEqual([178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
  });
});
