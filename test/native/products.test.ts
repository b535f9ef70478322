import { denseForward, sgemm } from 'steepest/kernels';
import { afterEach, describe, expect, it } from 'vitest';
import { type Addon, loadAddon } from '#steepest/kernels/addon.cjs';
import { availableIsas } from '#steepest/kernels/backend.js';
import { GEMM_INIT } from '#steepest/kernels/contract.js';
import { fma } from '#steepest/kernels/typescript/exact/fma.js';

const values = (length: number, seed: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898 + seed * 78.233));

/** An array that begins `offset` elements into its memory. */
function within(length: number, seed: number, offset: number): Float32Array {
  const array = new Float32Array(new SharedArrayBuffer(4 * (length + offset + 1)), 4 * offset, length);
  array.set(values(length, seed));
  return array;
}

interface Case {
  m: number;
  n: number;
  k: number;
  transA?: boolean;
  transB?: boolean;
  /** Elements between rows, beyond their length. */
  gap?: number;
  /** Elements from the beginning of the memory to each array. */
  offset?: number;
  beta?: number;
}

/** Small, panels copied or turned in one block of k and in several, and few columns. */
const CASES: Case[] = [
  { m: 1, n: 1, k: 1 },
  { m: 5, n: 33, k: 7, offset: 3, gap: 1 },
  { m: 17, n: 64, k: 40, offset: 4 },
  { m: 30, n: 101, k: 31, transA: true, offset: 1, gap: 3, beta: 1 },
  { m: 29, n: 70, k: 65, transB: true, gap: 2 },
  { m: 15, n: 34, k: 810, offset: 4, beta: 1 },
  { m: 9, n: 40, k: 805, transB: true, transA: true, offset: 5 },
  { m: 30, n: 70, k: 530, transA: true, offset: 2 },
  { m: 16, n: 520, k: 20, beta: 1 },
  { m: 40, n: 10, k: 33, offset: 2 },
  { m: 225, n: 33, k: 12, offset: 4 },
];

/** One chain of fused multiply-adds in ascending k, as the contract says. */
function chain(
  c: Case,
  a: Float32Array,
  lda: number,
  b: Float32Array,
  ldb: number,
  start: number,
  i: number,
  j: number,
) {
  let sum = start;
  for (let p = 0; p < c.k; p++) {
    sum = fma(a[c.transA ? p * lda + i : i * lda + p]!, b[c.transB ? j * ldb + p : p * ldb + j]!, sum);
  }
  return sum;
}

const before = process.env.STEEPEST_ISA;
afterEach(() => {
  if (before === undefined) delete process.env.STEEPEST_ISA;
  else process.env.STEEPEST_ISA = before;
});

describe.each(availableIsas())('products on %s', (isa) => {
  it.each(CASES)('have the bits of one chain per element: %o', (one) => {
    process.env.STEEPEST_ISA = isa;
    const { m, n, k, transA = false, transB = false, gap = 0, offset = 0, beta = 0 } = one;
    const [aRows, aCols] = transA ? [k, m] : [m, k];
    const [bRows, bCols] = transB ? [n, k] : [k, n];
    const [lda, ldb, ldc] = [aCols + gap, bCols + gap, n + gap];
    // As long as the last element demands, no longer.
    const a = within((aRows - 1) * lda + aCols, 1, offset);
    const b = within((bRows - 1) * ldb + bCols, 2, offset);
    const c = within((m - 1) * ldc + n, 3, offset);
    const expected = Float32Array.from(c);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        expected[i * ldc + j] = chain(one, a, lda, b, ldb, beta === 0 ? 0 : c[i * ldc + j]!, i, j);
      }
    }
    sgemm({ transA, transB, m, n, k, a, lda, b, ldb, beta, c, ldc });
    expect(new Uint32Array(c.slice().buffer)).toEqual(new Uint32Array(expected.buffer));
  });

  it('start from the bias and end with the activation', () => {
    process.env.STEEPEST_ISA = isa;
    const [rows, inputs, units] = [31, 9, 35];
    const [x, w, bias] = [values(rows * inputs, 1), values(inputs * units, 2), values(units, 3)];
    const y = denseForward({ rows, inputs, units, x, w, bias, activation: 'relu' });
    const expected = y.map((_, at) => {
      const [i, j] = [Math.floor(at / units), at % units];
      return Math.max(0, chain({ m: rows, n: units, k: inputs }, x, inputs, w, units, bias[j]!, i, j));
    });
    expect(y).toEqual(expected);
  });
});

