import type { MessagePort } from 'node:worker_threads';
import type { Piscina } from 'piscina';
import { SteepestError } from '../core/errors.js';
import { messageOf } from '../core/realm.js';
import { clearTimeout, setTimeout } from '../core/timers.js';
import { controlBlock, declareLost } from './control.js';
import { loadPiscina } from './piscina.cjs';
import type { RankResult, RankTask } from './task.js';
import { workerFile } from './workerFile.cjs';

/** Threads that are done stay for the next fit: starting one costs about 20 ms. */
const idlePools = new Map<number, Piscina[]>();

/** How long ranks get to notice a lost peer before their threads are ended. */
const SETTLE_MS = 400;

/** A pool of exactly `workers` threads that nobody else uses until it is given back. */
function takePool(workers: number): Piscina {
  const idle = idlePools.get(workers)?.pop();
  if (idle !== undefined) return idle;
  const { Piscina } = loadPiscina();
  const pool = new Piscina({
    filename: workerFile,
    // Integer and equal: Piscina's own defaults may be fractional and would start and end threads forever.
    minThreads: workers,
    maxThreads: workers,
    idleTimeout: Number.POSITIVE_INFINITY,
    concurrentTasksPerWorker: 1,
    // Ranks sleep in the barrier, not in Piscina; between fits an idle thread must not keep the process alive.
    atomics: 'sync',
  });
  // A pool emits 'error' for trouble that also rejects a task; without a listener it would end the process.
  pool.on('error', () => {});
  return pool;
}

function giveBack(pool: Piscina, workers: number): void {
  const idle = idlePools.get(workers);
  if (idle === undefined) idlePools.set(workers, [pool]);
  else idle.push(pool);
}

/** Ends all idle threads. They are started again when needed. */
export async function shutdown(): Promise<void> {
  const pools = [...idlePools.values()].flat();
  idlePools.clear();
  await Promise.all(pools.map((pool) => pool.destroy()));
}

/** Threads of the pools at rest, by worker count: for tests and diagnosis. */
export function idleThreads(workers: number): readonly { threadId: number }[] {
  return (idlePools.get(workers) ?? []).flatMap((pool) => pool.threads);
}

/**
 * Runs one task per rank on a pool and waits for all of them.
 *
 * @throws SteepestError `ERR_WORKER_LOST` if a thread ends or throws, within about half a second: the other ranks are
 * told through the control block, and threads that do not answer are ended.
 */
export async function runRanks(
  tasks: readonly RankTask[],
  arena: SharedArrayBuffer,
  onThreads?: (threads: Piscina['threads']) => void,
): Promise<Extract<RankResult, { ok: true }>> {
  const workers = tasks.length;
  const pool = takePool(workers);
  const control = controlBlock(arena);
  const runs = tasks.map((task) => {
    const port = task.kind === 'fit' ? task.port : undefined;
    const run = pool.run(task, port ? { transferList: [port as MessagePort] } : {}) as Promise<RankResult>;
    return run.then(
      (result) => {
        if (!result.ok) declareLost(control);
        return result;
      },
      (error: unknown): RankResult => {
        declareLost(control);
        const message = messageOf(error);
        return { ok: false, peerLost: false, code: undefined, message };
      },
    );
  });
  onThreads?.(pool.threads);

  const results = await settle(runs);
  if (results === undefined || results.some((result) => !result.ok)) {
    // What a lost rank leaves behind is not worth repairing: threads are cheap.
    void pool.destroy();
    throw lostError(results ?? []);
  }
  giveBack(pool, workers);
  return results[0] as Extract<RankResult, { ok: true }>;
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
      mend: 'If you chose the backend or ISA yourself, leave the choice out; otherwise please report this.',
    });
  }
  return new SteepestError('ERR_WORKER_LOST', {
    expected: 'every worker thread to finish its part',
    given: `a thread that ended early (${cause?.message ?? 'no reason given'})`,
    mend: 'The model keeps its last good parameters; call fit again to go on from them.',
  });
}
