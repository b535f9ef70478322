import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { abortedError, checkAborted, onAbort } from '../../core/abort.js';
import { SteepestError } from '../../core/errors.js';
import type { TargetInput } from '../../data/arrayInputs.js';
import type { KernelRequest } from '../../kernels/backend.js';
import { discardShared } from '../../kernels/sharedMemory.js';
import { readDataSet } from '../../networks/models/inputs.js';
import type { Sequential } from '../../networks/models/sequential.js';
import { checkVerdict } from '../../networks/training/sweep.js';
import { planWholeBatch, type WholeBatchPlan } from '../../networks/training/wholeBatch.js';
import { controlBlock, VERDICT, WORD } from '../../parallel/control.js';
import { withFewerThreads } from '../../parallel/fewerThreads.js';
import { runRanks } from '../../parallel/pool.js';
import { END_OF_REPORTS } from '../../parallel/rankTask.js';
import type { Workers } from '../../parallel/workers.js';
import type { Features } from '../base/features.js';
import type { LbfgsReport, LbfgsTask } from './lbfgsLoop.js';

/** A descent on all rows, with all options resolved. */
export interface WholeTraining {
  /** Factor from the network's mean loss to the one that is minimised. */
  lossScale: number;
  /** alpha/2·Σw² over the total weight of the rows is added to it. */
  alpha: number;
  /** The largest element of the gradient that counts as 0. */
  tol: number;
  maxIter: number;
  maxFun: number;
  sampleWeight: Float64Array | undefined;
  workers: Workers;
  kernels: KernelRequest;
  signal: AbortSignal | undefined;
}

/**
 * Minimises the mean loss of a compiled network over all rows by L-BFGS, in worker threads: rank 0
 * runs the solver and this thread is free. The network has the result; after an error it is as it
 * was.
 * @throws SteepestError `ERR_DIVERGED` if the loss at the start is not finite; `ERR_ABORTED`,
 *   `ERR_MEMORY`, `ERR_WORKER_LOST`
 */
export async function trainByLbfgs(
  model: Sequential,
  { data, rows, cols }: Pick<Features, 'data' | 'rows' | 'cols'>,
  y: TargetInput,
  training: WholeTraining,
): Promise<LbfgsReport> {
  const { sampleWeight, signal, workers } = training;
  checkAborted(signal);
  const total = sampleWeight?.reduce((sum, weight) => sum + weight, 0) ?? rows;
  // The loss is then divided by the sum of the weights.
  const weights = sampleWeight?.map((weight) => (weight * rows) / total);
  const context = model.trainingContext();
  const table = { data, shape: [rows, cols] };
  const set = await readDataSet(context, '', table, y, weights);
  return withFewerThreads(async () => {
    const state = model.trainingState();
    const plan = planWholeBatch(context.model, state, context.objective, set, workers);
    try {
      const report = await run(plan, training, total);
      model.resume({ ...state, parameters: plan.parameters() });
      return report;
    } finally {
      discardShared(plan.arena);
    }
  });
}

async function run(plan: WholeBatchPlan, training: WholeTraining, total: number): Promise<LbfgsReport> {
  const { signal, lossScale, alpha, tol, maxIter, maxFun, kernels } = training;
  const { arena, tables, workers } = plan;
  const { port1, port2 } = new MessageChannel();
  const reported = listen(port1);
  const common = { kind: 'lbfgs' as const, workers, kernels, arena, tables };
  const problem = { lossScale, penalty: alpha / total, tol, maxIter, maxFun };
  const tasks = Array.from({ length: workers }, (_, rank): LbfgsTask => {
    const port = rank === 0 ? port2 : undefined;
    return { ...common, ...problem, rank, batch: plan.forRank(rank), port };
  });
  const control = controlBlock(arena);
  const stop = (): void => void Atomics.store(control, WORD.stopRequest, 1);
  const off = onAbort(signal, stop);
  // The signal may have aborted while rows were copied.
  if (signal?.aborted) stop();
  try {
    const { verdict } = await runRanks(tasks, arena, { signal, error: () => abortedError(signal!) });
    checkAborted(signal);
    if (verdict & VERDICT.lossNotFinite) throw notFinite();
    checkVerdict(verdict);
    return await reported();
  } finally {
    off();
    port1.close();
  }
}

/** @returns a function that waits for the report of rank 0 */
function listen(port: MessagePort): () => Promise<LbfgsReport> {
  const report = new Promise<LbfgsReport>((resolve) => {
    port.on('message', (message: LbfgsReport | typeof END_OF_REPORTS) => {
      if (message !== END_OF_REPORTS) resolve(message);
    });
  });
  // While ranks are running, they decide whether the process stays alive.
  port.unref();
  return () => {
    port.ref();
    return report;
  };
}

function notFinite(): SteepestError {
  return new SteepestError('ERR_DIVERGED', {
    expected: 'a finite loss and gradient at the initial weights',
    given: 'one that is NaN or infinite: beyond the range of float32',
    hint: 'Scale inputs and targets to about −1 … 1 with StandardScaler.',
  });
}
