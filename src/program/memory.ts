import { SteepestError } from '../core/errors.js';
import { BYTES_PER_ELEMENT, type DType, type Operand } from '../kernels/contract.js';
import { NOBODY, type Ownership, type Part } from './ownership.js';

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

/** Columns `[first, first + operand.cols)` of a matrix. */
export interface ColumnPart {
  first: number;
  operand: Operand;
}

/** A named piece of the arena. */
export interface Region extends Operand {
  name: string;
  role: RegionRole;
  byteLength: number;
  /**
   * Set if groups of columns lie apart, each a matrix of its own that one rank owns. The region
   * itself is no operand then.
   */
  parts?: readonly ColumnPart[];
}

/** Buffer of a region that is no operand: `bind` refuses it. */
const NO_BUFFER = -1;
/** Parts begin at pages: a core's prefetcher does not cross one to fetch another owner's lines. */
const PAGE_BYTES = 4096;

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

  /**
   * @param reservedBytes bytes at the start, reserved for the control block.
   * @param ownership which parameters' columns have owners
   */
  constructor(
    reservedBytes = 0,
    readonly ownership: Ownership = NOBODY,
  ) {
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

  /**
   * An array with the shape of a parameter, which lies as the parameter does: in parts if its
   * columns have owners.
   * @param suffix of the name, for an array beside the parameter
   */
  parameterArray(
    { name, rows, cols }: { name: string; rows: number; cols: number },
    role: RegionRole,
    suffix = '',
  ): Region {
    const key = name + suffix;
    const known = this.byName.get(key);
    const widths = this.ownership.widths.get(name);
    if (known !== undefined || widths === undefined) return known ?? this.matrix(key, role, rows, cols);
    let first = 0;
    const parts = widths.map((width, i): ColumnPart => {
      this.end = alignUp(this.end, PAGE_BYTES);
      const operand = operandOf(this.matrix(`${key}.part${i}`, role, rows, width));
      this.byName.delete(`${key}.part${i}`);
      const part = { first, operand };
      first += width;
      return part;
    });
    const { byteOffset } = parts[0]!.operand;
    const region: Region = {
      ...parts[0]!.operand,
      buffer: NO_BUFFER,
      cols,
      name: key,
      role,
      byteLength: this.end - byteOffset,
      parts,
    };
    this.byName.set(key, region);
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

/** Rows `[begin, begin + count)` of an operand. */
export function rowsOf(operand: Operand, begin: number, count: number): Operand {
  return { ...rowOf(operand, begin), rows: count };
}

/** The matrices of which a region consists: itself, or its parts. */
export const partsOf = (region: Region): readonly ColumnPart[] =>
  region.parts ?? [{ first: 0, operand: region }];

/** A part of an array with the parameter's shape; all of it without a part. */
export function partOf(array: Operand, part: Part | undefined): Operand {
  if (part === undefined) return array;
  const { index, over, first, count } = part;
  const stored = (array as Region).parts?.[index];
  if (stored !== undefined) return stored.operand;
  return over === 'columns' ? columns(array, first, count) : rowsOf(array, first, count);
}

/** The part of the transpose. */
export function partOfTransposed(array: Operand, part: Part | undefined): Operand {
  if (part === undefined) return array;
  const { over, first, count } = part;
  return over === 'columns' ? rowsOf(array, first, count) : columns(array, first, count);
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
