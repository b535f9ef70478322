import { checkKeys } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { type Activation, completeActivation, elementwiseSpec } from '../activations.js';
import {
  ACTIVATIONS,
  type ElementwiseActivation,
  GEMM_BATCH,
  GEMM_EPILOGUE,
  GEMM_INIT,
} from '../contract.js';
import {
  type Allocate,
  type CallOp,
  type CallOperand,
  callKernels,
  checkMatrix,
  checkSize,
  type MatrixView,
} from './call.js';
import { callOnPool, checkPoolOptions, checkSyncKeys, POOL_KEYS, type PoolOptions } from './onPool.js';

/** Sizes and arrays of a dense layer, row-major without gaps. */
export interface DenseForwardOptions {
  rows: number;
  inputs: number;
  units: number;
  /** rows × inputs. */
  x: Float32Array<ArrayBufferLike>;
  /** inputs × units. */
  w: Float32Array<ArrayBufferLike>;
  /** units. */
  bias?: Float32Array<ArrayBufferLike>;
  /** Any elementwise activation. Default `'linear'`. */
  activation?: Activation;
}

const KEYS = ['rows', 'inputs', 'units', 'x', 'w', 'activation'];
const FORWARD_KEYS = [...KEYS, 'bias'];
const BACKWARD_KEYS = [...KEYS, 'dy', 'saved'];

const GEMM = {
  init: GEMM_INIT.zero,
  epilogue: GEMM_EPILOGUE.none,
  activation: 0,
  alpha: 0,
  batch: GEMM_BATCH.none,
};

function spec(activation: Activation): { name: ElementwiseActivation; alpha: number } {
  const complete = completeActivation('activation', activation);
  if (complete.name === 'softmax') {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'an elementwise activation',
      given: "'softmax'",
      hint: "Use 'linear' here; softmax works on whole rows.",
    });
  }
  return elementwiseSpec(complete);
}

/** Arguments of {@link denseForwardAsync}. */
export interface DenseForwardAsyncOptions extends DenseForwardOptions, PoolOptions {}

/**
 * y = f(x·w + bias) in one pass: the bias is the initial value of the sums, and f is applied when
 * they are stored.
 * @returns rows × units
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_SHAPE` or `ERR_UNKNOWN_NAME`
 * @example
 * ```ts
 * import { denseForward } from 'steepest/kernels';
 * const x = Float32Array.of(1, 2);
 * const w = Float32Array.of(1, -1, 1, -1);
 * const y = denseForward({ rows: 1, inputs: 2, units: 2, x, w, activation: 'relu' });
 * console.log([...y]); // [ 3, 0 ]
 * ```
 */
export function denseForward(options: DenseForwardOptions): Float32Array<ArrayBuffer> {
  checkSyncKeys('denseForward', options, FORWARD_KEYS);
  const { y, calls } = planForward(options);
  if (calls.length > 0) callKernels(calls);
  return y;
}

/**
 * {@link denseForward} on worker threads, with the same bits for any number of them. Arrays over
 * SharedArrayBuffers are read in place. Others are copied first, so leave all as they are meanwhile.
 * @returns a promise of rows × units
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_SHAPE`, `ERR_UNKNOWN_NAME`, `ERR_BACKEND`, `ERR_MEMORY`,
 *   `ERR_ABORTED` or `ERR_WORKER_LOST`
 * @example
 * ```ts
 * import { denseForwardAsync } from 'steepest/kernels';
 * const x = Float32Array.of(1, 2);
 * const w = Float32Array.of(1, -1, 1, -1);
 * const y = await denseForwardAsync({ rows: 1, inputs: 2, units: 2, x, w, workers: 1 });
 * console.log([...y]); // [ 3, -3 ]
 * ```
 */
export async function denseForwardAsync(
  options: DenseForwardAsyncOptions,
): Promise<Float32Array<ArrayBuffer>> {
  checkKeys('denseForwardAsync', options, [...FORWARD_KEYS, ...POOL_KEYS]);
  const choices = checkPoolOptions('denseForwardAsync', options);
  const { y, calls } = planForward(options);
  await callOnPool(() => calls, choices);
  return y;
}

function planForward(options: DenseForwardOptions): { y: Float32Array<ArrayBuffer>; calls: CallOp[] } {
  const [rows, inputs, units] = sizes(options);
  const { name, alpha } = spec(options.activation ?? 'linear');
  const x = checkMatrix('x', options.x, rows, inputs, 'inputs', Math.max(1, inputs));
  const w = checkMatrix('w', options.w, inputs, units, 'units', Math.max(1, units));
  const bias = options.bias && checkMatrix('bias', options.bias, 1, units, 'units', Math.max(1, units));
  const y = new Float32Array(rows * units);
  if (y.length === 0) return { y, calls: [] };
  const product: CallOp = {
    kind: 'gemm',
    operands: { a: x, b: w, c: checkMatrix('y', y, rows, units, 'units', units), bias },
    writes: 'c',
    scalars: {
      ...GEMM,
      init: bias ? GEMM_INIT.bias : GEMM_INIT.zero,
      epilogue: name === 'linear' ? GEMM_EPILOGUE.none : GEMM_EPILOGUE.activation,
      activation: ACTIVATIONS[name],
      alpha,
    },
    extent: rows,
    batchRows: 0,
  };
  return { y, calls: [product] };
}

