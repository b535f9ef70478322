import { readFileSync } from 'node:fs';
import type { NdArray } from 'steepest';
import { expect } from 'vitest';

/** Reads a file that scripts/oracles wrote. */
export function readFixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8')) as T;
}

/** A number, a list of numbers, a matrix: what fixtures hold. */
export type Numbers = number | readonly Numbers[];

export function flat(numbers: Numbers): number[] {
  return typeof numbers === 'number' ? [numbers] : numbers.flatMap(flat);
}

/** A fixture's kernel or bias as setWeights takes it. */
export function weightArray(numbers: Numbers): NdArray<Float32Array> {
  const shape: number[] = [];
  for (let part: Numbers = numbers; typeof part !== 'number'; part = part[0]!) shape.push(part.length);
  return { data: Float32Array.from(flat(numbers)), shape };
}

/** How far float32 results may lie from the expected values. */
export interface Tolerance {
  /** Share of each expected value. */
  relative?: number;
  /** Share of the largest expected value: for sums, whose terms cancel. */
  ofLargest?: number;
  absolute?: number;
}

/** Compares arrays and names the worst element where they differ by more than the tolerance. */
export function expectClose(actual: ArrayLike<number>, expected: Numbers, tolerance: Tolerance): void {
  const { relative = 0, ofLargest = 0, absolute = 0 } = tolerance;
  const values = flat(expected);
  expect(actual.length).toBe(values.length);
  const largest = Math.max(...values.map(Math.abs));
  let worst = { excess: 0, words: '' };
  values.forEach((value, i) => {
    const error = Math.abs(actual[i]! - value);
    const allowed = absolute + ofLargest * largest + relative * Math.abs(value);
    const excess = Number.isNaN(error)
      ? Number.POSITIVE_INFINITY
      : error / Math.max(allowed, Number.MIN_VALUE);
    if (excess > Math.max(1, worst.excess)) {
      worst = {
        excess,
        words: `element ${i}: ${actual[i]} for ${value}, ${excess.toFixed(2)} × the tolerance`,
      };
    }
  });
  expect(worst.words).toBe('');
}
