import { fraction, positive } from '../../core/definition.js';
import type { LearningRate } from '../schedules/index.js';
import { learningRate } from '../schedules/index.js';
import type { OptimizerDefinition } from './definition.js';

/** Hyperparameters of RMSProp. */
export type RmspropHyperparameters = {
  learningRate: LearningRate;
  rho: number;
  epsilon: number;
  /** Weight of the previous step. */
  momentum: number;
  /** Whether to divide by a running standard deviation of the gradient, not by √(mean of squares). */
  centered: boolean;
};

/**
 * v ← ρ·v + (1 − ρ)·g²; w ← w − lr·g / (√v + ε) (Tieleman & Hinton 2012, lecture 6e). With
 * `centered`: m ← ρ·m + (1 − ρ)·g, and v − m² takes the place of v (Graves 2013). With momentum μ:
 * b ← μ·b + g / (√v + ε); w ← w − lr·b. ε and b as in PyTorch: Keras has ε inside the root and the
 * learning rate in b.
 */
export const rmsprop: OptimizerDefinition<RmspropHyperparameters> = {
  name: 'rmsprop',
  defaults: { learningRate: 0.001, rho: 0.9, epsilon: 1e-7, momentum: 0, centered: false },
  ranges: { learningRate, rho: fraction, epsilon: positive, momentum: fraction },
  kind: () => 'rmsprop',
  slots: (h) => ['v', ...(h.centered ? ['m'] : []), ...(h.momentum > 0 ? ['b'] : [])],
  scalars: (h) => ({
    rho: Math.fround(h.rho),
    oneMinusRho: Math.fround(1 - h.rho),
    epsilon: Math.fround(h.epsilon),
    momentum: Math.fround(h.momentum),
  }),
  registers: (_h, _step, rate) => ({ learningRate: rate }),
};
