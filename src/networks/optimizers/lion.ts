import type { LearningRate } from '../schedules/index.js';
import { BETAS, betaScalars } from './adam.js';
import type { OptimizerDefinition } from './definition.js';

/** Hyperparameters of Lion. */
export type LionHyperparameters = {
  learningRate: LearningRate;
  beta1: number;
  beta2: number;
};

/**
 * w ← w − lr·sign(β₁m + (1 − β₁)g); m ← β₂m + (1 − β₂)g (Chen et al. 2023, algorithm 2). Every weight
 * moves by the learning rate, which is therefore chosen 3 to 10 times smaller than Adam's, and
 * `weightDecay` as many times larger.
 */
export const lion: OptimizerDefinition<LionHyperparameters> = {
  name: 'lion',
  defaults: { learningRate: 0.001, beta1: 0.9, beta2: 0.99 },
  ranges: BETAS,
  kind: () => 'lion',
  slots: () => ['m'],
  scalars: betaScalars,
  registers: (_h, _step, rate) => ({ learningRate: rate }),
};
