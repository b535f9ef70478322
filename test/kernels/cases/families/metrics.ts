import { type OpKind, PHASES, TALLY_RULES } from '#steepest/kernels/contract.js';
import type { Generate } from '../draws.js';

/** Metrics. */
export const metricCases = {
  argmaxAccuracy(c) {
    c.batch('p');
    c.labelsOrTarget(c.float);
    c.output('out', c.capacity, 1);
  },
  topK(c) {
    c.batch('p');
    c.labelsOrTarget(c.float);
    c.output('out', c.capacity, 1);
    c.scalar({ k: 1 + c.random.below(c.cols) });
  },
  weighColumns(c) {
    c.matrix('weights', c.capacity, 1, c.positive);
    c.matrix('values', c.capacity, c.cols, c.float);
    c.inPlace('values', 'rows');
  },
  tally(c) {
    c.batch('p', c.cols, c.random.pick([c.probability, c.float, () => c.random.below(9) / 8]));
    c.labelsOrTarget(c.probability);
    c.maybe(() => c.matrix('weights', c.capacity, 1, c.positive));
    const rule = c.random.pick(Object.values(TALLY_RULES));
    const bins = rule === TALLY_RULES.spaced ? 1 + c.random.below(9) : 2;
    const [firstColumn, perColumn] = [c.random.below(c.cols), c.random.below(2)];
    const columns = 1 + c.random.below(c.cols - firstColumn);
    c.scalar({ rule, threshold: 0.4, bins, perColumn, firstColumn, columns });
    c.vector('sums', 2 * bins * (perColumn === 1 ? columns : 1), () => c.random.unit(), 'f64');
    c.inPlace('sums', 'all');
    c.whole(PHASES.merge);
  },
  thresholdAccuracy(c) {
    c.batch('p', c.cols, c.probability);
    c.batch('target', c.cols, c.probability);
    c.output('out', c.capacity, 1);
    c.scalar({ threshold: 0.4 });
  },
  r2Terms(c) {
    c.batch('y');
    c.batch('target');
    c.vector('shift', c.cols, c.float);
    c.output('out', c.capacity, 3 * c.cols);
  },
} satisfies Partial<Record<OpKind, Generate>>;
