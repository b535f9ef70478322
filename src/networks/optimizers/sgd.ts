import { fraction, type OptimizerDefinition, positive } from './definition.js';

/** Numbers of SGD. */
export type SgdNumbers = {
  learningRate: number;
  momentum: number;
  nesterov: boolean;
};

/**
 * Steepest descent on mini-batches: w ← w − lr·g. With momentum μ:
 * v ← μ·v + g, w ← w − lr·v, or with Nesterov's look-ahead w ← w −
 * lr·(g + μ·v) (Sutskever et al. 2013, in the form PyTorch uses).
 */
export const sgd: OptimizerDefinition<SgdNumbers> = {
  name: 'sgd',
  defaults: { learningRate: 0.01, momentum: 0, nesterov: false },
  ranges: { learningRate: positive, momentum: fraction },
  kind: (h) => (h.momentum > 0 ? 'momentum' : 'sgd'),
  slots: (h) => (h.momentum > 0 ? ['v'] : []),
  scalars: (h): Record<string, number> =>
    h.momentum > 0 ? { momentum: Math.fround(h.momentum), nesterov: h.nesterov ? 1 : 0 } : {},
  registers: (h) => ({ learningRate: h.learningRate }),
};
