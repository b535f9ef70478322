import { notNegative, positive } from '../../core/definition.js';
import type { LearningRate } from '../schedules/index.js';
import { learningRate } from '../schedules/index.js';
import type { OptimizerDefinition } from './definition.js';

/** Hyperparameters of Adagrad. */
export type AdagradHyperparameters = {
  learningRate: LearningRate;
  /** The rate of step t = 1, 2, … is learningRate / (1 + (t − 1)·learningRateDecay). */
  learningRateDecay: number;
  /** The initial value of every sum of squares. */
  initialAccumulatorValue: number;
  epsilon: number;
};

/**
 * v ← v + g²; w ← w − lr·g / (√v + ε), with v = initialAccumulatorValue at first (Duchi, Hazan &
 * Singer 2011, in the form PyTorch uses; Keras adds ε inside the root). Defaults as in Keras.
 *
 * Uses RMSProp's op with both factors 1: a product with 1 is exact, so v is rounded like a plain
 * sum.
 */
export const adagrad: OptimizerDefinition<AdagradHyperparameters> = {
  name: 'adagrad',
  defaults: { learningRate: 0.001, learningRateDecay: 0, initialAccumulatorValue: 0.1, epsilon: 1e-7 },
  ranges: {
    learningRate,
    learningRateDecay: notNegative,
    initialAccumulatorValue: notNegative,
    epsilon: positive,
  },
  kind: () => 'rmsprop',
  slots: () => ['v'],
  initialState: (h) => Math.fround(h.initialAccumulatorValue),
  scalars: (h) => ({ rho: 1, oneMinusRho: 1, epsilon: Math.fround(h.epsilon), momentum: 0 }),
  registers: (h, step, rate) => ({ learningRate: rate / (1 + (step - 1) * h.learningRateDecay) }),
};
