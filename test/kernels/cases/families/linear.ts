import { LOG_LINK_FAMILIES, type OpKind, PHASES } from '#steepest/kernels/contract.js';
import { type Generate, linearTable } from '../draws.js';

/** Linear models in float64. */
export const linearCases = {
  linearScores(c) {
    const outputs = Math.min(c.inner, 12);
    linearTable(c);
    c.matrix('w', outputs, c.cols, c.float, 'f64');
    c.vector('bias', outputs, c.float, 'f64');
    c.output('z', outputs, c.capacity, 'cols', 0, 'f64');
  },
  logisticLoss(c) {
    const scores = c.random.chance(0.4) ? 1 : 2 + c.random.below(11);
    const rows = c.capacity + 3;
    c.matrix('z', scores, c.capacity, c.float, 'f64');
    c.vector('labels', rows, () => c.random.below(Math.max(scores, 2)), 'i32');
    c.maybe(() => c.vector('weights', rows, c.positive, 'f64'));
    c.batchStart = c.random.below(rows - c.rows + 1);
    c.maybe(() => c.output('curvature', scores, rows, 'all', 0, 'f64'));
    c.outputMaybeOver('dz', 'z', () => c.output('dz', scores, c.capacity, 'all', 0, 'f64'), 'all');
    c.matrix('totals', 1, 1, () => 0.1, 'f64');
    c.inPlace('totals', 'all');
    c.whole(PHASES.rows);
  },
  logLinkLoss(c) {
    const rows = c.capacity + 3;
    c.vector('z', c.capacity, c.float, 'f64');
    c.vector('y', rows, c.positive, 'f64');
    c.maybe(() => c.vector('offset', rows, c.float, 'f64'));
    c.maybe(() => c.vector('weights', rows, c.positive, 'f64'));
    c.batchStart = c.random.below(rows - c.rows + 1);
    c.maybe(() => c.output('curvature', 1, rows, 'all', 0, 'f64'));
    c.outputMaybeOver('dz', 'z', () => c.output('dz', 1, c.capacity, 'all', 0, 'f64'), 'all');
    c.matrix('totals', 1, 1, () => 0.1, 'f64');
    c.inPlace('totals', 'all');
    c.scalar({ family: c.random.pick(Object.values(LOG_LINK_FAMILIES)) });
    c.whole(PHASES.rows);
  },
  linearGradient(c) {
    const outputs = Math.min(c.inner, 12);
    linearTable(c);
    c.matrix('dz', outputs, c.capacity, c.float, 'f64');
    c.matrix('dw', outputs, c.cols, c.float, 'f64');
    c.inPlace('dw', 'rows');
    c.vector('db', outputs, c.float, 'f64');
    c.inPlace('db', 'cols');
    c.slice(outputs, 1 + c.random.below(6), PHASES.rows);
  },
  curvatureProduct(c) {
    const scores = c.random.chance(0.4) ? 1 : 2 + c.random.below(11);
    const rows = c.capacity + 3;
    c.matrix('t', scores, c.capacity, c.float, 'f64');
    c.matrix('curvature', scores, rows, c.probability, 'f64');
    c.maybe(() => c.vector('weights', rows, c.positive, 'f64'));
    c.outputMaybeOver('dz', 't', () => c.output('dz', scores, c.capacity, 'cols', 0, 'f64'), 'cols');
    c.batchStart = c.random.below(rows - c.rows + 1);
  },
  curvatureFactors(c) {
    const scores = 1 + c.random.below(11);
    const rows = c.capacity + 3;
    c.matrix('curvature', scores, rows, c.probability, 'f64');
    c.maybe(() => c.vector('weights', rows, c.positive, 'f64'));
    c.batchStart = c.random.below(rows - c.rows + 1);
    c.output('h', 1, rows, 'cols', c.batchStart, 'f64');
    c.scalar({ k: c.random.below(scores), l: c.random.below(scores) });
  },
  gram(c) {
    const n = 8 * (1 + c.random.below(6));
    c.matrix('a', c.capacity, n, c.float, 'f64');
    c.matrix('out', n, n, c.float, 'f64');
    c.inPlace('out', 'all');
    c.whole(PHASES.rows);
  },
} satisfies Partial<Record<OpKind, Generate>>;
