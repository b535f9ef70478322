import { fraction, positive } from '../../core/definition.js';
import type { LearningRate } from '../schedules/index.js';
import { learningRate } from '../schedules/index.js';
import type { OptimizerDefinition } from './definition.js';

/** Hyperparameters of Adadelta. */
export type AdadeltaHyperparameters = {
  /** The published algorithm has no learning rate: 1. */
  learningRate: LearningRate;
  rho: number;
  epsilon: number;
};

/**
 * v ← ρv + (1 − ρ)g²; δ = √(d + ε)/√(v + ε)·g; d ← ρd + (1 − ρ)δ²; w ← w − lr·δ (Zeiler 2012,
 * algorithm 1). Defaults as in Keras.
 */
export const adadelta: OptimizerDefinition<AdadeltaHyperparameters> = {
  name: 'adadelta',
  defaults: { learningRate: 0.001, rho: 0.95, epsilon: 1e-7 },
  ranges: { learningRate, rho: fraction, epsilon: positive },
  kind: () => 'adadelta',
  slots: () => ['v', 'd'],
  scalars: (h) => ({
    rho: Math.fround(h.rho),
    oneMinusRho: Math.fround(1 - h.rho),
    epsilon: Math.fround(h.epsilon),
  }),
  registers: (_h, _step, rate) => ({ learningRate: rate }),
};
