/**
 * A program that a checker lets pass is run without further checks, so a missing rule is a read or
 * write past the end of a buffer. Valid ops of every kind are made wrong in one place, and the
 * native and the TypeScript checker must say the same.
 */
import { describe, expect, it } from 'vitest';
import { availableIsas, selectKernels } from '#steepest/kernels/backend.js';
import {
  DTYPES,
  type KernelSet,
  OP_KINDS,
  type Op,
  type Operand,
  type OpKind,
  PHASES,
  REGISTER_COUNT,
  SPLITS,
} from '#steepest/kernels/contract.js';
import { typescriptExact } from '#steepest/kernels/typescript/index.js';
import type { Dims, OpCase } from './cases/case.js';
import { drawCase } from './cases/run.js';

const CASES = 6;
const SCALARS = [-1, 0.5, 2, 99, 1e9, 2 ** 32];
/** Ranges of an op that is a slice: whole, empty, the wrong way round, too long. */
const SLICES = [
  [0, 1],
  [0, 0],
  [2, 1],
  [0, 1000],
] as const;

const native = availableIsas().length > 0 ? selectKernels({ backend: 'native' }) : undefined;

const dimsOf = (seed: number): Dims => ({
  rows: 17,
  cols: 5,
  inner: 2,
  values: 'ordinary',
  seed,
  workers: 1,
  rank: 0,
});

interface Mutant {
  what: string;
  op: Op;
}

const withOperand = (op: Op, name: string, operand: Operand): Op => ({
  ...op,
  operands: { ...op.operands, [name]: operand },
});

/**
 * Every operand a row or column short or long, of another type, or left out; every scalar out of its
 * range; every split.
 */
function* mutantsOf({ op }: OpCase): Generator<Mutant> {
  for (const [name, operand] of Object.entries(op.operands) as [string, Operand][]) {
    for (const side of ['rows', 'cols'] as const) {
      for (const by of [-1, 1]) {
        const count = operand[side] + by;
        const overlaps = side === 'cols' && operand.colStride === 1 && count > operand.rowStride;
        if (count < 0 || overlaps) continue;
        yield {
          what: `${name}.${side} ${by > 0 ? '+' : '−'} 1`,
          op: withOperand(op, name, { ...operand, [side]: count }),
        };
      }
    }
    for (const dtype of DTYPES) {
      if (dtype !== operand.dtype)
        yield { what: `${name} of ${dtype}`, op: withOperand(op, name, { ...operand, dtype }) };
    }
    const { [name]: _, ...others } = op.operands;
    yield { what: `no ${name}`, op: { ...op, operands: others } };
  }
  for (const name of Object.keys(op.scalars)) {
    for (const value of SCALARS) {
      yield { what: `${name} = ${value}`, op: { ...op, scalars: { ...op.scalars, [name]: value } } };
    }
  }
  for (const split of SPLITS) {
    for (const [begin, end] of SLICES)
      yield { what: `${split} [${begin}, ${end})`, op: { ...op, split, begin, end } };
  }
}

function accepts(
  kernels: KernelSet,
  op: Op,
  { maxRows, rowChunk, registers }: Pick<OpCase, 'maxRows' | 'rowChunk' | 'registers'>,
  memory: Uint8Array,
): boolean {
  try {
    kernels.bind({ ops: [op], rank: 0, workers: 1, maxRows, rowChunk }, [memory], registers);
    return true;
  } catch {
    return false;
  }
}

describe.each(OP_KINDS as readonly OpKind[])('%s', (kind) => {
  it('is refused by both checkers or by none, whatever is wrong with it', () => {
    let refused = 0;
    const differences = new Set<string>();
    for (let seed = 0; seed < CASES; seed++) {
      const opCase = drawCase(kind, dimsOf(seed));
      const memory = new Uint8Array(new SharedArrayBuffer(opCase.bytes.length));
      expect(accepts(typescriptExact, opCase.op, opCase, memory)).toBe(true);
      for (const { what, op } of mutantsOf(opCase)) {
        const byTypescript = accepts(typescriptExact, op, opCase, memory);
        const byNative = native === undefined ? byTypescript : accepts(native, op, opCase, memory);
        if (!byTypescript) refused++;
        if (byNative !== byTypescript) differences.add(`${what}: native ${byNative ? 'accepts' : 'refuses'}`);
      }
    }
    expect([...differences]).toEqual([]);
    expect(refused).toBeGreaterThan(0);
  });
});

/**
 * Elements of such images are 2⁶⁴ + 1,024: a product in 64 bits would come to 1,024, and the kernel
 * would read far past them.
 */
it('refuses sizes whose product leaves 64 bits', () => {
  const channels = 4_294_443_040;
  const pixels = 268_468_226;
  expect(BigInt(channels) * BigInt(pixels) * 16n).toBe(2n ** 64n + 1024n);
  const operand = {
    buffer: 0,
    dtype: 'f32',
    byteOffset: 0,
    rows: 1,
    cols: 1024,
    rowStride: 1024,
    colStride: 1,
  } as const;
  const op: Op = {
    kind: 'layerNorm',
    phase: PHASES.rows,
    split: 'groups',
    begin: 0,
    end: 0,
    operands: { x: operand, y: operand },
    scalars: { pixels, channels, epsilon: 1e-5 },
  };
  const opCase = {
    maxRows: 1,
    rowChunk: 1,
    registers: new Float64Array(new SharedArrayBuffer(8 * REGISTER_COUNT)),
  };
  const memory = new Uint8Array(new SharedArrayBuffer(4096));
  for (const kernels of [typescriptExact, native ?? typescriptExact]) {
    expect(accepts(kernels, op, opCase, memory)).toBe(false);
    const fits = { ...op, scalars: { ...op.scalars, channels: 64, pixels: 1 } };
    expect(accepts(kernels, fits, opCase, memory)).toBe(true);
  }
});
