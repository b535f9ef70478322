import { fraction, notNegative, positive } from '../../core/definition.js';
import type { LearningRate } from '../schedules/index.js';
import { learningRate } from '../schedules/index.js';
import { integerPower, type OptimizerDefinition } from './definition.js';

/** Hyperparameters of Adam and AdamW. */
export type AdamHyperparameters = {
  learningRate: LearningRate;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
};

function adamFamily(name: string, weightDecay: number): OptimizerDefinition<AdamHyperparameters> {
  return {
    name,
    defaults: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay },
    ranges: {
      learningRate,
      beta1: fraction,
      beta2: fraction,
      epsilon: positive,
      weightDecay: notNegative,
    },
    kind: () => 'adam',
    slots: () => ['m', 'v'],
    scalars: (h) => ({
      beta1: Math.fround(h.beta1),
      oneMinusBeta1: Math.fround(1 - h.beta1),
      beta2: Math.fround(h.beta2),
      oneMinusBeta2: Math.fround(1 - h.beta2),
      epsilon: Math.fround(h.epsilon),
      weightDecay: Math.fround(h.weightDecay),
      nesterov: 0,
    }),
    registers: (h, step, rate) => ({
      learningRate: rate,
      stepSize: rate / (1 - integerPower(h.beta1, step)),
      inverseSqrtBias2: 1 / Math.sqrt(1 - integerPower(h.beta2, step)),
    }),
  };
}

/**
 * m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; w ← w − lr·m̂ / (√v̂ + ε), m̂ = m/(1 − β₁ᵗ), v̂ = v/(1
 * − β₂ᵗ) (Kingma & Ba 2015, algorithm 1).
 */
export const adam: OptimizerDefinition<AdamHyperparameters> = adamFamily('adam', 0);

/**
 * Adam with decoupled weight decay: w ← (1 − lr·λ)·w before the step (Loshchilov & Hutter 2019).
 */
export const adamw: OptimizerDefinition<AdamHyperparameters> = adamFamily('adamw', 0.004);
