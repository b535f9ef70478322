import { fraction } from '../../core/definition.js';
import { SteepestError } from '../../core/errors.js';
import type { LearningRate } from '../schedules/index.js';
import { learningRate } from '../schedules/index.js';
import type { OptimizerDefinition } from './definition.js';

/** Hyperparameters of SGD. */
export type SgdHyperparameters = {
  learningRate: LearningRate;
  momentum: number;
  nesterov: boolean;
};

/**
 * Stochastic gradient descent on mini-batches: w ← w − lr·g. With momentum μ: v ← μ·v + g, w ← w −
 * lr·v, or with Nesterov's look-ahead w ← w − lr·(g + μ·v) (Sutskever et al. 2013, in the form
 * PyTorch uses).
 */
export const sgd: OptimizerDefinition<SgdHyperparameters> = {
  name: 'sgd',
  defaults: { learningRate: 0.01, momentum: 0, nesterov: false },
  ranges: { learningRate, momentum: fraction },
  check({ nesterov, momentum }) {
    if (!nesterov || momentum > 0) return;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'momentum above 0 with nesterov',
      given: 'momentum 0',
      hint: 'Set momentum, for example to 0.9, or leave nesterov out.',
    });
  },
  kind: (h) => (h.momentum > 0 ? 'momentum' : 'sgd'),
  slots: (h) => (h.momentum > 0 ? ['v'] : []),
  scalars: (h): Record<string, number> =>
    h.momentum > 0 ? { momentum: Math.fround(h.momentum), nesterov: h.nesterov ? 1 : 0 } : {},
  registers: (_h, _step, rate) => ({ learningRate: rate }),
};