/** Options of `denseBackward`. */
export interface DenseBackwardOptions extends Omit<DenseForwardOptions, 'bias'> {
  /** Gradient of the loss with respect to the output, rows × units. */
  dy: Float32Array<ArrayBufferLike>;
  /**
   * The output y; for gelu, softplus, silu, hardSwish and mish the value before the activation. Not
   * needed for linear.
   */
  saved?: Float32Array<ArrayBufferLike>;
}

/** Arguments of {@link denseBackwardAsync}. */
export interface DenseBackwardAsyncOptions extends DenseBackwardOptions, PoolOptions {}

/** dx (rows × inputs), dw (inputs × units), db (units). */
type DenseGradients = Record<'dx' | 'dw' | 'db', Float32Array<ArrayBuffer>>;

/**
 * Gradients of a dense layer: δ = dy ⊙ f′, dx = δ·wᵀ, dw = xᵀ·δ, db = Σ_rows δ.
 * @returns dx (rows × inputs), dw (inputs × units), db (units)
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_SHAPE` or `ERR_UNKNOWN_NAME`
 * @example
 * ```ts
 * import { denseBackward } from 'steepest/kernels';
 * const x = Float32Array.of(1, 2);
 * const w = Float32Array.of(1, -1, 1, -1);
 * const dy = Float32Array.of(1, 10);
 * const { dx, dw, db } = denseBackward({ rows: 1, inputs: 2, units: 2, x, w, dy });
 * console.log([...dx], [...dw], [...db]); // [ -9, -9 ] [ 1, 10, 2, 20 ] [ 1, 10 ]
 * ```
 */
export function denseBackward(options: DenseBackwardOptions): DenseGradients {
  checkSyncKeys('denseBackward', options, BACKWARD_KEYS);
  const { gradients, calls } = planBackward(options, (length) => new Float32Array(length));
  if (calls.length > 0) callKernels(calls);
  return gradients;
}

/**
 * {@link denseBackward} on worker threads, with the same bits for any number of them. Arrays over
 * SharedArrayBuffers are read in place. Others are copied first, so leave all as they are meanwhile.
 * @returns a promise of dx (rows × inputs), dw (inputs × units), db (units)
 * @throws SteepestError as {@link denseForwardAsync} does
 * @example
 * ```ts
 * import { denseBackwardAsync } from 'steepest/kernels';
 * const x = Float32Array.of(1, 2);
 * const w = Float32Array.of(1, -1, 1, -1);
 * const dy = Float32Array.of(1, 10);
 * const { dw } = await denseBackwardAsync({ rows: 1, inputs: 2, units: 2, x, w, dy });
 * console.log([...dw]); // [ 1, 10, 2, 20 ]
 * ```
 */
export async function denseBackwardAsync(options: DenseBackwardAsyncOptions): Promise<DenseGradients> {
  checkKeys('denseBackwardAsync', options, [...BACKWARD_KEYS, ...POOL_KEYS]);
  const choices = checkPoolOptions('denseBackwardAsync', options);
  let gradients: DenseGradients | undefined;
  const plan = (allocate: Allocate): CallOp[] => {
    const planned = planBackward(options, allocate);
    ({ gradients } = planned);
    return planned.calls;
  };
  await callOnPool(plan, choices);
  return gradients!;
}

function planBackward(
  options: DenseBackwardOptions,
  allocate: Allocate,
): { gradients: DenseGradients; calls: CallOp[] } {
  const [rows, inputs, units] = sizes(options);
  const { name, alpha } = spec(options.activation ?? 'linear');
  const x = checkMatrix('x', options.x, rows, inputs, 'inputs', Math.max(1, inputs));
  const w = checkMatrix('w', options.w, inputs, units, 'units', Math.max(1, units));
  const dy = checkMatrix('dy', options.dy, rows, units, 'units', Math.max(1, units));
  const gradients = {
    dx: new Float32Array(rows * inputs),
    dw: new Float32Array(inputs * units),
    db: new Float32Array(units),
  };
  if (rows === 0 || units === 0) return { gradients, calls: [] };
  const calls: CallOp[] = [];
  let delta = dy;
  if (name !== 'linear') {
    const s = checkMatrix('saved', options.saved, rows, units, 'units', units);
    delta = { ...dy, data: allocate(rows * units) };
    calls.push({
      kind: 'activationBackward',
      operands: { dy, s, dx: delta },
      writes: 'dx',
      scalars: { activation: ACTIVATIONS[name], alpha },
      extent: rows,
      batchRows: rows,
    });
  }
  const db = checkMatrix('db', gradients.db, 1, units, 'units', units);
  calls.push({
    kind: 'biasGradient',
    operands: { dz: delta, db },
    writes: 'db',
    waits: delta !== dy,
    scalars: {},
    extent: units,
    batchRows: rows,
  });
  // Without inputs, dx and dw are empty, but the bias still has a gradient.
  if (inputs === 0) return { gradients, calls };
  const dx = checkMatrix('dx', gradients.dx, rows, inputs, 'inputs', inputs);
  const dw = checkMatrix('dw', gradients.dw, inputs, units, 'units', units);
  const product = (a: CallOperand, b: CallOperand, c: MatrixView): CallOp => ({
    kind: 'gemm',
    operands: { a, b, c },
    writes: 'c',
    scalars: GEMM,
    extent: c.rows,
    batchRows: 0,
  });
  calls.push(product(delta, { ...w, transposed: true }, dx), product({ ...x, transposed: true }, delta, dw));
  return { gradients, calls };
}

function sizes(options: { rows: number; inputs: number; units: number }): [number, number, number] {
  return [
    checkSize('rows', options.rows),
    checkSize('inputs', options.inputs),
    checkSize('units', options.units),
  ];
}
