import {
  type Loss,
  layers,
  type Metric,
  type MetricName,
  metricNames,
  type Sequential,
  sequential,
} from 'steepest';
import { describe, expect, it } from 'vitest';
import { readFixture } from '../support/fixtures.js';
import { type KernelChoice, kernelChoices, native } from '../support/kernelChoices.js';

interface Problem {
  prediction: number[][];
  target: number[][] | number[];
}
interface Case {
  problem: string;
  metric: { name: MetricName };
  value: number;
  weighted: number;
}
const { problems, cases, weights } = readFixture<{
  problems: Record<string, Problem>;
  cases: Case[];
  weights: number[];
}>('training_metrics');

/** float32 predictions and losses; Keras's AUC is float32 itself. */
const TOLERANCE = 3e-6;
const BATCH = 16;

/** A model whose outputs are its inputs. */
function identity({ prediction, target }: Problem, metric: Metric): Sequential {
  const cols = prediction[0]!.length;
  const model = sequential({ layers: [layers.dense({ units: cols, inputShape: [cols] })] });
  const kernel = Float32Array.from({ length: cols * cols }, (_, i) => (i % (cols + 1) === 0 ? 1 : 0));
  model.setWeights([
    { data: kernel, shape: [cols, cols] },
    { data: new Float32Array(cols), shape: [cols] },
  ]);
  const loss: Loss = typeof target[0] === 'number' ? 'sparseCategoricalCrossentropy' : 'mse';
  // A rate so small that training changes nothing.
  return model.compile({ loss, metrics: [metric], optimizer: { name: 'sgd', learningRate: 1e-37 } });
}

/** Batches of another size than those that the model makes of them. */
function* stream({ prediction: x, target: y }: Problem, sampleWeight: number[] | undefined) {
  for (let first = 0; first < x.length; first += 7) {
    const part = <T>(rows: readonly T[]): T[] => rows.slice(first, first + 7);
    const weighing = sampleWeight === undefined ? {} : { sampleWeight: part(sampleWeight) };
    yield { x: part(x), y: part(y as number[]), ...weighing };
  }
}

describe('metrics while training, against Keras', () => {
  it('has expected values for every metric that Keras has', () => {
    const without = new Set<MetricName>(metricNames);
    for (const { metric } of cases) without.delete(metric.name);
    // The values of these come from tests of losses; a metric is the mean of its loss.
    expect([...without]).toEqual([
      'huber',
      'quantile',
      'binaryFocalCrossentropy',
      'categoricalFocalCrossentropy',
    ]);
  });

  it.each(cases)('$problem, $metric', async ({ problem, metric, value, weighted }) => {
    const data = problems[problem]!;
    const { prediction: x, target: y } = data;
    const { name } = metric;
    const evaluate = async (
      model: Sequential,
      workers: number,
      { options }: KernelChoice,
      weigh: boolean,
    ) => {
      const how = { ...options, workers, batchSize: BATCH, ...(weigh ? { sampleWeight: weights } : {}) };
      return (await model.evaluate(x, y, how))[name]!;
    };
    const model = identity(data, metric as Metric);
    const heavy = identity(data, { ...metric, weighted: true } as Metric);
    for (const choice of kernelChoices) {
      const [plain, byWeight] = [
        await evaluate(model, 1, choice, true),
        await evaluate(heavy, 1, choice, true),
      ];
      expect(Math.abs(plain - value), choice.title).toBeLessThanOrEqual(TOLERANCE * Math.max(1, value));
      expect(Math.abs(byWeight - weighted), choice.title).toBeLessThanOrEqual(
        TOLERANCE * Math.max(1, weighted),
      );
      // Without weights, a weighted metric is the plain one.
      expect(await evaluate(heavy, 1, choice, false)).toBe(plain);
      for (const workers of [2, 3, 7]) expect(await evaluate(heavy, workers, choice, true)).toBe(byWeight);
    }
    const how = { ...native.options, workers: 2, batchSize: BATCH };
    const one = await evaluate(heavy, 1, native, true);
    expect((await heavy.evaluate(() => stream(data, weights), how))[name]).toBe(one);
    const fit = { ...how, epochs: 2, shuffle: false, sampleWeight: weights };
    const { history } = await heavy.fit(x, y, { ...fit, validationData: [x, y, weights] });
    const validated = `val${name[0]!.toUpperCase()}${name.slice(1)}`;
    expect(history[name as 'loss']).toEqual([one, one]);
    expect(history[validated as 'loss']).toEqual([one, one]);
    const streamed = await heavy.fit(() => stream(data, weights), { ...how, epochs: 1, shuffle: false });
    expect(streamed.history[name as 'loss']).toEqual([one]);
  });
});
