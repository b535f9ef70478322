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
import { type CallOp, callKernels, checkMatrix, checkSize } from './call.js';

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

/**
 * y = f(x·w + bias) in one pass: the bias is the initial value of the sums, and f is applied when
 * they are stored.
 * @returns rows × units
 */
export function denseForward(options: DenseForwardOptions): Float32Array<ArrayBuffer> {
  checkKeys('denseForward', options, [...KEYS, 'bias']);
  const [rows, inputs, units] = sizes(options);
  const { name, alpha } = spec(options.activation ?? 'linear');
  const x = checkMatrix('x', options.x, rows, inputs, 'inputs', Math.max(1, inputs));
  const w = checkMatrix('w', options.w, inputs, units, 'units', Math.max(1, units));
  const bias = options.bias && checkMatrix('bias', options.bias, 1, units, 'units', Math.max(1, units));
  const y = new Float32Array(rows * units);
  if (y.length === 0) return y;
  callKernels([
    {
      kind: 'gemm',
      operands: { a: x, b: w, c: checkMatrix('y', y, rows, units, 'units', units), bias },
      scalars: {
        ...GEMM,
        init: bias ? GEMM_INIT.bias : GEMM_INIT.zero,
        epilogue: name === 'linear' ? GEMM_EPILOGUE.none : GEMM_EPILOGUE.activation,
        activation: ACTIVATIONS[name],
        alpha,
      },
      extent: rows,
      batchRows: 0,
    },
  ]);
  return y;
}

export interface DenseBackwardOptions extends Omit<DenseForwardOptions, 'bias'> {
  /** Gradient of the loss with respect to the output, rows × units. */
  dy: Float32Array<ArrayBufferLike>;
  /**
   * The output y; for gelu, softplus, silu, hardSwish and mish the value before the activation. Not
   * needed for linear.
   */
  saved?: Float32Array<ArrayBufferLike>;
}

/**
 * Gradients of a dense layer: δ = dy ⊙ f′, dx = δ·wᵀ, dw = xᵀ·δ, db = Σ_rows δ.
 * @returns dx (rows × inputs), dw (inputs × units), db (units)
 */
export function denseBackward(
  options: DenseBackwardOptions,
): Record<'dx' | 'dw' | 'db', Float32Array<ArrayBuffer>> {
  checkKeys('denseBackward', options, [...KEYS, 'dy', 'saved']);
  const [rows, inputs, units] = sizes(options);
  const { name, alpha } = spec(options.activation ?? 'linear');
  const x = checkMatrix('x', options.x, rows, inputs, 'inputs', Math.max(1, inputs));
  const w = checkMatrix('w', options.w, inputs, units, 'units', Math.max(1, units));
  const dy = checkMatrix('dy', options.dy, rows, units, 'units', Math.max(1, units));
  const result = {
    dx: new Float32Array(rows * inputs),
    dw: new Float32Array(inputs * units),
    db: new Float32Array(units),
  };
  if (rows === 0 || units === 0) return result;
  const calls: CallOp[] = [];
  let delta = dy;
  if (name !== 'linear') {
    const s = checkMatrix('saved', options.saved, rows, units, 'units', units);
    delta = { ...dy, data: new Float32Array(rows * units) };
    const scalars = { activation: ACTIVATIONS[name], alpha };
    calls.push({
      kind: 'activationBackward',
      operands: { dy, s, dx: delta },
      scalars,
      extent: rows,
      batchRows: rows,
    });
  }
  const dx = checkMatrix('dx', result.dx, rows, inputs, 'inputs', Math.max(1, inputs));
  const dw = checkMatrix('dw', result.dw, inputs, units, 'units', units);
  const db = checkMatrix('db', result.db, 1, units, 'units', units);
  calls.push({
    kind: 'biasGradient',
    operands: { dz: delta, db },
    scalars: {},
    extent: units,
    batchRows: rows,
  });
  const products: CallOp[] = [
    {
      kind: 'gemm',
      operands: { a: delta, b: { ...w, transposed: true }, c: dx },
      scalars: GEMM,
      extent: rows,
      batchRows: 0,
    },
    {
      kind: 'gemm',
      operands: { a: { ...x, transposed: true }, b: delta, c: dw },
      scalars: GEMM,
      extent: inputs,
      batchRows: 0,
    },
  ];
  // Without inputs, dx and dw are empty, but the bias still has a gradient.
  callKernels(inputs === 0 ? calls : [...calls, ...products]);
  return result;
}

function sizes(options: { rows: number; inputs: number; units: number }): [number, number, number] {
  return [
    checkSize('rows', options.rows),
    checkSize('inputs', options.inputs),
    checkSize('units', options.units),
  ];
}
