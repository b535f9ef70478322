import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';

/** Loads the add-on in a thread of its own, binds a program and runs it until it is told to stop. */
const script = `
  const { parentPort, workerData } = require('node:worker_threads');
  (async () => {
    const { selectKernels } = await import(workerData.backend);
    const memory = new Float32Array(new SharedArrayBuffer(1 << 20));
    const registers = new Float64Array(new SharedArrayBuffer(128));
    const size = 256;
    registers[0] = size;
    const matrix = (i) => ({ buffer: 0, dtype: 'f32', byteOffset: i * size * size * 4, rows: size, cols: size,
      rowStride: size, colStride: 1 });
    const operands = { a: matrix(0), b: matrix(1), c: matrix(2) };
    const scalars = { init: 0, epilogue: 0, activation: 0, alpha: 0, batch: 1 };
    const op = { kind: 'gemm', phase: 1, split: 'rows', begin: 0, end: 0, operands, scalars };
    const bound = selectKernels({ backend: 'native' }).bind(
      { ops: [op], rank: 0, workers: 1, maxRows: size, rowChunk: 64 }, [memory], registers);
    let status = bound.run(1);
    parentPort.postMessage(status);
    while (workerData.runs) status |= bound.run(1);
  })();
`;
const backend = new URL('../../dist/esm/kernels/backend.js', import.meta.url);

function start(runs: boolean): Promise<{ worker: Worker; status: unknown }> {
  const worker = new Worker(script, { eval: true, workerData: { backend: fileURLToPath(backend), runs } });
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (status) => resolve({ worker, status }));
  });
}

it('loads in several threads at once, each of which ends by itself', async () => {
  const threads = await Promise.all([start(false), start(false), start(false)]);
  expect(threads.map(({ status }) => status)).toEqual([0, 0, 0]);
  await Promise.all(threads.map(({ worker }) => worker.terminate()));
});

it('survives threads that are terminated while they compute', async () => {
  for (let i = 0; i < 5; i++) {
    const { worker, status } = await start(true);
    expect(status).toBe(0);
    expect(await worker.terminate()).toBe(1);
  }
});
