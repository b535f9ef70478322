import { describe, expect, it } from 'vitest';
import type { CallOp, CallOperand } from '#steepest/kernels/calls/call.js';
import { shareOf } from '#steepest/kernels/calls/share.js';

/** c (m × n) = a·b; elements of an operand are their own numbers. */
function product(m: number, n: number, k: number, transA = false, transB = false): CallOp {
  const matrix = (rows: number, cols: number, transposed = false): CallOperand => {
    const [r, c] = transposed ? [cols, rows] : [rows, cols];
    const rowStride = c + 2;
    const data = Float32Array.from({ length: r * rowStride }, (_, i) => i);
    return { data, rows: r, cols: c, rowStride, transposed };
  };
  const operands = { a: matrix(m, k, transA), b: matrix(k, n, transB), c: matrix(m, n), bias: matrix(1, n) };
  return { kind: 'gemm', operands, writes: 'c', scalars: {}, extent: m, batchRows: 0 };
}

/** Element (i, j) of an operand, as kernels see it. */
const at = ({ data, rowStride, transposed }: CallOperand, i: number, j: number): number =>
  (transposed ? data[j * rowStride + i] : data[i * rowStride + j])!;
const shapeOf = ({ rows, cols, transposed }: CallOperand) => (transposed ? [cols, rows] : [rows, cols]);

describe.each([
  [130, 70],
  [70, 130],
  [3, 300],
  [300, 1],
  [1, 1],
])('the shares of a product of %i × %i', (m, n) => {
  it.each([1, 2, 3, 7, 64])(
    'of %i ranks are all of c, once, with the operands that belong to it',
    (workers) => {
      for (const [transA, transB] of [
        [false, false],
        [true, true],
      ]) {
        const whole = product(m, n, 5, transA, transB);
        const { a, b, c, bias } = whole.operands;
        const seen = new Map<number, number>();
        const first = (elements: CallOperand) => at(elements, 0, 0);
        for (let rank = 0; rank < workers; rank++) {
          for (const piece of shareOf(whole, rank, workers, { isa: 'fast' })) {
            const part = piece.operands.c!;
            const [rows, cols] = [part.rows, part.cols];
            expect(piece.extent).toBe(rows);
            expect(shapeOf(piece.operands.a!)).toEqual([rows, 5]);
            expect(shapeOf(piece.operands.b!)).toEqual([5, cols]);
            for (let i = 0; i < rows * cols; i++) {
              const element = at(part, Math.floor(i / cols), i % cols);
              seen.set(element, (seen.get(element) ?? 0) + 1);
            }
            const row = Math.floor(first(part) / c!.rowStride);
            const col = first(part) % c!.rowStride;
            expect(first(piece.operands.a!)).toBe(at(a!, row, 0));
            expect(first(piece.operands.b!)).toBe(at(b!, 0, col));
            expect(first(piece.operands.bias!)).toBe(at(bias!, 0, col));
          }
        }
        const all = Array.from({ length: m * n }, (_, i) => at(c!, Math.floor(i / n), i % n));
        expect([...seen.keys()].sort((x, y) => x - y)).toEqual(all);
        expect(Math.max(...seen.values())).toBe(1);
      }
    },
  );
});

it('long shares come in pieces, between which a rank looks for an abort', () => {
  const big = product(1000, 300, 1000);
  const pieces = shareOf(big, 1, 2, { isa: 'fast' });
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.reduce((sum, { extent }) => sum + extent, 0)).toBe(1000 - 16 * Math.floor(63 / 2));
  expect(shareOf(big, 1, 2, { isa: 'avx2' })).toHaveLength(1);
});
