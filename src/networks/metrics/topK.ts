import { SteepestError } from '../../core/errors.js';
import { type MetricDefinition, rowMean, wholeNumber } from './definition.js';

/** Hyperparameters of `topK`. */
export type TopKHyperparameters = {
  /** How many of the most probable classes count. Default 5, as in Keras. */
  k: number;
};

/**
 * Fraction of rows whose class is among the k most probable: fewer than k outputs are larger than
 * that of the class (Keras's TopKCategoricalAccuracy, and for class numbers
 * SparseTopKCategoricalAccuracy).
 */
export const topK: MetricDefinition<TopKHyperparameters> = {
  ...rowMean,
  name: 'topK',
  defaults: { k: 5 },
  ranges: { k: wholeNumber(1) },
  best: 'max',
  targets: ['labels', 'matrix'],
  checkOutputs(outputs, { k }) {
    if (k <= outputs) return;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `topK.k to be at most ${outputs}, the number of outputs`,
      given: String(k),
      hint: `Write { name: 'topK', k: ${Math.max(1, Math.floor(outputs / 2))} }.`,
    });
  },
  emit(builder, { prediction, target, targets, out }, { k }) {
    const compared = targets === 'labels' ? { labels: target } : { target };
    builder.emit('topK', { p: prediction, ...compared, out }, { k }, { label: 'topK' });
  },
};
