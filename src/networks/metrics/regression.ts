import type { NoHyperparameters } from '../../core/definition.js';
import { type MetricDefinition, rowMean } from './definition.js';

/** Mean of (y − t)² over rows and columns. */
export const mse: MetricDefinition<NoHyperparameters> = {
  ...rowMean,
  name: 'mse',
  defaults: {},
  ranges: {},
  best: 'min',
  targets: ['matrix'],
  emit(builder, { prediction, target, out }) {
    builder.emit('meanSquaredError', { y: prediction, target, rowLoss: out }, {}, { label: 'mse' });
  },
};

/** Mean of |y − t| over rows and columns. */
export const mae: MetricDefinition<NoHyperparameters> = {
  ...rowMean,
  name: 'mae',
  defaults: {},
  ranges: {},
  best: 'min',
  targets: ['matrix'],
  emit(builder, { prediction, target, out }) {
    builder.emit('meanAbsoluteError', { y: prediction, target, rowLoss: out }, {}, { label: 'mae' });
  },
};

/** Sums per output column: (t − y)², t − shift, (t − shift)². */
const TERMS = 3;

/**
 * R² = 1 − Σ(t − y)² / Σ(t − t̄)², averaged over output columns (scikit-learn's `r2_score`, uniform
 * average). The first row's targets are subtracted from all targets before squaring, to avoid
 * cancellation. A column of constant targets counts 1 if it is predicted exactly and 0 otherwise.
 */
export const r2: MetricDefinition<NoHyperparameters> = {
  name: 'r2',
  defaults: {},
  ranges: {},
  best: 'max',
  targets: ['matrix'],
  columns: (outputs) => outputs * TERMS,
  emit(builder, { prediction, target, out }) {
    const shift = builder.memory.vector(`${TARGET_SHIFT}.${builder.mode}`, 'statistics', target.cols);
    builder.emit('r2Terms', { y: prediction, target, shift, out }, {}, { label: 'r2' });
  },
  finish(sums, count) {
    const outputs = sums.length / TERMS;
    let total = 0;
    for (let c = 0; c < outputs; c++) {
      const residual = sums[TERMS * c]!;
      const shifted = sums[TERMS * c + 1]!;
      const spread = sums[TERMS * c + 2]! - (shifted * shifted) / count;
      total += spread > 0 ? 1 - residual / spread : residual === 0 ? 1 : 0;
    }
    return total / outputs;
  },
};

/** Name of the arena region with the values that r2 subtracts from targets; the caller fills it. */
export const TARGET_SHIFT = 'target.shift';
