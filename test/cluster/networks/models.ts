import { type FitOptions, layers, type Sequential, sequential } from 'steepest';
import { randomNumbers, randomRows } from '../../support/random.js';

/** Networks whose fits over ranks are compared, with data of a few mini-batches. */

const ROWS = 400;
const next = randomNumbers(41);
const rows = randomRows(ROWS, 7, next);
const labels = rows.map((row) => Math.floor(Math.abs(row[0]! * 97)) % 4);
const SHAPE = [6, 5, 2] as const;
const SIZE = SHAPE[0] * SHAPE[1] * SHAPE[2];
const images = { data: Float32Array.from({ length: ROWS * SIZE }, next), shape: [ROWS, ...SHAPE] };

/** Everything that the loop of a fit may have to do besides: dropout, weights, norms, averages. */
export const perceptron = {
  name: 'MLP with dropout, sample weights, adam, globalClipNorm',
  build: (): Sequential =>
    sequential({
      seed: 5,
      layers: [
        layers.dense({ units: 21, activation: 'tanh', inputShape: [7], kernelRegularizer: { l2: 1e-3 } }),
        layers.dropout({ rate: 0.2 }),
        layers.dense({ units: 9, activation: 'relu', kernelConstraint: 'nonNeg' }),
        layers.dense({ units: 4, activation: 'softmax' }),
      ],
    }).compile({
      optimizer: { name: 'adam', learningRate: 0.01, globalClipNorm: 0.5 },
      loss: 'sparseCategoricalCrossentropy',
      metrics: ['accuracy'],
    }),
  x: rows,
  y: labels,
  options: { batchSize: 40, sampleWeight: labels.map((label) => 0.5 + label / 4) },
};

/** Mini-batches of groups of images, of which the last is smaller; sums over groups. */
export const convolutions = {
  name: 'CNN with batchNorm',
  build: (): Sequential =>
    sequential({
      seed: 3,
      layers: [
        layers.conv2d({ filters: 7, kernelSize: 3, padding: 'same', useBias: false, inputShape: SHAPE }),
        layers.batchNorm({ momentum: 0.9 }),
        layers.activation({ activation: 'relu' }),
        layers.maxPool2d(),
        layers.conv2d({ filters: 5, kernelSize: 2 }),
        layers.batchNorm({ gammaRegularizer: { l2: 1e-3 } }),
        layers.dropout({ rate: 0.2 }),
        layers.flatten(),
        layers.dense({ units: 4, activation: 'softmax' }),
      ],
    }).compile({
      optimizer: { name: 'sgd', learningRate: 0.05, momentum: 0.9 },
      loss: 'sparseCategoricalCrossentropy',
      metrics: ['accuracy'],
    }),
  x: images,
  y: labels,
  options: { batchSize: 128 },
};

/** Updates that several mini-batches share, and columns that layers normalise. */
export const grouped = {
  name: 'MLP with groups of mini-batches and normalisation',
  build: (): Sequential =>
    sequential({
      seed: 8,
      layers: [
        layers.batchNorm({ inputShape: [7] }),
        layers.dense({ units: 16, activation: 'gelu' }),
        layers.layerNorm(),
        layers.prelu(),
        layers.dense({ units: 4, activation: 'softmax' }),
      ],
    }).compile({
      optimizer: { name: 'nadam', accumulateSteps: 2, clipNorm: 0.3, weightDecay: 1e-3 },
      loss: 'sparseCategoricalCrossentropy',
      metrics: ['accuracy'],
    }),
  x: rows,
  y: labels,
  options: { batchSize: 128 },
};

export interface Example {
  name: string;
  build(): Sequential;
  x: typeof rows | typeof images;
  y: number[];
  options: FitOptions;
}

export const examples: readonly Example[] = [perceptron, convolutions, grouped];

const hex = (array: Float32Array): string =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('hex');

/** All bits of what training has changed: parameters, the optimizer's arrays, counters. */
export function bitsOf(model: Sequential): unknown {
  const { parameters, slots, step, epochs, rate } = model.trainingState();
  const arrays = (of: ReadonlyMap<string, Float32Array>): Record<string, string> =>
    Object.fromEntries([...of].map(([name, array]) => [name, hex(array)]));
  const kept = Object.fromEntries([...slots].map(([name, of]) => [name, arrays(of)]));
  return {
    parameters: arrays(parameters),
    slots: kept,
    step,
    epochs,
    rate,
    learningRate: model.learningRate,
  };
}
