// Writes CSV files of a given size for the measurements of the reader.

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

/** Rows of text that are repeated until the file is large enough: enough to be no pattern for a branch predictor. */
const BLOCK_ROWS = 20_000;

/** How each kind of file writes a number between −1 and 1. */
export const KINDS = {
  'six decimals': (v) => (v * 100).toFixed(6),
  'full precision': (v) => String(v),
  integers: (v) => String(Math.round(v * 100_000)),
  'scientific notation': (v) => v.toExponential(8),
};

/** A generator of repeatable numbers in [−1, 1) (mulberry32). */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

/**
 * Writes `columns` columns of numbers and a column y of 0 and 1 until the file has `bytes` bytes or a little more.
 * @returns bytes and rows
 */
export async function writeCsv(path, bytes, columns, write, seed = 1) {
  const next = numbers(seed);
  const value = () => (next() + next() * 2 ** -26) / (1 + 2 ** -26);
  const rows = Array.from({ length: BLOCK_ROWS }, () => {
    const fields = Array.from({ length: columns }, () => write(value()));
    return `${fields.join(',')},${next() < 0 ? 0 : 1}\n`;
  });
  const block = Buffer.from(rows.join(''));
  const file = createWriteStream(path);
  const header = `${Array.from({ length: columns }, (_, j) => `x${j}`).join(',')},y\n`;
  file.write(header);
  let written = header.length;
  let count = 0;
  while (written < bytes) {
    written += block.length;
    count += BLOCK_ROWS;
    if (!file.write(block)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
  return { bytes: written, rows: count };
}
