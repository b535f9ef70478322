import { type NoHyperparameters, positive, probability } from '../../core/definition.js';
import { LOSS_FORMULAS, type LossFormula } from '../../kernels/contract.js';
import type { LossDefinition, LossInputs } from './definition.js';
import { NOT_NEGATIVE } from './targetRange.js';

/** The operands of losses of predictions of any value. */
const operandsOf = ({ prediction, target, gradient, rowLoss }: LossInputs) => ({
  y: prediction,
  target,
  dy: gradient,
  rowLoss,
});

const ofAnyValue = { defaults: {}, ranges: {}, targets: 'matrix', fuses: undefined } as const;

/** A loss that is one of the formulas of the op `elementLoss` and has no hyperparameters. */
export function elementLoss(
  name: string,
  formula: LossFormula,
  targetRange?: LossDefinition['targetRange'],
): LossDefinition<NoHyperparameters> {
  return {
    ...ofAnyValue,
    name,
    ...(targetRange && { targetRange }),
    emit(builder, inputs) {
      const scalars = { formula: LOSS_FORMULAS[formula], parameter: 0 };
      builder.emit('elementLoss', operandsOf(inputs), scalars, { label: name });
      return inputs.prediction;
    },
  };
}

/** L = mean over rows and columns of (y − t)². */
export const meanSquaredError: LossDefinition<NoHyperparameters> = {
  ...ofAnyValue,
  name: 'meanSquaredError',
  emit(builder, inputs) {
    builder.emit('meanSquaredError', operandsOf(inputs), {}, { label: 'meanSquaredError' });
    return inputs.prediction;
  },
};

/** L = mean over rows and columns of |y − t|; the subgradient at 0 is 0. */
export const meanAbsoluteError: LossDefinition<NoHyperparameters> = {
  ...ofAnyValue,
  name: 'meanAbsoluteError',
  emit(builder, inputs) {
    builder.emit('meanAbsoluteError', operandsOf(inputs), {}, { label: 'meanAbsoluteError' });
    return inputs.prediction;
  },
};

/** Hyperparameters of the Huber loss. */
export type HuberHyperparameters = {
  /** Up to this difference the loss is quadratic, beyond it linear. */
  delta: number;
};

/**
 * L = mean over rows and columns of ½d² where |d| ≤ δ and δ·(|d| − ½δ) beyond, d = y − t (Huber
 * 1964; Keras's Huber, PyTorch's HuberLoss). The gradient is d, clipped to ±δ.
 */
export const huber: LossDefinition<HuberHyperparameters> = {
  ...ofAnyValue,
  name: 'huber',
  defaults: { delta: 1 },
  ranges: { delta: positive },
  emit(builder, inputs, { delta }) {
    builder.emit('huber', operandsOf(inputs), { delta: Math.fround(delta) }, { label: 'huber' });
    return inputs.prediction;
  },
};

/** Hyperparameters of the quantile loss. */
export type QuantileHyperparameters = {
  /** The quantile that is learned. Default 0.5, the median. */
  quantile: number;
};

/**
 * L = mean over rows and columns of max(q·(t − y), (q − 1)·(t − y)), the pinball loss (Koenker &
 * Bassett 1978; scikit-learn's `mean_pinball_loss`); the subgradient at 0 is 0.
 */
export const quantile: LossDefinition<QuantileHyperparameters> = {
  ...ofAnyValue,
  name: 'quantile',
  defaults: { quantile: 0.5 },
  ranges: { quantile: probability },
  emit(builder, inputs, { quantile: parameter }) {
    const scalars = { formula: LOSS_FORMULAS.quantile, parameter: Math.fround(parameter) };
    builder.emit('elementLoss', operandsOf(inputs), scalars, { label: 'quantile' });
    return inputs.prediction;
  },
};

/** L = mean over rows and columns of log cosh(y − t) (Keras's LogCosh). */
export const logCosh = elementLoss('logCosh', 'logCosh');

/**
 * L = mean over rows and columns of y − t·log(y + 1e-7), up to a constant minus the log likelihood of
 * counts t with means y (Keras's Poisson). A prediction below −1e-7 has no loss.
 */
export const poisson = elementLoss('poisson', 'poisson', NOT_NEGATIVE);

/**
 * L = mean over rows and columns of (log(1 + max(y, 1e-7)) − log(1 + max(t, 1e-7)))² (Keras's
 * MeanSquaredLogarithmicError). Predictions of at most 1e-7 have no gradient.
 */
export const meanSquaredLogarithmicError = elementLoss(
  'meanSquaredLogarithmicError',
  'squaredLogarithmic',
  NOT_NEGATIVE,
);

/**
 * L = 100 · mean over rows and columns of |y − t| / max(|t|, 1e-7) (Keras's
 * MeanAbsolutePercentageError); the subgradient at y = t is 0.
 */
export const meanAbsolutePercentageError = elementLoss('meanAbsolutePercentageError', 'absolutePercentage');

/**
 * L = −mean over rows of the cosine of the angle between prediction and target, each divided by its
 * norm, or by 1e-7 if that is larger (Keras's CosineSimilarity, with its sign: −1 is best).
 */
export const cosineSimilarity: LossDefinition<NoHyperparameters> = {
  ...ofAnyValue,
  name: 'cosineSimilarity',
  emit(builder, inputs) {
    builder.emit('cosineSimilarity', operandsOf(inputs), {}, { label: 'cosineSimilarity' });
    return inputs.prediction;
  },
};
