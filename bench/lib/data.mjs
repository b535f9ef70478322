// Data for benchmarks: MNIST from the folder of --data DIR, otherwise random images of the same size,
// so that every benchmark runs on a bare clone.
import { data } from 'steepest';

const PIXELS = 784;

/** What to say where a benchmark needs MNIST. */
export const MNIST_HINT =
  'pass --data DIR, the folder of its four IDX files (plain or .gz), which are to be had at ' +
  'https://ossci-datasets.s3.amazonaws.com/mnist/';

/** @param {string | undefined} folder of the IDX files; random images without one */
export async function mnistOrRandom(folder) {
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
