import { workerData } from 'node:worker_threads';
import type { Arena } from '../core/arena.js';
import { SteepestError } from '../core/errors.js';
import { messageOf } from '../core/show.js';
import { runGlm } from '../estimators/glm/loop.js';
import type { GlmTask } from '../estimators/glm/task.js';
import { runBlocks } from '../estimators/leastSquares/blockLoop.js';
import type { BlocksTask } from '../estimators/leastSquares/blocksTask.js';
import { type LbfgsTask, runLbfgs } from '../estimators/network/lbfgsLoop.js';
import { selectKernels } from '../kernels/backend.js';
import { type CallsTask, runCalls } from '../kernels/calls/rankCalls.js';
import type { KernelSet } from '../kernels/contract.js';
import { giveWayHere } from '../kernels/priority.js';
import { collectShared } from '../kernels/sharedMemory.js';
import { runFit } from '../networks/training/fitLoop.js';
import { prepareSweep, runSweepTask } from '../networks/training/sweepLoop.js';
import type { FitTask, SweepTask } from '../networks/training/tasks.js';
import { PeerLost } from '../parallel/barrier.js';
import { controlBlock, declareLost } from '../parallel/control.js';
import {
  type AgainTask,
  type CollectTask,
  END_OF_REPORTS,
  type RankResult,
  type ThreadData,
} from '../parallel/rankTask.js';
import { TaskKernels } from './taskKernels.js';

// Nothing is given where this is loaded outside a thread.
if ((workerData as ThreadData | null)?.priority === 'background') giveWayHere();

type Task = FitTask | SweepTask | GlmTask | BlocksTask | LbfgsTask | CallsTask;

/** Maps each kind of task to the function that runs it. */
const RUNNERS: {
  readonly [K in Task['kind']]: (task: Extract<Task, { kind: K }>, kernels: KernelSet) => RankResult;
} = {
  fit: runFit,
  sweep: runSweepTask,
  glm: runGlm,
  blocks: runBlocks,
  lbfgs: runLbfgs,
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

/** A prediction that may be asked for again, with its program bound. */
interface KeptTask {
  keepAs: number;
  arena: Arena;
  kernels: TaskKernels;
  run: () => RankResult;
}

let kept: KeptTask | undefined;

function dropKept(): void {
  kept?.kernels.release();
  kept = undefined;
}

function runAndKeep(task: SweepTask, keepAs: number): RankResult {
  const kernels = new TaskKernels(selectKernels(task.kernels));
  kept = { keepAs, arena: task.arena, kernels, run: prepareSweep(task, kernels) };
  return kept.run();
}

/** Runs the kept task once more. The thread that asks knows which one it is. */
function runKept({ keepAs }: AgainTask): RankResult {
  if (kept?.keepAs !== keepAs) return lost(undefined, new Error(`no task ${keepAs} is kept`));
  try {
    return kept.run();
  } catch (error) {
    return lost(kept.arena, error);
  }
}

function lost(arena: Arena | undefined, error: unknown): RankResult {
  dropKept();
  if (arena !== undefined) declareLost(controlBlock(arena));
  const code = error instanceof SteepestError ? error.code : undefined;
  return { ok: false, peerLost: error instanceof PeerLost, code, message: messageOf(error) };
}

/**
 * Releases a task's memory. Piscina keeps the task object until the next one comes, so its fields
 * are cleared.
 */
function forget(task: Task): void {
  for (const key of Object.keys(task) as (keyof Task)[]) delete (task as Partial<Task>)[key];
}

/**
 * Entry of a pool thread: runs one rank of a fit, a sweep, a regression or a product, or collects
 * garbage.
 */
export default function runRank(task: Task | CollectTask | AgainTask): RankResult | undefined {
  if (task.kind === 'again') return runKept(task);
  dropKept();
  if (task.kind === 'collect') {
    collectShared();
    return undefined;
  }
  try {
    if (task.collectsFirst) collectShared();
    return task.kind === 'sweep' && task.keepAs !== undefined ? runAndKeep(task, task.keepAs) : run(task);
  } catch (error) {
    return lost(task.arena, error);
  } finally {
    task.port?.postMessage(END_OF_REPORTS);
    forget(task);
  }
}