// Where the add-on loads: everything that could make a kernel leave its arrays.
describe.runIf(availableIsas().length > 0)('product of the add-on', () => {
  const floats = (length: number) => new Float32Array(length).fill(7);
  const good = () => [
    0,
    2,
    3,
    4,
    floats(8),
    4,
    1,
    floats(12),
    3,
    1,
    floats(6),
    3,
    undefined,
    GEMM_INIT.zero,
    0,
    0,
  ];
  const call = (...changes: [number, unknown][]) => {
    const given: unknown[] = good();
    for (const [at, value] of changes) given[at] = value;
    const product = (loadAddon().addon as Addon).product as (...given: unknown[]) => void;
    const c = given[10];
    try {
      product(...given);
    } catch (error) {
      if (c instanceof Float32Array && c.byteLength > 0) expect(c.every((value) => value === 7)).toBe(true);
      return (error as { code: string }).code;
    }
    return undefined;
  };

  it('computes what fits', () => {
    expect(call()).toBeUndefined();
    expect(call([12, floats(3)], [13, GEMM_INIT.bias])).toBeUndefined();
  });

  it.each([-1, 99, 0.5, Number.NaN, 'avx2', undefined, {}])('refuses the instruction set %s', (isa) => {
    expect(call([0, isa])).toBe('ERR_PROGRAM');
  });

  it.each([1, 2, 3, 5, 6, 8, 9, 11])('refuses bad sizes and strides in place %i', (at) => {
    const bad = [
      0,
      -1,
      1.5,
      2 ** 31,
      2 ** 53,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      '2',
      undefined,
      null,
      {},
      1n,
    ];
    for (const value of bad) expect(call([at, value]), String(value)).toBe('ERR_PROGRAM');
  });

  it('refuses arrays that are too short, of another type or detached', () => {
    const detached = floats(12);
    structuredClone(detached, { transfer: [detached.buffer] });
    for (const [at, length] of [
      [4, 8],
      [7, 12],
      [10, 6],
    ] as const) {
      for (const value of [
        floats(length - 1),
        new Float64Array(length),
        new Int32Array(length),
        detached,
        {},
        null,
      ]) {
        expect(call([at, value])).toBe('ERR_PROGRAM');
      }
    }
    for (const value of [floats(2), undefined, detached]) {
      expect(call([12, value], [13, GEMM_INIT.bias])).toBe('ERR_PROGRAM');
    }
  });

  it('refuses rows that overlap in c, and unknown starts and activations', () => {
    expect(call([11, 2])).toBe('ERR_PROGRAM');
    for (const value of [-1, 3, 0.5, Number.NaN, undefined]) expect(call([13, value])).toBe('ERR_PROGRAM');
    for (const value of [-1, 1000, 0.5, Number.NaN, undefined]) expect(call([14, value])).toBe('ERR_PROGRAM');
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, '0', undefined]) {
      expect(call([15, value])).toBe('ERR_PROGRAM');
    }
  });

  it('refuses a call with too few arguments', () => {
    const product = (loadAddon().addon as Addon).product as (...given: unknown[]) => void;
    expect(() => product(...good().slice(0, 15))).toThrowError(
      expect.objectContaining({ code: 'ERR_PROGRAM' }),
    );
  });
});
