import { SteepestError } from '../core/errors.js';
import { messageOf } from '../core/show.js';
import { runBlocks } from '../estimators/leastSquares/blockLoop.js';
import type { BlocksTask } from '../estimators/leastSquares/blocksTask.js';
import { runLogistic } from '../estimators/logistic/logisticLoop.js';
import type { LogisticTask } from '../estimators/logistic/logisticTask.js';
import { selectKernels } from '../kernels/backend.js';
import { type CallsTask, runCalls } from '../kernels/calls/rankCalls.js';
import type { KernelSet } from '../kernels/contract.js';
import { collectShared } from '../kernels/sharedMemory.js';
import { runFit } from '../networks/training/fitLoop.js';
import { runSweepTask } from '../networks/training/sweepLoop.js';
import type { FitTask, SweepTask } from '../networks/training/tasks.js';
import { PeerLost } from '../parallel/barrier.js';
import { controlBlock, declareLost } from '../parallel/control.js';
import { type CollectTask, END_OF_REPORTS, type RankResult } from '../parallel/rankTask.js';
import { TaskKernels } from './taskKernels.js';

type Task = FitTask | SweepTask | LogisticTask | BlocksTask | CallsTask;

/** Maps each kind of task to the function that runs it. */
const RUNNERS: {
  readonly [K in Task['kind']]: (task: Extract<Task, { kind: K }>, kernels: KernelSet) => RankResult;
} = {
  fit: runFit,
  sweep: runSweepTask,
  logistic: runLogistic,
  blocks: runBlocks,
  calls: runCalls,
};

function run<K extends Task['kind']>(task: Extract<Task, { kind: K }>): RankResult {
  const runner = RUNNERS[task.kind as K];
  const kernels = new TaskKernels(selectKernels(task.kernels));
  try {
    return runner(task, kernels);
  } finally {
    kernels.release();
  }
}

/**
 * Releases a task's memory. Piscina keeps the task object until the next one comes, so its fields
 * are cleared.
 */
function forget(task: Task): void {
  for (const key of Object.keys(task) as (keyof Task)[]) delete (task as Partial<Task>)[key];
}

/** Entry of a pool thread: runs one rank of a fit, a sweep, a regression or a product, or collects garbage. */
export default function runRank(task: Task | CollectTask): RankResult | undefined {
  if (task.kind === 'collect') {
    collectShared();
    return undefined;
  }
  try {
    if (task.collectsFirst) collectShared();
    return run(task);
  } catch (error) {
    const peerLost = error instanceof PeerLost;
    declareLost(controlBlock(task.arena));
    const code = error instanceof SteepestError ? error.code : undefined;
    return { ok: false, peerLost, code, message: messageOf(error) };
  } finally {
    task.port?.postMessage(END_OF_REPORTS);
    forget(task);
  }
}
