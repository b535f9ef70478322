import { type MetricDefinition, rowMean } from './definition.js';

/** Share of columns on the right side of this probability. */
const DECISION_THRESHOLD = 0.5;

/** Share of rows and columns where (p > 0.5) equals the target. */
export const binaryAccuracy: MetricDefinition = {
  ...rowMean,
  name: 'binaryAccuracy',
  targets: ['matrix'],
  emit(builder, { prediction, target, out }) {
    const scalars = { threshold: DECISION_THRESHOLD };
    builder.emit('thresholdAccuracy', { p: prediction, target, out }, scalars, { label: 'binaryAccuracy' });
  },
};

/**
 * Share of rows whose most probable class is the target's. With a single output column it is
 * `binaryAccuracy`, as in Keras.
 */
export const accuracy: MetricDefinition = {
  ...rowMean,
  name: 'accuracy',
  targets: ['labels', 'matrix'],
  emit(builder, inputs) {
    const { prediction, target, targets, out } = inputs;
    if (targets === 'matrix' && prediction.cols === 1) return binaryAccuracy.emit(builder, inputs);
    const compared = targets === 'labels' ? { labels: target } : { target };
    builder.emit('argmaxAccuracy', { p: prediction, ...compared, out }, {}, { label: 'accuracy' });
  },
};
