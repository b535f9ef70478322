import { describe, expect, it } from 'vitest';
import {
  ACTIVATIONS,
  GEMM_BATCH,
  GEMM_EPILOGUE,
  GEMM_INIT,
  type Operand,
  PHASES,
} from '#steepest/kernels/contract.js';
import { bindTypeScript } from '#steepest/kernels/typescript/bind.js';
import { fastOps } from '#steepest/kernels/typescript/fast/index.js';
import { Memory, noise, op, program, registersFor, transposed } from './programs.js';

/** Sizes on both sides of the tile's edges, of the unpacked path, and of nothing. */
const SIZES: [m: number, n: number, k: number][] = [
  [1, 1, 1],
  [1, 7, 5],
  [2, 3, 4],
  [3, 4, 1],
  [4, 2, 9],
  [5, 5, 0],
  [7, 1, 13],
  [6, 31, 33],
  [17, 0, 3],
  [0, 5, 3],
  [33, 47, 16],
];

interface Case {
  aTransposed?: boolean;
  bTransposed?: boolean;
  init?: keyof typeof GEMM_INIT;
  epilogue?: keyof typeof GEMM_EPILOGUE;
  /** Which elements of A are 0. */
  isZero?: (i: number, p: number) => boolean;
  /** Elements of B that are not finite, by row and column. */
  wrong?: readonly (readonly [p: number, j: number, value: number])[];
  /** What C and the bias hold. */
  start?: number;
}

/** Runs a gemm and compares it, bit for bit, with one float64 sum per element in ascending k. */
function check(m: number, n: number, k: number, options: Case): void {
  const memory = new Memory();
  const { init = 'zero', epilogue = 'none' } = options;
  const a = options.aTransposed ? transposed(memory.matrix(k, m)) : memory.matrix(m, k);
  const b = options.bTransposed ? transposed(memory.matrix(n, k)) : memory.matrix(k, n);
  const [c, d] = [0, 1].map(() => memory.matrix(m, n)) as [Operand, Operand];
  const bias = memory.matrix(1, n);
  const guard = memory.matrix(1, 8);
  const random = noise(m + 100 * n + 10000 * k);
  for (const operand of [a, b, c, d, bias, guard]) memory.fill(operand, random);
  const { isZero, wrong = [], start } = options;
  if (isZero) memory.fill(a, (i, p) => (isZero(i, p) ? 0 : random()));
  for (const [row, col, value] of wrong) {
    const given = memory.values(b);
    memory.fill(b, (p, j) => (p === row && j === col ? value : given[p * n + j]!));
  }
  if (start !== undefined) for (const operand of [c, bias]) memory.fill(operand, () => start);
  const [av, bv, cv, dv, biasv] = [a, b, c, d, bias].map((operand) => memory.values(operand)) as number[][];
  const before = memory.values(guard);

  const gemm = op(
    'gemm',
    { a, b, c, ...(init === 'bias' && { bias }), ...(epilogue === 'derivative' && { d }) },
    {
      init: GEMM_INIT[init],
      epilogue: GEMM_EPILOGUE[epilogue],
      activation: ACTIVATIONS.relu,
      batch: GEMM_BATCH.m,
    },
  );
  const bound = bindTypeScript(fastOps, program([gemm], m), [memory.buffer], registersFor(m));
  expect(bound.run(PHASES.rows)).toBe(0);

  const expected: number[] = [];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = init === 'zero' ? 0 : init === 'bias' ? biasv![j]! : cv![i * n + j]!;
      sum += 0;
      for (let p = 0; p < k; p++) sum += av![i * k + p]! * bv![p * n + j]!;
      const stored = Math.fround(sum);
      if (epilogue === 'none') expected.push(stored);
      else if (epilogue === 'activation') expected.push(Math.max(stored, 0));
      else expected.push(dv![i * n + j]! > 0 ? stored : 0);
    }
  }
  expect(memory.values(c)).toEqual(expected);
  expect(memory.values(guard)).toEqual(before);
}

describe('fast gemm', () => {
  describe.each(SIZES)('of %i × %i × %i', (m, n, k) => {
    it.each<[string, Case]>([
      ['A·B', {}],
      ['Aᵀ·B', { aTransposed: true }],
      ['A·Bᵀ', { bTransposed: true }],
      ['C + A·B', { init: 'c' }],
      ['relu(bias + A·B)', { init: 'bias', epilogue: 'activation' }],
      ['relu′ ⊙ Aᵀ·Bᵀ', { aTransposed: true, bTransposed: true, epilogue: 'derivative' }],
    ])('%s is one sum per element', (_what, options) => check(m, n, k, options));
  });

  it('packs a long k in stretches without a change of the sums', () => {
    check(5, 17, 4096, { init: 'bias' });
    check(5, 17, 4097, { init: 'c', aTransposed: true });
    check(3, 40, 9000, { epilogue: 'activation', init: 'bias' });
  });

  it('packs a wide B in blocks', () => {
    check(4, 1000, 200, { init: 'bias' });
    check(4, 130, 600, { bTransposed: true });
  });

  describe.each<[string, (i: number, p: number) => boolean]>([
    ['all', () => true],
    ['four of five', (i, p) => (7 * i + 3 * p) % 5 !== 0],
    ['half, row by row', (i) => i % 2 === 0],
    ['a third', (i, p) => (i + p) % 3 === 0],
    ['the end of each row', (_i, p) => p > 10],
  ])('with %s of A zeros', (_what, isZero) => {
    it.each([
      [2, 24, 1],
      [7, 25, 40],
      [16, 64, 130],
      [5, 31, 4096],
      [4, 30, 8500],
    ])('%i × %i × %i is one sum per element', (m, n, k) => {
      check(m, n, k, { isZero, init: 'bias' });
      check(m, n, k, { isZero, init: 'c', aTransposed: true });
    });

    it('NaN and infinities of B reach every row', () => {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        check(6, 32, 20, { isZero, wrong: [[3, 5, value]] });
        check(6, 32, 20, { isZero, wrong: [[19, 31, value]], bTransposed: true });
        check(4, 27, 5000, { isZero, wrong: [[4500, 26, value]] });
      }
    });

    it('a sum that starts from −0 has the same bits in every path', () => {
      for (const m of [1, 2, 3, 8]) check(m, 40, 12, { isZero, init: 'bias', start: -0 });
      check(8, 40, 12, { isZero, init: 'c', start: -0, wrong: [[0, 0, Number.NaN]] });
    });
  });

  it('takes the mini-batch as k', () => {
    const memory = new Memory();
    const x = memory.matrix(9, 4);
    const dz = memory.matrix(9, 2);
    const dw = memory.matrix(4, 2);
    memory.fill(x, (i) => i + 1);
    memory.fill(dz, () => 1);
    const gemm = op('gemm', { a: transposed(x), b: dz, c: dw }, { batch: GEMM_BATCH.k }, { split: 'all' });
    const bound = bindTypeScript(fastOps, program([gemm], 9), [memory.buffer], registersFor(3));
    expect(bound.run(PHASES.rows)).toBe(0);
    expect(memory.values(dw)).toEqual(new Array(8).fill(6));
  });
});
