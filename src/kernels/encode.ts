import { type BindableProgram, DTYPES, OP_KINDS, OPS, SPLITS } from './contract.js';

/** First word of an encoded program; changes whenever the layout does. */
export const PROGRAM_MAGIC = 0x57ee9001;
/** Words in the header: magic, op count, rank, workers, maxRows, rowChunk. */
export const HEADER_WORDS = 6;
/** Words before an op's operands: kind, phase, split, begin, end, operand count, scalar count. */
export const OP_WORDS = 7;
/** Words per operand: buffer (−1 when absent), dtype, byteOffset, rows, cols, rowStride, colStride. */
export const OPERAND_WORDS = 7;

/**
 * Writes a program as plain float64 words, the only form that crosses the Node-API boundary
 * (a double holds every integer up to 2⁵³ and every float32 exactly).
 */
export function encodeProgram(program: BindableProgram): Float64Array {
  const words: number[] = [
    PROGRAM_MAGIC,
    program.ops.length,
    program.rank,
    program.workers,
    program.maxRows,
    program.rowChunk,
  ];
  for (const op of program.ops) {
    const schema = OPS[op.kind];
    const names = Object.keys(schema.operands);
    words.push(
      OP_KINDS.indexOf(op.kind),
      op.phase,
      SPLITS.indexOf(op.split),
      op.begin,
      op.end,
      names.length,
      schema.scalars.length,
    );
    for (const name of names) {
      const operand = op.operands[name.replace('?', '')];
      if (operand === undefined) {
        words.push(-1, 0, 0, 0, 0, 0, 0);
      } else {
        words.push(
          operand.buffer,
          DTYPES.indexOf(operand.dtype),
          operand.byteOffset,
          operand.rows,
          operand.cols,
          operand.rowStride,
          operand.colStride,
        );
      }
    }
    for (const name of schema.scalars) words.push(op.scalars[name] as number);
  }
  return Float64Array.from(words);
}
