import { layers, type Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import {
  type KernelChoice,
  native,
  nativeChoices,
  typescriptExact,
  typescriptFast,
} from '../support/kernelChoices.js';
import { randomNumbers } from '../support/random.js';

/** Mini-batches of 50 images are 4 groups, the last of 2; the last mini-batch has 3 images. */
const ROWS = 103;
const BATCH = 50;
const SHAPE = [9, 8, 2] as const;
const SIZE = SHAPE[0] * SHAPE[1] * SHAPE[2];

const next = randomNumbers(23);
const x = {
  data: Uint8Array.from({ length: ROWS * SIZE }, () => Math.floor((next() + 1) * 127)),
  shape: [ROWS, ...SHAPE],
};
const y = Array.from({ length: ROWS }, (_, r) => (x.data[r * SIZE]! + x.data[r * SIZE + 7]!) % 4);

function build(): Sequential {
  const model = sequential({
    seed: 3,
    layers: [
      layers.rescaling({ scale: 1 / 255, inputShape: SHAPE }),
      layers.conv2d({ filters: 7, kernelSize: 3, padding: 'same', activation: 'relu' }),
      layers.maxPool2d({ padding: 'same' }),
      layers.dropout({ rate: 0.2 }),
      layers.conv2d({ filters: 9, kernelSize: 3, strides: 2, padding: 'same', activation: 'gelu' }),
      layers.conv2d({ filters: 18, kernelSize: 2, groups: 3, kernelRegularizer: { l2: 1e-3 } }),
      layers.averagePool2d({ poolSize: [2, 1], strides: 1 }),
      layers.flatten(),
      layers.dense({ units: 4, activation: 'softmax' }),
    ],
  });
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

/** Kernels of 3 × 3 over channels enough for Winograd's tiles; cells past odd sides, more outputs than a tile of gemm has rows. */
function buildWide(): Sequential {
  const wide = { kernelSize: 3, activation: 'relu' } as const;
  const model = sequential({
    seed: 4,
    layers: [
      layers.rescaling({ scale: 1 / 255, inputShape: SHAPE }),
      layers.conv2d({ ...wide, filters: 9, padding: 'same' }),
      layers.conv2d({ ...wide, filters: 17 }),
      layers.conv2d({ ...wide, filters: 8, padding: 'same', activation: 'gelu' }),
      layers.conv2d({ ...wide, filters: 35, padding: 'same', activation: 'tanh' }),
      layers.maxPool2d(),
      layers.batchNorm(),
      layers.conv2d({ filters: 10, kernelSize: 3, padding: 'same', useBias: false }),
      layers.maxPool2d(),
      layers.flatten(),
      layers.dense({ units: 4, activation: 'softmax' }),
    ],
  });
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

/** Channels enough for cells of 4 × 4 outputs, plain and pooled, past the image too. */
function buildLarge(): Sequential {
  const large = { kernelSize: 3, padding: 'same', activation: 'relu' } as const;
  const model = sequential({
    seed: 5,
    layers: [
      layers.rescaling({ scale: 1 / 255, inputShape: SHAPE }),
      layers.conv2d({ ...large, filters: 32, strides: [3, 2] }),
      layers.conv2d({ ...large, filters: 33 }),
      layers.conv2d({ ...large, filters: 32 }),
      layers.maxPool2d(),
      layers.flatten(),
      layers.dense({ units: 4, activation: 'softmax' }),
    ],
  });
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

/** Pooling after each convolution, with and without padding: weight gradients are summed over maxima. */
function buildPooled(): Sequential {
  const model = sequential({
    seed: 6,
    layers: [
      layers.rescaling({ scale: 1 / 255, inputShape: SHAPE }),
      layers.conv2d({ filters: 5, kernelSize: [5, 3], padding: 'same', activation: 'relu' }),
      layers.maxPool2d(),
      layers.conv2d({ filters: 11, kernelSize: [2, 3], activation: 'tanh' }),
      layers.maxPool2d(),
      layers.flatten(),
      layers.dense({ units: 4, activation: 'softmax' }),
    ],
  });
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

const bytesOf = (model: Sequential): string[] =>
  model.getWeights().map(({ data }) => Buffer.from(data.buffer).toString('hex'));

async function trained(build: () => Sequential, workers: number, { options }: KernelChoice) {
  const model = build();
  const { history } = await model.fit(x, y, { ...options, epochs: 2, batchSize: BATCH, workers });
  const predictions = await model.predict(x, { ...options, workers, batchSize: 40 });
  return { weights: bytesOf(model), history, predictions: Array.from(predictions.data) };
}

describe.each([
  { title: 'convolutional networks', build },
  { title: 'convolutional networks with many channels', build: buildWide },
  { title: 'convolutional networks with large cells', build: buildLarge },
  { title: 'convolutional networks that pool', build: buildPooled },
])('$title have the same bits', ({ build }) => {
  const train = (workers: number, choice: KernelChoice) => trained(build, workers, choice);

  it('for any number of workers, more than groups of images too', async () => {
    const one = await train(1, native);
    expect(one.weights).not.toEqual(bytesOf(build()));
    for (const workers of [2, 3, 5]) expect(await train(workers, native), `${workers} workers`).toEqual(one);
  });

  it('on every instruction set and the exact TypeScript twin', async () => {
    const reference = await train(1, native);
    for (const choice of [...nativeChoices, typescriptExact]) {
      expect(await train(2, choice), choice.title).toEqual(reference);
    }
  });

  it('for any number of workers on the fast TypeScript kernels', async () => {
    expect(await train(3, typescriptFast)).toEqual(await train(1, typescriptFast));
  });

  it('whatever images share a group', async () => {
    const model = build();
    const all = await model.predict(x, { workers: 1 });
    for (const r of [0, 1, 17, 102]) {
      const row = model.predictSync({ data: x.data.slice(r * SIZE, (r + 1) * SIZE), shape: [1, ...SHAPE] });
      expect(Array.from(row.data)).toEqual(Array.from(all.data.slice(4 * r, 4 * r + 4)));
    }
  });
});
