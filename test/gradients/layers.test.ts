import { layers } from 'steepest';
import { describe, expect, it } from 'vitest';
import { randomNumbers, randomRows } from '../support/random.js';
import { checkGradients, type LayerCase } from './check.js';

const next = randomNumbers(9);
const sparse = { name: 'sparseCategoricalCrossentropy' } as const;
const labels = (rows: number, classes: number): number[] =>
  Array.from({ length: rows }, (_, r) => r % classes);

/** Every type of layer in first, middle and last place. */
const CASES: Record<keyof typeof layers, LayerCase[][]> = {
  dense: [
    [{ type: 'dense', units: 1 }],
    [
      { type: 'dense', units: 4, useBias: false, activation: 'relu' },
      { type: 'dense', units: 1, useBias: false },
    ],
  ],
  dropout: [
    [
      { type: 'dropout', rate: 0.3 },
      { type: 'dense', units: 4, activation: 'tanh' },
      { type: 'dropout', rate: 0.3 },
      { type: 'dense', units: 1 },
      { type: 'dropout', rate: 0.3 },
    ],
  ],
  activation: [
    [
      { type: 'activation', activation: 'softplus' },
      { type: 'dense', units: 4 },
      { type: 'activation', activation: 'gelu' },
      { type: 'dense', units: 1 },
      { type: 'activation', activation: 'elu' },
    ],
  ],
  rescaling: [
    [
      { type: 'rescaling', scale: 0.5, offset: 0.125 },
      { type: 'dense', units: 4, activation: 'sigmoid' },
      { type: 'rescaling', scale: -2, offset: 0.5 },
      { type: 'dense', units: 1 },
      { type: 'rescaling', scale: 3, offset: -1 },
    ],
  ],
  randomFlip: [[{ type: 'randomFlip' }, { type: 'flatten' }, { type: 'dense', units: 1 }]],
  randomTranslation: [
    [
      { type: 'randomTranslation', heightFactor: 0.5, widthFactor: 0.2 },
      { type: 'conv2d', filters: 1, kernelSize: [6, 5], activation: 'tanh' },
    ],
  ],
  randomCrop: [
    [
      { type: 'randomCrop', height: 5, width: 3 },
      { type: 'rescaling', scale: 0.5, offset: 0.125 },
      { type: 'conv2d', filters: 2, kernelSize: [2, 2], activation: 'tanh' },
      { type: 'flatten' },
      { type: 'dense', units: 1 },
    ],
    [
      { type: 'randomFlip' },
      { type: 'randomCrop', height: 3, width: 4 },
      { type: 'flatten' },
      { type: 'dense', units: 3, activation: 'gelu' },
      { type: 'dense', units: 1 },
    ],
  ],
  conv2d: [
    [{ type: 'conv2d', filters: 1, kernelSize: [6, 5] }],
    [
      { type: 'conv2d', filters: 3, kernelSize: [2, 3], activation: 'tanh' },
      { type: 'conv2d', filters: 2, kernelSize: [3, 2], useBias: false, activation: 'gelu' },
      { type: 'dropout', rate: 0.3 },
      { type: 'conv2d', filters: 1, kernelSize: [3, 2], activation: 'sigmoid' },
    ],
    [
      { type: 'activation', activation: 'elu' },
      { type: 'conv2d', filters: 7, kernelSize: [3, 3], padding: 'same', strides: [2, 2] },
      { type: 'rescaling', scale: 0.5, offset: 0.1 },
      { type: 'conv2d', filters: 14, kernelSize: [2, 2], padding: 'same', groups: 7, activation: 'softplus' },
      { type: 'flatten' },
      { type: 'dense', units: 1 },
    ],
    [
      { type: 'conv2d', filters: 4, kernelSize: [2, 2], dilationRate: [3, 2], groups: 2, activation: 'relu' },
      {
        type: 'conv2d',
        filters: 2,
        kernelSize: [2, 2],
        dilationRate: [1, 2],
        padding: 'same',
        strides: [1, 2],
      },
      { type: 'flatten' },
      { type: 'dense', units: 1 },
    ],
  ],
  maxPool2d: [
    [
      { type: 'conv2d', filters: 3, kernelSize: [3, 2], activation: 'tanh' },
      { type: 'maxPool2d', poolSize: [2, 2] },
      { type: 'flatten' },
      { type: 'dense', units: 1 },
    ],
    [
      { type: 'conv2d', filters: 3, kernelSize: [1, 1], activation: 'gelu' },
      { type: 'maxPool2d', poolSize: [3, 2], strides: [2, 1], padding: 'same' },
      { type: 'maxPool2d', poolSize: [3, 5] },
      { type: 'flatten' },
      { type: 'dense', units: 1 },
    ],
  ],
  averagePool2d: [
    [
      { type: 'conv2d', filters: 3, kernelSize: [3, 2], activation: 'relu' },
      { type: 'averagePool2d', poolSize: [2, 2] },
      { type: 'flatten' },
      { type: 'dense', units: 1 },
    ],
    [
      { type: 'conv2d', filters: 2, kernelSize: [2, 1], activation: 'sigmoid' },
      { type: 'averagePool2d', poolSize: [3, 2], strides: [2, 1], padding: 'same' },
      { type: 'flatten' },
      { type: 'dense', units: 1 },
    ],
  ],
  // Smooth activations: a difference over a kink of relu, which normalised values often come near, is no derivative.
  batchNorm: [
    [
      { type: 'dense', units: 4 },
      { type: 'batchNorm' },
      { type: 'activation', activation: 'elu' },
      { type: 'dense', units: 1 },
    ],
    [
      { type: 'batchNorm', scale: false },
      { type: 'dense', units: 4, activation: 'tanh' },
      { type: 'batchNorm', center: false, epsilon: 0.1 },
      { type: 'activation', activation: 'gelu' },
      { type: 'dense', units: 1 },
    ],
    [{ type: 'batchNorm', scale: false, center: false }, { type: 'dense', units: 1 }, { type: 'batchNorm' }],
    [
      { type: 'conv2d', filters: 3, kernelSize: [2, 3], useBias: false },
      { type: 'batchNorm' },
      { type: 'activation', activation: 'tanh' },
      { type: 'maxPool2d', poolSize: [2, 2] },
      { type: 'flatten' },
      { type: 'dense', units: 1 },
    ],
    [
      { type: 'batchNorm', epsilon: 0.01 },
      { type: 'conv2d', filters: 3, kernelSize: [2, 3], activation: 'tanh' },
      { type: 'batchNorm', scale: false },
      { type: 'activation', activation: 'softplus' },
      { type: 'conv2d', filters: 2, kernelSize: [2, 2] },
      { type: 'batchNorm', center: false },
      { type: 'activation', activation: 'sigmoid' },
      { type: 'globalAveragePool2d' },
      { type: 'dense', units: 1 },
    ],
  ],
  layerNorm: [
    [
      { type: 'dense', units: 5 },
      { type: 'layerNorm' },
      { type: 'activation', activation: 'tanh' },
      { type: 'dense', units: 1 },
    ],
    [
      { type: 'layerNorm', center: false },
      { type: 'dense', units: 19, activation: 'sigmoid' },
      { type: 'layerNorm', scale: false, epsilon: 0.1 },
      { type: 'dense', units: 1 },
    ],
    [
      { type: 'layerNorm', scale: false, center: false },
      { type: 'dense', units: 1 },
    ],
    [
      { type: 'layerNorm', epsilon: 0.1 },
      { type: 'conv2d', filters: 3, kernelSize: [2, 3], activation: 'tanh' },
      { type: 'layerNorm' },
      { type: 'activation', activation: 'elu' },
      { type: 'conv2d', filters: 6, kernelSize: [2, 2] },
      { type: 'layerNorm', scale: false },
      { type: 'flatten' },
      { type: 'dense', units: 1 },
    ],
  ],
  prelu: [
    [
      { type: 'dense', units: 19 },
      { type: 'prelu' },
      { type: 'dense', units: 1, activation: 'tanh' },
      { type: 'prelu' },
    ],
    [{ type: 'prelu' }, { type: 'dense', units: 1 }],
    [
      { type: 'prelu' },
      { type: 'conv2d', filters: 7, kernelSize: [3, 2] },
      { type: 'prelu' },
      { type: 'maxPool2d', poolSize: [2, 2] },
      { type: 'prelu' },
      { type: 'flatten' },
      { type: 'dense', units: 1 },
    ],
  ],
  globalAveragePool2d: [
    [
      { type: 'conv2d', filters: 5, kernelSize: [3, 3], activation: 'tanh' },
      { type: 'globalAveragePool2d' },
      { type: 'dense', units: 1 },
    ],
  ],
  flatten: [[{ type: 'flatten' }, { type: 'dense', units: 1 }]],
  reshape: [
    [
      { type: 'reshape', targetShape: [60] },
      { type: 'dense', units: 12, activation: 'tanh' },
      { type: 'reshape', targetShape: [2, 3, 2] },
      { type: 'conv2d', filters: 3, kernelSize: [2, 2], activation: 'tanh' },
      { type: 'reshape', targetShape: [2, 1, 3] },
      { type: 'conv2d', filters: 1, kernelSize: [2, 1] },
    ],
  ],
};

