import { readFileSync } from 'node:fs';

const SAMPLES = 1797;
const PIXELS = 64;
/** Every fifth row is held out. */
const HOLD_OUT = 5;

/**
 * Reads ../data/digits.csv: 1,797 handwritten digits of 8 ×
 * 8 pixels, 1,438 to train on and 359 held out.
 *
 * x holds the pixels, 0 to 16, as [rows, 64]; y the digits, 0 to 9, as [rows]. Both lie in shared
 * memory, which training uses as it stands. Scale the pixels with
 * `layers.rescaling({ scale: 1 / 16 })`.
 */
export function loadDigits(file = new URL('../data/digits.csv', import.meta.url)) {
  const rows = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(',').map(Number));
  if (rows.length !== SAMPLES || rows.some((row) => row.length !== PIXELS + 1)) {
    throw new Error(`expected ${SAMPLES} lines of ${PIXELS + 1} values in ${file}`);
  }
  const isHeldOut = (_row, i) => i % HOLD_OUT === HOLD_OUT - 1;
  return {
    train: toArrays(rows.filter((row, i) => !isHeldOut(row, i))),
    test: toArrays(rows.filter(isHeldOut)),
  };
}

function toArrays(rows) {
  const x = new Uint8Array(new SharedArrayBuffer(rows.length * PIXELS));
  const y = new Int32Array(new SharedArrayBuffer(rows.length * Int32Array.BYTES_PER_ELEMENT));
  rows.forEach((row, i) => {
    x.set(row.slice(0, PIXELS), i * PIXELS);
    y[i] = row[PIXELS];
  });
  return { x: { data: x, shape: [rows.length, PIXELS] }, y: { data: y, shape: [rows.length] } };
}
