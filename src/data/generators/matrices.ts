import { Matrix } from '../../core/matrix.js';
import type { NdArray } from '../../core/ndarray.js';
import { isNumberList } from '../../core/realm.js';

/** Reorders the rows of a table. */
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

/** Reorders the columns of a table. */
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

/** A table in the form that users receive. */
export function matrix(data: Float64Array, cols: number): Matrix<Float64Array> {
  return new Matrix(data, [data.length / cols, cols]);
}

/** Class numbers in the form that users receive. */
export function classNumbers(data: Int32Array): NdArray<Int32Array> {
  return { data, shape: [data.length] };
}

/**
 * Sizes of `parts` groups that add up to `total` and differ by at most 1, the larger ones first.
 */
export function evenly(total: number, parts: number): number[] {
  return Array.from({ length: parts }, (_, i) => Math.floor(total / parts) + (i < total % parts ? 1 : 0));
}

/** Whether a value is a list of finite numbers: plain, or a typed array that is not of BigInts. */
export function isFiniteList(value: unknown): value is readonly number[] {
  return isNumberList(value) && Array.prototype.every.call(value, Number.isFinite);
}
