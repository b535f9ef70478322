// Convolutional networks against PyTorch and JAX: training steps; against PyTorch: ten epochs of
// MNIST, prediction.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mnistOrRandom } from '../lib/data.mjs';
import { cnn, lenet } from '../lib/models.mjs';
import { asking, coresOf } from '../lib/peers.mjs';
import { secondsPerStep } from '../lib/perStep.mjs';
import { seconds } from '../lib/print.mjs';
import { stepFlops, withPeak } from '../lib/roofline.mjs';
import { quantile } from '../lib/stats.mjs';
import { rowOf, takeTurns } from '../lib/turns.mjs';

export const title = 'Convolutional networks';
export const about =
  'LeNet-5: 28 × 28, 6 filters of 5 × 5, pool, 16 of 5 × 5, pool, 120-84-10. CNN: 32 × 32 × 3, filters of 3 × 3: 32-32-pool-64-64-pool-128-10. ' +
  'PyTorch on 1 thread and on as many as there are workers, each with the faster of contiguous and channels-last memory ' +
  'and the fastest form of its optimizer (loop, foreach or fused); its ten epochs in the way that was fastest in steps. ' +
  'JAX on as many cores, with one jit a step. Shares of the limit count the operations of direct convolutions; Winograd’s takes fewer.';

/** `batches` of an epoch, `extra` epochs: long enough to time, short enough to repeat. */
const STEPS = [
  { name: 'LeNet-5', model: 'lenet', batch: 32, optimizer: 'sgd', batches: 64, extra: 8, blocks: 2 },
  {
    name: 'LeNet-5',
    headline: true,
    model: 'lenet',
    batch: 128,
    optimizer: 'adam',
    batches: 64,
    extra: 2,
    blocks: 2,
  },
  {
    name: 'CNN',
    headline: true,
    model: 'cnn',
    batch: 64,
    optimizer: 'adam',
    batches: 8,
    extra: 2,
    blocks: 2,
  },
];
const INPUT = { lenet: 28 * 28, cnn: 32 * 32 * 3 };
const EPOCHS = 10;
const EPOCH_BATCH = 128;

const optimizerNames = { sgd: 'SGD', adam: 'Adam' };

function ours({ model: kind, batch, optimizer: name, batches, extra, blocks }, workers) {
  const optimizer = { name, learningRate: 1e-3 };
  const model = kind === 'lenet' ? lenet(optimizer, 1) : cnn(optimizer);
  const rows = batches * batch;
  const cols = INPUT[kind];
  const x = new Float32Array(new SharedArrayBuffer(rows * cols * 4)).map(() => Math.random());
  const y = new Int32Array(rows).map(() => Math.floor(Math.random() * 10));
  const train = (epochs) =>
    model.fit(
      { data: x, shape: [rows, cols] },
      { data: y, shape: [rows] },
      { epochs, batchSize: batch, workers },
    );
  const flops = stepFlops(model, { batchSize: batch });
  return { flops, time: () => secondsPerStep(train, { steps: batches, extra, blocks }) };
}

async function steps(pytorch, jax, { quick, rounds, workers }) {
  const cores = { steepest: workers, ...coresOf([...pytorch, ...jax]) };
  const rows = [];
  for (const { name, headline = false, ...test } of STEPS) {
    const mine = ours(test, workers);
    const { extra: _, ...request } = test;
    const contenders = {
      steepest: mine.time,
      ...asking(pytorch, { task: 'convSteps', ...request }),
      ...asking(jax, { task: 'jaxConvSteps', ...request }),
    };
    const [results, limit] = await withPeak({ flops: mine.flops, cores }, () =>
      takeTurns(contenders, { rounds: rounds ?? (quick ? 1 : 3) }),
    );
    const { batch, optimizer } = test;
    const title = `${name}, batch ${batch}, ${optimizerNames[optimizer]}`;
    rows.push(rowOf(results, { name: title, unit: 'ms', better: 'lower', headline, scale: 1e3, limit }));
  }
  return rows;
}

