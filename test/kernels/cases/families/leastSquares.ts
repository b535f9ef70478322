import { type OpKind, PHASES } from '#steepest/kernels/contract.js';
import type { CaseBuilder } from '../case.js';
import { type Generate, linearTable, SLICE_ROWS } from '../draws.js';

/**
 * Columns of a QR factorisation: whole panels of 8, and no more than exact kernels do in a moment.
 */
const qrColumns = (c: CaseBuilder): number => 8 * Math.ceil(Math.min(Math.max(c.cols, 1), 264) / 8);

/** Least squares in float64. */
export const leastSquaresCases = {
  gatherDesign(c) {
    const tableRows = c.capacity + c.inner + 1;
    const targets = 1 + c.random.below(3);
    const dtype = c.random.pick(['u8', 'f32', 'f64'] as const);
    c.matrix('x', tableRows, c.cols, dtype === 'u8' ? () => c.random.below(256) : c.float, dtype);
    const hasY = c.random.chance(0.8);
    if (hasY) c.matrix('y', tableRows, targets, c.float, 'f64');
    c.maybe(() => c.vector('weight', tableRows, c.positive, 'f64'));
    c.batchStart = c.random.below(tableRows - c.rows + 1);
    c.output('dst', c.capacity, 1 + c.cols + targets + c.random.below(8), 'rows', 0, 'f64');
    const used = c.cols + (hasY ? targets : 0);
    c.maybe(() => c.matrix('frame', 2, 1 + used, c.positive, 'f64'));
    c.scalar({ intercept: c.random.below(2) });
  },
  qrFold(c) {
    const n = qrColumns(c);
    const isTriangular = c.random.chance(0.3);
    const triangle = (i: number, j: number): number => (i <= j ? c.float() : 0);
    c.matrix('a', c.capacity, n, isTriangular ? triangle : c.float, 'f64');
    c.matrix('r', n, n, c.random.chance(0.3) ? () => 0 : triangle, 'f64');
    c.inPlace('a', 'all');
    c.inPlace('r', 'all');
    c.scalar({ triangular: Number(isTriangular) });
    c.whole(PHASES.rows);
  },
  normalFold(c) {
    const n = qrColumns(c);
    const targets = 1 + c.random.below(Math.min(3, n - 2));
    const cols = 1 + c.random.below(n - 1 - targets);
    const tableRows = c.capacity + c.inner + 1;
    // Blocks that are refused for their condition are those with a column that nearly repeats the
    // one before.
    const isNear = c.random.chance(0.2);
    const isEmpty = c.random.chance(0.2);
    let before = 0;
    const value = (_row: number, j: number): number => {
      if (isEmpty && j === 1) return 0;
      const own = c.float();
      before = isNear && j === 2 ? before + own / 512 : own;
      return before;
    };
    const dtype = c.random.pick(['u8', 'f32', 'f64', 'f64'] as const);
    c.matrix('x', tableRows, cols, dtype === 'u8' ? () => c.random.below(256) : value, dtype);
    c.matrix('y', tableRows, targets, c.float, 'f64');
    c.maybe(() => c.vector('weight', tableRows, c.positive, 'f64'));
    c.batchStart = c.random.below(tableRows - c.rows + 1);
    c.maybe(() => c.matrix('frame', 2, 1 + cols + targets, c.positive, 'f64'));
    c.output('a', c.capacity, n, 'all', 0, 'f64');
    c.matrix('r', n, n, c.random.chance(0.3) ? () => 0 : (i, j) => (i <= j ? c.float() : 0), 'f64');
    c.output('work', 2 * n + 5, n, 'all', 0, 'f64');
    c.inPlace('r', 'all');
    c.scalar({ intercept: c.random.below(2) });
    c.whole(PHASES.rows);
  },
  triangularSolve(c) {
    const n = c.inner;
    c.matrix('r', n, n, c.float, 'f64');
    c.matrix('b', n, c.cols, c.float, 'f64');
    c.inPlace('b', 'cols');
    c.scalar({ transposed: c.random.below(2) });
    c.slice(c.cols, 1 + c.random.below(SLICE_ROWS));
  },
  jacobiRows(c) {
    const rows = Math.min(c.rows, 17);
    c.matrix('a', rows, c.cols, c.float, 'f64');
    c.inPlace('a', 'all');
    c.maybe(() => {
      c.matrix('b', rows, c.inner, c.float, 'f64');
      c.inPlace('b', 'all');
    });
    c.matrix('sweeps', 1, 1, () => 99, 'f64');
    c.inPlace('sweeps', 'all');
    c.scalar({ tolerance: 1e-15, maxSweeps: 12 });
    c.whole(PHASES.rows);
  },
  normalResidual(c) {
    const rows = linearTable(c);
    const targets = 1 + c.random.below(3);
    c.matrix('y', rows, targets, c.float, 'f64');
    c.maybe(() => c.vector('weight', rows, c.positive, 'f64'));
    c.matrix('coef', targets, c.cols, c.float, 'f64');
    c.vector('intercept', targets, c.float, 'f64');
    c.matrix('moments', 2 * targets, 1 + c.cols, c.float, 'f64');
    c.inPlace('moments', 'all');
    c.whole(PHASES.rows);
  },
} satisfies Partial<Record<OpKind, Generate>>;
