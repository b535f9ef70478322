/** Matrix products, and sums over the rows of the mini-batch. */
import { ACTIVATIONS, GEMM_BATCH, GEMM_EPILOGUE, GEMM_INIT } from '../constants.js';
import { batchRows, cols, equals, perElement, rows, scalar, select, times } from './expression.js';
import { atLeast, batch, column, exactly, needs, same, shape, vector, vectorOf } from './rules.js';
import { BATCH, choice, f32, f64, finite, op, optional, output, strided, updated } from './schema.js';

const isBatch = (dimension: number) => equals(scalar('batch'), dimension);
/** Requires room for the mini-batch if it is this dimension of the product. */
const roomFor = (dimension: number) => select(isBatch(dimension), batchRows, 0);

export const gemmOps = {
  /**
   * C (m×n) from A (m×k, any two strides) and B (k×n, any two strides;
   * `b.colStride` 1 is the fast case). c[i][j] is one chain acc = fma(a[i][p], b[p][j], acc), p
   * ascending, from 0, bias[0][j] or c[i][j]; then the epilogue: f(acc), or derivative(acc as g,
   * d[i][j] as s). Range: rows i of C.
   * `batch` names the dimension whose size is the `rows` register.
   */
  gemm: op(() => ({
    operands: { a: strided(f32), b: strided(f32), c: updated(f32), bias: optional(f32), d: optional(f32) },
    scalars: {
      init: choice(GEMM_INIT),
      epilogue: choice(GEMM_EPILOGUE),
      activation: choice(ACTIVATIONS),
      alpha: finite,
      batch: choice(GEMM_BATCH),
    },
    range: select(isBatch(GEMM_BATCH.m), BATCH, rows('c')),
    rules: () => [
      exactly(rows('a'), rows('c'), 'as many as c'),
      shape('b', [cols('a'), cols('c')], 'columns of a, and of c'),
      vectorOf('bias', cols('c'), 'as many as c'),
      same('c', 'd'),
      needs('bias', 'init', GEMM_INIT.bias),
      needs('d', 'epilogue', GEMM_EPILOGUE.derivative),
      atLeast(rows('c'), roomFor(GEMM_BATCH.m), 'maxRows of the program'),
      atLeast(cols('a'), roomFor(GEMM_BATCH.k), 'maxRows of the program'),
    ],
    flops: perElement('c', times(2, cols('a'))),
  })),
  /** db[0][j] = ((dz[0][j] + dz[1][j]) + dz[2][j]) + …, rows 0 … R−1. Range: columns j. */
  biasGradient: op(() => ({
    operands: { dz: f32, db: output(f32) },
    range: cols('db'),
    rules: () => [batch('dz'), vectorOf('db', cols('dz'), 'as many as dz')],
    flops: perElement('dz', 1),
  })),
  /**
   * totals[0][j] (float64) += stats[0][j], then stats[1][j], … in ascending r, for j = 0 … J−1;
   * then, if `penalty` is given, totals[0][0] += R·P with P its elements added in ascending order
   * in float64 from 0. Sets `lossNotFinite`, and ends the phase, if any stats[r][0] (r < R) or P is
   * NaN or infinite.
   */
  rowSums: op(() => ({
    operands: { stats: f32, penalty: optional(f32), totals: updated(f64) },
    splits: 'none',
    // Totals can include a penalty even without rows.
    runsEmpty: true,
    rules: () => [column('stats'), vectorOf('totals', cols('stats'), 'as many as stats'), vector('penalty')],
    flops: perElement('stats', 1),
  })),
};
