import { SteepestError } from '../core/errors.js';
import { selectKernels } from '../kernels/backend.js';
import { Barrier, PeerLost } from './barrier.js';
import { controlBlock, declareLost, VERDICT } from './control.js';
import { runFit } from './fitLoop.js';
import { RankRunner, runSweep } from './stepLoop.js';
import { END_OF_REPORTS, type RankResult, type RankTask, type SweepTask } from './task.js';

/** The task of a pool thread: one rank of a fit or a sweep, from beginning to end. */
export default function runRank(task: RankTask): RankResult {
  try {
    return task.kind === 'fit' ? runFit(task) : runSweepTask(task);
  } catch (error) {
    const peerLost = error instanceof PeerLost;
    declareLost(controlBlock(task.arena));
    const code = error instanceof SteepestError ? error.code : undefined;
    return { ok: false, peerLost, code, message: error instanceof Error ? error.message : String(error) };
  } finally {
    if (task.kind === 'fit') task.port?.postMessage(END_OF_REPORTS);
  }
}

function runSweepTask(task: SweepTask): RankResult {
  const kernels = selectKernels(task.kernels);
  const barrier = new Barrier(controlBlock(task.arena), task.workers);
  const runner = new RankRunner(kernels, task.arena, task.tables, task.sweep);
  const status = runSweep(runner, barrier, task);
  return { ok: true, verdict: status === 0 ? 0 : VERDICT.invalid, step: 0, epochs: 0 };
}
