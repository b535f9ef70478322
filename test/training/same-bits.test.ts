import { layers, type Optimizer, optimizerNames, type Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import {
  type KernelChoice,
  native,
  nativeChoices,
  typescriptExact,
  typescriptFast,
} from '../support/kernelChoices.js';
import { randomNumbers, randomRows } from '../support/random.js';

const WORKERS = [1, 2, 3, 4, 7];
/** 4 epochs of 5 mini-batches are 20 steps; the fifth has 14 rows, fewer than two tiles for 7 workers. */
const ROWS = 142;
const BATCH = 32;
const EPOCHS = 4;
const INPUTS = 21;
const CLASSES = 5;

const next = randomNumbers(17);
const x = randomRows(ROWS, INPUTS, next);
const y = x.map((row) => Math.floor(Math.abs(row[0]! + row[1]! * row[2]!) * 97) % CLASSES);

const OPTIMIZERS: Record<string, Optimizer> = {
  sgd: { name: 'sgd', learningRate: 0.05 },
  momentum: { name: 'sgd', learningRate: 0.05, momentum: 0.9 },
  nesterov: { name: 'sgd', learningRate: 0.05, momentum: 0.9, nesterov: true },
  rmsprop: 'rmsprop',
  adam: 'adam',
  adamw: 'adamw',
  clipValue: { name: 'adam', clipValue: 0.01 },
  clipNorm: { name: 'adam', clipNorm: 0.05 },
  'globalClipNorm, accumulateSteps': { name: 'sgd', momentum: 0.9, globalClipNorm: 0.1, accumulateSteps: 3 },
  'adam with a cosine in epochs': {
    name: 'adam',
    learningRate: { schedule: 'cosine', from: 0.02, to: 1e-4, epochs: 3.7, warmup: 1.3 },
  },
  'nesterov with a power of steps': {
    name: 'sgd',
    momentum: 0.9,
    nesterov: true,
    learningRate: { schedule: 'polynomial', from: 0.05, steps: 17, power: 1.7 },
  },
  'rmsprop, all variants': {
    name: 'rmsprop',
    centered: true,
    momentum: 0.7,
    weightDecay: 0.1,
    decayKernelsOnly: true,
  },
  'adam, amsgrad': { name: 'adam', amsgrad: true, learningRate: 0.01 },
  adadelta: { name: 'adadelta', learningRate: 0.6, weightDecay: 0.01 },
  adamax: { name: 'adamax', learningRate: 0.01 },
  nadam: { name: 'nadam', learningRate: 0.01, momentumDecay: 0.3 },
  lion: { name: 'lion', weightDecay: 0.2 },
  adagrad: { name: 'adagrad', learningRate: 0.07, learningRateDecay: 0.02, initialAccumulatorValue: 0.03 },
};

interface Outcome {
  /** The parameters, byte for byte. */
  weights: string[];
  history: Record<string, number[]>;
}

function build(optimizer: Optimizer): Sequential {
  const model = sequential({
    seed: 7,
    layers: [
      layers.dense({
        units: 37,
        activation: 'relu',
        kernelRegularizer: { l1: 1e-4, l2: 1e-3 },
        inputShape: [INPUTS],
      }),
      layers.dropout({ rate: 0.25 }),
      layers.dense({ units: 18, activation: 'gelu' }),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: CLASSES, activation: 'softmax' }),
    ],
  });
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

function bytesOf(model: Sequential): string[] {
  return model.getWeights().map(({ data }) => Buffer.from(data.buffer).toString('hex'));
}

async function train(optimizer: Optimizer, workers: number, { options }: KernelChoice): Promise<Outcome> {
  const model = build(optimizer);
  const { history } = await model.fit(x, y, {
    ...options,
    epochs: EPOCHS,
    batchSize: BATCH,
    validationSplit: 0.1,
    workers,
  });
  return { weights: bytesOf(model), history };
}

