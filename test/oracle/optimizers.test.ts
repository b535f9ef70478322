import { layers, type Optimizer, type OptimizerName, optimizerNames, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { expectClose, type Numbers, readFixture, weightArray } from '../support/fixtures.js';
import { kernelChoices } from '../support/kernelChoices.js';

interface Fixture {
  x: number[][];
  labels: number[];
  weights: Numbers[];
  cases: {
    name: string;
    optimizer: Exclude<Optimizer, OptimizerName>;
    penalty: { l1: number; l2: number };
    scales: [number, number];
    losses: number[];
    snapshots: { step: number; weights: Numbers[] }[];
  }[];
}

const { x, labels, weights, cases } = readFixture<Fixture>('optimizers');
/** Of weights near 1 after ten float32 steps, against float64. */
const WEIGHTS = { absolute: 4e-6 };
const LOSSES = { relative: 4e-6 };

describe.each(kernelChoices)('optimizers against torch.optim and Keras, $title', ({ options }) => {
  it('has expected values for every optimizer', () => {
    expect(new Set(cases.map((c) => c.optimizer.name))).toEqual(new Set(optimizerNames));
  });

  it.each(cases)('$name', async ({ optimizer, penalty, scales, losses, snapshots }) => {
    const model = sequential({
      layers: [
        layers.dense({
          units: 5,
          activation: 'tanh',
          kernelRegularizer: penalty,
          learningRateScale: scales[0],
          inputShape: [7],
        }),
        layers.dense({
          units: 3,
          activation: 'softmax',
          kernelRegularizer: penalty,
          learningRateScale: scales[1],
        }),
      ],
    });
    model.setWeights(weights.map(weightArray));
    model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy' });
    const seen: number[] = [];
    let step = 0;
    for (const snapshot of snapshots) {
      // A full batch makes an epoch one step; fit goes on where the last one ended, moments and step count included.
      const { history } = await model.fit(x, labels, {
        ...options,
        epochs: snapshot.step - step,
        batchSize: x.length,
        shuffle: false,
        workers: 1,
      });
      step = snapshot.step;
      seen.push(...history.loss!);
      snapshot.weights.forEach((expected, i) => {
        expectClose(model.getWeights()[i]!.data, expected, WEIGHTS);
      });
    }
    expectClose(seen, losses, LOSSES);
  });
});
