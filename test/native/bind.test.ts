import { describe, expect, it } from 'vitest';
import { type Addon, loadAddon } from '#steepest/kernels/addon.cjs';
import { selectKernels } from '#steepest/kernels/backend.js';
import {
  type BoundProgram,
  type Op,
  type Operand,
  PHASE_LIMIT,
  PHASES,
  type ProgramBuffer,
  REGISTERS,
  STATUS,
} from '#steepest/kernels/contract.js';
import { encodeProgram, HEADER_WORDS } from '#steepest/kernels/encode.js';
import { OP_WORDS } from '#steepest/kernels/layout.js';
import { expectedProduct, gemmProgram } from './gemmProgram.js';

const addon = loadAddon().addon as Addon;
const kernels = selectKernels({ backend: 'native' });

/** A SharedArrayBuffer that may grow (ECMAScript 2024, which the compiler's library does not list yet). */
function growable(): SharedArrayBuffer {
  const Growable = SharedArrayBuffer as unknown as new (
    length: number,
    options: { maxByteLength: number },
  ) => SharedArrayBuffer;
  return new Growable(1024, { maxByteLength: 2048 });
}

describe('bind', () => {
  it.each(addon.isas())('runs a program on %s', (isa) => {
    const { program, memory, registers } = gemmProgram();
    const run = addon.bind(isa, encodeProgram(program), [memory], registers);
    expect(run(PHASES.rows)).toBe(0);
    expect([...memory.subarray(128, 184)]).toEqual(expectedProduct(memory));
    // Nothing before or after c was written.
    expect([...memory.subarray(184)].every((value) => value === 0)).toBe(true);
  });

  it('keeps the memory of a program whose arrays nobody else holds', () => {
    const bind = () => {
      const { program, memory, registers } = gemmProgram();
      return kernels.bind(program, [memory], registers);
    };
    const bound = Array.from({ length: 200 }, bind);
    for (let i = 0; i < 20; i++) new Uint8Array(1 << 20).fill(i);
    for (const one of bound) expect(one.run(PHASES.rows)).toBe(0);
  });

  it('lets go of a program and its memory when it is told to', async () => {
    const released: { bound: BoundProgram; memory: WeakRef<SharedArrayBuffer> }[] = [];
    const bind = () => {
      const { program, memory, registers } = gemmProgram();
      const bound = kernels.bind(program, [memory], registers);
      expect(bound.run(PHASES.rows)).toBe(0);
      bound.release();
      released.push({ bound, memory: new WeakRef(memory.buffer as SharedArrayBuffer) });
    };
    for (let i = 0; i < 20; i++) bind();
    await new Promise((resolve) => setImmediate(resolve));
    // More than any heap may have: V8 collects at once.
    addon.account(2 ** 43);
    addon.account(-(2 ** 43));
    expect(released.filter(({ memory }) => memory.deref() !== undefined).length).toBeLessThan(2);
    for (const { bound } of released) {
      expect(() => bound.run(PHASES.rows)).toThrow(/let go/);
      bound.release();
    }
  });

  it('finds a program that does not fit, and says where', () => {
    const { program, op, memory, registers } = gemmProgram();
    const { c } = op.operands as { c: Operand };
    const wrong: Op = { ...op, operands: { ...op.operands, c: { ...c, byteOffset: 1020 } } };
    const bind = () => kernels.bind({ ...program, ops: [op, wrong] }, [memory], registers);
    expect(bind).toThrow(
      /op 1 \(gemm\): operand c with an end within its buffer, given end at byte 1244 of 1024/,
    );
    expect(bind).toThrow(expect.objectContaining({ name: 'SteepestError', code: 'ERR_PROGRAM' }));
  });
});

