import type { KernelSet } from '../../kernels/contract.js';
import { Barrier } from '../../parallel/barrier.js';
import { controlBlock, VERDICT } from '../../parallel/control.js';
import type { RankResult } from '../../parallel/rankTask.js';
import { RankRunner, runSweep, verdictOf } from './stepLoop.js';
import { stepSource } from './stepSource.js';
import type { SweepTask } from './tasks.js';

/** One rank's part of an evaluation or a prediction. */
export function runSweepTask(task: SweepTask, kernels: KernelSet): RankResult {
  const barrier = new Barrier(controlBlock(task.arena), task.workers);
  const runner = new RankRunner(kernels, task.arena, task.tables, task.sweep);
  const source = stepSource(task.arena, task.ring, task.rank, task);
  const { status, stopped } = runSweep(runner, source, barrier);
  const verdict = verdictOf(status) | (stopped ? VERDICT.stop : 0);
  return { ok: true, verdict, step: 0, passes: 0, epochs: 0 };
}
