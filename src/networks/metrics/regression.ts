import type { NoHyperparameters } from '../../core/definition.js';
import {
  cosineSimilarity as cosineLoss,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
} from '../losses/regression.js';
import type { MetricDefinition } from './definition.js';
import { fromLoss } from './fromLoss.js';

/** Mean of (y − t)² over rows and columns. */
export const mse: MetricDefinition<NoHyperparameters> = fromLoss(meanSquaredError, 'mse');

/** Mean of |y − t| over rows and columns. */
export const mae: MetricDefinition<NoHyperparameters> = fromLoss(meanAbsoluteError, 'mae');

/** Square root of `mse` (Keras's RootMeanSquaredError). */
export const rmse: MetricDefinition<NoHyperparameters> = fromLoss(meanSquaredError, 'rmse', (sum, count) =>
  Math.sqrt(sum / count),
);

/** 100 · mean of |y − t| / max(|t|, 1e-7). */
export const mape: MetricDefinition<NoHyperparameters> = fromLoss(meanAbsolutePercentageError, 'mape');

/** Mean of (log(1 + y) − log(1 + t))², each of y and t at least 1e-7. */
export const msle: MetricDefinition<NoHyperparameters> = fromLoss(meanSquaredLogarithmicError, 'msle');

/** Mean over rows of the cosine of the angle between prediction and target: 1 is best, as in Keras's metric. */
export const cosineSimilarity: MetricDefinition<NoHyperparameters> = {
  ...fromLoss(cosineLoss, 'cosineSimilarity', (sum, count) => -sum / count),
  best: 'max',
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
