// A thread that trains the model of `serve` and sends its bytes: reading a table, scaling and
// encoding compute where they are called, and here they delay no request.
import { parentPort, workerData } from 'node:worker_threads';
import { shutdown } from 'steepest';
import { churnModel } from './churn-model.mjs';
import { customers } from './customers.mjs';

const { rows, seed, workers } = workerData;
const stopping = new AbortController();
parentPort.once('message', () => stopping.abort());
try {
  const { signal } = stopping;
  const model = await churnModel({ workers }).fit(customers(rows, seed), 'churned', { signal });
  const bytes = model.toBytes();
  parentPort.postMessage(bytes, [bytes.buffer]);
} catch (error) {
  if (error.code !== 'ERR_ABORTED') throw error;
}
await shutdown();
parentPort.close();
