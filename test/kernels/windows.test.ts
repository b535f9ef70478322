/**
 * An op on a window of the mini-batch does what it does on a mini-batch of these rows; and the ranges
 * of rows of several programs, one after the other, what one program does over all rows.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { availableIsas, selectKernels } from '#steepest/kernels/backend.js';
import {
  type BindableProgram,
  type KernelSet,
  OP_KINDS,
  type Op,
  REGISTER_COUNT,
  REGISTERS,
  schemaOf,
} from '#steepest/kernels/contract.js';
import { UNLIMITED } from '#steepest/kernels/ops/schema.js';
import { typescriptExact, typescriptFast } from '#steepest/kernels/typescript/index.js';
import type { Dims, OpCase } from './cases/case.js';
import { canonicalWords, dimsFor, drawCase } from './cases/run.js';

const RUNS = 12;
const ISAS = ['avx512', 'avx2', 'neon', 'portable'] as const;
const KERNELS = [
  typescriptExact,
  typescriptFast,
  ...ISAS.filter((isa) => availableIsas().includes(isa)).map((isa) =>
    selectKernels({ backend: 'native', isa }),
  ),
];
/** Where rows and windows are dealt out: once in TypeScript and once in C++. */
const BINDERS = [
  typescriptFast,
  ...(availableIsas().length > 0 ? [selectKernels({ backend: 'native' })] : []),
];

/**
 * Runs programs of one op over a copy of a case's memory. @returns its memory afterwards, and status
 * bits
 */
function run(
  kernels: KernelSet,
  { op, bytes }: OpCase,
  parts: readonly Partial<BindableProgram>[],
  common: Omit<BindableProgram, 'ops'> & { ops?: readonly Op[] },
  registers: Float64Array<SharedArrayBuffer>,
) {
  const memory = new SharedArrayBuffer(bytes.length);
  const buffer = new Uint8Array(memory);
  buffer.set(bytes);
  let status = 0;
  for (const part of parts) {
    status |= kernels.bind({ ops: [op], ...common, ...part }, [buffer], registers).run(op.phase);
  }
  return { memory, status };
}

function registersWith(given: Float64Array, rows: number): Float64Array<SharedArrayBuffer> {
  const registers = new Float64Array(new SharedArrayBuffer(8 * REGISTER_COUNT));
  registers.set(given);
  registers[REGISTERS.rows] = rows;
  return registers;
}

/** Ops that ranks do not share by rows. */
const WINDOWED = OP_KINDS.filter((kind) => {
  const { split } = drawCase(kind, dims(1, 0)).op;
  return (split === 'slice' || split === 'all') && schemaOf(kind).tableRows === UNLIMITED;
});
const BY_ROWS = OP_KINDS.filter((kind) => ['rows', 'groups'].includes(drawCase(kind, dims(1, 0)).op.split));

function dims(rows: number, seed: number): Dims {
  return { rows, cols: 3, inner: 2, values: 'ordinary', seed, workers: 1, rank: 0 };
}

describe.each(WINDOWED)('%s with a window', (kind) => {
  it('sees the rows of the window that the mini-batch has', () => {
    fc.assert(
      fc.property(dimsFor(kind), fc.nat({ max: 40 }), fc.nat({ max: 20 }), (drawn, firstRow, after) => {
        const opCase = drawCase(kind, { ...drawn, workers: 1, rank: 0 });
        const { op, registers, maxRows: rows, rowChunk } = opCase;
        // A gemm may have the rows of the mini-batch as its own.
        if (op.split === 'rows') return;
        const common = { rank: 0, workers: 1, rowChunk };
        const window = { firstRow, rows };
        const maxRows = firstRow + rows + after;
        // Where the mini-batch goes on past the window, the window is full.
        const count = drawn.rows === rows ? firstRow + rows + after : firstRow + drawn.rows;
        for (const kernels of BINDERS) {
          const whole = run(kernels, opCase, [{}], { ...common, maxRows: rows }, registers);
          const part = { ops: [{ ...op, window }], ...common, maxRows };
          const windowed = run(kernels, opCase, [{}], part, registersWith(registers, count));
          expect(canonicalWords(opCase, windowed.memory)).toEqual(canonicalWords(opCase, whole.memory));
        }
      }),
      { numRuns: RUNS },
    );
  });
});

