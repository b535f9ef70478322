// The process that trains the model of `serve` and sends its bytes. It gives way, so that requests do
// not wait for a core; and what it does besides, reading a table and collecting garbage, is not on
// the server's threads.
import { giveWay, shutdown } from 'steepest';
import { churnModel } from './churn-model.mjs';
import { customers } from './customers.mjs';

giveWay();
const stopping = new AbortController();
// The server says when to stop: a signal from the keyboard comes to both.
process.on('SIGINT', () => {});
process.once('disconnect', () => stopping.abort());
const { rows, seed, workers } = await new Promise((begin) => {
  process.on('message', (message) => (message === 'stop' ? stopping.abort() : begin(message)));
});
try {
  const { signal } = stopping;
  const model = await churnModel({ workers }).fit(customers(rows, seed), 'churned', { signal });
  if (process.connected) await new Promise((sent) => process.send(model.toBytes(), sent));
} catch (error) {
  if (error.code !== 'ERR_ABORTED') throw error;
}
await shutdown();
if (process.connected) process.disconnect();
