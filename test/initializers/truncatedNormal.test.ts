import { describe, expect, it } from 'vitest';
import {
  inverseNormal,
  TRUNCATED_DEVIATION,
  truncatedNormal,
} from '#steepest/initializers/truncatedNormal.js';

/** p and Φ⁻¹(p) by mpmath with 40 digits, on both sides of every border inside the routine. */
const POINTS = [
  [0.0228, -1.99907721497177],
  [0.03, -1.8807936081512509],
  [0.0441, -1.704970105504009],
  [0.0442, -1.7038987745804688],
  [0.05, -1.6448536269514726],
  [0.0749, -1.4402382675279637],
  [0.0751, -1.43882539275254],
  [0.1, -1.2815515655446004],
  [0.25, -0.6744897501960817],
  [0.4999, -0.00025066283008800747],
  [0.75, 0.6744897501960817],
  [0.925, 1.4395314709384561],
  [0.9251, 1.440238267527964],
  [0.95, 1.6448536269514722],
  [0.97, 1.8807936081512506],
  [0.977, 1.9953933101678245],
] as const;

describe('inverseNormal', () => {
  it.each(POINTS)('of %f is %f to 10⁻¹⁵', (p, expected) => {
    expect(Math.abs(inverseNormal(p) / expected - 1)).toBeLessThan(1e-15);
  });

  it('is 0 in the middle', () => {
    expect(inverseNormal(0.5)).toBe(0);
  });
});

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
