import { SteepestError } from '../../core/errors.js';
import { isTypedArray } from '../../core/realm.js';
import { show } from '../../core/show.js';
import { selectKernels } from '../backend.js';
import { type KernelSet, type Op, type Operand, type OpKind, PHASES } from '../contract.js';

/** A row-major matrix inside a Float32Array. */
export interface MatrixView {
  data: Float32Array<ArrayBufferLike>;
  rows: number;
  cols: number;
  /** Elements from one row to the next. */
  rowStride: number;
}

/** A matrix, or the transpose of the one that is stored. */
export interface CallOperand extends MatrixView {
  transposed?: boolean | undefined;
}

/** One op over matrices that the caller owns. */
export interface CallOp {
  /** `scalePlain` is y ← scale·x without kernels: 0 for scale 0, whatever x contains. */
  kind: OpKind | 'scalePlain';
  operands: Record<string, CallOperand | undefined>;
  /** The operand that the op writes. */
  writes: string;
  /** Reads what an earlier op of the same call has written. */
  waits?: boolean;
  scalars: Record<string, number>;
  /** Rows (for biasGradient: columns) of the output that the op computes. */
  extent: number;
  /**
   * The `rows` register: rows of the operands of mini-batch ops. 0 for gemm, which has its own
   * sizes.
   */
  batchRows: number;
}

/** Makes an array for intermediate values. */
export type Allocate = (length: number) => Float32Array<ArrayBufferLike>;

/**
 * Runs ops over plain arrays immediately, on this thread. The caller has checked the sizes. The
 * kernels check them again.
 */
export function callKernels(calls: readonly CallOp[]): void {
  const kernels = selectKernels();
  for (const call of calls) runCall(kernels, call);
}

/** Runs one of them. */
export function runCall(kernels: KernelSet, call: CallOp): void {
  const { kind, operands, scalars, extent, batchRows } = call;
  if (kind === 'scalePlain') {
    scalePlain(operands.x!, operands.y!, scalars.scale!);
    return;
  }
  if (kind === 'gemm' && productNow(kernels, call)) return;
  const buffers: Float32Array<ArrayBufferLike>[] = [];
  const given: Record<string, Operand> = {};
  for (const [name, view] of Object.entries(operands)) {
    if (view === undefined) continue;
    const { rows, cols, rowStride } = view;
    const shape = view.transposed
      ? { rows: cols, cols: rows, rowStride: 1, colStride: rowStride }
      : { rows, cols, rowStride, colStride: 1 };
    given[name] = { buffer: buffers.push(view.data) - 1, dtype: 'f32', byteOffset: 0, ...shape };
  }
  const op: Op = {
    kind,
    phase: PHASES.rows,
    split: 'slice',
    begin: 0,
    end: extent,
    operands: given,
    scalars,
  };
  kernels.runOnce([op], buffers, batchRows);
}

function scalePlain(x: MatrixView, y: MatrixView, factor: number): void {
  for (let i = 0; i < x.rows; i++) {
    const from = x.data.subarray(i * x.rowStride, i * x.rowStride + x.cols);
    const to = y.data.subarray(i * y.rowStride, i * y.rowStride + y.cols);
    if (factor === 0) to.fill(0);
    else if (factor !== 1 || x !== y) for (let j = 0; j < x.cols; j++) to[j] = factor * from[j]!;
  }
}

/** Sizes and strides that the kernels' 32-bit counters hold. */
const MOST_ELEMENTS = 2 ** 31 - 1;

/** Runs a gemm without a program, if these kernels can. */
function productNow({ product }: KernelSet, { operands, scalars }: CallOp): boolean {
  const { a, b, c, bias } = operands as Record<'a' | 'b' | 'c', CallOperand> & CallOp['operands'];
  const [m, n, k] = [c.rows, c.cols, a.transposed ? a.rows : a.cols];
  if (product === undefined || m === 0 || n === 0 || k === 0) return false;
  if (Math.max(m, n, k, a.rowStride, b.rowStride, c.rowStride) > MOST_ELEMENTS) return false;
  const { init, activation, alpha } = scalars as Record<'init' | 'activation' | 'alpha', number>;
  const [aTurned, bTurned] = [a.transposed === true, b.transposed === true];
  product({
    m,
    n,
    k,
    a: a.data,
    aRow: aTurned ? 1 : a.rowStride,
    aStep: aTurned ? a.rowStride : 1,
    b: b.data,
    bRow: bTurned ? 1 : b.rowStride,
    bStep: bTurned ? b.rowStride : 1,
    c: c.data,
    cRow: c.rowStride,
    bias: bias?.data,
    init,
    activation,
    alpha,
  });
  return true;
}

/** Floating-point operations of the products among these ops. */
export function flopsOf(calls: readonly CallOp[]): number {
  return calls.reduce((sum, { kind, operands: { a, c } }) => {
    if (kind !== 'gemm') return sum;
    return sum + 2 * c!.rows * c!.cols * (a!.transposed ? a!.rows : a!.cols);
  }, 0);
}

/** A whole number of at least 0, named as in BLAS. */
export function checkSize(name: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${name} to be a whole number of at least 0`,
    given: show(value),
    hint: 'Pass the size in elements.',
  });
}

/** A Float32Array that holds `rows` rows of `cols` elements, `stride` apart. */
export function checkMatrix(
  name: string,
  data: unknown,
  rows: number,
  cols: number,
  strideName: string,
  stride: number,
): MatrixView {
  if (!isTypedArray(data, 'Float32Array')) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name} to be a Float32Array`,
      given: show(data),
      hint: 'Convert it with Float32Array.from.',
    });
  }
  checkSize(strideName, stride);
  if (stride < Math.max(1, cols)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${strideName} of at least ${Math.max(1, cols)}, the columns of ${name}`,
      given: `${stride}`,
      hint: 'Pass the number of elements from one row to the next.',
    });
  }
  const needed = rows === 0 || cols === 0 ? 0 : (rows - 1) * stride + cols;
  if (data.length < needed) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `${name} with ${needed} elements for ${rows} rows of ${cols}, ${stride} apart`,
      given: `${data.length}`,
      hint: 'Pass a longer array, or smaller sizes.',
    });
  }
  return { data, rows, cols, rowStride: stride };
}

/**
 * Rejects an output that shares memory with an input, because kernels read inputs while they write.
 */
export function checkDisjoint(
  outName: string,
  out: Float32Array,
  inName: string,
  input: Float32Array | undefined,
): void {
  if (input === undefined || out.buffer !== input.buffer) return;
  const apart =
    out.byteOffset + out.byteLength <= input.byteOffset ||
    input.byteOffset + input.byteLength <= out.byteOffset;
  if (apart) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${outName} in memory of its own`,
    given: `memory that ${inName} uses too`,
    hint: `Pass another array as ${outName}.`,
  });
}
