import { checkBoolean, checkKeys } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { ACTIVATIONS, GEMM_BATCH, GEMM_EPILOGUE, GEMM_INIT } from '../contract.js';
import {
  type Allocate,
  type CallOp,
  callKernels,
  checkDisjoint,
  checkMatrix,
  checkSize,
  type MatrixView,
} from './call.js';
import { callOnPool, checkPoolOptions, checkSyncKeys, POOL_KEYS, type PoolOptions } from './onPool.js';

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

/** Arguments of {@link sgemmAsync}. */
export interface SgemmAsyncOptions extends SgemmOptions, PoolOptions {}

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
 * @example
 * ```ts
 * import { sgemm } from 'steepest/kernels';
 * const a = Float32Array.of(1, 2, 3, 4);
 * const b = Float32Array.of(5, 6, 7, 8);
 * const c = sgemm({ m: 2, n: 2, k: 2, a, b, c: new Float32Array(4) });
 * console.log([...c]); // [ 19, 22, 43, 50 ]
 * ```
 */
export function sgemm(options: SgemmOptions): Float32Array<ArrayBufferLike> {
  checkSyncKeys('sgemm', options, KEYS);
  const calls = planSgemm(options, (length) => new Float32Array(length));
  if (calls.length > 0) callKernels(calls);
  return options.c;
}

/**
 * {@link sgemm} on worker threads: the event loop goes on, and every rank computes rows or columns
 * of c. The bits are those of `sgemm`, for any number of workers. Arrays over SharedArrayBuffers are
 * used in place. Others are copied, and c is copied back at the end, so leave them as they are until
 * then.
 * @returns a promise of c
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_SHAPE`, `ERR_UNKNOWN_NAME`, `ERR_BACKEND` or
 *   `ERR_MEMORY`, with c untouched; `ERR_ABORTED` or `ERR_WORKER_LOST`, with c untouched unless it is
 *   shared
 * @example
 * ```ts
 * import { sgemmAsync } from 'steepest/kernels';
 * const a = Float32Array.of(1, 2, 3, 4);
 * const b = Float32Array.of(5, 6, 7, 8);
 * const c = await sgemmAsync({ m: 2, n: 2, k: 2, a, b, c: new Float32Array(4), workers: 2 });
 * console.log([...c]); // [ 19, 22, 43, 50 ]
 * ```
 */
export async function sgemmAsync(options: SgemmAsyncOptions): Promise<Float32Array<ArrayBufferLike>> {
  checkKeys('sgemmAsync', options, [...KEYS, ...POOL_KEYS]);
  const choices = checkPoolOptions('sgemmAsync', options);
  const { c } = options;
  await callOnPool((allocate) => planSgemm(options, allocate), choices);
  return c;
}

/** Checks the arguments. @returns the ops that compute c */
function planSgemm(options: SgemmOptions, allocate: Allocate): CallOp[] {
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
  if (m === 0 || n === 0) return [];
  if (alpha === 0 || k === 0) return [scale('scalePlain', c, c, beta)];

  const calls: CallOp[] = [];
  let left = a;
  if (alpha !== 1) {
    left = { data: allocate(aRows * aCols), rows: aRows, cols: aCols, rowStride: Math.max(1, aCols) };
    calls.push(scale('scaleShift', a, left, alpha));
  }
  if (beta !== 0 && beta !== 1) calls.push(scale('scaleShift', c, c, beta));
  calls.push({
    kind: 'gemm',
    operands: { a: turned(left, transA), b: turned(b, transB), c },
    writes: 'c',
    waits: calls.length > 0,
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
  return calls;
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
function scale(wanted: 'scaleShift' | 'scalePlain', x: MatrixView, y: MatrixView, factor: number): CallOp {
  // Ops take finite scalars only.
  const kind = Number.isFinite(factor) ? wanted : 'scalePlain';
  const scalars = { scale: factor, offset: 0 };
  return { kind, operands: { x, y }, writes: 'y', scalars, extent: x.rows, batchRows: x.rows };
}
