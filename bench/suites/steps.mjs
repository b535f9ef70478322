// Whole training steps against PyTorch, JAX and jax-js: forward, loss, backward and optimizer on
// data in memory.
import { readFileSync } from 'node:fs';
import { sequential } from 'steepest';
import { perceptron } from '#steepest/cli/bench/networks.js';
import { asking, coresOf } from '../lib/peers.mjs';
import { secondsPerStep } from '../lib/perStep.mjs';
import { stepFlops, withPeak } from '../lib/roofline.mjs';
import { rowOf, takeTurns } from '../lib/turns.mjs';

export const title = 'Training steps';
export const about =
  'Forward, loss, backward and optimizer of one mini-batch of shuffled rows. PyTorch on 1 thread and on as many as there are workers, with the fastest form of its ' +
  'optimizer (loop, foreach or fused); JAX on as many cores, all of a step in one jit with donated buffers, a step or an epoch (lax.scan) ' +
  'a call, whichever is faster; jax-js (WebAssembly) with one jit a step, on one thread as Node.js runs it and on all with web workers.';

const CASES = JSON.parse(readFileSync(new URL('../peers/cases.json', import.meta.url), 'utf8'));
const BATCHES = 64;

function randomData({ sizes, batch }) {
  const rows = BATCHES * batch;
  const x = new Float32Array(new SharedArrayBuffer(rows * sizes[0] * 4)).map(() => Math.random());
  const y = new Int32Array(rows).map(() => Math.floor(Math.random() * sizes.at(-1)));
  return [
    { data: x, shape: [rows, sizes[0]] },
    { data: y, shape: [rows] },
  ];
}

function ours(test, workers) {
  const { sizes, optimizer, batch, steps } = test;
  const model = sequential({ layers: perceptron(sizes) }).compile({
    optimizer: { name: optimizer, learningRate: 1e-3 },
    loss: 'sparseCategoricalCrossentropy',
  });
  const [x, y] = randomData(test);
  const train = (epochs) => model.fit(x, y, { epochs, batchSize: batch, workers });
  const extra = Math.ceil(steps / 12);
  const flops = stepFlops(model, { batchSize: batch });
  return { flops, time: () => secondsPerStep(train, { steps: BATCHES, extra }) };
}

export async function run({ quick, rounds, workers, peers }) {
  const [pytorch, jax, jaxjs] = [peers.pytorch(), peers.jax(), peers.jaxjs()];
  const cores = { steepest: workers, ...coresOf([...pytorch, ...jax, ...jaxjs]) };
  const rows = [];
  for (const test of CASES) {
    const { name: _, headline = false, ...shape } = test;
    const request = quick ? { ...test, steps: Math.ceil(test.steps / 8) } : test;
    const mine = ours(test, workers);
    const contenders = {
      steepest: mine.time,
      ...asking(pytorch, { task: 'steps', ...request }),
      ...asking(jax, { task: 'jaxSteps', ...request }),
      ...asking(jaxjs, { task: 'jaxjsSteps', ...request }),
    };
    const turns = () => takeTurns(contenders, { rounds: rounds ?? (quick ? 1 : 3) });
    const [results, limit] = await withPeak({ flops: mine.flops, cores }, turns);
    const name = `${shape.sizes.join('-')}, batch ${shape.batch}, ${shape.optimizer === 'sgd' ? 'SGD' : 'Adam'}`;
    rows.push(rowOf(results, { name, unit: 'µs', better: 'lower', headline, scale: 1e6, limit }));
  }
  return rows;
}
