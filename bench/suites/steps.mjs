// Whole training steps against PyTorch: forward, loss, backward and optimizer on data in memory.
import { readFileSync } from 'node:fs';
import { layers, sequential } from 'steepest';
import { secondsPerStep } from '../lib/perStep.mjs';
import { rowOf, takeTurns } from '../lib/turns.mjs';

export const title = 'Training steps';
export const about =
  'Forward, loss, backward and optimizer of one mini-batch. PyTorch on 1 and 2 threads, as installed and with MKL’s AVX-512 path ' +
  'forced, each with the fastest form of its optimizer (loop, foreach or fused).';

const CASES = JSON.parse(readFileSync(new URL('../peers/cases.json', import.meta.url), 'utf8'));

function randomData({ sizes, batch }) {
  const rows = 64 * batch;
  const x = new Float32Array(new SharedArrayBuffer(rows * sizes[0] * 4)).map(() => Math.random());
  const y = new Int32Array(rows).map(() => Math.floor(Math.random() * sizes.at(-1)));
  return [
    { data: x, shape: [rows, sizes[0]] },
    { data: y, shape: [rows] },
  ];
}

function ours(test, workers) {
  const { sizes, activation, optimizer, batch, steps } = test;
  const model = sequential({
    layers: sizes.slice(1).map((units, i) =>
      layers.dense({
        units,
        activation: i === sizes.length - 2 ? 'softmax' : activation,
        ...(i === 0 ? { inputShape: [sizes[0]] } : {}),
      }),
    ),
  }).compile({ optimizer: { name: optimizer, learningRate: 1e-3 }, loss: 'sparseCategoricalCrossentropy' });
  const [x, y] = randomData(test);
  const train = (epochs) => model.fit(x, y, { epochs, batchSize: batch, workers });
  const extra = Math.ceil(steps / 12);
  return () => secondsPerStep(train, { steps: 64, extra });
}

export async function run({ quick, rounds, workers, peers }) {
  const rivals = [1, 2].flatMap((threads) =>
    [false, true].map((forced) => ({
      label: `PyTorch, ${threads} thread${threads > 1 ? 's' : ''}${forced ? ', AVX-512' : ''}`,
      threads,
      peer: peers.python({ threads, forced }),
    })),
  );
  const rows = [];
  for (const { bar: _, ...given } of CASES) {
    const test = quick ? { ...given, steps: Math.ceil(given.steps / 8) } : given;
    const contenders = { steepest: ours(given, workers) };
    for (const { label, threads, peer } of rivals)
      contenders[label] = async () => (await peer.ask({ task: 'steps', threads, ...test })).seconds;
    const results = await takeTurns(contenders, { rounds: rounds ?? (quick ? 2 : 5) });
    const name = `${test.sizes.join('-')}, batch ${test.batch}, ${test.optimizer === 'sgd' ? 'SGD' : 'Adam'}`;
    rows.push(rowOf(results, { name, unit: 'µs', better: 'lower', headline: true, scale: 1e6 }));
  }
  return rows;
}
