import type { Op, OpKind, ProgramBuffer } from '../contract.js';

/** One operand as TypeScript kernels see it: a typed array that starts at element [0, 0]. */
export interface Matrix<T> {
  data: T;
  rows: number;
  cols: number;
  /** In elements. */
  rowStride: number;
  /** In elements. */
  colStride: number;
}

/** Typed arrays over the program's memory. */
export type F32 = Float32Array<ArrayBufferLike>;
export type F64 = Float64Array<ArrayBufferLike>;
export type I32 = Int32Array<ArrayBufferLike>;
export type U32 = Uint32Array<ArrayBufferLike>;
export type U8 = Uint8Array<ArrayBufferLike>;

/** Runs a range of an op. Returns STATUS bits. */
export type RunOp = (begin: number, end: number, registers: F64) => number;

type ElementType = 'f32' | 'f64' | 'i32' | 'u32' | 'u8';

/** An op whose operands were checked, with access to them by name. */
export class PreparedOp {
  constructor(
    readonly op: Op,
    private readonly buffers: readonly ProgramBuffer[],
  ) {}

  has(name: string): boolean {
    return this.op.operands[name] !== undefined;
  }

  scalar(name: string): number {
    return this.op.scalars[name] as number;
  }

  f32(name: string): Matrix<F32> {
    return this.view(name, Float32Array);
  }

  f64(name: string): Matrix<F64> {
    return this.view(name, Float64Array);
  }

  i32(name: string): Matrix<I32> {
    return this.view(name, Int32Array);
  }

  u32(name: string): Matrix<U32> {
    return this.view(name, Uint32Array);
  }

  u8(name: string): Matrix<U8> {
    return this.view(name, Uint8Array);
  }

  /** An operand that may be absent. */
  optional<K extends ElementType>(type: K, name: string): ReturnType<PreparedOp[K]> | undefined {
    return this.has(name) ? (this[type](name) as ReturnType<PreparedOp[K]>) : undefined;
  }

  private view<T>(
    name: string,
    View: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => T,
  ): Matrix<T> {
    const operand = this.op.operands[name];
    if (operand === undefined) throw new Error(`op ${this.op.kind} has no operand ${name}`);
    const { rows, cols, rowStride, colStride } = operand;
    const memory = this.buffers[operand.buffer] as ProgramBuffer;
    const length = rows === 0 || cols === 0 ? 0 : (rows - 1) * rowStride + (cols - 1) * colStride + 1;
    const data = new View(memory.buffer, memory.byteOffset + operand.byteOffset, length);
    return { data, rows, cols, rowStride, colStride };
  }
}

/** Builds the runner of one kind of op. */
export type PrepareOp = (op: PreparedOp) => RunOp;
/** One runner builder for every kind: what makes a TypeScript kernel set. */
export type OpTable = Readonly<Record<OpKind, PrepareOp>>;
