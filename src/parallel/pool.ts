import type { Arena } from '../core/arena.js';
import { SteepestError } from '../core/errors.js';
import { messageOf } from '../core/show.js';
import { clearTimeout, setTimeout } from '../core/timers.js';
import { controlBlock, declareLost } from './control.js';
import type { RankResult, RankTask } from './rankTask.js';
import { StartError } from './startable.js';
import type { Thread } from './thread.js';
import { ended, giveBack, lease } from './threads.js';
import { setLease } from './userCode.js';

/** How long ranks get to notice a lost peer before their threads are ended. */
const SETTLE_MS = 400;

/**
 * How a caller gives up while its ranks wait for threads;
 * once they run, it stops them through the control block.
 */
export interface Abortable {
  signal: AbortSignal | undefined;
  /** What is thrown then. */
  error: () => SteepestError;
}

/**
 * Runs one task per rank, each on a thread of its own, and
 * waits for all of them; before that, for its turn.
 *
 * @throws SteepestError `ERR_WORKER_LOST` if a thread ends or throws, within about half a second:
 * the other ranks are told through the control block, and threads that do not answer are ended.
 */
export async function runRanks(
  tasks: readonly RankTask[],
  arena: Arena,
  abortable?: Abortable,
): Promise<Extract<RankResult, { ok: true }>> {
  const control = controlBlock(arena);
  const leased = await lease(tasks.length, abortable?.signal);
  if (leased === undefined) {
    // Whoever feeds the ranks must not wait for them.
    declareLost(control);
    throw abortable!.error();
  }
  const { threads } = leased;
  const notStarted: unknown[] = [];
  const runs = tasks.map((task, rank) => runRank(threads[rank]!, task, control, notStarted));
  setLease(arena, leased);
  const results = await settle(runs);
  setLease(arena, undefined);
  // Not later: threads that were slow to load are ended below, and would count as refused.
  const refused = notStarted.length;
  const areWell = results?.every((result) => result.ok) ?? false;
  // What a lost rank leaves behind is not worth repairing: threads are cheap.
  giveBack(leased, areWell);
  if (refused > 0) {
    await ended();
    throw new StartError(threads.length, threads.length - refused, notStarted[0]);
  }
  if (!areWell) throw lostError(results ?? []);
  return results![0] as Extract<RankResult, { ok: true }>;
}

async function runRank(
  thread: Thread,
  task: RankTask,
  control: Int32Array<SharedArrayBuffer>,
  notStarted: unknown[],
): Promise<RankResult> {
  try {
    const result = await thread.run(task);
    if (!result.ok) declareLost(control);
    return result;
  } catch (error) {
    declareLost(control);
    if (!thread.hasBegun) notStarted.push(error);
    return { ok: false, peerLost: false, code: undefined, message: messageOf(error) };
  }
}

/** All results; or, if one failed and others do not end soon after, undefined. */
async function settle(runs: Promise<RankResult>[]): Promise<RankResult[] | undefined> {
  const all = Promise.all(runs);
  const firstFailure = new Promise<void>((resolve) => {
    for (const run of runs) void run.then((result) => result.ok || resolve());
  });
  let timer: NodeJS.Timeout | undefined;
  const patience = firstFailure.then(
    () =>
      new Promise<undefined>((resolve) => {
        timer = setTimeout(resolve, SETTLE_MS, undefined);
      }),
  );
  try {
    return await Promise.race([all, patience]);
  } finally {
    clearTimeout(timer);
  }
}

function lostError(results: readonly RankResult[]): SteepestError {
  const cause = results.find((result) => !result.ok && !result.peerLost) as
    | Extract<RankResult, { ok: false }>
    | undefined;
  if (cause?.code === 'ERR_BACKEND' || cause?.code === 'ERR_PROGRAM') {
    return new SteepestError(cause.code, {
      expected: 'kernels that accept the step program',
      given: cause.message.replace(/\.$/, ''),
      hint: 'If you chose the backend or ISA yourself, leave the choice out; otherwise please report this.',
    });
  }
  return new SteepestError('ERR_WORKER_LOST', {
    expected: 'every worker thread to finish its part',
    given: `a thread that ended early (${cause?.message ?? 'no reason given'})`,
    hint: 'The model keeps its last good parameters; call fit again to go on from them.',
  });
}
