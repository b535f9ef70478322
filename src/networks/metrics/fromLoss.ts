import type { Hyperparameters } from '../../core/definition.js';
import type { LossDefinition } from '../losses/definition.js';
import { type MetricDefinition, rowMean } from './definition.js';

/**
 * The mean of a loss as a metric. Metrics read the model's output after its last activation, so
 * cross-entropies see probabilities, and `fromLogits` is not theirs.
 * @param name Keras's short name, if it has one
 * @param finish the metric from the sum of the rows' losses and their number
 */
export function fromLoss<H extends Hyperparameters>(
  loss: LossDefinition<H>,
  name: string = loss.name,
  finish: (sum: number, count: number) => number = (sum, count) => sum / count,
): MetricDefinition<Omit<H, 'fromLogits'>> {
  const { fromLogits: _, ...defaults } = loss.defaults as H & { fromLogits?: boolean };
  return {
    ...rowMean,
    name,
    defaults,
    ranges: loss.ranges as unknown as MetricDefinition<Omit<H, 'fromLogits'>>['ranges'],
    best: 'min',
    targets: [loss.targets],
    emit(builder, { prediction, target, out }, h) {
      const inputs = { prediction, fused: false, target, rowLoss: out, gradient: undefined };
      loss.emit(builder, inputs, { ...loss.defaults, ...h, fromLogits: false } as H);
    },
    finish: (sums, count) => finish(sums[0]!, count),
  };
}
