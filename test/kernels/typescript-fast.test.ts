import { describe, expect, it } from 'vitest';
import { SteepestError } from '#steepest/core/errors.js';
import {
  type BindableProgram,
  GEMM_BATCH,
  GEMM_EPILOGUE,
  GEMM_INIT,
  type Op,
  type Operand,
  PHASE_LIMIT,
  PHASES,
  type ProgramBuffer,
  REGISTERS,
  STATUS,
} from '#steepest/kernels/contract.js';
import { bindTypeScript } from '#steepest/kernels/typescript/bind.js';
import { fastOps } from '#steepest/kernels/typescript/fast/index.js';
import { Memory, op, program, registersFor } from './programs.js';

function bind(p: BindableProgram, buffer: ProgramBuffer, registers: Float64Array) {
  return bindTypeScript(fastOps, p, [buffer], registers);
}

describe('bind refuses', () => {
  const memory = new Memory();
  const operands = {
    a: memory.matrix(8, 5),
    b: memory.matrix(5, 4),
    c: memory.matrix(8, 4),
    bias: memory.matrix(1, 4),
  };
  const scalars = { init: GEMM_INIT.bias, batch: GEMM_BATCH.m };
  const gemm = op('gemm', operands, scalars);
  const labels = memory.matrix(1, 8, 'i32');
  const totals = memory.matrix(1, 4, 'f64');

  const withOperand = (name: string, change: Partial<Operand>): Op => ({
    ...gemm,
    operands: { ...operands, [name]: { ...operands[name as 'a'], ...change } },
  });
  const withScalar = (name: string, value: number): Op => ({
    ...gemm,
    scalars: { ...gemm.scalars, [name]: value },
  });

  it('nothing in a program that is right', () => {
    expect(bind(program([gemm], 8), memory.buffer, registersFor(8)).run(PHASES.rows)).toBe(0);
  });

  const wrongOps: [string, Op, RegExp][] = [
    ['an unknown kind', { ...gemm, kind: 'gemn' as 'gemm' }, /op 0 of a known kind/],
    ['a kind named like a property of every object', { ...gemm, kind: 'toString' as 'gemm' }, /known kind/],
    [
      'a missing operand',
      { ...gemm, operands: { a: operands.a, b: operands.b, bias: operands.bias } },
      /operand c/,
    ],
    ['an unknown operand', { ...gemm, operands: { ...operands, e: operands.a } }, /'e'/],
    ['a missing bias', { ...gemm, operands: { a: operands.a, b: operands.b, c: operands.c } }, /bias/],
    ['a missing d', withScalar('epilogue', GEMM_EPILOGUE.derivative), /operand d/],
    ['a dtype the op does not take', withOperand('a', { dtype: 'i32' }), /operand a with dtype f32/],
    ['an unknown dtype', withOperand('a', { dtype: 'f16' as 'f32' }), /dtype/],
    ['a fraction of a row', withOperand('a', { rows: 7.5 }), /rows a whole number/],
    ['negative columns', withOperand('a', { cols: -1 }), /cols a whole number/],
    ['a NaN stride', withOperand('a', { rowStride: Number.NaN }), /rowStride a whole number/],
    ['a column stride where none is allowed', withOperand('c', { colStride: 2 }), /colStride 1/],
    ['an offset between two elements', withOperand('a', { byteOffset: 2 }), /multiple of 4 bytes/],
    ['an offset past the end', withOperand('b', { byteOffset: 1 << 20 }), /an end within/],
    ['a last row past the end', withOperand('a', { rowStride: 100 }), /an end within/],
    ['sizes whose product overflows', withOperand('a', { rowStride: 2 ** 53 - 1 }), /an end within/],
    ['a buffer that is not there', withOperand('a', { buffer: 1 }), /a buffer below 1/],
    ['a buffer that is not a number', withOperand('a', { buffer: -1 }), /a buffer below 1/],
    ['too few rows of a', withOperand('a', { rows: 7 }), /operand a with 8 rows/],
    ['columns of a unlike rows of b', withOperand('a', { cols: 4 }), /operand b with 4 rows/],
    ['columns of b unlike those of c', withOperand('b', { cols: 3 }), /operand b with 4 cols/],
    ['a bias of another length', withOperand('bias', { cols: 3 }), /operand bias with 4 cols/],
    ['an unknown init', withScalar('init', 3), /scalar init a whole number from 0 to 2/],
    ['an unknown activation', withScalar('activation', 0.5), /scalar activation a whole number from 0 to 16/],
    ['an infinite scalar', withScalar('alpha', Number.POSITIVE_INFINITY), /scalar alpha finite/],
    [
      'a scalar that is not there',
      { ...gemm, scalars: { init: 0, epilogue: 0, activation: 0, alpha: 0 } },
      /batch/,
    ],
    ['an unknown phase', { ...gemm, phase: PHASE_LIMIT }, /phase/],
    ['an unknown split', { ...gemm, split: 'cols' as 'rows' }, /split/],
    [
      'a split by rows of what is not the mini-batch',
      op('gemm', operands, { ...scalars, batch: GEMM_BATCH.none }),
      /split 'slice'/,
    ],
    [
      'a slice past the end',
      op('gemm', operands, { init: 0, batch: 0 }, { split: 'slice', begin: 0, end: 9 }),
      /a slice within \[0, 8\)/,
    ],
    [
      'a slice that ends before it begins',
      op('gemm', operands, { init: 0, batch: 0 }, { split: 'slice', begin: 3, end: 2 }),
      /a slice within/,
    ],
    [
      'a loss without labels or target',
      op('softmaxCrossEntropy', { z: operands.c, rowLoss: operands.a }),
      /exactly one of labels and target/,
    ],
    [
      'too few labels',
      op('softmaxCrossEntropy', { z: operands.c, rowLoss: operands.a, labels: { ...labels, cols: 7 } }),
      /operand labels with at least 8 cols/,
    ],
    [
      'rowSums cut into slices',
      op('rowSums', { stats: operands.c, totals }, {}, { split: 'slice' }),
      /'all'/,
    ],
    [
      'a seed of more than 32 bits',
      op('dropout', { x: operands.a, y: operands.a }, { seed: 2 ** 32 }),
      /scalar seed a whole number from 0 to 4294967295/,
    ],
  ];
  it.each(wrongOps)('%s', (_what, wrong, message) => {
    const refused = () => bind(program([wrong], 8), memory.buffer, registersFor(8));
    expect(refused).toThrow(SteepestError);
    expect(refused).toThrow(expect.objectContaining({ code: 'ERR_PROGRAM' }));
    expect(refused).toThrow(message);
  });

  it('names the op by its number, kind and label', () => {
    const wrong = { ...withOperand('c', { rows: 7 }), label: 'dense forward' };
    expect(() => bind(program([gemm, wrong], 8), memory.buffer, registersFor(8))).toThrow(
      /op 1 \(gemm, dense forward\): operand a with 7 rows/,
    );
  });

  it('a mini-batch larger than the operands', () => {
    expect(() => bind(program([gemm], 9), memory.buffer, registersFor(8))).toThrow(/at least 9 rows/);
  });

  it.each<[string, Partial<BindableProgram>]>([
    ['no worker', { workers: 0 }],
    ['a rank that is not there', { rank: 1 }],
    ['a negative rank', { rank: -1 }],
    ['chunks of no row', { rowChunk: 0 }],
    ['a fraction of maxRows', { maxRows: 0.5 }],
  ])('%s', (_what, change) => {
    const refused = () => bind({ ...program([gemm], 8), ...change }, memory.buffer, registersFor(8));
    expect(refused).toThrow(expect.objectContaining({ code: 'ERR_PROGRAM' }));
  });

  it.each<[string, ProgramBuffer]>([
    ['memory that could be detached', new Uint8Array(4096)],
    ['memory that could grow', new Uint8Array(growable())],
    ['an array of no memory', [] as unknown as Uint8Array],
  ])('%s', (_what, buffer) => {
    expect(() => bind(program([], 8), buffer, registersFor(8))).toThrow(/SharedArrayBuffer of fixed length/);
  });

  it('registers that are too few', () => {
    expect(() => bind(program([], 8), memory.buffer, new Float64Array(3))).toThrow(/registers/);
  });
});

