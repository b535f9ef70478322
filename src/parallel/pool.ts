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

/** How long ranks may take to notice a lost peer before their threads are terminated. */
const SETTLE_MS = 400;

/**
 * Aborts a call whose ranks still wait for threads. Running ranks are stopped through the control
 * block instead.
 */
export interface Abortable {
  signal: AbortSignal | undefined;
  /** The error to throw in that case. */
  error: () => SteepestError;
}

/**
 * Waits for its turn, runs one task per rank, each on a thread of its own, and waits for all of
 * them.
 *
 * @throws SteepestError `ERR_WORKER_LOST` if a thread ends or throws, within about half a second:
 *   the other ranks are notified through the control block, and threads that do not respond are
 *   terminated.
 */
export async function runRanks(
  tasks: readonly RankTask[],
  arena: Arena,
  abortable?: Abortable,
): Promise<Extract<RankResult, { ok: true }>> {
  const control = controlBlock(arena);
  const leased = await lease(tasks.length, abortable?.signal);
  if (leased === undefined) {
    // The code that feeds the ranks must stop waiting for them.
    declareLost(control);
    throw abortable!.error();
  }
  const { threads } = leased;
  const notStarted: unknown[] = [];
  const runs = tasks.map((task, rank) => runRank(threads[rank]!, task, control, notStarted));
  setLease(arena, leased);
  const results = await settle(runs);
  setLease(arena, undefined);
  // Check this now: slow-loading threads are terminated below and would then count as refused.
  const refused = notStarted.length;
  const areWell = results?.every((result) => result.ok) ?? false;
  // Terminating threads is simpler than repairing the state a lost rank leaves, and threads are
  // cheap.
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

/** All results, or undefined if one failed and the others do not end soon after. */
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
      hint: 'Remove the backend or ISA option if you set one; otherwise please report this.',
    });
  }
  return new SteepestError('ERR_WORKER_LOST', {
    expected: 'every worker thread to finish its part',
    given: `a thread that ended early (${cause?.message ?? 'no reason given'})`,
    hint: 'The model keeps its last committed parameters; call fit again to continue from them.',
  });
}
