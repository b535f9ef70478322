import { describe, expect, it } from 'vitest';
import { BYTES_PER_ELEMENT, type Op, type Operand } from '#steepest/kernels/contract.js';
import { conflict, overlaps } from '#steepest/program/hazards.js';
import { columns, MemoryPlan, operandOf, rowsOf, transposed } from '#steepest/program/memory.js';
import { randomNumbers } from '../support/random.js';

function bytesOf({ byteOffset, rows, cols, rowStride, dtype }: Operand): Set<number> {
  const bytes = new Set<number>();
  const size = BYTES_PER_ELEMENT[dtype];
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < cols * size; k++) bytes.add(byteOffset + i * rowStride * size + k);
  }
  return bytes;
}

function share(a: Operand, b: Operand): boolean {
  const bytes = bytesOf(b);
  return [...bytesOf(a)].some((byte) => bytes.has(byte));
}

describe('operands with bytes in common', () => {
  const random = randomNumbers(17);
  const whole = (least: number, most: number): number =>
    Math.min(most, least + Math.floor(((random() + 1) / 2) * (most - least + 1)));

  it('are found exactly among columns and rows of one matrix', () => {
    const matrix = operandOf(new MemoryPlan(64).matrix('m', 'activation', 6, 40));
    const part = (): Operand => {
      const [first, top] = [whole(0, 39), whole(0, 4)];
      return rowsOf(columns(matrix, first, whole(1, 40 - first)), top, whole(2, 6 - top));
    };
    const found = { apart: 0, shared: 0 };
    for (let i = 0; i < 2000; i++) {
      const [a, b] = [part(), part()];
      const expected = share(a, b);
      found[expected ? 'shared' : 'apart']++;
      expect(overlaps(a, b), JSON.stringify([a, b])).toBe(expected);
    }
    expect(Math.min(found.apart, found.shared)).toBeGreaterThan(100);
  });

  it('are never missed, whatever the strides and types', () => {
    const operand = (): Operand => {
      const dtype = (['f32', 'f64', 'u8', 'i32'] as const)[whole(0, 3)]!;
      const cols = whole(1, 12);
      return {
        buffer: 0,
        dtype,
        byteOffset: whole(0, 40) * BYTES_PER_ELEMENT[dtype],
        rows: whole(1, 5),
        cols,
        rowStride: cols + whole(0, 6),
        colStride: 1,
      };
    };
    for (let i = 0; i < 5000; i++) {
      const [a, b] = [operand(), operand()];
      if (share(a, b)) expect(overlaps(a, b), JSON.stringify([a, b])).toBe(true);
      expect(overlaps({ ...a, buffer: 1 }, b)).toBe(false);
    }
  });
});

describe('a barrier between two ops', () => {
  const memory = new MemoryPlan(64);
  const matrix = (name: string): Operand => operandOf(memory.matrix(name, 'activation', 8, 32));
  const [x, w, y] = [matrix('x'), matrix('w'), matrix('y')];
  const gemm = (a: Operand, c: Operand, index?: number, of = 2): Op => ({
    kind: 'gemm',
    phase: 1,
    split: index === undefined ? 'rows' : 'all',
    begin: 0,
    end: 0,
    operands: { a, b: w, c },
    scalars: {},
    ...(index !== undefined && { part: { index, of } }),
  });
  const left = (operand: Operand): Operand => columns(operand, 0, 16);
  const right = (operand: Operand): Operand => columns(operand, 16, 16);

  it('is needed where an owner reads or writes what another rank writes', () => {
    expect(conflict(gemm(x, y), gemm(y, x, 0))).toBe(true);
    expect(conflict(gemm(x, left(y), 0), gemm(y, right(x), 1))).toBe(true);
    expect(conflict(gemm(x, left(y), 0), gemm(transposed(y), matrix('z'), 1))).toBe(true);
    expect(conflict(gemm(x, y, 0), gemm(w, y, 1))).toBe(true);
    // Parts of another number have other owners.
    expect(conflict(gemm(x, left(y), 0), gemm(left(y), matrix('z'), 0, 3))).toBe(true);
  });

  it('is not needed where ranks only read, write other columns, or one owner runs both', () => {
    expect(conflict(gemm(x, left(y), 0), gemm(x, right(y), 1))).toBe(false);
    expect(conflict(gemm(x, y, 0), gemm(y, matrix('z'), 0))).toBe(false);
    expect(conflict(gemm(x, y), gemm(y, matrix('z')))).toBe(false);
  });
});
