import {
  type BindableProgram,
  GEMM_BATCH,
  type Op,
  type Operand,
  PHASES,
  REGISTER_COUNT,
  REGISTERS,
} from '#steepest/kernels/contract.js';

/** Rows, inner length and columns of the test's matrices. */
export const ROWS = 8;
export const DEPTH = 5;
export const COLS = 7;
const FLOATS = 256;

function matrix(firstFloat: number, rows: number, cols: number): Operand {
  return {
    buffer: 0,
    dtype: 'f32',
    byteOffset: firstFloat * 4,
    rows,
    cols,
    rowStride: cols,
    colStride: 1,
  };
}

/** c = a·b in the rows phase, over memory of its own. */
export function gemmProgram() {
  const a = matrix(0, ROWS, DEPTH);
  const b = matrix(64, DEPTH, COLS);
  const c = matrix(128, ROWS, COLS);
  const op: Op = {
    kind: 'gemm',
    phase: PHASES.rows,
    split: 'rows',
    begin: 0,
    end: 0,
    operands: { a, b, c },
    scalars: { init: 0, epilogue: 0, activation: 0, alpha: 0, batch: GEMM_BATCH.m },
  };
  const program: BindableProgram = { ops: [op], rank: 0, workers: 1, maxRows: ROWS, rowChunk: 3 };
  const memory = new Float32Array(new SharedArrayBuffer(FLOATS * 4));
  for (let i = 0; i < 128; i++) memory[i] = (i % 11) - 5;
  const registers = new Float64Array(new SharedArrayBuffer(REGISTER_COUNT * 8));
  registers[REGISTERS.rows] = ROWS;
  return { program, op, memory, registers };
}

/** The c that these whole numbers must give. */
export function expectedProduct(memory: Float32Array): number[] {
  const product: number[] = [];
  for (let i = 0; i < ROWS; i++) {
    for (let j = 0; j < COLS; j++) {
      let sum = 0;
      for (let p = 0; p < DEPTH; p++) sum += memory[i * DEPTH + p]! * memory[64 + p * COLS + j]!;
      product.push(sum);
    }
  }
  return product;
}