describe('the same bits for any number of workers', () => {
  it('covers every optimizer', () => {
    const names = Object.values(OPTIMIZERS).map((one) => (typeof one === 'string' ? one : one.name));
    expect(new Set(names)).toEqual(new Set(optimizerNames));
  });

  it.each(Object.keys(OPTIMIZERS))('%s, native', async (name) => {
    const one = await train(OPTIMIZERS[name]!, 1, native);
    expect(one.weights).not.toEqual(bytesOf(build(OPTIMIZERS[name]!)));
    for (const workers of WORKERS.slice(1)) {
      expect(await train(OPTIMIZERS[name]!, workers, native), `${workers} workers`).toEqual(one);
    }
  });

  const bySet = [typescriptFast, typescriptExact].flatMap((choice) =>
    ['adam', 'adagrad'].map((name) => ({ name, choice, title: choice.title })),
  );
  it.each(bySet)('$name, $title', async ({ name, choice }) => {
    const one = await train(OPTIMIZERS[name]!, 1, choice);
    for (const workers of [2, 3, 7]) {
      expect(await train(OPTIMIZERS[name]!, workers, choice), `${workers} workers`).toEqual(one);
    }
  });

  it('more workers than rows in a mini-batch', async () => {
    const outcomes = [1, 7].map(async (workers) => {
      const model = build('adam');
      await model.fit(x.slice(0, 13), y.slice(0, 13), { ...native.options, batchSize: 5, workers });
      return bytesOf(model);
    });
    const [one, seven] = await Promise.all(outcomes);
    expect(seven).toEqual(one);
  });

  it('evaluate and predict', async () => {
    const model = build('adam');
    const sweep = { ...native.options, batchSize: BATCH };
    const logs = await model.evaluate(x, y, { ...sweep, workers: 1 });
    const predictions = await model.predict(x, { ...sweep, workers: 1 });
    for (const workers of WORKERS.slice(1)) {
      expect(await model.evaluate(x, y, { ...sweep, workers })).toEqual(logs);
      expect(await model.predict(x, { ...sweep, workers })).toEqual(predictions);
    }
    expect(model.predictSync(x)).toEqual(await model.predict(x, { workers: 3 }));
  });
});

describe('the same bits on every instruction set and on the exact TypeScript twin', () => {
  it('finds at least the portable native kernels', () => {
    expect(nativeChoices.map(({ title }) => title)).toContain('native portable');
  });

  it.each(Object.keys(OPTIMIZERS))('%s', async (name) => {
    const reference = await train(OPTIMIZERS[name]!, 1, native);
    for (const choice of [...nativeChoices, typescriptExact]) {
      expect(await train(OPTIMIZERS[name]!, 2, choice), choice.title).toEqual(reference);
    }
  });
});

describe('the same bits for mini-batches that are worked through in chunks', () => {
  /** Each rank takes its rows in chunks of 64 or more; 331 rows leave every rank a last chunk of another size. */
  const rows = 331;
  const wide = randomRows(rows, 67, next);
  const targets = wide.map((row) => [row[3]! * row[4]!, Math.abs(row[5]!)]);

  async function trainWide(workers: number, { options }: KernelChoice): Promise<Outcome> {
    const model = sequential({
      seed: 5,
      layers: [
        layers.dense({ units: 129, activation: 'tanh', inputShape: [67] }),
        layers.dropout({ rate: 0.1 }),
        layers.dense({ units: 50, activation: 'softplus' }),
        layers.dense({ units: 2 }),
      ],
    });
    model.compile({ optimizer: 'adam', loss: 'meanSquaredError', metrics: ['r2'] });
    const { history } = await model.fit(wide, targets, { ...options, epochs: 2, batchSize: 300, workers });
    return { weights: bytesOf(model), history };
  }

  it('on every instruction set, the exact twin, and 1 to 7 workers', async () => {
    const reference = await trainWide(1, native);
    for (const choice of [...nativeChoices, typescriptExact]) {
      expect(await trainWide(2, choice), choice.title).toEqual(reference);
    }
    for (const workers of WORKERS) {
      expect(await trainWide(workers, native), `${workers} workers`).toEqual(reference);
    }
  });
});

describe('the same bits whatever the run is cut into', () => {
  it('one fit of four epochs, or four fits of one', async () => {
    const whole = build('adam');
    const options = { ...native.options, batchSize: BATCH, workers: 2 };
    await whole.fit(x, y, { ...options, epochs: 4 });
    const parts = build('adam');
    for (let epoch = 0; epoch < 4; epoch++) await parts.fit(x, y, options);
    expect(bytesOf(parts)).toEqual(bytesOf(whole));
  });

  it('two models of one seed, trained at the same time, and not those of another seed', async () => {
    const [a, b] = [build('adam'), build('adam')];
    await Promise.all([a, b].map((model) => model.fit(x, y, { batchSize: BATCH, workers: 2 })));
    expect(bytesOf(a!)).toEqual(bytesOf(b!));
    const other = sequential({ ...build('adam').config, seed: 8 });
    expect(bytesOf(other)).not.toEqual(bytesOf(build('adam')));
  });
});
