import { checkBoolean, checkKeys } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { ACTIVATIONS, GEMM_BATCH, GEMM_EPILOGUE, GEMM_INIT } from '../contract.js';
import { type CallOp, callKernels, checkDisjoint, checkMatrix, checkSize, type MatrixView } from './call.js';

/** Arguments of {@link sgemm}, with BLAS's names and meanings, row-major. */
export interface SgemmOptions {
  /** Use the transpose of a. Default false. */
  transA?: boolean;
  /** Use the transpose of b. Default false. */
  transB?: boolean;
  /** Rows of op(a) and of c. */
  m: number;
  /** Columns of op(b) and of c. */
  n: number;
  /** Columns of op(a), rows of op(b). */
  k: number;
  /** Default 1. If it is 0, a and b are not read. Rounded to float32 first, like beta. */
  alpha?: number;
  /** m × k, or k × m if transA. */
  a: Float32Array<ArrayBufferLike>;
  /** Elements from one row of a to the next. Default: no gaps. */
  lda?: number;
  /** k × n, or n × k if transB. */
  b: Float32Array<ArrayBufferLike>;
  ldb?: number;
  /** Default 0: c is not read, whatever it contains. */
  beta?: number;
  /** m × n; must not share memory with a or b. */
  c: Float32Array<ArrayBufferLike>;
  ldc?: number;
}

const KEYS = ['transA', 'transB', 'm', 'n', 'k', 'alpha', 'a', 'lda', 'b', 'ldb', 'beta', 'c', 'ldc'];

/**
 * c ← alpha·op(a)·op(b) + beta·c, synchronously, on this thread.
 *
 * Each element is one chain of fused multiply-adds over fl(alpha·a) in ascending k. The chain
 * starts from fl(beta·c), or from 0 if beta = 0. The bits are the same on every instruction set. As
 * in BLAS, an operand that is multiplied by 0 is not read, so a NaN in it has no effect. This
 * applies to c if beta = 0. It also applies to a and b if alpha = 0; the result is then beta·c.
 * @returns c
 * @throws SteepestError `ERR_ARGUMENT` or `ERR_SHAPE`, with c untouched
 */
export function sgemm(options: SgemmOptions): Float32Array<ArrayBufferLike> {
  checkKeys('sgemm', options, KEYS);
  const { transA = false, transB = false } = options;
  checkBoolean('transA', transA);
  checkBoolean('transB', transB);
  const { alpha: givenAlpha = 1, beta: givenBeta = 0 } = options;
  const [alpha, beta] = [checkFactor('alpha', givenAlpha), checkFactor('beta', givenBeta)];
  const [m, n, k] = [checkSize('m', options.m), checkSize('n', options.n), checkSize('k', options.k)];
  const [aRows, aCols] = transA ? [k, m] : [m, k];
  const [bRows, bCols] = transB ? [n, k] : [k, n];
  const a = checkMatrix('a', options.a, aRows, aCols, 'lda', options.lda ?? Math.max(1, aCols));
  const b = checkMatrix('b', options.b, bRows, bCols, 'ldb', options.ldb ?? Math.max(1, bCols));
  const c = checkMatrix('c', options.c, m, n, 'ldc', options.ldc ?? Math.max(1, n));
  checkDisjoint('c', c.data, 'a', a.data);
  checkDisjoint('c', c.data, 'b', b.data);
  if (m === 0 || n === 0) return options.c;
  if (alpha === 0 || k === 0) {
    scaleNow(c, c, beta);
    return options.c;
  }

  const calls: CallOp[] = [];
  let left = a;
  if (alpha !== 1) {
    left = { data: new Float32Array(aRows * aCols), rows: aRows, cols: aCols, rowStride: Math.max(1, aCols) };
    scale(calls, a, left, alpha);
  }
  if (beta !== 0 && beta !== 1) scale(calls, c, c, beta);
  calls.push({
    kind: 'gemm',
    operands: { a: turned(left, transA), b: turned(b, transB), c },
    scalars: {
      init: beta === 0 ? GEMM_INIT.zero : GEMM_INIT.c,
      epilogue: GEMM_EPILOGUE.none,
      activation: ACTIVATIONS.linear,
      alpha: 0,
      batch: GEMM_BATCH.none,
    },
    extent: m,
    batchRows: 0,
  });
  callKernels(calls);
  return options.c;
}

/** A view of the same matrix. Spreading an object would cost as much as a small product. */
function turned({ data, rows, cols, rowStride }: MatrixView, transposed: boolean) {
  return { data, rows, cols, rowStride, transposed };
}

/** alpha or beta in float32. */
function checkFactor(name: string, value: unknown): number {
  if (typeof value === 'number') return Math.fround(value);
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${name} to be a number`,
    given: show(value),
    hint: 'Leave it out for the usual value.',
  });
}

/** y ← factor·x. */
function scale(calls: CallOp[], x: MatrixView, y: MatrixView, factor: number): void {
  const scalars = { scale: factor, offset: 0 };
  if (Number.isFinite(factor)) {
    calls.push({ kind: 'scaleShift', operands: { x, y }, scalars, extent: x.rows, batchRows: x.rows });
  } else {
    scaleNow(x, y, factor); // Ops take finite scalars only.
  }
}

/** y ← factor·x without kernels. The result is 0 if the factor is 0, whatever x contains. */
function scaleNow(x: MatrixView, y: MatrixView, factor: number): void {
  for (let i = 0; i < x.rows; i++) {
    const from = x.data.subarray(i * x.rowStride, i * x.rowStride + x.cols);
    const to = y.data.subarray(i * y.rowStride, i * y.rowStride + y.cols);
    if (factor === 0) to.fill(0);
    else if (factor !== 1 || x !== y) for (let j = 0; j < x.cols; j++) to[j] = factor * from[j]!;
  }
}
