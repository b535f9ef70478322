import { positive } from '../../core/definition.js';
import { integerPower } from '../../core/integerPower.js';
import type { LearningRate } from '../schedules/index.js';
import { BETAS, betaScalars } from './adam.js';
import type { OptimizerDefinition } from './definition.js';

/** Hyperparameters of AdaMax. */
export type AdamaxHyperparameters = {
  learningRate: LearningRate;
  beta1: number;
  beta2: number;
  epsilon: number;
};

/**
 * m ← β₁m + (1 − β₁)g; u ← max(β₂u, |g|); w ← w − lr/(1 − β₁ᵗ)·m / (u + ε) (Kingma & Ba 2015,
 * algorithm 2; ε where Keras has it, PyTorch adds it to |g|).
 */
export const adamax: OptimizerDefinition<AdamaxHyperparameters> = {
  name: 'adamax',
  defaults: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  ranges: { ...BETAS, epsilon: positive },
  kind: () => 'adamax',
  slots: () => ['m', 'u'],
  scalars(h) {
    const { oneMinusBeta2: _, ...factors } = betaScalars(h);
    return { ...factors, epsilon: Math.fround(h.epsilon) };
  },
  registers: (h, step, rate) => ({
    learningRate: rate,
    stepSize: rate / (1 - integerPower(h.beta1, step)),
  }),
};
