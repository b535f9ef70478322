import type { Arena } from '../../core/arena.js';
import type { ExchangePlan } from '../../core/clusterOption.js';
import { runRanks } from '../../parallel/pool.js';
import type { RankResult, RankTask } from '../../parallel/rankTask.js';
import { StartError } from '../../parallel/startable.js';
import type { Ranks } from './ranks.js';

/**
 * Runs tasks whose worker 0 exchanges parts of their arena with other ranks. A thread that is lost
 * ends the job, because the other ranks wait for it in the middle of their own work.
 * @throws StartError if threads cannot be started: nothing has been exchanged then
 */
export async function runServed(
  ranks: Ranks,
  tasks: readonly RankTask[],
  arena: Arena,
  plans: readonly ExchangePlan[],
): Promise<Extract<RankResult, { ok: true }>> {
  const served = await ranks.internals.serve(arena, plans);
  try {
    return await runRanks(tasks, arena);
  } catch (error) {
    if (!(error instanceof StartError && error.canRetry)) ranks.internals.fail(error);
    throw error;
  } finally {
    await served.end();
  }
}
