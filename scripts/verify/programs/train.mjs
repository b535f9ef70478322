// Run inside an installed package: trains on the main thread's behalf and from a worker thread, and writes what came of it
// to the file named last on the command line (standard output is of no use under Wine).
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { backend, layers, sequential, shutdown } from 'steepest';
import { sgemm } from 'steepest/kernels';

const ROWS = 200;
const COLS = 11;

async function train() {
  // Whole numbers divided by a power of two: the same on every machine.
  const x = Float32Array.from({ length: ROWS * COLS }, (_, i) => ((i * 7919) % 1024) / 512 - 1);
  const y = Array.from({ length: ROWS }, (_, i) => (x[i * COLS] + x[i * COLS + 1] > 0 ? 1 : 0));
  const model = sequential({
    seed: 1,
    layers: [
      layers.dense({ units: 24, activation: 'relu', inputShape: [COLS] }),
      layers.dropout({ rate: 0.1 }),
      layers.dense({ units: 1, activation: 'sigmoid' }),
    ],
  });
  model.compile({ optimizer: 'adam', loss: 'binaryCrossentropy' });
  const { history } = await model.fit({ data: x, shape: [ROWS, COLS] }, y, {
    epochs: 3,
    batchSize: 32,
    workers: 2,
  });
  const hash = createHash('sha256');
  for (const { data } of model.getWeights()) hash.update(new Uint8Array(data.buffer));
  const product = sgemm({
    m: 1,
    n: 1,
    k: 2,
    a: Float32Array.of(2, 3),
    b: Float32Array.of(5, 7),
    c: new Float32Array(1),
  });
  const { kind, isa, target } = backend();
  await shutdown();
  return { kind, isa, target, bits: hash.digest('hex'), loss: history.loss.at(-1), product: product[0] };
}

if (isMainThread) {
  const output = process.argv.at(-1);
  try {
    const main = await train();
    const worker = await new Promise((resolve, reject) => {
      new Worker(new URL(import.meta.url)).once('message', resolve).once('error', reject);
    });
    writeFileSync(output, JSON.stringify({ main, worker, version: process.version, arch: process.arch }));
  } catch (error) {
    writeFileSync(output, JSON.stringify({ error: String(error?.stack ?? error) }));
  }
} else {
  parentPort.postMessage(await train());
}
