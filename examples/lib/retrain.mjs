// The process that trains the model of `serve` and sends its bytes. It gives way, so that requests do
// not wait for a core; and what it does besides, reading a table and collecting garbage, is not on
// the server's threads.
import { giveWay } from 'steepest';
import { churnModel } from './churn-model.mjs';
import { customers } from './customers.mjs';

// The server says when to stop: a signal from the keyboard comes to both.
process.on('SIGINT', () => {});
process.once('disconnect', () => process.exit());
const { rows, seed, workers, isBackground } = await new Promise((begin) => process.once('message', begin));
if (isBackground) giveWay();
const model = await churnModel({ workers }).fit(customers(rows, seed), 'churned');
await new Promise((sent) => process.send(model.toBytes(), sent));
process.disconnect();
