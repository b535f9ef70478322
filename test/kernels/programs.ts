import {
  type BindableProgram,
  BYTES_PER_ELEMENT,
  type DType,
  type Op,
  type Operand,
  type OpKind,
  PHASES,
  REGISTER_COUNT,
  schemaOf,
} from '#steepest/kernels/contract.js';

/** Lays out operands in one buffer, for programs written by hand. */
export class Memory {
  private end = 0;
  private shared: Uint8Array<SharedArrayBuffer> | undefined;

  /** A rows × cols matrix whose rows are `padding` elements further apart than they need to be. */
  matrix(rows: number, cols: number, dtype: DType = 'f32', padding = 3): Operand {
    const size = BYTES_PER_ELEMENT[dtype];
    const byteOffset = Math.ceil(this.end / 8) * 8;
    const rowStride = cols + padding;
    this.end = byteOffset + rows * rowStride * size;
    return { buffer: 0, dtype, byteOffset, rows, cols, rowStride, colStride: 1 };
  }

  /** The buffer; no operand can be added after the first use. */
  get buffer(): Uint8Array<SharedArrayBuffer> {
    this.shared ??= new Uint8Array(new SharedArrayBuffer(this.end));
    return this.shared;
  }

  /** Fills an operand; `value` gets row and column. */
  fill(operand: Operand, value: (i: number, j: number) => number): void {
    const view = this.view(operand);
    for (let i = 0; i < operand.rows; i++) {
      for (let j = 0; j < operand.cols; j++) {
        view[i * operand.rowStride + j * operand.colStride] = value(i, j);
      }
    }
  }

  /** The values of an operand, row by row. */
  values(operand: Operand): number[] {
    const view = this.view(operand);
    const values: number[] = [];
    for (let i = 0; i < operand.rows; i++) {
      for (let j = 0; j < operand.cols; j++) {
        values.push(view[i * operand.rowStride + j * operand.colStride] as number);
      }
    }
    return values;
  }

  private view({ dtype, byteOffset }: Operand) {
    const memory = this.buffer.buffer;
    const length = Math.floor((memory.byteLength - byteOffset) / BYTES_PER_ELEMENT[dtype]);
    switch (dtype) {
      case 'f32':
        return new Float32Array(memory, byteOffset, length);
      case 'f64':
        return new Float64Array(memory, byteOffset, length);
      case 'i32':
        return new Int32Array(memory, byteOffset, length);
      case 'u32':
        return new Uint32Array(memory, byteOffset, length);
      default:
        return new Uint8Array(memory, byteOffset, length);
    }
  }
}

/** The same memory seen as its transpose. */
export function transposed(operand: Operand): Operand {
  const { rows, cols, rowStride, colStride } = operand;
  return { ...operand, rows: cols, cols: rows, rowStride: colStride, colStride: rowStride };
}

/** An op of the rows phase split by rows, with every scalar 0 unless given. */
export function op(
  kind: OpKind,
  operands: Record<string, Operand>,
  scalars: Record<string, number> = {},
  place: Partial<Op> = {},
): Op {
  const all = Object.fromEntries(Object.keys(schemaOf(kind).scalars).map((name) => [name, 0]));
  return {
    kind,
    phase: PHASES.rows,
    split: 'rows',
    begin: 0,
    end: 0,
    operands,
    scalars: { ...all, ...scalars },
    ...place,
  };
}

/** A program for one worker. */
export function program(ops: readonly Op[], maxRows: number): BindableProgram {
  return { ops, rank: 0, workers: 1, maxRows, rowChunk: 64 };
}

/** Registers with `rows` set, in shared memory, as native kernels want them. */
export function registersFor(rows: number): Float64Array<SharedArrayBuffer> {
  const registers = new Float64Array(new SharedArrayBuffer(8 * REGISTER_COUNT));
  registers[0] = rows;
  return registers;
}

/** Numbers between −1 and 1 that are the same in every run. */
export function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
}
