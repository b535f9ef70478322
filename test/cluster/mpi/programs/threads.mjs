// MPI on a worker thread, then calls of other threads, which are refused. Prints a line for each.
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { makeLink } from './link.mjs';

/** A worker that makes a link, and says what came of it. It ends when it is told so. */
async function start(role) {
  const worker = new Worker(new URL(import.meta.url), { workerData: role });
  const [said] = await once(worker, 'message');
  console.log(`${role}: ${said}`);
  return worker;
}

if (isMainThread) {
  const first = await start('first');
  const second = await start('second');
  await second.terminate();
  first.postMessage('close');
  await once(first, 'exit');
  const third = await start('third');
  await third.terminate();
} else {
  try {
    const link = makeLink();
    parentPort.once('message', () => link.close());
    parentPort.postMessage(`rank ${link.rank}`);
  } catch (error) {
    parentPort.postMessage(`${workerData} is refused: ${error.given}`);
  }
}
