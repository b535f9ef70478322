import { SteepestError } from '../core/errors.js';
import { messageOf } from '../core/realm.js';
import { selectKernels } from '../kernels/backend.js';
import { Barrier, PeerLost } from './barrier.js';
import { runBlocks } from './blockLoop.js';
import { controlBlock, declareLost, VERDICT } from './control.js';
import { runFit } from './fitLoop.js';
import { runLogistic } from './logisticLoop.js';
import { RankRunner, runSweep, verdictOf } from './stepLoop.js';
import { stepSource } from './stepSource.js';
import { END_OF_REPORTS, type RankResult, type RankTask, type SweepTask } from './task.js';

/** What runs each kind of task. */
const RUNNERS: { readonly [K in RankTask['kind']]: (task: Extract<RankTask, { kind: K }>) => RankResult } = {
  fit: runFit,
  sweep: runSweepTask,
  logistic: runLogistic,
  blocks: runBlocks,
};

function run<K extends RankTask['kind']>(task: Extract<RankTask, { kind: K }>): RankResult {
  const runner = RUNNERS[task.kind as K];
  return runner(task);
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
  }
}

function runSweepTask(task: SweepTask): RankResult {
  const kernels = selectKernels(task.kernels);
  const barrier = new Barrier(controlBlock(task.arena), task.workers);
  const runner = new RankRunner(kernels, task.arena, task.tables, task.sweep);
  const source = stepSource(task.arena, task.ring, task.rank, task);
  const { status, stopped } = runSweep(runner, source, barrier);
  const verdict = verdictOf(status) | (stopped ? VERDICT.stop : 0);
  return { ok: true, verdict, step: 0, epochs: 0 };
}
