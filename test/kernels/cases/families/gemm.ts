import { GEMM_BATCH, GEMM_EPILOGUE, GEMM_INIT, type OpKind, PHASES } from '#steepest/kernels/contract.js';
import type { CaseBuilder } from '../case.js';
import { activationOf, type Generate, SLICE_ROWS } from '../draws.js';

function gemm(c: CaseBuilder): void {
  const [m, n, k] = [c.rows, c.cols, c.inner];
  const byBatch = c.random.pick(Object.values(GEMM_BATCH));
  const kRoom = byBatch === GEMM_BATCH.k ? m + 2 : k;
  // The rows register is always c.rows: as the k of a merge
  // it cuts the inner dimension, as m the outer one.
  const mRows = byBatch === GEMM_BATCH.m ? c.capacity : byBatch === GEMM_BATCH.k ? k : m;
  if (c.random.chance(0.4)) c.transposed('a', mRows, kRoom, c.float);
  else c.matrix('a', mRows, kRoom, c.float);
  if (c.random.chance(0.2)) c.transposed('b', kRoom, n, c.float);
  else c.matrix('b', kRoom, n, c.float);
  const init = c.random.pick(Object.values(GEMM_INIT));
  const epilogue = c.random.pick(Object.values(GEMM_EPILOGUE));
  if (init === GEMM_INIT.bias) c.vector('bias', n, c.float);
  if (init === GEMM_INIT.c) {
    c.matrix('c', mRows, n, c.float);
    c.inPlace('c', 'rows');
  } else {
    c.output('c', mRows, n);
  }
  if (epilogue === GEMM_EPILOGUE.derivative) c.matrix('d', mRows, n, c.float);
  c.scalar({
    init,
    epilogue,
    ...activationOf(c),
    batch: byBatch,
  });
  if (byBatch !== GEMM_BATCH.m) c.slice(mRows, 1 + c.random.below(SLICE_ROWS));
}

/** Matrix products and the sums beside them. */
export const gemmCases = {
  gemm,
  biasGradient(c) {
    c.batch('dz');
    c.output('db', 1, c.cols, 'cols');
    c.slice(c.cols, 1 + c.random.below(SLICE_ROWS));
  },
  rowSums(c) {
    const stats = Math.min(c.cols, 4);
    c.batch('stats', stats);
    c.maybe(() => c.vector('penalty', c.inner, c.float));
    c.matrix('totals', 1, stats, () => 0.1, 'f64');
    c.inPlace('totals', 'all');
    c.whole(PHASES.merge);
  },
} satisfies Partial<Record<OpKind, Generate>>;
