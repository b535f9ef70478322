import { type Op, type Operand, PHASES } from '../../kernels/contract.js';

/** An op of the rows phase, not shared among ranks. Undefined operands are left out. */
export function wholeOp(
  kind: Op['kind'],
  operands: Record<string, Operand | undefined>,
  scalars: Op['scalars'] = {},
): Op {
  const given = Object.entries(operands).filter(
    (entry): entry is [string, Operand] => entry[1] !== undefined,
  );
  return {
    kind,
    phase: PHASES.rows,
    split: 'all',
    begin: 0,
    end: 0,
    operands: Object.fromEntries(given),
    scalars,
  };
}

/** A whole buffer as a table, row by row. */
export function tableOperand(buffer: number, dtype: Operand['dtype'], rows: number, cols: number): Operand {
  return { buffer, dtype, byteOffset: 0, rows, cols, rowStride: cols, colStride: 1 };
}

/** A float64 matrix that begins at a byte of a buffer, row by row. */
export function float64Operand(
  buffer: number,
  byteOffset: number,
  rows: number,
  cols: number,
  rowStride = cols,
): Operand {
  return { buffer, dtype: 'f64', byteOffset, rows, cols, rowStride, colStride: 1 };
}

/** The memory of an array, as kernels take it. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
