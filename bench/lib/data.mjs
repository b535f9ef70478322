// Data for benchmarks: MNIST from STEEPEST_DATA or ../shared/data where it is there, otherwise random images of the
// same size, so that every benchmark runs on a bare clone.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { data } from 'steepest';

const PIXELS = 784;

export function mnistFolder() {
  const root = process.env.STEEPEST_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
  const folder = join(root, 'mnist');
  return existsSync(folder) ? folder : undefined;
}

export async function mnistOrRandom() {
  const folder = mnistFolder();
  if (folder !== undefined) return { name: 'MNIST', ...(await data.loadMnist(folder)) };
  return { name: 'random images in the shape of MNIST', train: randomSet(60000), test: randomSet(10000) };
}

function randomSet(rows) {
  const x = new Uint8Array(new SharedArrayBuffer(rows * PIXELS));
  const y = new Int32Array(rows);
  let state = 1;
  for (let i = 0; i < x.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    x[i] = state >>> 24;
  }
  for (let i = 0; i < rows; i++) y[i] = x[i * PIXELS] % 10;
  return { x: { data: x, shape: [rows, PIXELS] }, y: { data: y, shape: [rows] } };
}
