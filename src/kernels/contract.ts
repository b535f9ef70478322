/**
 * The kernel contract: every operation that a step program can hold, what its operands are, and the
 * exact order of arithmetic that gives **the same bits** on every instruction set.
 *
 * Four executors follow this page: C++ portable, AVX2, AVX-512 and NEON (one source, `native/`),
 * and the exact TypeScript twin (`src/kernels/typescript/exact/`).
 * The fast TypeScript kernels compute the same values in float64 and round on store;
 * they are close to, not bit-equal with, the others.
 * `ops/` declares each kind of op, its arithmetic in words; `scripts/generate-contract.mjs` writes
 * `native/program/contract.h` and `rules.h` from it.
 *
 * Notation. `fl(x)` rounds to float32. `fma(a,b,c) = fl(a·b + c)` with one rounding.
 * Every + − × ÷ √ is one float32 operation in the order written. Nothing is reassociated.
 *
 * **Lane sum.** A true reduction over columns uses 16 virtual lanes: element j goes to lane j mod
 * 16, in ascending j, starting from 0; then halves are added: lane i += lane i+8, then +4, +2, +1.
 *
 * **NaN.** Where a result is NaN, every executor gives a NaN;
 * its sign and payload are not part of the contract. Negative zero is.
 *
 * **Rows and ranges.** An op works on the rows (or columns, or 16-row blocks) `[begin, end)` that
 * its {@link Split} gives to the calling rank, and touches nothing else of its outputs.
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

/** One op of a program. Optional operands are absent; scalars are all present. */
export interface Op {
  kind: OpKind;
  phase: Phase;
  split: Split;
  /** For `slice`: the range of this rank. Ignored by the other splits. */
  begin: number;
  end: number;
  operands: Readonly<Record<string, Operand>>;
  scalars: Readonly<Record<string, number>>;
  /**
   * Operands of which each rank has a row of its own; the program of a rank holds that row.
   * Not part of the encoding.
   */
  own?: readonly string[];
  /** For people: which layer or parameter this op serves. Not part of the encoding. */
  label?: string;
}

/** What a kernel set binds: the ops for one rank. */
export interface BindableProgram {
  ops: readonly Op[];
  rank: number;
  workers: number;
  /** Largest value the `rows` register may take. */
  maxRows: number;
  /**
   * `rows` and `groups` ops of the row phases run over chunks of at most this many rows, all ops of
   * a chunk before the next, so that a chunk's activations stay in cache. Never changes a bit.
   */
  rowChunk: number;
}

/** The memory of a program: typed arrays over SharedArrayBuffers, indexed by `Operand.buffer`. */
export type ProgramBuffer =
  | Uint8Array<ArrayBufferLike>
  | Float32Array<ArrayBufferLike>
  | Int32Array<ArrayBufferLike>;

/** A program whose every operand has been checked against its buffer. */
export interface BoundProgram {
  /** Runs this rank's part of one phase, synchronously. Returns `STATUS` bits. */
  run(phase: Phase): number;
  /**
   * Lets go of its buffers now rather than when the garbage collector finds it, which on a thread
   * of the pool may be never: finalizers run in an event loop, and that of a thread at rest stands
   * still. It cannot run afterwards.
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
   * Checks every op against its schema and its buffers and prepares it.
   * @throws SteepestError `ERR_PROGRAM` for any operand that does not fit.
   */
  bind(
    program: BindableProgram,
    buffers: readonly ProgramBuffer[],
    registers: Float64Array<ArrayBufferLike>,
  ): BoundProgram;
  /**
   * Checks and runs ops (of phase `rows`, split `slice`) over any typed arrays, at once.
   * Arrays need not be shared, because nothing can happen to them while the call lasts.
   * @param rows the `rows` register
   * @throws SteepestError `ERR_PROGRAM`, with nothing written
   */
  runOnce(ops: readonly Op[], buffers: readonly ProgramBuffer[], rows: number): void;
}