/** The one of these rivals that was fastest in a row. */
function fastest({ peers }, rivals) {
  const there = peers.filter(
    ({ absent, name }) => absent === undefined && rivals.some((r) => r.label === name),
  );
  const [first] = there.sort((a, b) => a.value - b.value);
  return rivals.find(({ label }) => label === first?.name);
}

const note = (accuracy, epochs) =>
  `test accuracy ${(100 * accuracy).toFixed(2)} % after ${epochs} epoch${epochs > 1 ? 's' : ''}`;

async function epochs(set, files, best, { quick, rounds, workers }) {
  const count = quick ? 1 : EPOCHS;
  const { train, test } = set;
  const learn = (model, times) =>
    model.fit(train.x, train.y, { epochs: times, batchSize: EPOCH_BATCH, workers });
  await learn(lenet('adam'), 1);
  const contenders = {
    steepest: async () => {
      const model = lenet('adam');
      const value = await seconds(() => learn(model, count));
      const { accuracy } = await model.evaluate(test.x, test.y, { workers });
      return { value, note: note(accuracy, count) };
    },
  };
  if (best !== undefined)
    contenders[best.label] = async () => {
      const request = { batch: EPOCH_BATCH, optimizer: 'adam', epochs: count, ...files };
      const { seconds: value, accuracy } = await best.ask({ task: 'convEpochs', ...request });
      return { value, note: note(accuracy, count) };
    };
  const results = await takeTurns(contenders, { rounds: rounds ?? 1, warmUp: false });
  const name = `LeNet-5, ${count === 1 ? 'one epoch' : `${count} epochs`} of ${set.name}, batch ${EPOCH_BATCH}, Adam`;
  return rowOf(results, { name, unit: 's', better: 'lower', headline: true });
}

/** Median of many calls. */
function oneImage(model, image) {
  return () => {
    const times = [];
    const end = performance.now() + 100;
    while (times.length < 20 || performance.now() < end) {
      const start = process.hrtime.bigint();
      model.predictSync(image);
      times.push(Number(process.hrtime.bigint() - start) / 1e9);
    }
    return quantile(times, 0.5);
  };
}

async function prediction({ test }, files, rivals, { quick, rounds, workers }) {
  const model = lenet('adam');
  const all = test.y.data.length;
  const image = { data: test.x.data.subarray(0, INPUT.lenet), shape: [1, INPUT.lenet] };
  const table = (rows) => ({ data: test.x.data.subarray(0, rows * INPUT.lenet), shape: [rows, INPUT.lenet] });
  const many = table(all);
  const cases = [
    { rows: 1, mine: oneImage(model, image), unit: 'µs', scale: 1e6 },
    { rows: all, mine: () => seconds(() => model.predict(many, { workers })), unit: 'ms', scale: 1e3 },
  ];
  const found = [];
  for (const { rows, mine, unit, scale } of cases) {
    const request = { task: 'convPredict', rows, total: all, x: files.testX };
    const contenders = { steepest: mine, ...asking(rivals, request) };
    const results = await takeTurns(contenders, { rounds: rounds ?? (quick ? 1 : 3) });
    const name = `LeNet-5, prediction of ${rows.toLocaleString('en')} image${rows > 1 ? 's' : ''}`;
    found.push(rowOf(results, { name, unit, better: 'lower', headline: true, scale }));
  }
  return found;
}

/** The images and labels as files of raw numbers, which the rivals read. */
function written({ train, test }, scratch) {
  const file = (name, { data }) => {
    const path = join(scratch, name);
    writeFileSync(path, data);
    return path;
  };
  return {
    rows: train.y.data.length,
    x: file('train-x', train.x),
    y: file('train-y', { data: Int32Array.from(train.y.data) }),
    testRows: test.y.data.length,
    testX: file('test-x', test.x),
    testY: file('test-y', { data: Int32Array.from(test.y.data) }),
  };
}

export async function run({ peers, folder, ...options }) {
  const pytorch = peers.pytorch();
  const set = await mnistOrRandom(folder);
  const files = written(set, peers.scratch);
  const trained = await steps(pytorch, peers.jax(), options);
  const whole = await epochs(set, files, fastest(trained[1], pytorch), options);
  return [...trained, whole, ...(await prediction(set, files, pytorch, options))];
}
