import { rootOfPower, timesPower } from '../../core/powers.js';
import type { Factor } from './factor.js';
import { singularValuesSync } from './small.js';

/**
 * Singular values of the centred X, rows times the square roots of their weights, largest first.
 */
export function singularValuesOf({ r, size, ones, cols, rows, frame }: Factor): Float64Array {
  // In units common to all columns, in which none is large.
  const top = frame.exponents
    .subarray(0, cols)
    .reduce((most, e) => Math.max(most, e), Number.NEGATIVE_INFINITY);
  const triangle = new Float64Array(cols * cols);
  for (let i = 0; i < cols; i++) {
    for (let j = i; j < cols; j++) {
      triangle[i * cols + j] = timesPower(r[(ones + i) * size + ones + j]!, frame.exponents[j]! - top);
    }
  }
  return singularValuesSync(triangle, cols)
    .slice(0, Math.min(rows, cols))
    .map((value) => timesPower(value * rootOfPower(1, frame.weightExponent), top));
}
