import { describe, expect, it } from 'vitest';
import { CACHE_LINE_BYTES, columns, MemoryPlan, paddedStride, transposed } from '#steepest/program/memory.js';

describe('MemoryPlan', () => {
  it('starts every region on a cache line and overlaps none', () => {
    const memory = new MemoryPlan(100);
    memory.matrix('a', 'parameter', 3, 5);
    memory.vector('b', 'parameter', 7);
    memory.matrix('c', 'statistics', 2, 3, 'f64');
    let end = 100;
    for (const region of memory.regions) {
      expect(region.byteOffset % CACHE_LINE_BYTES).toBe(0);
      expect(region.byteOffset).toBeGreaterThanOrEqual(end);
      end = region.byteOffset + region.byteLength;
    }
    expect(memory.byteLength).toBe(end);
  });

  it('returns the same memory for the same name', () => {
    const memory = new MemoryPlan();
    expect(memory.matrix('a', 'parameter', 3, 5)).toBe(memory.matrix('a', 'parameter', 3, 5));
  });

  it('pads rows to whole cache lines and off whole pages', () => {
    expect(paddedStride('f32', 10)).toBe(16);
    expect(paddedStride('f32', 784)).toBe(784);
    expect(paddedStride('f32', 1024)).toBe(1040);
    expect(paddedStride('f64', 9)).toBe(16);
  });

  it('refuses sizes that no number can hold', () => {
    const memory = new MemoryPlan();
    expect(() => memory.matrix('a', 'parameter', 2 ** 40, 2 ** 40)).toThrowError(
      expect.objectContaining({ code: 'ERR_MEMORY' }),
    );
  });
});

describe('views', () => {
  const region = new MemoryPlan().matrix('a', 'parameter', 3, 5);

  it('transposes by swapping sizes and strides', () => {
    expect(transposed(region)).toMatchObject({ rows: 5, cols: 3, rowStride: 1, colStride: 16 });
  });

  it('takes columns', () => {
    expect(columns(region, 2, 2)).toMatchObject({
      byteOffset: region.byteOffset + 8,
      cols: 2,
      rowStride: 16,
    });
  });
});
