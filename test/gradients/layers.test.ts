import { layers } from 'steepest';
import { describe, expect, it } from 'vitest';
import { checkGradients, type LayerCase, randomNumbers, randomRows } from './check.js';

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
};

describe('gradients of every layer', () => {
  it('has a case for every layer', () => {
    expect(Object.keys(CASES).sort()).toEqual(Object.keys(layers).sort());
  });

  it.each(Object.entries(CASES).flatMap(([type, lists]) => lists.map((list, i) => ({ type, i, list }))))(
    '$type, case $i',
    async ({ list }) => {
      await checkGradients({
        inputs: 6,
        layers: list,
        loss: { name: 'meanSquaredError' },
        x: randomRows(5, 6, next),
        y: randomRows(5, 1, next),
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
