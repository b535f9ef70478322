import { abortedError, checkAborted, onAbort } from '../../core/abort.js';
import { float64At } from '../../core/arena.js';
import { SteepestError } from '../../core/errors.js';
import { exponentOf, timesPower } from '../../core/powers.js';
import type { KernelRequest } from '../../kernels/backend.js';
import { discardShared, newShared } from '../../kernels/sharedMemory.js';
import { controlBlock, WORD } from '../../parallel/control.js';
import { withFewerThreads } from '../../parallel/fewerThreads.js';
import { runRanks } from '../../parallel/pool.js';
import { resolveWorkers, type Workers } from '../../parallel/workers.js';
import { allocateArena } from '../../program/allocate.js';
import { checkFiniteFeatures, type Features, shareFeatures } from '../base/features.js';
import { bytesOf } from '../base/ops.js';
import { readBlocks } from './blocks.js';
import { planGlm } from './layout.js';
import {
  GLM_OUTCOME,
  GLM_OUTCOME_COUNT,
  GLM_STATUS,
  type GlmFamily,
  type GlmSolver,
  type GlmTask,
  type Penalty,
} from './task.js';

/** A generalised linear model with all options resolved. */
export interface GlmRequest {
  features: Features;
  family: GlmFamily;
  /** Class indices for `logistic`, else one number per row. */
  y: Int32Array | Float64Array;
  /** 1, or for more than two classes their number. */
  outputs: number;
  weights: Float64Array | undefined;
  /** Added to the scores, one per row; not for `logistic`. */
  offset?: Float64Array | undefined;
  /** outputs × columns, then one per output. */
  start: Float64Array;
  solver: GlmSolver;
  tol: number;
  maxIter: number;
  /** Problems that are solved one after another, each from the last one's solution. */
  path: readonly Penalty[];
  fitIntercept: boolean;
  /** Computes the second derivatives at the last solution. */
  wantsCurvature?: boolean;
  workers: Workers;
  kernels: KernelRequest;
  signal: AbortSignal | undefined;
}

/** The solution of one problem of a path. */
export interface GlmResult {
  /** outputs × columns, then one per output. */
  point: Float64Array;
  iterations: number;
  /** The penalised mean loss; for `poisson` and `gamma` without a term that depends on y alone. */
  value: number;
  /**
   * The largest element of the gradient of the penalised mean loss; unknown after `gd` and `sgd`.
   */
  gradientNorm: number | undefined;
  converged: boolean;
}

