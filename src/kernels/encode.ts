import {
  type BindableProgram,
  DTYPES,
  OP_KINDS,
  type Op,
  type Operand,
  SPLITS,
  schemaOf,
} from './contract.js';
import { oncePerKind } from './ops/index.js';

let magic: number | undefined;

/**
 * First word of an encoded program: a hash (FNV-1a) of the kinds of ops in their order, so that an
 * add-on of another build, which would number them in its own way, refuses the program.
 */
export function programMagic(): number {
  magic ??= OP_KINDS.join(' ')
    .split('')
    .reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0, 0x811c9dc5);
  return magic;
}

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

const layoutOf = oncePerKind((kind): OpLayout => {
  const schema = schemaOf(kind);
  const [operands, scalars] = [Object.keys(schema.operands), Object.keys(schema.scalars)];
  const words = OP_WORDS + operands.length * OPERAND_WORDS + scalars.length;
  return { number: OP_KINDS.indexOf(kind), operands, scalars, words };
});

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
  const laidOut = ops.map(({ kind }) => layoutOf(kind));
  const words = new Float64Array(laidOut.reduce((sum, layout) => sum + layout.words, HEADER_WORDS));
  words.set([programMagic(), ops.length, program.rank, program.workers, program.maxRows, program.rowChunk]);
  let at = HEADER_WORDS;
  ops.forEach((op, i) => {
    at = writeOp(op, laidOut[i] as OpLayout, words, at);
  });
  return words;
}
