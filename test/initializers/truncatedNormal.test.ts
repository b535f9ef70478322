import { describe, expect, it } from 'vitest';
import { TRUNCATED_DEVIATION, truncatedNormal } from '#steepest/networks/initializers/truncatedNormal.js';

describe('truncatedNormal', () => {
  it('maps (0, 1) onto (−2, 2), rising, with the middle in the middle', () => {
    let last = Number.NEGATIVE_INFINITY;
    for (let i = 0; i <= 1000; i++) {
      const z = truncatedNormal(Math.min(Math.max(i / 1000, 2 ** -53), 1 - 2 ** -53));
      expect(z).toBeGreaterThan(last);
      last = z;
    }
    expect(truncatedNormal(2 ** -53)).toBeCloseTo(-2, 14);
    expect(truncatedNormal(1 - 2 ** -53)).toBeCloseTo(2, 14);
    expect(truncatedNormal(0.5)).toBeCloseTo(0, 15);
  });

  it('has the standard deviation that it says', () => {
    const n = 100_000;
    let sum = 0;
    for (let i = 0; i < n; i++) sum += truncatedNormal((i + 0.5) / n) ** 2;
    expect(Math.sqrt(sum / n)).toBeCloseTo(TRUNCATED_DEVIATION, 7);
  });
});
