import {
  type Loss,
  layers,
  load,
  type Metric,
  metricNames,
  Sequential,
  type SteepestError,
  sequential,
} from 'steepest';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder.js';
import { native, nativeChoices, typescriptExact, typescriptFast } from '../support/kernelChoices.js';
import { randomNumbers, randomRows } from '../support/random.js';

const [ROWS, OUTPUTS] = [49, 3];
const next = randomNumbers(11);
const x = randomRows(ROWS, 4, next);
const oneHot = x.map((_, i) => [0, 1, 2].map((j) => (j === (i * i) % OUTPUTS ? 1 : 0)));
const labels = oneHot.map((row) => row.indexOf(1));
const sampleWeight = x.map((_, i) => ((i * 7) % 5) / 3);
const files = temporaryFolder();

const build = (loss: Loss, metrics: readonly Metric[], activation: 'softmax' | 'linear' = 'softmax') =>
  sequential({ seed: 3, layers: [layers.dense({ units: OUTPUTS, inputShape: [4], activation })] }).compile({
    loss,
    metrics,
    optimizer: 'adam',
  });
/** Metrics of both forms of targets, and those of one. */
const OF_LABELS: readonly Metric[] = metricNames
  .filter((name) => ['accuracy', 'topK', 'precision', 'recall', 'f1', 'rocAuc', 'prAuc'].includes(name))
  .map((name) => (name === 'topK' ? { name, k: 2 } : name));
const OF_ROWS: readonly Metric[] = metricNames
  .filter((name) => name !== 'sparseCategoricalCrossentropy')
  .map((name) => (name === 'topK' ? { name, k: 2, weighted: true } : ({ name, weighted: true } as Metric)));

function errorOf(call: () => unknown): SteepestError {
  try {
    call();
  } catch (error) {
    return error as SteepestError;
  }
  return expect.fail('accepted');
}

describe('metrics while training', () => {
  it('all of them have the same bits for any number of workers and instruction set', async () => {
    const train = async (workers: number, options: object): Promise<unknown> => {
      const model = build('categorical_crossentropy', OF_ROWS);
      const how = { ...options, workers, epochs: 2, batchSize: 20, sampleWeight };
      const { history } = await model.fit(x, oneHot, { ...how, validationData: [x, oneHot] });
      return history;
    };
    const one = await train(1, native.options);
    for (const workers of [2, 3, 7]) expect(await train(workers, native.options)).toEqual(one);
    for (const { options, title } of [...nativeChoices, typescriptExact]) {
      expect(await train(2, options), title).toEqual(one);
    }
    const fast = await train(1, typescriptFast.options);
    for (const workers of [2, 7]) expect(await train(workers, typescriptFast.options)).toEqual(fast);
  });

  it('class numbers and one-hot rows give the same values', async () => {
    const byRow = build('categoricalCrossentropy', OF_LABELS);
    const byLabel = build('sparseCategoricalCrossentropy', OF_LABELS);
    const how = { workers: 1, batchSize: 16 };
    expect(await byLabel.evaluate(x, labels, how)).toEqual(await byRow.evaluate(x, oneHot, how));
  });

  it('see probabilities where the model ends in logits', async () => {
    const logits = build({ name: 'categoricalCrossentropy', fromLogits: true }, OF_LABELS, 'linear');
    const softmax = build('categoricalCrossentropy', OF_LABELS);
    const how = { workers: 1 };
    expect(await logits.evaluate(x, oneHot, how)).toEqual(await softmax.evaluate(x, oneHot, how));
  });

  it('a metric of the loss is the loss', async () => {
    for (const name of [
      'mse',
      'hinge',
      'poisson',
      'klDivergence',
      'quantile',
      'binaryFocalCrossentropy',
    ] as const) {
      const model = build(name, [{ name, weighted: true } as Metric]);
      const logs = await model.evaluate(x, oneHot, { workers: 1 });
      // Row by row the same numbers, but for the two forms of a loss of probabilities.
      expect(logs[name], name).toBe(logs.loss);
    }
  });

  it('do not change what is trained', async () => {
    const how = { workers: 2, epochs: 2, batchSize: 16, sampleWeight };
    const [bare, full] = [build('categoricalCrossentropy', []), build('categoricalCrossentropy', OF_ROWS)];
    const [one, other] = [await bare.fit(x, oneHot, how), await full.fit(x, oneHot, how)];
    expect(other.history.loss).toEqual(one.history.loss);
    expect(full.getWeights()).toEqual(bare.getWeights());
  });

  it('weighted by class, and 0 where no row counts', async () => {
    const model = build('sparseCategoricalCrossentropy', [{ name: 'accuracy', weighted: true }]);
    const weights = labels.map((label) => (label === 1 ? 1 : 0));
    const onlyOnes = labels.map((label, i) => (label === 1 ? i : -1)).filter((i) => i >= 0);
    const { accuracy } = await model.evaluate(x, labels, { workers: 1, sampleWeight: weights });
    const some = { x: onlyOnes.map((i) => x[i]!), y: onlyOnes.map((i) => labels[i]!) };
    expect(accuracy).toBe((await model.evaluate(some.x, some.y, { workers: 1 })).accuracy);
    const how = { workers: 1, epochs: 1, shuffle: false, batchSize: ROWS };
    const byClass = build('sparseCategoricalCrossentropy', [{ name: 'accuracy', weighted: true }]);
    const { history } = await byClass.fit(x, labels, { ...how, classWeight: { 0: 0, 2: 0 } });
    expect(history.accuracy).toEqual([accuracy]);
  });

  it('are saved and printed with what was asked for', async () => {
    const metrics: Metric[] = [{ name: 'accuracy', weighted: true }, 'mse', { name: 'f1', classId: 1 }];
    const model = build('categoricalCrossentropy', metrics);
    expect(model.compileConfig!.metrics).toEqual(metrics);
    expect(model.summary().split('\n').at(-1)).toContain('metrics accuracy (weighted), mse, f1 (classId 1)');
    await model.save(files.path('metrics'));
    const again = await load(files.path('metrics'), Sequential);
    expect(again.compileConfig!.metrics).toEqual(metrics);
    expect(await again.evaluate(x, oneHot, { workers: 1 })).toEqual(
      await model.evaluate(x, oneHot, { workers: 1 }),
    );
  });

  it.each<[Loss, Metric, string]>([
    ['categoricalCrossentropy', 'topK', 'topK.k to be at most 3'],
    ['categoricalCrossentropy', { name: 'topK', k: 4 }, 'topK.k to be at most 3'],
    ['categoricalCrossentropy', { name: 'precision', classId: 3 }, 'precision.classId to be a column'],
    ['sparseCategoricalCrossentropy', { name: 'f1', classId: 7 }, 'f1.classId to be a column'],
    ['categoricalCrossentropy', { name: 'rocAuc', numThresholds: 1 }, 'rocAuc.numThresholds to be a whole'],
    ['categoricalCrossentropy', { name: 'prAuc', numThresholds: 2.5 }, 'prAuc.numThresholds to be a whole'],
    ['sparseCategoricalCrossentropy', 'mse', 'computed from class numbers'],
    ['mse', 'sparseCategoricalCrossentropy', 'computed from target rows'],
  ])('%j with %j is refused', (loss, metric, expected) => {
    const error = errorOf(() => build(loss, [metric]));
    expect(error.code).toBe('ERR_ARGUMENT');
    expect(error.expected).toContain(expected);
    expect(error.hint).not.toBe('');
  });
});
