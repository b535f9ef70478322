// A thread that trains the model of `serve` and sends its bytes: reading a table, scaling and
// encoding compute where they are called, and here they delay no request.
import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { shutdown } from 'steepest';
import { churnModel } from './churn-model.mjs';
import { customers } from './customers.mjs';

// On Linux a thread has a priority of its own, and the threads that it starts inherit it: requests
// go first.
if (process.platform === 'linux') {
  setPriority(Number(basename(readlinkSync('/proc/thread-self'))), constants.priority.PRIORITY_LOW);
}

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
