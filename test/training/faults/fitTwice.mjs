// Fits a model while a thread fails, then fits it again; prints what happened as JSON. Run by faults.test.ts.
import { layers, sequential } from 'steepest';

const ROWS = 64;
const x = Array.from({ length: ROWS }, (_, r) => [Math.sin(r), Math.cos(r), r / ROWS]);
const y = x.map(([a, b]) => [a * b]);
const model = sequential({
  seed: 1,
  layers: [layers.dense({ units: 8, activation: 'tanh', inputShape: [3] }), layers.dense({ units: 1 })],
});
model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });

const finite = () => model.getWeights().every(({ data }) => data.every(Number.isFinite));
const outcome = { code: 'none', message: '', elapsedMs: 0 };
const begun = performance.now();
try {
  await model.fit(x, y, { epochs: 1000, batchSize: 8, workers: 3 });
} catch (error) {
  Object.assign(outcome, { code: error.code, message: error.message });
}
outcome.elapsedMs = performance.now() - begun;
outcome.finiteAfterwards = finite();
const { history } = await model.fit(x, y, { epochs: 3, batchSize: 8, workers: 3 });
outcome.losses = history.loss;
outcome.finiteAtTheEnd = finite();
console.log(JSON.stringify(outcome));