describe('the gradient of no rows', () => {
  const gradients = [
    ['gemm', 'c'],
    ['biasGradient', 'db'],
    ['conv2dWeights', 'dw'],
    ['conv2dMaxPoolWeights', 'dw'],
    ['conv2dWeightsWinograd', 'du'],
    ['channelSums', 'db'],
  ] as const;
  it.each(gradients)('of %s is +0', (kind, name) => {
    let tried = 0;
    for (let seed = 0; seed < 60; seed++) {
      const opCase = drawCase(kind, { ...dims(5, seed), cols: 19, inner: 8 });
      const { op, maxRows, rowChunk, registers } = opCase;
      // Weight gradients sum over the mini-batch from 0, and have no epilogue.
      if (kind === 'gemm' && op.scalars.batch !== 2) continue;
      const scalars = kind === 'gemm' ? { ...op.scalars, init: 0, epilogue: 0 } : op.scalars;
      const { begin, end } = opCase.range;
      const program = { ops: [{ ...op, scalars }], rank: 0, workers: 1, maxRows, rowChunk };
      for (const kernels of KERNELS) {
        const { memory } = run(kernels, opCase, [{}], program, registersWith(registers, 0));
        const { byteOffset, rowStride, rows, cols } = op.operands[name]!;
        const byRows = kind !== 'biasGradient' && kind !== 'channelSums';
        const values = new Int32Array(memory, byteOffset, (rows - 1) * rowStride + cols);
        for (let i = byRows ? begin : 0; i < (byRows ? end : rows); i++) {
          for (let j = byRows ? 0 : begin; j < (byRows ? cols : end); j++) {
            expect(values[i * rowStride + j]).toBe(0);
            tried++;
          }
        }
      }
    }
    expect(tried).toBeGreaterThan(0);
  });
});

describe.each(BY_ROWS)('%s over ranges of rows', (kind) => {
  it('does in pieces what it does at once', () => {
    fc.assert(
      fc.property(dimsFor(kind), fc.nat({ max: 4 }), fc.nat({ max: 4 }), (drawn, a, b) => {
        const opCase = drawCase(kind, { ...drawn, workers: 1, rank: 0 });
        const { op, maxRows, rowChunk, registers } = opCase;
        const grain = op.split === 'groups' ? 16 : 3;
        const [first, second] = [a, b].map((n) => Math.min(maxRows, n * grain)).sort((p, q) => p - q);
        const edges = [0, first!, second!, maxRows];
        const parts = [0, 1, 2].map((i) => ({ rowRange: { firstRow: edges[i]!, endRow: edges[i + 1]! } }));
        const shared = [0, 1].map((rank) => ({ ...parts[1], rank, workers: 2 }));
        const common = { rank: 0, workers: 1, maxRows, rowChunk };
        for (const kernels of BINDERS) {
          const whole = run(kernels, opCase, [{}], common, registers);
          const pieces = [parts[2]!, ...shared, parts[0]!];
          const inPieces = run(kernels, opCase, pieces, common, registers);
          // What ends a run early may come before or after other rows.
          if (whole.status !== 0) continue;
          expect(canonicalWords(opCase, inPieces.memory)).toEqual(canonicalWords(opCase, whole.memory));
        }
      }),
      { numRuns: RUNS },
    );
  });
});

describe('windows and ranges that do not fit', () => {
  const { op, maxRows, rowChunk, registers, bytes } = drawCase('normalize', dims(40, 1));
  const slice = drawCase('biasGradient', dims(40, 1));
  const accepts = (
    kernels: KernelSet,
    program: Partial<BindableProgram> & { ops: readonly Op[] },
    of = bytes,
  ) => {
    const memory = new Uint8Array(new SharedArrayBuffer(of.length));
    try {
      kernels.bind({ rank: 0, workers: 1, maxRows, rowChunk, ...program }, [memory], registers);
      return true;
    } catch {
      return false;
    }
  };

  it.each(KERNELS.map((kernels) => [kernels.isa, kernels] as const))('are refused by %s', (_, kernels) => {
    const range = (firstRow: number, endRow: number) =>
      accepts(kernels, { ops: [op], rowRange: { firstRow, endRow } });
    expect(range(0, maxRows)).toBe(true);
    expect(range(16, 32)).toBe(true);
    expect(range(32, maxRows)).toBe(true);
    expect(range(maxRows, maxRows)).toBe(true);
    expect(range(8, 32)).toBe(false);
    expect(range(16, 24)).toBe(false);
    expect(range(32, 16)).toBe(false);
    expect(range(0, maxRows + 1)).toBe(false);
    expect(range(0.5, 16)).toBe(false);
    expect(range(-1, 16)).toBe(false);
    expect(accepts(kernels, { ops: [{ ...op, window: { firstRow: 0, rows: 16 } }] })).toBe(false);
    const window = (firstRow: number, rows: number) =>
      accepts(
        kernels,
        { ops: [{ ...slice.op, window: { firstRow, rows } }], maxRows: slice.maxRows },
        slice.bytes,
      );
    expect(window(0, slice.maxRows)).toBe(true);
    expect(window(3, slice.maxRows - 3)).toBe(true);
    expect(window(3, slice.maxRows - 2)).toBe(false);
    expect(window(-1, 3)).toBe(false);
    expect(window(0, 1.5)).toBe(false);
  });
});
