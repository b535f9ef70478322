import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const TIMEOUT = 120_000;

/** What an example prints, run as a reader of the page would run it. */
export async function run(name: string, args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { STEEPEST_BACKEND: _backend, STEEPEST_ISA: _isa, ...rest } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, [`examples/${name}.mjs`, ...args], {
    cwd: root,
    env: { ...rest, ...env },
  });
  return stdout;
}

/** The number that follows `words` in what was printed. */
export function numberAfter(printed: string, words: string): number {
  const at = printed.indexOf(words);
  expect(at, `"${words}" in\n${printed}`).toBeGreaterThanOrEqual(0);
  const number = /^\s*([−-]?)([\d.]+(?:e[+-]?\d+)?)/.exec(printed.slice(at + words.length));
  expect(number, `a number after "${words}"`).not.toBeNull();
  return (number![1] === '' ? 1 : -1) * Number(number![2]);
}

/**
 * Writes MNIST's files of ten "digits", each two rows of ink at a height of its own in the middle 20 × 20 pixels, in a border of ink.
 * @returns the pixels
 */
export async function writePictures(folder: string, prefix: string, count: number): Promise<Buffer> {
  const SIDE = 28;
  const BORDER = 4;
  const pixels = Buffer.alloc(count * SIDE * SIDE);
  const inside = (i: number) => i >= BORDER && i < SIDE - BORDER;
  for (let at = 0; at < pixels.length; at++) {
    const [image, row, column] = [Math.floor(at / SIDE ** 2), Math.floor((at % SIDE ** 2) / SIDE), at % SIDE];
    const isDigit = Math.floor((row - BORDER) / 2) === image % 10;
    pixels[at] = isDigit || !(inside(row) && inside(column)) ? 255 : 0;
  }
  const head = (...numbers: number[]) => {
    const buffer = Buffer.alloc(4 * numbers.length);
    numbers.forEach((number, i) => {
      buffer.writeUInt32BE(number, 4 * i);
    });
    return buffer;
  };
  const labels = Buffer.from(Array.from({ length: count }, (_, i) => i % 10));
  const images = Buffer.concat([head(0x803, count, SIDE, SIDE), pixels]);
  await writeFile(join(folder, `${prefix}-images-idx3-ubyte`), images);
  await writeFile(join(folder, `${prefix}-labels-idx1-ubyte`), Buffer.concat([head(0x801, count), labels]));
  return pixels;
}
