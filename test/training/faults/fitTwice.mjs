// Fits a model while a thread fails, then fits it again; prints what happened as JSON. With FAULT_STREAM the data come as a
// stream, slower than they are worked off. Run by faults.test.ts.
import { setTimeout as sleep } from 'node:timers/promises';
import { layers, sequential } from 'steepest';

const ROWS = 64;
const x = Array.from({ length: ROWS }, (_, r) => [Math.sin(r), Math.cos(r), r / ROWS]);
const y = x.map(([a, b]) => [a * b]);
const model = sequential({
  seed: 1,
  layers: [layers.dense({ units: 8, activation: 'tanh', inputShape: [3] }), layers.dense({ units: 1 })],
});
model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });

async function* stream() {
  for (let i = 0; i < 4; i++) {
    await sleep(1);
    yield { x: x.slice(0, 30), y: y.slice(0, 30) };
  }
}

const finite = () => model.getWeights().every(({ data }) => data.every(Number.isFinite));
const outcome = { code: 'none', message: '', elapsedMs: 0 };
const begun = performance.now();
try {
  const endless = { epochs: 1000, batchSize: 8, workers: 3 };
  if (process.env.FAULT_STREAM) await model.fit(stream, endless);
  else await model.fit(x, y, endless);
} catch (error) {
  Object.assign(outcome, { code: error.code, message: error.message });
}
outcome.elapsedMs = performance.now() - begun;
outcome.finiteAfterwards = finite();
const { history } = await model.fit(x, y, { epochs: 3, batchSize: 8, workers: 3 });
outcome.losses = history.loss;
outcome.finiteAtTheEnd = finite();
console.log(JSON.stringify(outcome));
