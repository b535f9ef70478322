import { abortedError, checkAborted, onAbort } from '../../core/abort.js';
import { float64At } from '../../core/arena.js';
import type { ExchangePlan } from '../../core/clusterOption.js';
import { SteepestError } from '../../core/errors.js';
import { discardShared } from '../../kernels/sharedMemory.js';
import { controlBlock, WORD } from '../../parallel/control.js';
import { withFewerThreads } from '../../parallel/fewerThreads.js';
import { runRanks } from '../../parallel/pool.js';
import { resolveWorkers } from '../../parallel/workers.js';
import { allocateArena } from '../../program/allocate.js';
import { checkFiniteFeatures } from '../base/features.js';
import { bytesOf } from '../base/ops.js';
import { ALONE } from '../sharded/ranks.js';
import { runServed } from '../sharded/runServed.js';
import { readBlocks } from './blocks.js';
import { type JointPlan, planJoint } from './jointSums.js';
import { planGlm } from './layout.js';
import type { GlmPathResult, GlmRequest, GlmResult } from './request.js';
import { type GlmRows, rowsOf } from './rows.js';
import {
  GLM_OUTCOME,
  GLM_OUTCOME_COUNT,
  GLM_STATUS,
  type GlmJob,
  type GlmLayout,
  type GlmTask,
  type JobLayout,
} from './task.js';

/**
 * Multiplications and additions of one evaluation of loss and gradient, per row, output and column.
 */
const FLOPS_PER_PRODUCT = 4;
/** Gradients below this may be rounding errors if `tol` is smaller. */
const ROUNDING = 2 ** -20;

/**
 * Minimises the penalised loss in worker threads, on fewer of them if not all can be started.
 * @throws SteepestError `ERR_NOT_FINITE` for NaN or infinities in the samples, `ERR_ABORTED`,
 *   `ERR_WORKER_LOST`
 */
export async function fitGlm(request: GlmRequest): Promise<GlmPathResult> {
  checkAborted(request.joint === undefined ? request.signal : undefined);
  const rows = await rowsOf(request);
  return withFewerThreads(() => fitOnce(request, rows));
}

async function fitOnce(request: GlmRequest, rows: GlmRows): Promise<GlmPathResult> {
  const { solver, outputs, path, family, wantsCurvature = false } = request;
  const { features, exponent, totalWeight, joint, tail } = rows;
  const workers = resolveWorkers(
    request.workers,
    features.rows * features.cols * outputs * FLOPS_PER_PRODUCT,
  );
  const plan = planGlm({
    features,
    rows: rows.total,
    own: joint?.own ?? { first: 0, end: features.rows },
    tail,
    family,
    outputs,
    weighted: rows.weighted,
    offset: request.offset !== undefined,
    solver,
    problems: path.length,
    curvature: wantsCurvature,
    workers,
    processes: joint?.ranks.size ?? 1,
  });
  const arena = allocateArena(plan.memory);
  const sums = joint && planJoint(plan.forRank(0), joint);
  const tasks = Array.from({ length: workers }, (_, rank): GlmTask => {
    const { tol, maxIter, fitIntercept, kernels } = request;
    const tables = [features.data, ...rows.beside, ...(tail?.tables ?? [])].map(bytesOf);
    const common = { kind: 'glm' as const, rank, workers, kernels, arena, tables, joint: sums?.joint };
    const layout = withSlices(plan.forRank(rank), sums);
    return { ...common, layout, solver, tol, maxIter, totalWeight, path, fitIntercept, wantsCurvature };
  });
  const { layout } = tasks[0]!;
  const variables = request.start.length;
  float64At(arena, layout.point, variables).set(request.start);
  try {
    await runTasks(tasks, request, sums?.plans);
    const outcomes = float64At(arena, layout.outcomes, path.length * GLM_OUTCOME_COUNT);
    const points = float64At(arena, layout.solutions, path.length * variables);
    const found = path.map((_, i) => outcomes.slice(i * GLM_OUTCOME_COUNT, (i + 1) * GLM_OUTCOME_COUNT));
    if (found.some((outcome) => outcome[GLM_OUTCOME.status] === GLM_STATUS.notFinite)) {
      throw await notFiniteError(request);
    }
    const results = found.map((outcome, i) =>
      resultOf(outcome, points.slice(i * variables, (i + 1) * variables), request.tol),
    );
    const curvature = wantsCurvature ? curvatureOf(tasks[0]!, 2 ** exponent) : undefined;
    return { results, curvature };
  } finally {
    discardShared(arena);
  }
}

/** The layout in which this rank adds up its slices. */
function withSlices(layout: GlmLayout, sums: JointPlan | undefined): GlmLayout {
  if (sums === undefined) return layout;
  const jobs = Object.entries(layout.jobs) as [GlmJob, JobLayout][];
  return {
    ...layout,
    jobs: Object.fromEntries(jobs.map(([name, job]) => [name, { ...job, slice: sums.slices[name]! }])),
  };
}

/** @throws SteepestError `ERR_ABORTED`, `ERR_WORKER_LOST` */
async function runTasks(
  tasks: GlmTask[],
  { signal, joint }: GlmRequest,
  plans: readonly ExchangePlan[] | undefined,
): Promise<void> {
  const { arena } = tasks[0]!;
  const control = controlBlock(arena);
  const stop = (): void => void Atomics.store(control, WORD.stopRequest, 1);
  const off = onAbort(signal, stop);
  // The signal may have aborted while samples were copied.
  if (signal?.aborted) stop();
  try {
    if (joint !== undefined && plans !== undefined) await runServed(joint.ranks, tasks, arena, plans);
    else await runRanks(tasks, arena, { signal, error: () => abortedError(signal!) });
  } finally {
    off();
  }
  await (joint?.ranks ?? ALONE).all(() => checkAborted(signal));
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
async function notFiniteError({ features, joint }: GlmRequest): Promise<SteepestError> {
  await (joint?.ranks ?? ALONE).all(() => checkFiniteFeatures('X', features));
  return new SteepestError('ERR_NOT_FINITE', {
    expected: 'a finite loss at the start',
    given: 'samples so large that their products overflow',
    hint: 'Scale the columns with StandardScaler.',
  });
}
