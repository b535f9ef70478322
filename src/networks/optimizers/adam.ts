import { fraction, notNegative, positive } from '../../core/definition.js';
import { integerPower } from '../../core/integerPower.js';
import type { LearningRate } from '../schedules/index.js';
import { learningRate } from '../schedules/index.js';
import type { OptimizerDefinition } from './definition.js';

/** Hyperparameters of Adam. */
export type AdamHyperparameters = {
  learningRate: LearningRate;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Whether v̂ never falls: the largest v so far takes the place of v. */
  amsgrad: boolean;
};

/** Hyperparameters of AdamW. */
export type AdamwHyperparameters = AdamHyperparameters & {
  weightDecay: number;
};

/** Ranges that the optimizers of this family share. */
export const BETAS = { learningRate, beta1: fraction, beta2: fraction } as const;

/** Factors of both running means, in float32. */
export const betaScalars = (h: { beta1: number; beta2: number }) => ({
  beta1: Math.fround(h.beta1),
  oneMinusBeta1: Math.fround(1 - h.beta1),
  beta2: Math.fround(h.beta2),
  oneMinusBeta2: Math.fround(1 - h.beta2),
});

/**
 * m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; w ← w − lr·m̂ / (√v̂ + ε), m̂ = m/(1 − β₁ᵗ), v̂ = v/(1
 * − β₂ᵗ) (Kingma & Ba 2015, algorithm 1). With `amsgrad`, v̂ is that of the largest v so far (Reddi,
 * Kale & Kumar 2018, in the form PyTorch uses).
 */
export const adam: OptimizerDefinition<AdamHyperparameters> = {
  name: 'adam',
  defaults: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false },
  ranges: { ...BETAS, epsilon: positive },
  kind: () => 'adam',
  slots: (h) => (h.amsgrad ? ['m', 'v', 'vMax'] : ['m', 'v']),
  scalars: (h) => ({ ...betaScalars(h), epsilon: Math.fround(h.epsilon), nesterov: 0 }),
  registers: (h, step, rate) => ({
    learningRate: rate,
    stepSize: rate / (1 - integerPower(h.beta1, step)),
    inverseSqrtBias2: 1 / Math.sqrt(1 - integerPower(h.beta2, step)),
  }),
};

/**
 * Adam with decoupled weight decay: w ← (1 − lr·λ)·w before the step (Loshchilov & Hutter 2019). The
 * same as adam with `weightDecay`, except for the default.
 */
export const adamw: OptimizerDefinition<AdamwHyperparameters> = {
  ...adam,
  name: 'adamw',
  defaults: { ...adam.defaults, weightDecay: 0.004 },
  ranges: { ...adam.ranges, weightDecay: notNegative },
};
