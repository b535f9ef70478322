import { SteepestError } from '../core/errors.js';
import { BYTES_PER_ELEMENT, type DType, type Operand } from '../kernels/contract.js';

/** Every region starts on a cache line, so that two ranks never write the same line. */
export const CACHE_LINE_BYTES = 64;
/** Rows of float32 matrices are padded to whole cache lines: 16 floats. */
const ROW_PADDING = CACHE_LINE_BYTES / 4;
/**
 * Row strides that are multiples of this map the rows of a tile to one or two sets of a first-level
 * cache of 64 sets of 64 bytes. Such strides get one more line. (512³ forward: 92 % of the FMA peak
 * with 4096 here, 96 % with 2048.)
 */
const CROWDING_BYTES = 2048;

/** Index of the arena among a bound program's buffers. Data sets come after it. */
export const ARENA_BUFFER = 0;

/** The purpose of a region; `explain()` sums bytes by it. */
export type RegionRole =
  | 'control'
  | 'parameter'
  | 'state'
  | 'transpose'
  | 'gradient'
  | 'activation'
  | 'batch'
  | 'statistics';

/** A named piece of the arena. */
export interface Region extends Operand {
  name: string;
  role: RegionRole;
  byteLength: number;
}

const alignUp = (value: number, to: number): number => Math.ceil(value / to) * to;

/** Padded row stride of a matrix of `cols` elements, in elements. */
export function paddedStride(dtype: DType, cols: number): number {
  const size = BYTES_PER_ELEMENT[dtype];
  const padding = (ROW_PADDING * 4) / size;
  const stride = alignUp(Math.max(cols, 1), padding);
  return (stride * size) % CROWDING_BYTES === 0 ? stride + padding : stride;
}

/**
 * Lays out one arena. Regions are identified by name: a second request for a name returns the same
 * memory. That is how the training and validation programs share parameters and activations.
 */
export class MemoryPlan {
  private readonly byName = new Map<string, Region>();
  private end: number;

  /** @param reservedBytes bytes at the start, reserved for the control block. */
  constructor(reservedBytes = 0) {
    this.end = alignUp(reservedBytes, CACHE_LINE_BYTES);
  }

  /** Size of the arena in bytes so far. */
  get byteLength(): number {
    return this.end;
  }

  get regions(): readonly Region[] {
    return [...this.byName.values()];
  }

  /** A rows × cols matrix with padded rows. */
  matrix(name: string, role: RegionRole, rows: number, cols: number, dtype: DType = 'f32'): Region {
    const known = this.byName.get(name);
    if (known !== undefined) return known;
    const rowStride = rows === 1 ? Math.max(cols, 1) : paddedStride(dtype, cols);
    const used = alignUp(rows * rowStride * BYTES_PER_ELEMENT[dtype], CACHE_LINE_BYTES);
    if (!Number.isSafeInteger(this.end + used)) {
      throw new SteepestError('ERR_MEMORY', {
        expected: 'arrays whose sizes fit in 2^53 bytes',
        given: `${name} with ${rows} × ${cols} elements`,
        hint: 'Use fewer units, or a smaller batch size.',
      });
    }
    const region: Region = {
      name,
      role,
      buffer: ARENA_BUFFER,
      dtype,
      byteOffset: this.end,
      rows,
      cols,
      rowStride,
      colStride: 1,
      byteLength: used,
    };
    this.end += used;
    this.byName.set(name, region);
    return region;
  }

  /** A vector: one row, no padding between elements. */
  vector(name: string, role: RegionRole, length: number, dtype: DType = 'f32'): Region {
    return this.matrix(name, role, 1, length, dtype);
  }

  get(name: string): Region | undefined {
    return this.byName.get(name);
  }
}

/** The same memory viewed as its transpose (for the `a` and `b` operands of gemm). */
export function transposed(operand: Operand): Operand {
  const { rows, cols, rowStride, colStride } = operand;
  return { ...operand, rows: cols, cols: rows, rowStride: colStride, colStride: rowStride };
}

/** Columns `[begin, begin + count)` of an operand. */
export function columns(operand: Operand, begin: number, count: number): Operand {
  return {
    ...operand,
    cols: count,
    byteOffset: operand.byteOffset + begin * operand.colStride * BYTES_PER_ELEMENT[operand.dtype],
  };
}

/** One row of an operand. */
export function rowOf(operand: Operand, row: number): Operand {
  return {
    ...operand,
    rows: 1,
    byteOffset: operand.byteOffset + row * operand.rowStride * BYTES_PER_ELEMENT[operand.dtype],
  };
}

/** Drops a region's name and role, leaving what an op stores. */
export function operandOf(region: Operand): Operand {
  const { buffer, dtype, byteOffset, rows, cols, rowStride, colStride } = region;
  return { buffer, dtype, byteOffset, rows, cols, rowStride, colStride };
}
