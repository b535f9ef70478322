import { type BindableProgram, DTYPES, type Op, type Operand, SPLITS } from './contract.js';
import { layoutOf, OPERAND_WORDS, type OpLayout, programMagic } from './layout.js';

/** Words in the header: magic, op count, rank, workers, maxRows, rowChunk, firstRow, endRow. */
export const HEADER_WORDS = 8;

function writeOperand(operand: Operand | undefined, words: Float64Array, at: number): void {
  if (operand === undefined) {
    words[at] = -1;
    return;
  }
  words[at] = operand.buffer;
  words[at + 1] = DTYPES.indexOf(operand.dtype);
  words[at + 2] = operand.byteOffset;
  words[at + 3] = operand.rows;
  words[at + 4] = operand.cols;
  words[at + 5] = operand.rowStride;
  words[at + 6] = operand.colStride;
}

/** @returns the position after the op */
function writeOp(
  op: Op,
  { number, operands, scalars }: OpLayout,
  words: Float64Array,
  start: number,
  maxRows: number,
): number {
  let at = start;
  words[at++] = number;
  words[at++] = op.phase;
  words[at++] = SPLITS.indexOf(op.split);
  words[at++] = op.begin;
  words[at++] = op.end;
  words[at++] = op.window?.firstRow ?? 0;
  words[at++] = op.window?.rows ?? maxRows;
  words[at++] = operands.length;
  words[at++] = scalars.length;
  for (const name of operands) {
    writeOperand(op.operands[name], words, at);
    at += OPERAND_WORDS;
  }
  for (const name of scalars) words[at++] = op.scalars[name] as number;
  return at;
}

/**
 * Encodes a program as float64 words, the only form that crosses the Node-API boundary. (A double
 * represents every integer up to 2⁵³ and every float32 exactly.) Every op kind must exist.
 */
export function encodeProgram(program: BindableProgram): Float64Array {
  const { ops, maxRows, rowRange } = program;
  const laidOut = ops.map(({ kind }) => layoutOf(kind));
  const words = new Float64Array(laidOut.reduce((sum, layout) => sum + layout.words, HEADER_WORDS));
  words.set([programMagic(), ops.length, program.rank, program.workers, maxRows, program.rowChunk]);
  words.set([rowRange?.firstRow ?? 0, rowRange?.endRow ?? maxRows], HEADER_WORDS - 2);
  let at = HEADER_WORDS;
  ops.forEach((op, i) => {
    at = writeOp(op, laidOut[i] as OpLayout, words, at, maxRows);
  });
  return words;
}