/** Layers that want images get these. */
const IMAGE = [6, 5, 2];

describe('gradients of every layer', () => {
  it('has a case for every layer', () => {
    expect(Object.keys(CASES).sort()).toEqual(Object.keys(layers).sort());
  });

  it.each(Object.entries(CASES).flatMap(([type, lists]) => lists.map((list, i) => ({ type, i, list }))))(
    '$type, case $i',
    async ({ list }) => {
      const wantsImages = list.some(({ type }) => /2d|flatten|reshape|random/.test(type));
      const inputShape = wantsImages ? IMAGE : [6];
      const inputs = inputShape.reduce((a, b) => a * b, 1);
      // More images than a group of 16, and a group that is not full.
      const rows = wantsImages ? 19 : 5;
      await checkGradients({
        inputs,
        inputShape,
        layers: list,
        loss: { name: 'meanSquaredError' },
        x: randomRows(rows, inputs, next),
        y: randomRows(rows, 1, next),
      });
    },
  );

  it('four dense layers whose sizes are no multiple of any vector', async () => {
    await checkGradients({
      inputs: 11,
      layers: [
        { type: 'dense', units: 18, activation: 'relu' },
        { type: 'dense', units: 17, activation: 'tanh' },
        { type: 'dense', units: 7, activation: 'leakyRelu' },
        { type: 'dense', units: 5, activation: 'softmax' },
      ],
      loss: sparse,
      x: randomRows(19, 11, next),
      y: labels(19, 5),
    });
  });

  it('uint8 inputs, rescaled while they are gathered', async () => {
    const data = Uint8Array.from({ length: 8 * 6 }, () => Math.floor((next() + 1) * 127));
    await checkGradients({
      inputs: 6,
      layers: [
        { type: 'rescaling', scale: Math.fround(1 / 255), offset: 0 },
        { type: 'dense', units: 4, activation: 'elu' },
        { type: 'dense', units: 3, activation: 'softmax' },
      ],
      loss: sparse,
      x: { data, shape: [8, 6] },
      y: labels(8, 3),
    });
  });

  it('a single sample with a single input', async () => {
    await checkGradients({
      inputs: 1,
      layers: [{ type: 'dense', units: 1, activation: 'sigmoid' }],
      loss: { name: 'binaryCrossentropy' },
      x: [[0.75]],
      y: [[1]],
    });
  });
});
