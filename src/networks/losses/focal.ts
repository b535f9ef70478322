import { notNegative, positive, probability } from '../../core/definition.js';
import { HINT_CLASS_NUMBERS } from './crossEntropy.js';
import type { LossDefinition } from './definition.js';
import { type CrossEntropyHyperparameters, onLogitsToo, probabilitiesOf, smoothed } from './probabilities.js';
import { CLASS_COLUMNS } from './targetRange.js';

/** Hyperparameters of `binaryFocalCrossentropy`. */
export type BinaryFocalHyperparameters = CrossEntropyHyperparameters & {
  /** How much less well-classified elements count; 0 gives the cross-entropy. Default 2. */
  gamma: number;
  /** The weight of targets of 1; targets of 0 have 1 − alpha. Default 0.25. */
  alpha: number;
  /** Whether `alpha` is used. Default false, as in Keras. */
  applyClassBalancing: boolean;
};

/**
 * L = mean over rows and columns of w·(1 − p_t)^γ·u, with u the binary cross-entropy, p_t = t·p +
 * (1 − t)·(1 − p) and w = t·α + (1 − t)·(1 − α) (Lin et al. 2017; Keras's
 * BinaryFocalCrossentropy). In u, probabilities are clipped to [1e-7, 1 − 1e-7]; logits need no
 * clipping.
 */
export const binaryFocalCrossentropy: LossDefinition<BinaryFocalHyperparameters> = {
  name: 'binaryFocalCrossentropy',
  defaults: { ...onLogitsToo.defaults, gamma: 2, alpha: 0.25, applyClassBalancing: false },
  ranges: { ...onLogitsToo.ranges, gamma: notNegative, alpha: probability },
  targets: 'matrix',
  fuses: 'sigmoid',
  targetRange: CLASS_COLUMNS,
  hintOneColumn: `For two classes, end in one unit with 'sigmoid'. ${HINT_CLASS_NUMBERS}`,
  emit(builder, inputs, { labelSmoothing, gamma, alpha, applyClassBalancing }) {
    const { prediction, fused, rowLoss, gradient } = inputs;
    const target = smoothed(builder, inputs, 'matrix', { labelSmoothing, share: 1 / 2 });
    const p = fused ? probabilitiesOf(builder, prediction) : undefined;
    const scalars = {
      onLogits: fused ? 1 : 0,
      gamma: Math.fround(gamma),
      positiveWeight: applyClassBalancing ? Math.fround(alpha) : 1,
      negativeWeight: applyClassBalancing ? Math.fround(1 - alpha) : 1,
    };
    const operands = { x: prediction, ...target, p, dx: gradient, rowLoss };
    builder.emit('binaryFocal', operands, scalars, { label: 'binaryFocalCrossentropy' });
    return p ?? prediction;
  },
};

/** Hyperparameters of `categoricalFocalCrossentropy`. */
export type CategoricalFocalHyperparameters = CrossEntropyHyperparameters & {
  /** How much less well-classified rows count; 0 gives α times the cross-entropy. Default 2. */
  gamma: number;
  /** A factor of the loss. Default 0.25. */
  alpha: number;
};

/**
 * L = −mean over rows of Σ_k α·t_k·(1 − p_k)^γ·log p_k (Lin et al. 2017; Keras's
 * CategoricalFocalCrossentropy). Scores from an activation other than softmax are divided by their
 * sum and clipped to [1e-7, 1 − 1e-7]; a clipped one has no gradient.
 */
export const categoricalFocalCrossentropy: LossDefinition<CategoricalFocalHyperparameters> = {
  name: 'categoricalFocalCrossentropy',
  defaults: { ...onLogitsToo.defaults, gamma: 2, alpha: 0.25 },
  ranges: { ...onLogitsToo.ranges, gamma: notNegative, alpha: positive },
  targets: 'matrix',
  fuses: 'softmax',
  targetRange: CLASS_COLUMNS,
  hintOneColumn: HINT_CLASS_NUMBERS,
  emit(builder, inputs, { labelSmoothing, gamma, alpha }) {
    const { prediction, fused, rowLoss, gradient } = inputs;
    const share = 1 / prediction.cols;
    const target = smoothed(builder, inputs, 'matrix', { labelSmoothing, share });
    const p = fused ? probabilitiesOf(builder, prediction) : undefined;
    const scalars = { onLogits: fused ? 1 : 0, gamma: Math.fround(gamma), alpha: Math.fround(alpha) };
    const operands = { x: prediction, ...target, p, dx: gradient, rowLoss };
    builder.emit('categoricalFocal', operands, scalars, { label: 'categoricalFocalCrossentropy' });
    return p ?? prediction;
  },
};