export interface GlmPathResult {
  results: GlmResult[];
  /**
   * The second derivatives of the loss (a sum, not a mean; without penalties), for coefficients,
   * then intercepts if there are any.
   */
  curvature: Float64Array | undefined;
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

/**
 * Weights in units of a power of two: a mean does not depend on the unit, and sums of products with
 * large weights would overflow.
 */
function relative(weights: Float64Array | undefined): {
  weights: Float64Array | undefined;
  exponent: number;
} {
  const exponent = exponentOf(weights?.reduce((most, w) => Math.max(most, w), 0) ?? 1);
  return { exponent, weights: exponent === 0 ? weights : weights?.map((w) => timesPower(w, -exponent)) };
}

/**
 * Minimises the penalised loss in worker threads, on fewer of them if not all can be started.
 * @throws SteepestError `ERR_NOT_FINITE` for NaN or infinities in the samples, `ERR_ABORTED`,
 *   `ERR_WORKER_LOST`
 */
export const fitGlm = (request: GlmRequest): Promise<GlmPathResult> =>
  withFewerThreads(() => fitOnce(request));

async function fitOnce(request: GlmRequest): Promise<GlmPathResult> {
  const { signal, solver, outputs, path, family, wantsCurvature = false } = request;
  const { weights, exponent } = relative(request.weights);
  checkAborted(signal);
  const features = await shareFeatures(request.features);
  const { rows, cols } = features;
  const workers = resolveWorkers(request.workers, rows * cols * outputs * FLOPS_PER_PRODUCT);
  const { offset } = request;
  const plan = planGlm({
    features,
    family,
    outputs,
    weighted: weights !== undefined,
    offset: offset !== undefined,
    solver,
    problems: path.length,
    curvature: wantsCurvature,
    workers,
  });
  const arena = allocateArena(plan.memory);
  const tables = [features.data, ...[request.y, weights, offset].flatMap((t) => (t ? [shared(t)] : []))];
  const totalWeight = weights === undefined ? rows : weights.reduce((sum, weight) => sum + weight, 0);
  const tasks = Array.from({ length: workers }, (_, rank): GlmTask => {
    const { tol, maxIter, fitIntercept, kernels } = request;
    const common = { kind: 'glm' as const, rank, workers, kernels, arena, tables: tables.map(bytesOf) };
    const layout = plan.forRank(rank);
    return { ...common, layout, solver, tol, maxIter, totalWeight, path, fitIntercept, wantsCurvature };
  });
  const { layout } = tasks[0]!;
  const variables = request.start.length;
  float64At(arena, layout.point, variables).set(request.start);
  try {
    await runTasks(tasks, signal);
    const outcomes = float64At(arena, layout.outcomes, path.length * GLM_OUTCOME_COUNT);
    const points = float64At(arena, layout.solutions, path.length * variables);
    const results = path.map((_, i) => {
      const outcome = outcomes.subarray(i * GLM_OUTCOME_COUNT, (i + 1) * GLM_OUTCOME_COUNT);
      if (outcome[GLM_OUTCOME.status] === GLM_STATUS.notFinite) throw notFiniteError(features);
      return resultOf(outcome, points.slice(i * variables, (i + 1) * variables), request.tol);
    });
    const curvature = wantsCurvature ? curvatureOf(tasks[0]!, 2 ** exponent) : undefined;
    return { results, curvature };
  } finally {
    discardShared(arena);
  }
}

/** @throws SteepestError `ERR_ABORTED`, `ERR_WORKER_LOST` */
async function runTasks(tasks: GlmTask[], signal: AbortSignal | undefined): Promise<void> {
  const { arena } = tasks[0]!;
  const control = controlBlock(arena);
  const stop = (): void => void Atomics.store(control, WORD.stopRequest, 1);
  const off = onAbort(signal, stop);
  // The signal may have aborted while samples were copied.
  if (signal?.aborted) stop();
  try {
    await runRanks(tasks, arena, { signal, error: () => abortedError(signal!) });
  } finally {
    off();
  }
  checkAborted(signal);
}

function resultOf(outcome: Float64Array, point: Float64Array, tol: number): GlmResult {
  const status = outcome[GLM_OUTCOME.status];
  const gradientNorm = outcome[GLM_OUTCOME.gradientNorm]!;
  // When the loss no longer changes, columns far from 1 can leave a gradient larger than rounding.
  const isStuck = status === GLM_STATUS.precision && !(gradientNorm <= Math.max(tol, ROUNDING));
  return {
    point,
    iterations: outcome[GLM_OUTCOME.iterations]!,
    value: outcome[GLM_OUTCOME.value]!,
    gradientNorm,
    converged: status !== GLM_STATUS.maxIter && !isStuck,
  };
}

function curvatureOf({ arena, layout, fitIntercept }: GlmTask, unit: number): Float64Array {
  const { outputs, features, jobs } = layout;
  const gradient = jobs.design === undefined ? outputs * (features + 1) + 1 : 0;
  const { totals, size } = jobs.design ?? jobs.curvature!;
  const blocks = float64At(arena, totals, size).subarray(gradient);
  const variables = outputs * (features + (fitIntercept ? 1 : 0));
  const matrix = new Float64Array(variables * variables);
  readBlocks(blocks, { ...layout, fitIntercept }, unit, matrix);
  return matrix;
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
