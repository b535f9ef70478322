import { positive } from '../../core/definition.js';
import type { LossDefinition } from './definition.js';

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
  name: 'huber',
  defaults: { delta: 1 },
  ranges: { delta: positive },
  targets: 'matrix',
  fuses: undefined,
  emit(builder, { prediction, target, rowLoss }, { delta }) {
    const dy = builder.differentiates ? builder.batchMatrix('loss.gradient', prediction.cols) : undefined;
    const scalars = { delta: Math.fround(delta) };
    builder.emit('huber', { y: prediction, target, dy, rowLoss }, scalars, { label: 'huber' });
    return { prediction, gradient: dy && { operand: dy, of: 'output' } };
  },
};
