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
