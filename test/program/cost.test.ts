import { describe, expect, it } from 'vitest';
import type { DType, Op, Operand, OpKind } from '#steepest/kernels/contract.js';
import { opCost } from '#steepest/program/cost.js';

const matrix = (rows: number, cols: number, dtype: DType = 'f32'): Operand => ({
  buffer: 0,
  dtype,
  byteOffset: 0,
  rows,
  cols,
  rowStride: cols,
  colStride: 1,
});
const op = (kind: OpKind, operands: Record<string, Operand>, scalars: Record<string, number> = {}): Op =>
  ({ kind, operands, scalars, phase: 0, split: 'rows' }) as Op;

describe('opCost', () => {
  const table = matrix(60_000, 784, 'u8');

  it.each([
    ['gatherRows', matrix(64, 784)],
    ['gatherImages', matrix(4, 784 * 16)],
  ] as const)('%s reads as many samples as the mini-batch has, however long the table', (kind, dst) => {
    const { bytes } = opCost(op(kind, { src: table, dst }));
    expect(bytes).toBe(64 * 784 * (1 + 4));
  });

  it('a convolution counts pixels and taps, not the gaps between channels', () => {
    const sizes = { outHeight: 8, outWidth: 8 };
    // A plane of 64 pixels is followed by 16 unused numbers.
    const images = matrix(2, 5 * 65 * 16);
    const flops = 2 * 32 * 5 * 64 * (9 * 3);
    const w = matrix(9 * 3, 5);
    expect(opCost(op('conv2d', { x: matrix(2, 3 * 65 * 16), w, y: images }, sizes)).flops).toBe(flops);
    expect(opCost(op('conv2dWeights', { x: images, dz: images, dw: w }, sizes)).flops).toBe(flops);
    expect(opCost(op('conv2dInput', { dz: images, w, dx: images }, sizes)).flops).toBe(flops);
    const pooled = matrix(2, 5 * 16 * 16);
    expect(opCost(op('conv2dMaxPool', { x: images, w, y: pooled }, sizes)).flops).toBe(flops);
    const rows = opCost(op('conv2dRows', { x: matrix(6, 3 * 64), w, y: matrix(6, 5 * 64) }, sizes));
    expect(rows.flops).toBe((flops / 32) * 6);
  });
});
