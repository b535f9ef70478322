import {
  type ActivationName,
  type LossName,
  layers,
  type MetricName,
  type Optimizer,
  sequential,
} from 'steepest';
import { describe, it } from 'vitest';
import { expectClose, type Numbers, readFixture, weightArray } from '../support/fixtures.js';
import { kernelChoices } from '../support/kernelChoices.js';

interface Run {
  sizes: number[];
  activations: ActivationName[];
  optimizer: Optimizer;
  loss: LossName;
  metrics: MetricName[];
  batchSize: number;
  epochs: number;
  x: number[][];
  y: number[][] | number[];
  weights: Numbers[];
  history: Record<string, number[]>;
  finalWeights: Numbers[];
}

const { runs } = readFixture<{ runs: Run[] }>('training');

describe.each(kernelChoices)('training runs against PyTorch, $title', ({ options }) => {
  it.each(runs)('$loss: loss and metrics of every epoch, weights at the end', async (run) => {
    const { sizes, activations, x, y, batchSize, epochs } = run;
    const model = sequential({
      layers: activations.map((activation, i) =>
        layers.dense({
          units: sizes[i + 1]!,
          activation,
          ...(i === 0 ? { inputShape: [sizes[0]!] } : {}),
        }),
      ),
    });
    model.setWeights(run.weights.map(weightArray));
    model.compile({ optimizer: run.optimizer, loss: run.loss, metrics: run.metrics });
    const { history } = await model.fit(x, y, { ...options, epochs, batchSize, shuffle: false, workers: 2 });
    for (const [name, values] of Object.entries(run.history)) {
      expectClose(history[name]!, values, { relative: 1e-5 });
    }
    run.finalWeights.forEach((expected, i) => {
      expectClose(model.getWeights()[i]!.data, expected, { absolute: 1e-5 });
    });
  });
});
