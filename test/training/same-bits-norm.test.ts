import { type Batch, layers, type Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import {
  type KernelChoice,
  native,
  nativeChoices,
  typescriptExact,
  typescriptFast,
} from '../support/kernelChoices.js';
import { randomNumbers, randomRows } from '../support/random.js';

/** Mini-batches of 50 samples are 4 groups, the last of 2; the last mini-batch has 3 samples. */
const ROWS = 103;
const BATCH = 50;
const SHAPE = [6, 5, 2] as const;
const SIZE = SHAPE[0] * SHAPE[1] * SHAPE[2];

const next = randomNumbers(29);
const x = { data: Float32Array.from({ length: ROWS * SIZE }, next), shape: [ROWS, ...SHAPE] };
const rows = randomRows(ROWS, 7, next);
const y = Array.from({ length: ROWS }, (_, r) => Math.floor(Math.abs(x.data[r * SIZE]! * 97)) % 4);

function images(): Sequential {
  return sequential({
    seed: 3,
    layers: [
      layers.conv2d({ filters: 7, kernelSize: 3, padding: 'same', useBias: false, inputShape: SHAPE }),
      layers.batchNorm({ momentum: 0.9 }),
      layers.prelu({ alphaInitializer: 'ones', alphaRegularizer: { l2: 1e-3 } }),
      layers.maxPool2d(),
      layers.conv2d({ filters: 5, kernelSize: 2 }),
      layers.layerNorm(),
      layers.batchNorm({ gammaRegularizer: { l2: 1e-3 } }),
      layers.activation({ activation: 'gelu' }),
      layers.dropout({ rate: 0.2 }),
      layers.flatten(),
      layers.dense({ units: 4, activation: 'softmax' }),
    ],
  }).compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
}

function dense(): Sequential {
  return sequential({
    seed: 3,
    layers: [
      layers.batchNorm({ inputShape: [7] }),
      layers.dense({ units: 21, useBias: false }),
      layers.batchNorm({ momentum: 0.9 }),
      layers.activation({ activation: 'tanh' }),
      layers.layerNorm({ center: false }),
      layers.prelu(),
      layers.dense({ units: 9, activation: 'elu' }),
      layers.batchNorm({ scale: false }),
      layers.dense({ units: 4, activation: 'softmax' }),
    ],
  }).compile({ optimizer: 'rmsprop', loss: 'sparseCategoricalCrossentropy' });
}

const bytesOf = (model: Sequential): string[] =>
  model.getWeights().map(({ data }) => Buffer.from(data.buffer).toString('hex'));

const MODELS = [
  { name: 'images', build: images, inputs: x },
  { name: 'rows', build: dense, inputs: rows },
] as const;

async function train(
  { build, inputs }: (typeof MODELS)[number],
  workers: number,
  { options }: KernelChoice,
): Promise<Record<string, unknown>> {
  const model = build();
  const { history } = await model.fit(inputs, y, {
    ...options,
    epochs: 2,
    batchSize: BATCH,
    workers,
    validationData: [inputs, y],
  });
  const predictions = await model.predict(inputs, { ...options, workers, batchSize: 40 });
  const logs = await model.evaluate(inputs, y, { ...options, workers, batchSize: 30 });
  return { weights: bytesOf(model), history, predictions: Array.from(predictions.data), logs };
}

describe.each(MODELS)('networks that normalise have the same bits, $name', (model) => {
  it('for any number of workers, more than groups of samples too', async () => {
    const one = await train(model, 1, native);
    expect(one.weights).not.toEqual(bytesOf(model.build()));
    for (const workers of [2, 3, 5])
      expect(await train(model, workers, native), `${workers} workers`).toEqual(one);
  });

  it('on every instruction set and the exact TypeScript twin', async () => {
    const reference = await train(model, 1, native);
    for (const choice of [...nativeChoices, typescriptExact]) {
      expect(await train(model, 2, choice), choice.title).toEqual(reference);
    }
  });

  it('for any number of workers on the fast TypeScript kernels', async () => {
    expect(await train(model, 3, typescriptFast)).toEqual(await train(model, 1, typescriptFast));
  });

  it('predicted at once or on threads', async () => {
    const trained = model.build();
    await trained.fit(model.inputs, y, { epochs: 1, workers: 1 });
    const pooled = await trained.predict(model.inputs, { workers: 2 });
    expect(trained.predictSync(model.inputs).data).toEqual(pooled.data);
  });
});

describe('a fit on a stream', () => {
  it('has the bits of the same rows in memory', async () => {
    const options = { epochs: 2, batchSize: BATCH, shuffle: false } as const;
    const memory = dense();
    await memory.fit(rows, y, { ...options, workers: 1 });
    const stream: Batch[] = [];
    for (let at = 0; at < ROWS; at += 17) {
      stream.push({ x: rows.slice(at, at + 17), y: y.slice(at, at + 17) });
    }
    const streamed = dense();
    await streamed.fit(stream, { ...options, workers: 3 });
    expect(bytesOf(streamed)).toEqual(bytesOf(memory));
  });
});
