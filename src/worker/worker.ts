import { SteepestError } from '../core/errors.js';
import { messageOf } from '../core/realm.js';
import { selectKernels } from '../kernels/backend.js';
import type { KernelSet } from '../kernels/contract.js';
import { droppedShared } from '../kernels/sharedMemory.js';
import { Barrier, PeerLost } from './barrier.js';
import { runBlocks } from './blockLoop.js';
import { controlBlock, declareLost, VERDICT } from './control.js';
import { runFit } from './fitLoop.js';
import { runLogistic } from './logisticLoop.js';
import { RankRunner, runSweep, verdictOf } from './stepLoop.js';
import { stepSource } from './stepSource.js';
import { END_OF_REPORTS, type RankResult, type RankTask, type SweepTask } from './task.js';
import { TaskKernels } from './taskKernels.js';

/** What runs each kind of task. */
const RUNNERS: {
  readonly [K in RankTask['kind']]: (task: Extract<RankTask, { kind: K }>, kernels: KernelSet) => RankResult;
} = {
  fit: runFit,
  sweep: runSweepTask,
  logistic: runLogistic,
  blocks: runBlocks,
};

function run<K extends RankTask['kind']>(task: Extract<RankTask, { kind: K }>): RankResult {
  const runner = RUNNERS[task.kind as K];
  const kernels = new TaskKernels(selectKernels(task.kernels));
  try {
    return runner(task, kernels);
  } finally {
    kernels.release();
  }
}

/**
 * Lets go of a task's memory. Piscina keeps the task itself until the next one comes, so it is
 * emptied.
 */
function forget(task: RankTask): void {
  const { arena, tables } = task;
  const bytes = tables.reduce((sum, table) => sum + table.buffer.byteLength, 0);
  const discarded = arena.buffer.byteLength;
  for (const key of Object.keys(task) as (keyof RankTask)[]) delete (task as Partial<RankTask>)[key];
  droppedShared(bytes, discarded);
}

/** The task of a pool thread: one rank of a fit, a sweep or a regression, from beginning to end. */
export default function runRank(task: RankTask): RankResult {
  try {
    return run(task);
  } catch (error) {
    const peerLost = error instanceof PeerLost;
    declareLost(controlBlock(task.arena));
    const code = error instanceof SteepestError ? error.code : undefined;
    return { ok: false, peerLost, code, message: messageOf(error) };
  } finally {
    if (task.kind === 'fit') task.port?.postMessage(END_OF_REPORTS);
    forget(task);
  }
}

function runSweepTask(task: SweepTask, kernels: KernelSet): RankResult {
  const barrier = new Barrier(controlBlock(task.arena), task.workers);
  const runner = new RankRunner(kernels, task.arena, task.tables, task.sweep);
  const source = stepSource(task.arena, task.ring, task.rank, task);
  const { status, stopped } = runSweep(runner, source, barrier);
  const verdict = verdictOf(status) | (stopped ? VERDICT.stop : 0);
  return { ok: true, verdict, step: 0, epochs: 0 };
}
