import { checkInteger } from '../../core/check.js';
import type { NdArray } from '../../core/ndarray.js';
import { inverseNormal } from '../../core/normal.js';
import { UniformStream } from '../../core/random.js';

/** Each generator draws from a stream of its own, so that one seed gives unrelated data. */
export const STREAMS = { classification: 1, regression: 2, blobs: 3, moons: 4 } as const;

/** The seed is a word of the random generator's key. */
const SEEDS = 2 ** 32;

/** @throws SteepestError `ERR_ARGUMENT` */
export function checkSeed(seed: unknown): number {
  return checkInteger('seed', seed, 0) % SEEDS;
}

/**
 * Random numbers one after the other: number i is a function of seed, stream and i (Threefry-2x32-20). Normal ones are the
 * inverse distribution function of a uniform one, so the same seed gives the same bits on every machine.
 */
export class Draws {
  private position = 0;
  private readonly uniforms: UniformStream;

  constructor(seed: number, stream: number) {
    this.uniforms = new UniformStream(seed, stream);
  }

  /** Uniform in the open interval (low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * this.uniforms.at(this.position++);
  }

  /** Standard normal. */
  normal(): number {
    return inverseNormal(this.uniform());
  }

  /** A whole number from 0 to n − 1. */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** n numbers of a kind. */
  many(n: number, draw: () => number): Float64Array {
    return Float64Array.from({ length: n }, draw);
  }

  /** 0 … n − 1 in random order (Fisher and Yates). */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
}

/** Rows of a table in another order. */
export function permuteRows<T extends Float64Array | Int32Array>(
  data: T,
  cols: number,
  order: Uint32Array,
): T {
  const result = data.slice() as T;
  order.forEach((from, to) => {
    result.set(data.subarray(from * cols, (from + 1) * cols), to * cols);
  });
  return result;
}

/** Columns of a table in another order. */
export function permuteColumns(data: Float64Array, cols: number, order: Uint32Array): Float64Array {
  return data.map((_, i) => data[i - (i % cols) + order[i % cols]]);
}

/** A · B for A of m × k and B of k × n, row-major. */
export function multiply(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const factor = a[i * k + p];
      for (let j = 0; j < n; j++) c[i * n + j] += factor * b[p * n + j];
    }
  }
  return c;
}

/** A table as users get it. */
export function matrix(data: Float64Array, cols: number): NdArray<Float64Array> {
  return { data, shape: [data.length / cols, cols] };
}

/** Class numbers as users get them. */
export function classNumbers(data: Int32Array): NdArray<Int32Array> {
  return { data, shape: [data.length] };
}

/** Sizes of `parts` groups that add up to `total` and differ by 1 at most, the larger ones first. */
export function evenly(total: number, parts: number): number[] {
  return Array.from({ length: parts }, (_, i) => Math.floor(total / parts) + (i < total % parts ? 1 : 0));
}
