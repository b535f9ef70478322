import {
  type BindableProgram,
  DTYPES,
  OP_KINDS,
  OPS,
  type Op,
  type Operand,
  type OpKind,
  type OpSchema,
  SPLITS,
} from './contract.js';

/** First word of an encoded program; changes whenever the layout does. */
export const PROGRAM_MAGIC = 0x57ee9001;
/** Words in the header: magic, op count, rank, workers, maxRows, rowChunk. */
export const HEADER_WORDS = 6;
/** Words before an op's operands: kind, phase, split, begin, end, operand count, scalar count. */
export const OP_WORDS = 7;
/** Words per operand: buffer (−1 when absent), dtype, byteOffset, rows, cols, rowStride, colStride. */
export const OPERAND_WORDS = 7;

/** What the words of a kind of op are, worked out once. */
interface OpLayout {
  number: number;
  operands: readonly string[];
  scalars: readonly string[];
  words: number;
}

const LAYOUTS: ReadonlyMap<OpKind, OpLayout> = new Map(
  OP_KINDS.map((kind, number) => {
    const { operands, scalars }: OpSchema = OPS[kind];
    const names = Object.keys(operands).map((name) => name.replace('?', ''));
    const words = OP_WORDS + names.length * OPERAND_WORDS + scalars.length;
    return [kind, { number, operands: names, scalars, words }];
  }),
);

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
): number {
  let at = start;
  words[at++] = number;
  words[at++] = op.phase;
  words[at++] = SPLITS.indexOf(op.split);
  words[at++] = op.begin;
  words[at++] = op.end;
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
 * Writes a program as plain float64 words, the only form that crosses the Node-API boundary
 * (a double holds every integer up to 2⁵³ and every float32 exactly). Kinds of ops must exist.
 */
export function encodeProgram(program: BindableProgram): Float64Array {
  const { ops } = program;
  const layouts = ops.map(({ kind }) => LAYOUTS.get(kind) as OpLayout);
  const words = new Float64Array(layouts.reduce((sum, layout) => sum + layout.words, HEADER_WORDS));
  words.set([PROGRAM_MAGIC, ops.length, program.rank, program.workers, program.maxRows, program.rowChunk]);
  let at = HEADER_WORDS;
  ops.forEach((op, i) => {
    at = writeOp(op, layouts[i] as OpLayout, words, at);
  });
  return words;
}
