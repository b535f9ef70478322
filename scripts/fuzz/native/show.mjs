// Reads a case that the fuzzer kept, and prints it the way explain() would.
import { readFileSync } from 'node:fs';
import { DTYPES, OP_KINDS, REGISTER_COUNT, SPLITS, schemaOf } from '#steepest/kernels/contract.js';
import { HEADER_WORDS } from '#steepest/kernels/encode.js';
import { OP_WORDS, OPERAND_WORDS } from '#steepest/kernels/layout.js';

/** The cases of a corpus: `{ buffers, registers, words }`. */
export function readCorpus(file) {
  const bytes = readFileSync(file);
  const all = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  let at = 1;
  const take = (count) => {
    at += count;
    return [...all.subarray(at - count, at)];
  };
  const [count] = take(1);
  return Array.from({ length: count }, () => {
    const buffers = take(...take(1));
    const registers = take(REGISTER_COUNT);
    return { buffers, registers, words: take(...take(1)) };
  });
}

function operandText(words, at, name) {
  const [buffer, dtype, byteOffset, rows, cols, rowStride, colStride] = words.slice(at, at + OPERAND_WORDS);
  if (buffer === -1) return `${name}: none`;
  const type = DTYPES[dtype] ?? dtype;
  return `${name}: ${type} ${rows} × ${cols}, strides ${rowStride} ${colStride}, buffer ${buffer} + ${byteOffset}`;
}

/** Lines that say what a case is, as far as its words can be read. */
export function describeCase({ buffers, registers, words }) {
  const [, ops, rank, workers, maxRows, rowChunk, firstRow, endRow] = words;
  const lines = [
    `${ops} ops, rank ${rank} of ${workers}, maxRows ${maxRows}, rowChunk ${rowChunk}, rows [${firstRow}, ${endRow}), ${words.length} words`,
    `buffers of ${buffers.join(', ')} bytes; registers ${registers.slice(0, 7).join(' ')}`,
  ];
  let at = HEADER_WORDS;
  while (at + OP_WORDS <= words.length) {
    const [kind, phase, split, begin, end, first, rows] = words.slice(at, at + OP_WORDS);
    const name = OP_KINDS[kind];
    if (name === undefined) return [...lines, `kind ${kind}, which does not exist`];
    const { operands, scalars } = schemaOf(name);
    const numbers = Object.keys(scalars);
    lines.push(
      `${name}: phase ${phase}, split ${SPLITS[split] ?? split} [${begin}, ${end}), window of ${rows} rows from ${first}`,
    );
    at += OP_WORDS;
    for (const key of Object.keys(operands)) {
      lines.push(`  ${operandText(words, at, key)}`);
      at += OPERAND_WORDS;
    }
    lines.push(`  ${numbers.map((scalar, i) => `${scalar} ${words[at + i]}`).join(', ')}`);
    at += numbers.length;
  }
  return lines;
}
