import { fraction, positive } from '../../core/definition.js';
import type { LearningRate } from '../schedules/index.js';
import { learningRate } from '../schedules/index.js';
import type { OptimizerDefinition } from './definition.js';

/** Hyperparameters of RMSProp. */
export type RmspropHyperparameters = {
  learningRate: LearningRate;
  rho: number;
  epsilon: number;
};

/** v ← ρ·v + (1 − ρ)·g²; w ← w − lr·g / (√v + ε) (Tieleman & Hinton 2012, lecture 6e). */
export const rmsprop: OptimizerDefinition<RmspropHyperparameters> = {
  name: 'rmsprop',
  defaults: { learningRate: 0.001, rho: 0.9, epsilon: 1e-7 },
  ranges: { learningRate, rho: fraction, epsilon: positive },
  kind: () => 'rmsprop',
  slots: () => ['v'],
  scalars: (h) => ({
    rho: Math.fround(h.rho),
    oneMinusRho: Math.fround(1 - h.rho),
    epsilon: Math.fround(h.epsilon),
    momentum: 0,
  }),
  registers: (_h, _step, rate) => ({ learningRate: rate }),
};
