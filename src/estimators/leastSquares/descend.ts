import { nextTurn } from '../../core/nextTurn.js';
import { exponentOf, powerOfTwo, timesPower } from '../../core/powers.js';
import type { KernelRequest } from '../../kernels/backend.js';
import { newShared } from '../../kernels/sharedMemory.js';
import { layers } from '../../networks/layers/index.js';
import { sequential } from '../../networks/models/sequential.js';
import type { Workers } from '../../parallel/workers.js';
import { checkFiniteFeatures, type Features } from '../base/features.js';
import { Stopping } from '../network/stopping.js';
import { type DescentFitOptions, trainNetwork } from '../network/trainNetwork.js';

/** A gradient descent on a least-squares problem, with all options resolved. */
export interface DescentRequest {
  features: Features;
  /** rows × targets. */
  y: Float64Array;
  targets: number;
  weight: Float64Array | undefined;
  fitIntercept: boolean;
  /** Rows per step: all of them for gradient descent, fewer for stochastic descent. */
  batchSize: number;
  shuffle: boolean;
  learningRate: number | undefined;
  momentum: number;
  maxIter: number;
  tol: number;
  seed: number;
  workers: Workers;
  kernels: KernelRequest;
  signal: AbortSignal | undefined;
  callbacks: DescentFitOptions['callbacks'];
}

export interface Descent {
  /** targets × columns. */
  coef: Float64Array;
  intercept: Float64Array;
  /** Number of epochs run. */
  nIter: number;
  converged: boolean;
}

/**
 * Epochs without progress after which a descent without momentum ends, as in scikit-learn's
 * SGDRegressor.
 */
const PATIENCE = 5;
/** Elements processed between two turns of the event loop: a few milliseconds. */
const SLICE_ELEMENTS = 1e6;
/**
 * Learning rate of stochastic descent on columns of variance 1, where a full step would overshoot
 * on single rows.
 */
const SGD_RATE = 0.01;

/** Weighted means and standard deviations of the columns of a table, in units of 2^unit. */
interface Scale {
  mean: Float64Array;
  spread: Float64Array;
  /** Not 0 only if numbers are so small or large that their squares would leave float64's range. */
  unit: Float64Array;
}

/** Relative to the mean, a spread up to this is rounding error of a constant column. */
const CONSTANT = 8 * Number.EPSILON;
/** Numbers within 2^± this are squared without scaling. */
const COMFORTABLE = 256;

async function eachSlice(
  rows: number,
  cols: number,
  work: (first: number, last: number) => void,
): Promise<void> {
  const sliceRows = Math.max(1, Math.floor(SLICE_ELEMENTS / cols));
  for (let first = 0; first < rows; first += sliceRows) {
    if (first > 0) await nextTurn();
    work(first, Math.min(rows, first + sliceRows));
  }
}

/** For each column, the exponent of its largest number if that is far from 0. */
async function unitsOf(data: ArrayLike<number>, rows: number, cols: number): Promise<Float64Array> {
  const largest = new Float64Array(cols);
  await eachSlice(rows, cols, (first, last) => {
    for (let i = first; i < last; i++) {
      for (let j = 0; j < cols; j++) largest[j] = Math.max(largest[j]!, Math.abs(data[i * cols + j]!));
    }
  });
  return largest.map((size) => {
    const exponent = exponentOf(size);
    return Math.abs(exponent) <= COMFORTABLE ? 0 : Math.max(-1000, Math.min(1000, exponent));
  });
}

/** Weights as fractions of their sum. */
function shares(rows: number, weights: Float64Array | undefined): (i: number) => number {
  if (weights === undefined) return () => 1 / rows;
  const unit = exponentOf(weights.reduce((most, w) => Math.max(most, w), 0));
  const total = weights.reduce((sum, w) => sum + timesPower(w, -unit), 0);
  return (i) => timesPower(weights[i]!, -unit) / total;
}