/** A SharedArrayBuffer that may grow (ECMAScript 2024, which the compiler's library does not list yet). */
function growable(): SharedArrayBuffer {
  const Growable = SharedArrayBuffer as unknown as new (
    length: number,
    options: { maxByteLength: number },
  ) => SharedArrayBuffer;
  return new Growable(4096, { maxByteLength: 8192 });
}

describe('run', () => {
  /** Copies rows of a table of 20 into an output of 8, with an op that marks what ran before it. */
  function gather() {
    const memory = new Memory();
    const src = memory.matrix(20, 3);
    const index = memory.matrix(1, 12, 'u32');
    const dst = memory.matrix(8, 3);
    const before = memory.matrix(8, 3);
    memory.fill(src, (i, j) => 10 * i + j);
    memory.fill(index, (_i, j) => 19 - j);
    const registers = registersFor(8);
    const ops = [
      op('scaleShift', { x: before, y: before }, { scale: 1, offset: 1 }),
      op('gatherRows', { src, index, dst }),
    ];
    return { memory, index, dst, before, registers, bound: bind(program(ops, 8), memory.buffer, registers) };
  }

  it('gathers the rows that the registers name', () => {
    const { memory, dst, registers, bound } = gather();
    registers[REGISTERS.batchStart] = 4;
    expect(bound.run(PHASES.rows)).toBe(0);
    expect(memory.values(dst).filter((_, i) => i % 3 === 0)).toEqual([150, 140, 130, 120, 110, 100, 90, 80]);
  });

  it.each([
    ['more rows than the program was compiled for', REGISTERS.rows, 9],
    ['negative rows', REGISTERS.rows, -1],
    ['half a row', REGISTERS.rows, 0.5],
    ['NaN rows', REGISTERS.rows, Number.NaN],
    ['a negative start', REGISTERS.batchStart, -1],
    ['an infinite start', REGISTERS.batchStart, Number.POSITIVE_INFINITY],
    ['a fraction of a step', REGISTERS.step, 1.5],
    ['a negative epoch', REGISTERS.epoch, -1],
  ])('gives badRegister and runs nothing for %s', (_what, register, value) => {
    const { memory, before, registers, bound } = gather();
    registers[register] = value;
    expect(bound.run(PHASES.rows)).toBe(STATUS.badRegister);
    expect(memory.values(before)).toEqual(new Array(24).fill(0));
  });

  it('gives indexOutOfRange and runs nothing when the mini-batch leaves the index', () => {
    const { memory, before, registers, bound } = gather();
    registers[REGISTERS.batchStart] = 5;
    expect(bound.run(PHASES.rows)).toBe(STATUS.indexOutOfRange);
    expect(memory.values(before)).toEqual(new Array(24).fill(0));
  });

  it('gives indexOutOfRange when the mini-batch leaves the shorter of labels and weights', () => {
    const memory = new Memory();
    const [z, dz] = [memory.matrix(1, 4, 'f64'), memory.matrix(1, 4, 'f64')];
    const [labels, weights] = [memory.matrix(1, 10, 'i32'), memory.matrix(1, 6, 'f64')];
    const totals = memory.matrix(1, 1, 'f64');
    const loss = { ...op('logisticLoss', { z, labels, weights, dz, totals }), split: 'first' as const };
    const registers = registersFor(4);
    const bound = bind(program([loss], 4), memory.buffer, registers);
    registers[REGISTERS.batchStart] = 2;
    expect(bound.run(PHASES.rows)).toBe(0);
    registers[REGISTERS.batchStart] = 3;
    expect(bound.run(PHASES.rows)).toBe(STATUS.indexOutOfRange);
  });

  it('gives indexOutOfRange for an index outside the table', () => {
    const { memory, index, bound } = gather();
    memory.fill(index, (_i, j) => (j === 3 ? 20 : 0));
    expect(bound.run(PHASES.rows)).toBe(STATUS.indexOutOfRange);
  });

  it.each([-1, 4, 2 ** 31 - 1])('gives indexOutOfRange for label %i of 4 classes', (label) => {
    const memory = new Memory();
    const z = memory.matrix(2, 4);
    const labels = memory.matrix(1, 2, 'i32');
    const rowLoss = memory.matrix(2, 1);
    memory.fill(labels, (_i, j) => (j === 1 ? label : 0));
    const loss = op('softmaxCrossEntropy', { z, labels, rowLoss });
    expect(bind(program([loss], 2), memory.buffer, registersFor(2)).run(PHASES.rows)).toBe(
      STATUS.indexOutOfRange,
    );
  });

  it('ends the phase after rowSums when the loss is not finite', () => {
    const memory = new Memory();
    const stats = memory.matrix(4, 2);
    const totals = memory.matrix(1, 2, 'f64');
    const w = memory.matrix(3, 3);
    const merge = { phase: PHASES.merge, split: 'all' } as const;
    const ops = [
      op('rowSums', { stats, totals }, {}, merge),
      op('sgd', { w, g: w }, { rateScale: 1 }, { ...merge, split: 'slice', begin: 0, end: 3 }),
    ];
    const registers = registersFor(4);
    registers[REGISTERS.learningRate] = 0.5;
    const bound = bind(program(ops, 4), memory.buffer, registers);
    memory.fill(w, () => 1);
    memory.fill(stats, (i, j) => i + j);
    expect(bound.run(PHASES.merge)).toBe(0);
    expect(memory.values(totals)).toEqual([6, 10]);
    expect(memory.values(w)).toEqual(new Array(9).fill(0.5));
    memory.fill(stats, (i, j) => (i === 2 && j === 0 ? Number.NaN : 0));
    expect(bound.run(PHASES.merge)).toBe(STATUS.lossNotFinite);
    expect(memory.values(w)).toEqual(new Array(9).fill(0.5));
  });

  it('adds rows times the penalty to the first total, even without a row', () => {
    const memory = new Memory();
    const stats = memory.matrix(4, 2);
    const totals = memory.matrix(1, 2, 'f64');
    const penalty = memory.matrix(1, 3);
    memory.fill(penalty, (_i, j) => j);
    const sums = op('rowSums', { stats, totals, penalty }, {}, { phase: PHASES.merge, split: 'all' });
    const registers = registersFor(4);
    const bound = bind(program([sums], 4), memory.buffer, registers);
    expect(bound.run(PHASES.merge)).toBe(0);
    expect(memory.values(totals)).toEqual([12, 0]);
    memory.fill(penalty, () => Number.POSITIVE_INFINITY);
    registers[REGISTERS.rows] = 0;
    expect(bound.run(PHASES.merge)).toBe(STATUS.lossNotFinite);
  });

  it('reports parameters that are not finite and goes on', () => {
    const memory = new Memory();
    const w = memory.matrix(2, 3);
    const g = memory.matrix(2, 3);
    const wT = memory.matrix(3, 2);
    memory.fill(w, () => 3e38);
    memory.fill(g, (i) => (i === 1 ? -3e38 : 0));
    const registers = registersFor(0);
    registers[REGISTERS.learningRate] = 1;
    const update = op('sgd', { w, g, wT }, { rateScale: 1 }, { phase: PHASES.merge, split: 'all' });
    expect(bind(program([update], 0), memory.buffer, registers).run(PHASES.merge)).toBe(
      STATUS.parameterNotFinite,
    );
    const kept = Math.fround(3e38);
    expect(memory.values(wT)).toEqual([kept, Infinity, kept, Infinity, kept, Infinity]);
  });
});
