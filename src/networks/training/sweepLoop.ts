import type { KernelSet } from '../../kernels/contract.js';
import { Barrier } from '../../parallel/barrier.js';
import { controlBlock, VERDICT } from '../../parallel/control.js';
import type { RankResult } from '../../parallel/rankTask.js';
import { RankRunner, runSweep, verdictOf } from './stepLoop.js';
import { stepSource } from './stepSource.js';
import type { SweepTask } from './tasks.js';

/** One rank's part of an evaluation or a prediction. */
export const runSweepTask = (task: SweepTask, kernels: KernelSet): RankResult =>
  prepareSweep(task, kernels)();

/**
 * Binds the program of one rank's part.
 * @returns what runs it over all rows, as often as it is called; it does not refer to the task
 */
export function prepareSweep(task: SweepTask, kernels: KernelSet): () => RankResult {
  const { arena, ring, rank, workers, samples, batchSize } = task;
  const runner = new RankRunner(kernels, arena, task.tables, task.sweep);
  return () => {
    const barrier = new Barrier(controlBlock(arena), workers);
    const source = stepSource(arena, ring, rank, { samples, batchSize });
    const { status, stopped } = runSweep(runner, source, barrier);
    const verdict = verdictOf(status) | (stopped ? VERDICT.stop : 0);
    return { ok: true, verdict, step: 0, passes: 0, epochs: 0 };
  };
}
