import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Barrier } from '#steepest/parallel/barrier.js';
import { CONTROL_BYTES, controlBlock } from '#steepest/parallel/control.js';

const STEPS = 100000;

/** Microseconds per step that `ranks` threads spend in the two barriers of a step when none has any work. */
export async function measureBarrier(ranks) {
  const arena = new Uint8Array(new SharedArrayBuffer(CONTROL_BYTES));
  const workers = Array.from({ length: ranks }, (_, rank) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { arena, ranks, rank } });
    return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  });
  return Math.max(...(await Promise.all(workers)));
}

if (!isMainThread && workerData?.arena) {
  const barrier = new Barrier(controlBlock(workerData.arena), workerData.ranks);
  const steps = (count) => {
    for (let i = 0; i < 2 * count; i++) barrier.wait();
  };
  steps(STEPS / 10);
  const start = performance.now();
  steps(STEPS);
  parentPort.postMessage(((performance.now() - start) * 1e3) / STEPS);
}
