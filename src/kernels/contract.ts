/**
 * The kernel contract: every operation that a step program can hold, what its operands are, and the
 * exact order of arithmetic that gives **the same bits** on every instruction set.
 *
 * Four executors follow this contract: C++ portable, AVX2, AVX-512 and NEON (one source,
 * `native/`), and the exact TypeScript kernels (`src/kernels/typescript/exact/`).
 * The fast TypeScript kernels compute the same values in float64 and round on store. Their results
 * are close to the others, but not bit-equal.
 * `ops/` declares each op kind and describes its arithmetic. `scripts/generate-contract.mjs`
 * generates `native/program/contract.h` and `op_tables.h` from these declarations.
 *
 * Notation. `fl(x)` rounds to float32. `fma(a,b,c) = fl(a·b + c)` with one rounding.
 * Every + − × ÷ √ is one float32 operation in the order written. Nothing is reassociated.
 *
 * **Lane sum.** A reduction over columns uses 16 virtual lanes. Element j is added to lane j mod
 * 16, in ascending j, starting from 0. Then the upper half is added to the lower half: lane i +=
 * lane i+8, then +4, +2, +1.
 *
 * **NaN.** If a result is NaN, every executor gives a NaN. The sign and payload of a NaN are not
 * part of the contract. The sign of zero is.
 *
 * **Rows and ranges.** An op works on the rows (or columns, or 16-row blocks) `[begin, end)` that
 * its {@link Split} gives to the calling rank. It writes no other part of its outputs.
 */

import type { DType, Phase, Split } from './constants.js';
import type { OpKind } from './ops/index.js';

export * from './constants.js';
export { OP_KINDS, OPS, type OpKind, schemaOf } from './ops/index.js';

/**
 * A strided matrix inside one of the program's buffers. A vector is a matrix of one row.
 * Strides are in elements. Every operand except gemm's `a` and `b` has `colStride` 1.
 */
export interface Operand {
  /** Index into the buffers given to `bind`. */
  buffer: number;
  dtype: DType;
  /**
   * Offset of element [0, 0] from the start of the buffer, in bytes;
   * a multiple of the element size.
   */
  byteOffset: number;
  rows: number;
  cols: number;
  rowStride: number;
  colStride: number;
}

/**
 * Rows `[firstRow, firstRow + rows)` of the largest mini-batch, for an op that works on a part of
 * them. Operands of the op begin at the window's first row, and shape rules take `rows` for the rows
 * of the largest mini-batch. With r rows in a mini-batch, R of the op's formulas is
 * min(max(r − firstRow, 0), rows). Only for the splits `slice` and `all`.
 */
export interface RowWindow {
  firstRow: number;
  rows: number;
}

/** One op of a program. Absent optional operands are left out. All scalars are present. */
export interface Op {
  kind: OpKind;
  phase: Phase;
  split: Split;
  /** For `slice`: the range of this rank. Other splits ignore it. */
  begin: number;
  end: number;
  operands: Readonly<Record<string, Operand>>;
  scalars: Readonly<Record<string, number>>;
  /** Rows of the mini-batch that the op works on; all of them if absent. */
  window?: RowWindow;
  /**
   * Operands with one row per rank. The program of a rank holds its own row.
   * Not part of the encoding.
   */
  own?: readonly string[];
  /**
   * Set if the op belongs to the owner of a part: part `index` of `of`. The programs of other ranks
   * do not have it. Not part of the encoding.
   */
  part?: { readonly index: number; readonly of: number };
  /** For debugging: the layer or parameter that this op serves. Not part of the encoding. */
  label?: string;
}

/** The input of `bind`: the ops for one rank. */
export interface BindableProgram {
  ops: readonly Op[];
  rank: number;
  workers: number;
  /** Largest value of the `rows` register. */
  maxRows: number;
  /**
   * `rows` and `groups` ops of the row phases run over chunks of at most this many rows. All ops
   * run on one chunk before the next, so that the activations of a chunk stay in cache. The chunk
   * size never changes a bit of the results.
   */
  rowChunk: number;
  /**
   * Rows of the mini-batch over which ops split by `rows` and `groups` run, shared by the ranks; all
   * of them if absent. Both ends are multiples of 16, or `endRow` is `maxRows`, if an op is split by
   * `groups`.
   */
  rowRange?: RowRange | undefined;
}

/** Rows `[firstRow, endRow)` of the largest mini-batch. */
export interface RowRange {
  firstRow: number;
  endRow: number;
}

/** The memory of a program: typed arrays over SharedArrayBuffers, indexed by `Operand.buffer`. */
export type ProgramBuffer =
  | Uint8Array<ArrayBufferLike>
  | Float32Array<ArrayBufferLike>
  | Int32Array<ArrayBufferLike>;

/** A program in which every operand has been checked against its buffer. */
export interface BoundProgram {
  /** Runs this rank's part of one phase synchronously. Returns `STATUS` bits. */
  run(phase: Phase): number;
  /**
   * Releases the buffers immediately. Otherwise the garbage collector would release them, which may
   * never happen on a thread of the pool: finalizers run in the event loop, and the event loop of
   * an idle thread is blocked. The program cannot run afterwards.
   */
  release(): void;
}

/** How numbers are computed: see "Numerics contract" in docs/architecture.md. */
export type Numerics = 'fma32' | 'float64';

/** A set of kernels that can execute any program. */
export interface KernelSet {
  readonly kind: 'native' | 'typescript';
  /** `avx512`, `avx2`, `neon`, `portable`; `exact` or `fast` for TypeScript. */
  readonly isa: string;
  readonly numerics: Numerics;
  /**
   * Checks every op against its schema and its buffers, and prepares it.
   * @throws SteepestError `ERR_PROGRAM` if an operand does not fit
   */
  bind(
    program: BindableProgram,
    buffers: readonly ProgramBuffer[],
    registers: Float64Array<ArrayBufferLike>,
  ): BoundProgram;
  /**
   * Checks ops (of phase `rows`, split `slice`) over any typed arrays and runs them immediately.
   * The arrays need not be shared, because nothing else can change them during the call.
   * @param rows the `rows` register
   * @throws SteepestError `ERR_PROGRAM`, with nothing written
   */
  runOnce(ops: readonly Op[], buffers: readonly ProgramBuffer[], rows: number): void;
  /**
   * Runs a gemm immediately, without the cost of a program: microseconds, as much as a small
   * product takes. Undefined where `runOnce` is as fast.
   * @throws SteepestError `ERR_PROGRAM`, with nothing written
   */
  readonly product?: ((product: Product) => void) | undefined;
}

/** c ← f(a·b + start): a gemm whose sizes are at least 1. Strides are in elements. */
export interface Product {
  m: number;
  n: number;
  k: number;
  a: Float32Array<ArrayBufferLike>;
  aRow: number;
  aStep: number;
  b: Float32Array<ArrayBufferLike>;
  bRow: number;
  bStep: number;
  c: Float32Array<ArrayBufferLike>;
  cRow: number;
  bias?: Float32Array<ArrayBufferLike> | undefined;
  /** One of `GEMM_INIT`. */
  init: number;
  /** One of `ACTIVATIONS`. */
  activation: number;
  alpha: number;
}
