import { abortedError, checkAborted, onAbort } from '../../core/abort.js';
import { float64At } from '../../core/arena.js';
import { SteepestError } from '../../core/errors.js';
import { exponentOf, timesPower } from '../../core/powers.js';
import type { KernelRequest } from '../../kernels/backend.js';
import { discardShared, newShared } from '../../kernels/sharedMemory.js';
import { controlBlock, WORD } from '../../parallel/control.js';
import { runRanks } from '../../parallel/pool.js';
import { resolveWorkers, type Workers } from '../../parallel/workers.js';
import { allocateArena } from '../../program/allocate.js';
import { checkFiniteFeatures, type Features, shareFeatures } from '../base/features.js';
import { planLogistic } from './layout.js';
import {
  LOGISTIC_OUTCOME,
  LOGISTIC_OUTCOME_COUNT,
  LOGISTIC_STATUS,
  type LogisticSolver,
  type LogisticTask,
} from './logisticTask.js';

/** A logistic regression with all options resolved. */
export interface LogisticRequest {
  features: Features;
  labels: Int32Array;
  /** 1 for two classes, else the number of classes. */
  outputs: number;
  weights: Float64Array | undefined;
  /** outputs × columns, then one per output. */
  start: Float64Array;
  solver: LogisticSolver;
  tol: number;
  maxIter: number;
  /** Penalties of the mean loss. */
  l1: number;
  l2: number;
  fitIntercept: boolean;
  workers: Workers;
  kernels: KernelRequest;
  signal: AbortSignal | undefined;
}

export interface LogisticResult {
  /** outputs × columns, then one per output. */
  point: Float64Array;
  iterations: number;
  /**
   * The largest element of the gradient of the penalised mean loss; unknown after `gd` and `sgd`.
   */
  gradientNorm: number | undefined;
  converged: boolean;
}

/**
 * Multiplications and additions of one evaluation of loss and gradient, per row, output and column.
 */
const FLOPS_PER_PRODUCT = 4;
/** Gradients below this may be rounding errors if `tol` is smaller. */
const ROUNDING = 2 ** -20;

const shared = <T extends Int32Array | Float64Array>(data: T): T => {
  const Type = data.constructor as new (buffer: SharedArrayBuffer) => T;
  const copy = new Type(newShared(data.byteLength));
  copy.set(data);
  return copy;
};

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/**
 * Weights in units of a power of two: a mean does not depend on the unit, and sums of products with
 * large weights would overflow.
 */
function relative(weights: Float64Array | undefined): Float64Array | undefined {
  const exponent = exponentOf(weights?.reduce((most, w) => Math.max(most, w), 0) ?? 1);
  return exponent === 0 ? weights : weights?.map((w) => timesPower(w, -exponent));
}

/**
 * Minimises the penalised loss in worker threads.
 * @throws SteepestError `ERR_NOT_FINITE` for NaN or
 * infinities in the samples, `ERR_ABORTED`, `ERR_WORKER_LOST`
 */
export async function fitLogistic(request: LogisticRequest): Promise<LogisticResult> {
  const { signal, solver, outputs } = request;
  const weights = relative(request.weights);
  checkAborted(signal);
  const features = await shareFeatures(request.features);
  const { rows, cols } = features;
  const workers = resolveWorkers(request.workers, rows * cols * outputs * FLOPS_PER_PRODUCT);
  const plan = planLogistic({
    features,
    outputs,
    weighted: weights !== undefined,
    curved: solver === 'newton',
    workers,
  });
  const arena = allocateArena(plan.memory);
  const tables = [features.data, shared(request.labels), ...(weights ? [shared(weights)] : [])].map(bytesOf);
  const totalWeight = weights === undefined ? rows : weights.reduce((sum, weight) => sum + weight, 0);
  const tasks = Array.from({ length: workers }, (_, rank): LogisticTask => {
    const { tol, maxIter, l1, l2, fitIntercept, kernels } = request;
    const common = { kind: 'logistic' as const, rank, workers, kernels, arena, tables };
    return { ...common, ...plan.forRank(rank), solver, tol, maxIter, totalWeight, l1, l2, fitIntercept };
  });
  const { point, outcome } = tasks[0]!.layout;
  const variables = float64At(arena, point, outputs * (cols + 1));
  variables.set(request.start);
  const control = controlBlock(arena);
  const stop = (): void => void Atomics.store(control, WORD.stopRequest, 1);
  const off = onAbort(signal, stop);
  // The signal may have aborted while samples were copied.
  if (signal?.aborted) stop();
  try {
    await runRanks(tasks, arena, { signal, error: () => abortedError(signal!) });
  } catch (error) {
    discardShared(arena);
    throw error;
  } finally {
    off();
  }
  const result = float64At(arena, outcome, LOGISTIC_OUTCOME_COUNT).slice();
  const coefficients = variables.slice();
  discardShared(arena);
  const status = result[LOGISTIC_OUTCOME.status];
  if (status === LOGISTIC_STATUS.stopped && signal) throw abortedError(signal);
  if (status === LOGISTIC_STATUS.notFinite) throw notFiniteError(features);
  const iterations = result[LOGISTIC_OUTCOME.iterations]!;
  const gradientNorm = result[LOGISTIC_OUTCOME.gradientNorm]!;
  // When the loss no longer changes, columns far from 1 can leave a gradient larger than rounding.
  const isStuck = status === LOGISTIC_STATUS.precision && !(gradientNorm <= Math.max(request.tol, ROUNDING));
  return {
    point: coefficients,
    iterations,
    gradientNorm,
    converged: status !== LOGISTIC_STATUS.maxIter && !isStuck,
  };
}

/** Samples are checked only after an invalid loss, because threads read them anyway. */
function notFiniteError(features: Features): SteepestError {
  checkFiniteFeatures('X', features);
  return new SteepestError('ERR_NOT_FINITE', {
    expected: 'a finite loss at the start',
    given: 'samples so large that their products overflow',
    hint: 'Scale the columns with StandardScaler.',
  });
}