/** Means (0 unless `centre`) and root mean squares of the rest; 1 for a constant column. */
async function scaleOf(
  data: ArrayLike<number>,
  rows: number,
  cols: number,
  weights: Float64Array | undefined,
  centre: boolean,
): Promise<Scale> {
  const unit = await unitsOf(data, rows, cols);
  const factor = unit.map((exponent) => powerOfTwo(-exponent));
  const share = shares(rows, weights);
  const mean = new Float64Array(cols);
  const squares = new Float64Array(cols);
  if (centre) {
    // Relative to the first row's numbers, so that the mean of a constant column is exactly its
    // number.
    const shift = factor.map((f, j) => data[j]! * f);
    await eachSlice(rows, cols, (first, last) => {
      for (let i = first; i < last; i++) {
        const w = share(i);
        for (let j = 0; j < cols; j++) mean[j]! += w * (data[i * cols + j]! * factor[j]! - shift[j]!);
      }
    });
    for (let j = 0; j < cols; j++) mean[j]! += shift[j]!;
  }
  await eachSlice(rows, cols, (first, last) => {
    for (let i = first; i < last; i++) {
      const w = share(i);
      for (let j = 0; j < cols; j++) squares[j]! += w * (data[i * cols + j]! * factor[j]! - mean[j]!) ** 2;
    }
  });
  const spread = squares.map((square, j) => {
    const root = Math.sqrt(square);
    return root > CONSTANT * Math.abs(mean[j]!) ? root : 1;
  });
  return { mean, spread, unit };
}

/** (value − mean) / spread, times the square root of the row's relative weight, in float32. */
async function scaled(
  data: ArrayLike<number>,
  rows: number,
  cols: number,
  { mean, spread, unit }: Scale,
  weights: Float64Array | undefined,
): Promise<{ data: Float32Array; shape: [number, number] }> {
  const out = new Float32Array(newShared(rows * cols * Float32Array.BYTES_PER_ELEMENT));
  const factors = unit.map((exponent) => powerOfTwo(-exponent));
  const share = shares(rows, weights);
  await eachSlice(rows, cols, (first, last) => {
    for (let i = first; i < last; i++) {
      const root = weights === undefined ? 1 : Math.sqrt(share(i) * rows);
      for (let j = 0; j < cols; j++) {
        out[i * cols + j] = ((data[i * cols + j]! * factors[j]! - mean[j]!) / spread[j]!) * root;
      }
    }
  });
  return { data: out, shape: [rows, cols] };
}

/**
 * Least squares by gradient descent on the same step programs as networks: one dense layer without
 * bias and activation, mean squared error, plain SGD starting at 0. Columns and targets are first
 * centred (with an intercept) and scaled to variance 1, and the coefficients are scaled back. The
 * solution is the same, but convergence is faster.
 */
export async function descend(request: DescentRequest): Promise<Descent> {
  const { features, y, targets, weight, fitIntercept, batchSize, tol } = request;
  const { data, rows, cols } = features;
  checkFiniteFeatures('X', features);
  const xScale = await scaleOf(data, rows, cols, weight, fitIntercept);
  const yScale = await scaleOf(y, rows, targets, weight, fitIntercept);
  const x = { data: (await scaled(data, rows, cols, xScale, weight)).data, rows, cols };
  const target = await scaled(y, rows, targets, yScale, weight);
  const model = sequential({
    seed: request.seed,
    layers: [
      layers.dense({ units: targets, useBias: false, kernelInitializer: 'zeros', inputShape: [cols] }),
    ],
  });
  // The loss is a mean over targets: its curvature is 2/targets times that of the columns, which is
  // at most `cols`.
  const learningRate =
    request.learningRate ?? (batchSize >= rows ? targets / (2 * cols) : SGD_RATE * targets);
  model.compile({
    loss: 'meanSquaredError',
    optimizer: { name: 'sgd', learningRate, momentum: request.momentum },
  });
  // With momentum the loss oscillates, with a period proportional to 1 / (1 − momentum).
  const patience = Math.ceil(PATIENCE / (1 - request.momentum));
  const stopping = new Stopping('min', tol, patience);
  const { lossCurve, converged } = await trainNetwork(model, x, target, {
    epochs: request.maxIter,
    batchSize,
    shuffle: request.shuffle,
    goesOn: (loss) => stopping.next(loss).goesOn,
    sampleWeight: undefined,
    workers: request.workers,
    kernels: request.kernels,
    signal: request.signal,
    callbacks: request.callbacks,
  });
  const { coef, intercept } = unscaled(model.getWeights()[0]!.data, cols, targets, xScale, yScale);
  return { coef, intercept, nIter: lossCurve.length, converged };
}

/** Coefficients of the original columns, from those of the scaled ones (cols × targets). */
function unscaled(weights: ArrayLike<number>, cols: number, targets: number, x: Scale, y: Scale) {
  const coef = new Float64Array(targets * cols);
  const intercept = Float64Array.from({ length: targets }, (_, k) => {
    let sum = y.mean[k]!;
    for (let j = 0; j < cols; j++) {
      const value = (weights[j * targets + k]! * y.spread[k]!) / x.spread[j]!;
      coef[k * cols + j] = timesPower(value, y.unit[k]! - x.unit[j]!);
      sum -= value * x.mean[j]!;
    }
    return timesPower(sum, y.unit[k]!);
  });
  return { coef, intercept };
}
