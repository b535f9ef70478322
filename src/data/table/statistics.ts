/** Statistics of the values of a column, without its missing ones, as pandas defines them. */

import { between } from '../../core/between.js';

/** Values that are there, in their order. */
export function presentNumbers(values: Iterable<number>): Float64Array {
  return Float64Array.from(values).filter((value) => !Number.isNaN(value));
}

/** Σ x, compensated (Neumaier 1974), so that its error does not grow with the number of values. */
export function sumOf(values: Float64Array): number {
  let sum = 0;
  let lost = 0;
  for (const value of values) {
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  // Infinities leave NaN in the compensation.
  return Number.isFinite(sum) ? sum + lost : sum;
}

/** Σ x / n; NaN without values. */
export const meanOf = (values: Float64Array): number => sumOf(values) / values.length;

/** √(Σ (x − mean)² / (n − 1)); NaN for fewer than two values. */
export function stdOf(values: Float64Array): number {
  if (values.length < 2) return Number.NaN;
  const mean = meanOf(values);
  return Math.sqrt(sumOf(values.map((value) => (value - mean) ** 2)) / (values.length - 1));
}

export const minOf = (values: Float64Array): number =>
  values.length === 0 ? Number.NaN : values.reduce((a, b) => Math.min(a, b));

export const maxOf = (values: Float64Array): number =>
  values.length === 0 ? Number.NaN : values.reduce((a, b) => Math.max(a, b));

/**
 * The quantile at p of values in ascending order: linear between the two nearest, as the default of
 * NumPy and pandas (method 7 of Hyndman & Fan 1996). NaN without values.
 */
export function quantileOf(sorted: Float64Array, p: number): number {
  if (sorted.length === 0) return Number.NaN;
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  if (low === high) return low;
  return between(low, high, position - below);
}

export const medianOf = (values: Float64Array): number => quantileOf(values.slice().sort(), 0.5);
