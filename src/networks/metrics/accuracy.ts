import { type NoHyperparameters, probability } from '../../core/definition.js';
import { type MetricDefinition, rowMean } from './definition.js';

/** Hyperparameters of `binaryAccuracy`. */
export type BinaryAccuracyHyperparameters = {
  /** A probability above it counts as positive. Default 0.5. */
  threshold: number;
};

/**
 * Fraction of rows and columns where (p > threshold) equals the target (Keras's BinaryAccuracy).
 */
export const binaryAccuracy: MetricDefinition<BinaryAccuracyHyperparameters> = {
  ...rowMean,
  name: 'binaryAccuracy',
  defaults: { threshold: 0.5 },
  ranges: { threshold: probability },
  best: 'max',
  targets: ['matrix'],
  emit(builder, { prediction, target, out }, { threshold }) {
    const scalars = { threshold: Math.fround(threshold) };
    builder.emit('thresholdAccuracy', { p: prediction, target, out }, scalars, { label: 'binaryAccuracy' });
  },
};

/**
 * Fraction of rows whose most probable class is the target's. With a single output column it means
 * `binaryAccuracy`, as in Keras.
 */
export const accuracy: MetricDefinition<NoHyperparameters> = {
  ...rowMean,
  name: 'accuracy',
  defaults: {},
  ranges: {},
  best: 'max',
  targets: ['labels', 'matrix'],
  emit(builder, inputs) {
    const { prediction, target, targets, out } = inputs;
    if (targets === 'matrix' && prediction.cols === 1) {
      return binaryAccuracy.emit(builder, inputs, binaryAccuracy.defaults);
    }
    const compared = targets === 'labels' ? { labels: target } : { target };
    builder.emit('argmaxAccuracy', { p: prediction, ...compared, out }, {}, { label: 'accuracy' });
  },
};
