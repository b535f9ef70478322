import { layers, load, type Optimizer, optimizerNames, Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { resolveOptimizer } from '#steepest/networks/optimizers/index.js';
import { expectClose } from '../support/fixtures.js';
import { temporaryFolder } from '../support/folder.js';
import { randomNumbers, randomRows } from '../support/random.js';

const files = temporaryFolder();
const next = randomNumbers(23);
const x = randomRows(40, 6, next);
const y = randomRows(40, 2, next);

/** What is not the default, so that a saved default shows; with every array that an optimizer can have. */
const UNUSUAL: readonly Exclude<Optimizer, string>[] = [
  { name: 'sgd', learningRate: 0.02, weightDecay: 0.1 },
  { name: 'sgd', learningRate: 0.02, momentum: 0.8, nesterov: true },
  { name: 'adagrad', learningRate: 0.3, learningRateDecay: 0.1, initialAccumulatorValue: 0.7 },
  { name: 'rmsprop', rho: 0.8, epsilon: 0.01, weightDecay: 0.3, decayKernelsOnly: true },
  { name: 'rmsprop', centered: true, momentum: 0.6, epsilon: 0.1 },
  { name: 'adadelta', learningRate: 0.5, rho: 0.9, epsilon: 0.001 },
  { name: 'adam', beta1: 0.8, beta2: 0.9, amsgrad: true, epsilon: 0.002 },
  { name: 'adamw', weightDecay: 0.2, decayKernelsOnly: true },
  { name: 'adamax', beta1: 0.7, beta2: 0.9, epsilon: 0.01 },
  { name: 'nadam', beta1: 0.8, beta2: 0.95, momentumDecay: 0.02 },
  { name: 'lion', beta1: 0.8, beta2: 0.95, weightDecay: 0.5 },
];

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
  it('every optimizer is here', () => {
    expect(new Set(UNUSUAL.map(({ name }) => name))).toEqual(new Set(optimizerNames));
  });

  it.each(UNUSUAL.map((optimizer) => ({ optimizer, title: JSON.stringify(optimizer) })))(
    '$title',
    async ({ optimizer }) => {
      const how = { batchSize: 16, workers: 1 };
      const whole = build(optimizer);
      await whole.fit(x, y, { ...how, epochs: 5 });
      const half = build(optimizer);
      const path = files.path('model');
      // Never trained, then trained: the state arrays are missing, then there.
      for (const epochs of [2, 3]) {
        await half.save(path);
        const loaded = await load(path, Sequential);
        expect(loaded.compileConfig).toEqual(half.compileConfig);
        await loaded.fit(x, y, { ...how, epochs });
        await half.fit(x, y, { ...how, epochs });
        expect(bits(loaded)).toEqual(bits(half));
      }
      expect(bits(half)).toEqual(bits(whole));
    },
  );
});

describe('nadam', () => {
  it('has the same numbers in any order of steps', () => {
    const { definition, hyperparameters } = resolveOptimizer({ name: 'nadam', momentumDecay: 0.004 });
    const at = (step: number) => definition.registers(hyperparameters, step, 0.1);
    const other = resolveOptimizer({ name: 'nadam', momentumDecay: 0.5 });
    const forwards = Array.from({ length: 300 }, (_, i) => at(i + 1));
    for (let step = 300; step > 0; step -= 7) {
      expect(at(step)).toEqual(forwards[step - 1]);
      other.definition.registers(other.hyperparameters, step, 0.1);
      expect(at(step)).toEqual(forwards[step - 1]);
    }
  });

  it('is Adam with a look-ahead of constant momentum once its schedule has ended', () => {
    const { definition, hyperparameters } = resolveOptimizer('nadam');
    const { stepSize, gradientStep, inverseSqrtBias2 } = definition.registers(hyperparameters, 1e6, 0.5);
    expect([stepSize, gradientStep, inverseSqrtBias2]).toEqual([0.5 * 0.9, 0.5 * (1 - 0.9), 1]);
  });
});

describe('lion', () => {
  it('notices a gradient that is not finite, though its sign is', async () => {
    const model = sequential({ layers: [layers.dense({ units: 1, useBias: false, inputShape: [1] })] });
    model.setWeights([{ data: Float32Array.of(1), shape: [1, 1] }]);
    model.compile({ optimizer: 'lion', loss: 'meanSquaredError' });
    // The loss is x² = 2.25e38, a float32; the gradient 2x² is not.
    await expect(model.fit([[1.5e19]], [[0]], { workers: 1 })).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_DIVERGED' }),
    );
    expect(model.getWeights()[0]!.data[0]).toBe(1);
  });
});

describe('decayKernelsOnly', () => {
  it('leaves biases, gammas and betas alone', async () => {
    const norm = layers.batchNorm({ inputShape: [6] });
    const decayed = async (options: { weightDecay?: number; decayKernelsOnly?: boolean }) => {
      const model = sequential({ seed: 4, layers: [norm, layers.dense({ units: 2 })] });
      model.setWeights(
        model.getWeights().map(({ data, shape }) => ({ data: data.map((v) => v + 1), shape })),
      );
      model.compile({ optimizer: { name: 'sgd', learningRate: 0.5, ...options }, loss: 'meanSquaredError' });
      const before = model.getWeights();
      await model.fit(x, y, { batchSize: 64, workers: 1 });
      return model.getWeights().map(({ data }, i) => Array.from(data, (v, j) => v / before[i]!.data[j]!));
    };
    const none = await decayed({});
    const all = await decayed({ weightDecay: 0.25 });
    const kernels = await decayed({ weightDecay: 0.25, decayKernelsOnly: true });
    // gamma, beta, moving mean, moving variance, kernel, bias: a decayed weight has lost an eighth.
    const lost = (after: number[][], i: number) => after[i]!.map((v, j) => none[i]![j]! - v);
    for (const i of [0, 1, 4, 5])
      expectClose(
        lost(all, i),
        all[i]!.map(() => 0.125),
        { absolute: 1e-6 },
      );
    for (const i of [0, 1, 2, 3, 5]) expect(kernels[i]).toEqual(none[i]);
    expect(kernels[4]).toEqual(all[4]);
    expect([all[2], all[3]]).toEqual([none[2], none[3]]);
  });

  it('is refused where nothing decays', () => {
    const compile = (optimizer: Optimizer) => () => build(optimizer);
    expect(compile({ name: 'adam', decayKernelsOnly: true })).toThrow('weightDecay above 0');
    expect(compile({ name: 'adamw', decayKernelsOnly: true, weightDecay: 0 })).toThrow('weightDecay above 0');
    expect(compile({ name: 'sgd', decayKernelsOnly: false })).not.toThrow();
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
