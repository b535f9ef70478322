/**
 * The numbering and layout of ops in an encoded program. In the bundle, this module is replaced by
 * its computed results (scripts/bundle.mjs). A program for the add-on then needs no op
 * declarations.
 */
import { OP_KINDS, OPS, type OpKind, oncePerKind, schemaOf } from './ops/index.js';

/**
 * Words before an op's operands: kind, phase, split, begin, end, first row and rows of its window,
 * operand count, scalar count.
 */
export const OP_WORDS = 9;
/** Words per operand: buffer (−1 when absent), dtype, byteOffset, rows, cols, rowStride, colStride. */
export const OPERAND_WORDS = 7;

/** The layout of the words of an op kind. */
export interface OpLayout {
  readonly number: number;
  readonly operands: readonly string[];
  readonly scalars: readonly string[];
  readonly words: number;
}

export const isOpKind = (kind: string): kind is OpKind => Object.hasOwn(OPS, kind);

export const layoutOf = oncePerKind((kind): OpLayout => {
  const schema = schemaOf(kind);
  const [operands, scalars] = [Object.keys(schema.operands), Object.keys(schema.scalars)];
  const words = OP_WORDS + operands.length * OPERAND_WORDS + scalars.length;
  return { number: OP_KINDS.indexOf(kind), operands, scalars, words };
});

let magic: number | undefined;

/**
 * First word of an encoded program: a hash (FNV-1a) of the op kinds in their order. An add-on from
 * another build may number op kinds differently. The hash makes it reject the program.
 */
export function programMagic(): number {
  magic ??= OP_KINDS.join(' ')
    .split('')
    .reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0, 0x811c9dc5);
  return magic;
}
