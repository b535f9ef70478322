import { activationNames } from 'steepest';
import { describe, it } from 'vitest';
import { randomNumbers, randomRows } from '../support/random.js';
import { checkGradients } from './check.js';

const ROWS = 9;
const next = randomNumbers(3);
const x = randomRows(ROWS, 5, next);
const labels = Array.from({ length: ROWS }, (_, r) => r % 3);
const loss = { name: 'sparseCategoricalCrossentropy' } as const;

describe.each(activationNames)('gradients through %s', (activation) => {
  it('in a hidden dense layer, where f′ joins the matrix product', async () => {
    await checkGradients({
      inputs: 5,
      layers: [
        { type: 'dense', units: 6, activation },
        { type: 'dense', units: 4, activation },
        { type: 'dense', units: 3, activation: 'softmax' },
      ],
      loss,
      x,
      y: labels,
    });
  });

  it('as a layer of its own, between layers that keep it from joining', async () => {
    await checkGradients({
      inputs: 5,
      layers: [
        { type: 'dense', units: 6 },
        { type: 'dropout', rate: 0.5 },
        { type: 'activation', activation },
        { type: 'rescaling', scale: 0.5, offset: -0.25 },
        { type: 'activation', activation },
        { type: 'dense', units: 3, activation: 'softmax' },
      ],
      loss,
      x,
      y: labels,
    });
  });

  it('twice in a row after a dense layer', async () => {
    await checkGradients({
      inputs: 5,
      layers: [
        { type: 'dense', units: 6, activation },
        { type: 'activation', activation },
        { type: 'dense', units: 3, activation: 'softmax', useBias: false },
      ],
      loss,
      x,
      y: labels,
    });
  });
});
