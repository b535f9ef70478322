import { callbacks, layers, type Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import {
  type KernelChoice,
  native,
  nativeChoices,
  typescriptExact,
  typescriptFast,
} from '../support/kernelChoices.js';
import { randomNumbers, randomRows } from '../support/random.js';

/** Large enough that ranks own columns of both hidden layers: `explain` says so below. */
const INPUTS = 300;
const ROWS = 75;
const CLASSES = 5;

const x = randomRows(ROWS, INPUTS, randomNumbers(23));
const y = x.map((row) => Math.floor(Math.abs(row[0]! + row[1]! * row[2]!) * 97) % CLASSES);
const x32 = { data: Float32Array.from(x.flat()), shape: [ROWS, INPUTS] };

type Compile = Parameters<Sequential['compile']>[0];

function build(optimizer: Compile['optimizer'] = 'adam'): Sequential {
  return sequential({
    seed: 7,
    layers: [
      layers.dense({ units: 160, activation: 'relu', inputShape: [INPUTS] }),
      layers.dense({ units: 112, activation: 'gelu' }),
      layers.dense({ units: CLASSES, activation: 'softmax' }),
    ],
  }).compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
}

const bytesOf = (model: Sequential): string[] =>
  model.getWeights().map(({ data }) => Buffer.from(data.buffer).toString('hex'));

async function train(model: Sequential, workers: number, { options }: KernelChoice, more = {}) {
  const { history } = await model.fit(x32, y, {
    ...options,
    epochs: 2,
    batchSize: 32,
    validationSplit: 0.2,
    workers,
    ...more,
  });
  return { weights: bytesOf(model), history };
}

describe('where ranks own columns, the same bits', () => {
  it('is what explain says of this model', () => {
    const text = build().explain({ batchSize: 32, workers: 2 });
    expect(text).toContain('dense_1/kernel: worker 1 owns columns 80–160');
    expect(text).toContain('dense_2/kernel: worker 1 owns columns');
  });

  it('for any number of workers, with averages of the weights', async () => {
    const ema = () => ({ callbacks: [callbacks.ema({ decay: 0.8 })] });
    const one = await train(build(), 1, native, ema());
    for (const workers of [2, 3, 7]) {
      expect(await train(build(), workers, native, ema()), `${workers} workers`).toEqual(one);
    }
  });

  it('on every instruction set and both TypeScript sets', async () => {
    const one = await train(build(), 1, native);
    for (const choice of [...nativeChoices, typescriptExact]) {
      expect(await train(build(), 2, choice), choice.title).toEqual(one);
    }
    const fast = await train(build(), 1, typescriptFast);
    expect(await train(build(), 3, typescriptFast)).toEqual(fast);
  });

  it('if each fit goes on with another number of workers', async () => {
    const whole = build('nadam');
    for (let fit = 0; fit < 3; fit++) await train(whole, 1, native);
    const parts = build('nadam');
    for (const workers of [2, 3, 1]) await train(parts, workers, native);
    expect(bytesOf(parts)).toEqual(bytesOf(whole));
  });

  it('after an update that was not finite: the last finite parameters are computed again', async () => {
    // The second mini-batch has a huge column: its loss is finite, and its update is not.
    const huge = { ...x32, data: x32.data.map((v, i) => (i >= 32 * INPUTS && i % INPUTS === 0 ? 1e37 : v)) };
    const learningRate = { schedule: 'piecewise', steps: [1], rates: [0.01, 1e6] } as const;
    const left = [1, 2, 3].map(async (workers) => {
      const model = build({ name: 'sgd', momentum: 0.9, learningRate });
      const options = { ...native.options, batchSize: 32, shuffle: false, workers };
      const error = await model.fit(huge, y, options).then(
        () => undefined,
        (thrown: { code: string; given: string }) => ({ code: thrown.code, given: thrown.given }),
      );
      return { error, weights: bytesOf(model) };
    });
    const [one, ...others] = await Promise.all(left);
    expect(one!.error).toMatchObject({ code: 'ERR_DIVERGED' });
    expect(one!.weights).not.toEqual(bytesOf(build()));
    for (const other of others) expect(other).toEqual(one);
  });
});