describe('bind refuses', () => {
  const { program, op, memory, registers } = gemmProgram();
  const refusal = expect.objectContaining({ code: 'ERR_PROGRAM' });

  const operandCases: [string, string, Partial<Operand>, RegExp][] = [
    ['an offset past the end', 'b', { byteOffset: 4096 }, /an end within/],
    ['an offset between two elements', 'a', { byteOffset: 2 }, /multiple of its element size/],
    ['a last row past the end', 'a', { rowStride: 100 }, /an end within/],
    ['a product of sizes beyond 2^53', 'a', { rowStride: 2 ** 53 - 1 }, /an end within/],
    ['a stride beyond 2^53', 'a', { rowStride: 2 ** 60 }, /whole numbers/],
    ['a negative offset', 'a', { byteOffset: -4 }, /whole numbers/],
    ['half a row', 'a', { rows: 7.5 }, /whole numbers/],
    ['a stride that is not a number', 'a', { rowStride: Number.NaN }, /whole numbers/],
    ['an infinite stride', 'a', { colStride: Number.POSITIVE_INFINITY }, /whole numbers/],
    ['a column stride in c', 'c', { colStride: 2 }, /colStride 1/],
    ['a buffer that is not there', 'a', { buffer: 1 }, /a buffer of the program/],
    ['half a buffer', 'a', { buffer: 0.5 }, /a buffer of the program/],
    ['a dtype that gemm does not take', 'a', { dtype: 'i32' }, /dtype/],
    ['an unknown dtype', 'a', { dtype: 'f16' as 'f32' }, /dtype/],
    ['rows of a unlike those of c', 'a', { rows: 7 }, /operand a with 8 rows/],
    ['columns of a unlike rows of b', 'a', { cols: 4 }, /operand b with 4 rows/],
  ];
  it.each(operandCases)('%s', (_what, name, change, message) => {
    const wrong = { ...op, operands: { ...op.operands, [name]: { ...op.operands[name]!, ...change } } };
    const bind = () => kernels.bind({ ...program, ops: [wrong] }, [memory], registers);
    expect(bind).toThrow(refusal);
    expect(bind).toThrow(message);
  });

  const opCases: [string, Partial<Op>, RegExp][] = [
    ['an unknown kind', { kind: 'gemn' as 'gemm' }, /op 0 of a known kind/],
    ['a missing operand', { operands: { a: op.operands.a!, b: op.operands.b! } }, /operand c/],
    ['an unknown phase', { phase: PHASE_LIMIT }, /phase/],
    ['an unknown split', { split: 'cols' as 'rows' }, /split/],
    ['a split by rows of what is not the mini-batch', { scalars: { ...op.scalars, batch: 0 } }, /split/],
    ['a slice past the end', { split: 'slice', end: 9, scalars: { ...op.scalars, batch: 0 } }, /\[0, 8\)/],
    ['a slice that ends before it begins', { split: 'slice', begin: 3, end: 2 }, /slice/],
    ['an unknown init', { scalars: { ...op.scalars, init: 3 } }, /scalar init a whole number from 0 to 2/],
    ['a bias that is not there', { scalars: { ...op.scalars, init: 1 } }, /operand bias/],
    ['an infinite alpha', { scalars: { ...op.scalars, alpha: Number.POSITIVE_INFINITY } }, /finite/],
    ['a scalar that is not there', { scalars: { init: 0 } }, /scalar/],
  ];
  it.each(opCases)('%s', (_what, change, message) => {
    const bind = () => kernels.bind({ ...program, ops: [{ ...op, ...change }] }, [memory], registers);
    expect(bind).toThrow(refusal);
    expect(bind).toThrow(message);
  });

  it.each([
    ['no worker', { workers: 0 }],
    ['a rank that is not there', { rank: 1 }],
    ['chunks of no row', { rowChunk: 0 }],
    ['more rows than the operands have', { maxRows: 9 }],
    ['more rows times workers than can be counted', { maxRows: 2 ** 52, workers: 4 }],
  ])('%s', (_what, change) => {
    expect(() => kernels.bind({ ...program, ...change }, [memory], registers)).toThrow(refusal);
  });

  it.each<[string, unknown]>([
    ['memory that could be detached', new Float32Array(256)],
    ['memory that could grow', new Float32Array(growable())],
    ['a DataView', new DataView(new SharedArrayBuffer(1024))],
    ['no memory', {}],
    ['nothing', undefined],
  ])('%s', (_what, buffer) => {
    const bind = () => kernels.bind(program, [buffer as ProgramBuffer], registers);
    expect(bind).toThrow(refusal);
    expect(bind).toThrow(/buffer 0 to be a typed array over a SharedArrayBuffer of fixed length/);
  });

  it.each<[string, Float64Array]>([
    ['registers that are too few', new Float64Array(new SharedArrayBuffer(120))],
    ['registers that could be detached', new Float64Array(16)],
    ['registers of another type', new Float32Array(new SharedArrayBuffer(1024)) as unknown as Float64Array],
  ])('%s', (_what, wrong) => {
    expect(() => kernels.bind(program, [memory], wrong)).toThrow(refusal);
  });

  it('an instruction set that is not here', () => {
    expect(() => addon.bind('vax', encodeProgram(program), [memory], registers)).toThrow(/isas\(\)/);
    expect(() =>
      addon.bind('a name much longer than any', encodeProgram(program), [memory], registers),
    ).toThrow(refusal);
  });

  it('every encoding that was cut short or lengthened', () => {
    const words = encodeProgram(program);
    for (let length = 0; length < words.length; length++) {
      expect(() => addon.bind('portable', words.slice(0, length), [memory], registers)).toThrow(refusal);
    }
    expect(() => addon.bind('portable', Float64Array.of(...words, 0), [memory], registers)).toThrow(refusal);
  });

  it('or survives any one word replaced', () => {
    const words = encodeProgram(program);
    const strange = [
      -1,
      0,
      0.5,
      3,
      255,
      2 ** 31,
      2 ** 53,
      -(2 ** 63),
      1e300,
      Number.NaN,
      Number.POSITIVE_INFINITY,
    ];
    let refused = 0;
    for (let i = 0; i < words.length; i++) {
      for (const value of strange) {
        const changed = words.slice();
        changed[i] = value;
        try {
          addon.bind('portable', changed, [memory], registers)(PHASES.rows);
        } catch (error) {
          expect(error).toEqual(refusal);
          refused++;
        }
      }
    }
    // Most words admit none of these; but 0 fits many, and begin and end mean nothing here.
    expect(refused).toBeGreaterThan(words.length * strange.length * 0.6);
  });

  it('counts of operands and scalars that the kind does not have', () => {
    const words = encodeProgram(program);
    words[HEADER_WORDS + OP_WORDS - 1] = 4;
    expect(() => addon.bind('portable', words, [memory], registers)).toThrow(/5 operands and 5 scalars/);
  });
});

