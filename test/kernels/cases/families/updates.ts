import { CONSTRAINED, CONSTRAINTS, type OpKind, PHASES } from '#steepest/kernels/contract.js';
import type { CaseBuilder } from '../case.js';
import { type Generate, SLICE_ROWS } from '../draws.js';

/** Values with which fast and exact kernels are compared. */
const isTame = (c: CaseBuilder): boolean => c.values === 'ordinary' || c.values === 'integers';

/** Operands and scalars that all updates share. `variants` are arrays that may be absent. */
function update(
  c: CaseBuilder,
  states: Record<string, () => number>,
  variants: Record<string, () => number> = {},
): void {
  const { rows, cols } = c;
  c.matrix('w', rows, cols, c.float);
  c.inPlace('w', 'rows');
  c.matrix('g', rows, cols, c.float);
  const state = (name: string, draw: () => number): void => {
    c.matrix(name, rows, cols, draw);
    c.inPlace(name, 'rows');
  };
  for (const [name, draw] of Object.entries(states)) state(name, draw);
  for (const [name, draw] of Object.entries(variants)) c.maybe(() => state(name, draw));
  c.maybe(() => c.output('wT', cols, rows, 'cols'));
  c.scalar({
    l1: c.random.pick([0, 0.01]),
    l2x2: c.random.pick([0, 0.002]),
    rateScale: c.random.pick([1, 1, 0.1, 3]),
    weightDecay: c.random.pick([0, 0.05]),
  });
  c.slice(rows, SLICE_ROWS);
}

/** Gradients, the updates of parameters, and what follows them. */
export const updateCases = {
  penalty(c) {
    const blocks = Math.ceil(c.rows / SLICE_ROWS);
    c.matrix('w', c.rows, c.cols, c.float);
    c.output('partial', 1, blocks, 'cols');
    c.scalar({ l1: c.random.pick([0, 0.01]), l2: c.random.pick([0, 0.001]) });
    c.slice(blocks, 1);
  },
  constrain(c) {
    const over = c.random.pick(Object.values(CONSTRAINED));
    c.matrix('w', c.rows, c.cols, c.float);
    c.inPlace('w', 'all');
    c.maybe(() => c.output('wT', c.cols, c.rows, 'all'));
    c.scalar({
      constraint: c.random.pick(Object.values(CONSTRAINTS)),
      over,
      limit: c.random.pick([0, 0.5, 2, 1e30]),
    });
    const extents = [Math.ceil(c.cols / 16), c.rows, 1];
    c.slice(extents[over]!, 1);
  },
  average(c) {
    c.matrix('w', c.rows, c.cols, c.float);
    c.matrix('e', c.rows, c.cols, c.float);
    c.inPlace('e', 'rows');
    c.slice(c.rows, 1);
  },
  transposeRows(c) {
    c.matrix('w', c.rows, c.cols, c.float);
    c.output('wT', c.cols, c.rows, 'cols');
    c.slice(c.rows, 1);
  },
  addGradient(c) {
    c.matrix('g', c.rows, c.cols, c.float);
    c.matrix('other', c.rows, c.cols, c.float);
    c.inPlace('g', 'rows');
    c.slice(c.rows, 1);
  },
  accumulateGradient(c) {
    c.matrix('g', c.rows, c.cols, c.float);
    c.matrix('total', c.rows, c.cols, c.float);
    c.inPlace('total', 'rows');
    c.slice(c.rows, 1);
  },
  finishGradient(c) {
    c.matrix('w', c.rows, c.cols, c.float);
    c.matrix('g', c.rows, c.cols, c.float);
    c.inPlace('g', 'rows');
    c.maybe(() => c.matrix('total', c.rows, c.cols, c.float));
    c.maybe(() => c.output('squares', 1, c.rows, 'cols', 0, 'f64'));
    c.scalar({
      l1: c.random.pick([0, 0.01]),
      l2x2: c.random.pick([0, 0.002]),
      clipValue: c.random.pick([0, 0.5, 2 ** -126]),
    });
    c.slice(c.rows, 1);
  },
  clipFactor(c) {
    c.vector('squares', c.rows * c.cols, c.positive, 'f64');
    c.output('factor', 1, 1, 'all', 0, 'f64');
    c.scalar({ limit: c.random.pick([0.5, 1, 2 ** -126, 1e30]) });
    c.whole(PHASES.merge);
  },
  scaleGradient(c) {
    c.matrix('g', c.rows, c.cols, c.float);
    c.inPlace('g', 'rows');
    c.vector('factor', 1, () => c.random.pick([0.25, 0.1, 1, 1e-40]), 'f64');
    c.slice(c.rows, 1);
  },
  sgd(c) {
    update(c, {});
  },
  momentum(c) {
    update(c, { v: c.float });
    c.scalar({ momentum: 0.9, nesterov: c.random.below(2) });
  },
  lion(c) {
    // The sign of a rounding depends on the kernel set: the mean outweighs any gradient.
    update(c, { m: isTame(c) ? () => (c.random.chance(0.5) ? 1 : -1) * (2 + c.positive()) : c.float });
    c.scalar({ beta1: 0.9, oneMinusBeta1: 0.1, beta2: 0.99, oneMinusBeta2: 0.01 });
  },
  rmsprop(c) {
    // With any mean, v − m² may be below 0 or a rounding above it. The root of a rounding depends on
    // the kernel set, so fast and exact kernels are compared with smaller means.
    const tame = isTame(c);
    const mean = tame ? () => Math.max(-0.5, Math.min(0.5, c.float())) : c.float;
    update(c, { v: () => c.positive() + (tame ? 1 : 0) }, { m: mean, b: c.float });
    c.scalar({ rho: 0.9, oneMinusRho: 0.1, epsilon: 1e-7, momentum: 0.8 });
  },
  adadelta(c) {
    update(c, { v: c.positive, d: c.positive });
    c.scalar({ rho: 0.95, oneMinusRho: 0.05, epsilon: c.random.pick([1e-7, 0.1]) });
  },
  adam(c) {
    update(c, { m: c.float, v: c.positive }, { vMax: c.positive });
    c.scalar({
      beta1: 0.9,
      oneMinusBeta1: 0.1,
      beta2: 0.999,
      oneMinusBeta2: 0.001,
      epsilon: 1e-8,
      nesterov: c.random.below(2),
    });
  },
  adamax(c) {
    update(c, { m: c.float, u: c.positive });
    c.scalar({ beta1: 0.9, oneMinusBeta1: 0.1, beta2: 0.999, epsilon: c.random.pick([1e-7, 0.1]) });
  },
} satisfies Partial<Record<OpKind, Generate>>;
