import { SteepestError } from '../core/errors.js';
import { ACTIVATIONS, GEMM_BATCH, GEMM_EPILOGUE, GEMM_INIT } from '../kernels/contract.js';
import { type CallOp, callKernels, checkDisjoint, checkMatrix, checkSize } from './call.js';

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
  /** Default 1. */
  alpha?: number;
  /** m × k, or k × m if transA. */
  a: Float32Array<ArrayBufferLike>;
  /** Elements from one row of a to the next. Default: no gaps. */
  lda?: number;
  /** k × n, or n × k if transB. */
  b: Float32Array<ArrayBufferLike>;
  ldb?: number;
  /** Default 0: c is overwritten, whatever it held. */
  beta?: number;
  /** m × n; must not share memory with a or b. */
  c: Float32Array<ArrayBufferLike>;
  ldc?: number;
}

/**
 * c ← alpha·op(a)·op(b) + beta·c, synchronously, on this thread.
 *
 * Each element is one chain of fused multiply-adds in ascending k that starts from fl(beta·c) (0 for beta = 0), over
 * fl(alpha·a): the same bits on every instruction set.
 * @returns c
 * @throws SteepestError `ERR_ARGUMENT` or `ERR_SHAPE`, with c untouched
 */
export function sgemm(options: SgemmOptions): Float32Array<ArrayBufferLike> {
  const { transA = false, transB = false, alpha = 1, beta = 0 } = options;
  const [m, n, k] = [checkSize('m', options.m), checkSize('n', options.n), checkSize('k', options.k)];
  const [aRows, aCols] = transA ? [k, m] : [m, k];
  const [bRows, bCols] = transB ? [n, k] : [k, n];
  const a = checkMatrix('a', options.a, aRows, aCols, 'lda', options.lda ?? Math.max(1, aCols));
  const b = checkMatrix('b', options.b, bRows, bCols, 'ldb', options.ldb ?? Math.max(1, bCols));
  const c = checkMatrix('c', options.c, m, n, 'ldc', options.ldc ?? Math.max(1, n));
  checkDisjoint('c', c.data, 'a', a.data);
  checkDisjoint('c', c.data, 'b', b.data);
  for (const [name, value] of [
    ['alpha', alpha],
    ['beta', beta],
  ] as const) {
    if (typeof value !== 'number') {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `${name} to be a number`,
        given: typeof value,
        mend: 'Leave it out for the usual value.',
      });
    }
  }
  if (m === 0 || n === 0) return options.c;

  const calls: CallOp[] = [];
  let left = a;
  if (Math.fround(alpha) !== 1) {
    left = { data: new Float32Array(aRows * aCols), rows: aRows, cols: aCols, rowStride: Math.max(1, aCols) };
    calls.push({
      kind: 'scaleShift',
      operands: { x: a, y: left },
      scalars: { scale: Math.fround(alpha), offset: 0 },
      extent: aRows,
      batchRows: aRows,
    });
  }
  if (beta !== 0 && Math.fround(beta) !== 1) {
    calls.push({
      kind: 'scaleShift',
      operands: { x: c, y: c },
      scalars: { scale: Math.fround(beta), offset: 0 },
      extent: m,
      batchRows: m,
    });
  }
  calls.push({
    kind: 'gemm',
    operands: { a: { ...left, transposed: transA }, b: { ...b, transposed: transB }, c },
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