describe('run', () => {
  it('refuses registers that the program was not compiled for, and runs nothing', () => {
    const { program, memory, registers } = gemmProgram();
    const bound = kernels.bind(program, [memory], registers);
    const refusedRows = [-1, 0.5, 9, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53];
    for (const rows of refusedRows) {
      registers[REGISTERS.rows] = rows;
      expect(bound.run(PHASES.rows)).toBe(STATUS.badRegister);
    }
    registers[REGISTERS.rows] = 8;
    for (const register of [REGISTERS.batchStart, REGISTERS.step, REGISTERS.epoch]) {
      registers[register] = -1;
      expect(bound.run(PHASES.rows)).toBe(STATUS.badRegister);
      registers[register] = 0;
    }
    expect([...memory.subarray(128, 184)].every((value) => value === 0)).toBe(true);
    expect(bound.run(PHASES.rows)).toBe(0);
  });

  it('takes only phases', () => {
    const { program, memory, registers } = gemmProgram();
    const bound = kernels.bind(program, [memory], registers);
    for (const phase of [-1, PHASE_LIMIT, 2 ** 31]) expect(() => bound.run(phase)).toThrow(/phase/);
    expect(() => bound.run(undefined as unknown as number)).toThrow(/phase/);
  });

  it('shares rows among ranks so that each is computed once', () => {
    const { program, memory, registers } = gemmProgram();
    registers[REGISTERS.rows] = 7;
    for (let rank = 0; rank < 3; rank++) {
      memory.fill(0, 128);
      kernels.bind({ ...program, rank, workers: 3 }, [memory], registers).run(PHASES.rows);
      const product = expectedProduct(memory).slice(0, 49);
      const own = [Math.floor((7 * rank) / 3), Math.floor((7 * (rank + 1)) / 3)] as const;
      const expected = product.map((value, i) => (i >= own[0] * 7 && i < own[1] * 7 ? value : 0));
      expect([...memory.subarray(128, 177)]).toEqual(expected);
    }
  });
});
