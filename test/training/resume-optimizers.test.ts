import { layers, load, type Optimizer, optimizerNames, type Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder.js';
import { randomNumbers, randomRows } from '../support/random.js';

const files = temporaryFolder();
const next = randomNumbers(23);
const x = randomRows(40, 6, next);
const y = randomRows(40, 2, next);

/** What is not the default, so that a saved default shows. */
const UNUSUAL: Partial<Record<(typeof optimizerNames)[number], Optimizer>> = {
  sgd: { name: 'sgd', learningRate: 0.02, momentum: 0.8, nesterov: true },
  adagrad: { name: 'adagrad', learningRate: 0.3, learningRateDecay: 0.1, initialAccumulatorValue: 0.7 },
};

function build(optimizer: Optimizer): Sequential {
  const first = layers.dense({ units: 5, activation: 'tanh', inputShape: [6] });
  return sequential({ seed: 4, layers: [first, layers.dense({ units: 2 })] }).compile({
    optimizer,
    loss: 'meanSquaredError',
  });
}

const bits = (model: Sequential): string[] =>
  model.getWeights().map(({ data }) => Buffer.from(data.buffer).toString('hex'));

describe('saved half-way and loaded, an optimizer goes on with the bits of an undisturbed run', () => {
  it.each(optimizerNames)('%s', async (name) => {
    const optimizer = UNUSUAL[name] ?? name;
    const how = { batchSize: 16, workers: 1 };
    const whole = build(optimizer);
    await whole.fit(x, y, { ...how, epochs: 5 });
    const half = build(optimizer);
    const path = files.path(name);
    // Never trained, then trained: the state arrays are missing, then there.
    for (const epochs of [2, 3]) {
      await half.save(path);
      const loaded = await load(path);
      expect(loaded.compileConfig).toEqual(half.compileConfig);
      await loaded.fit(x, y, { ...how, epochs });
      await half.fit(x, y, { ...how, epochs });
      expect(bits(loaded)).toEqual(bits(half));
    }
    expect(bits(half)).toEqual(bits(whole));
  });
});

describe('adagrad', () => {
  it('starts its sums anew when it is compiled anew, each at initialAccumulatorValue', async () => {
    // One weight, one row, x = 1, y = 0: the gradient of w² is 2w.
    const [learningRate, initial, epsilon, w] = [0.5, 3, 0.25, 2];
    const optimizer = { name: 'adagrad', learningRate, initialAccumulatorValue: initial, epsilon } as const;
    const model = sequential({ layers: [layers.dense({ units: 1, useBias: false, inputShape: [1] })] });
    const start = [{ data: Float32Array.of(w), shape: [1, 1] }];
    for (let time = 0; time < 2; time++) {
      model.setWeights(start);
      model.compile({ optimizer, loss: 'meanSquaredError' });
      await model.fit([[1]], [[0]]);
      const g = 2 * w;
      const expected = w - (learningRate * g) / (Math.sqrt(initial + g * g) + epsilon);
      expect(model.getWeights()[0]!.data[0]).toBeCloseTo(expected, 6);
    }
  });
});
