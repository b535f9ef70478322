// Everything that computes on threads, with three of them; prints results and warnings as JSON. Run by few-threads.test.ts.
import { configure, LinearRegression, LogisticRegression, layers, sequential } from 'steepest';
import { sgemmAsync } from 'steepest/kernels';

const x = Array.from({ length: 64 }, (_, r) => [Math.sin(r), Math.cos(r), r / 64]);
const y = x.map(([a, b]) => [a * b]);
const labels = x.map(([a]) => (a > 0.3 ? 1 : 0));
const workers = 3;
const options = { workers, epochs: 2, batchSize: 8, progress: false };
const build = () =>
  sequential({
    seed: 1,
    layers: [layers.dense({ units: 8, activation: 'tanh', inputShape: [3] }), layers.dense({ units: 1 })],
  }).compile({ optimizer: 'adam', loss: 'meanSquaredError' });

const warnings = [];
process.on('warning', ({ code }) => code?.startsWith('STEEPEST_THREADS') && warnings.push(code));
const results = {};
async function run(name, action) {
  results[name] = await action().catch((error) => ({ code: error.code, cause: error.cause?.message }));
}
const model = build();
async function* batches() {
  yield { x, y };
}
// A stream cannot begin again: the first fit may fail, the next knows how many threads there are.
if (process.env.STREAM_FIRST)
  await run('firstStream', async () => (await build().fit(batches, options)).history);
if (process.env.STREAM_FIRST) await run('stream', async () => (await build().fit(batches, options)).history);
await run('fit', async () => (await model.fit(x, y, options)).history);
await run('callbacks', async () => {
  const calls = [];
  const names = ['onTrainBegin', 'onEpochBegin', 'onBatchEnd', 'onEpochEnd', 'onTrainEnd'];
  const hooks = names.map((name) => [name, ({ epoch, step }) => void calls.push([name, epoch, step])]);
  await build().fit(x, y, { ...options, callbacks: { ...Object.fromEntries(hooks), every: 8 } });
  return calls;
});
await run('evaluate', () => model.evaluate(x, y, { workers }));
await run('predict', async () => [...(await model.predict(x, { workers })).data]);
await run('laterStream', async () => (await build().fit(batches, options)).history);
await run('linear', async () => (await new LinearRegression({ workers }).fit(x, y)).coef);
await run('logistic', async () => (await new LogisticRegression({ workers }).fit(x, labels)).coef);
await run('product', async () => {
  configure(); // so that this call, too, asks for all threads
  const ones = new Float32Array(64 * 64).fill(1);
  // c is shared, so it is changed in place: a call that begins again must not have begun before.
  const c = new Float32Array(new SharedArrayBuffer(4 * 64 * 64)).fill(1);
  return [...(await sgemmAsync({ m: 64, n: 64, k: 64, a: ones, b: ones, beta: 2, c, workers }))];
});
await new Promise(setImmediate);
console.log(JSON.stringify({ results, warnings }));
