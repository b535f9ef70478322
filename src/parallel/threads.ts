import { onAbort } from '../core/abort.js';
import { clearTimeout, setTimeout } from '../core/timers.js';
import { endReaders } from '../data/thread/readTable.js';
import { changeSettings, type ThreadSettings, threadSettings } from './settings.js';
import { forgetStartable, mostThreads, StartError } from './startable.js';
import { Thread } from './thread.js';

/**
 * Who may use how many threads. A lease is a whole set of them, granted at once: of two fits with a
 * part of their ranks each, both would wait at their barriers for ever.
 */
export interface Lease {
  readonly threads: readonly Thread[];
  /** Whether its threads count among `maxThreads`. */
  counts: boolean;
}

interface Waiting {
  workers: number;
  grant: (lease: Lease) => void;
  fail: (error: unknown) => void;
}

/**
 * After so many tasks a thread makes room for a new one. A task leaves some 3 KB behind, for which
 * Node.js waits until the thread's event loop turns: a closed port, functions of the add-on. It
 * never does, since a thread at rest sleeps in Atomics.wait. (An object for the tests, which cannot
 * wait so long.)
 */
export const threadLife = { tasks: 4096 };

/**
 * Threads at rest, the longest first. The next lease takes
 * from the end, so that those no longer needed grow old.
 */
const idle: Thread[] = [];
/** Threads that leases have, and those of them that count. */
let leased = 0;
let counted = 0;
/**
 * Who waits, in order: the first goes first, so that a large
 * fit is not passed by small ones for ever.
 */
const queue: Waiting[] = [];
const ending = new Set<Promise<void>>();
let timer: NodeJS.Timeout | undefined;
/** Threads begun before the last shutdown are not kept. */
let keptFrom = 0;

/**
 * Leases threads, at once if there are enough or as soon as earlier leases end.
 * @returns undefined if the signal aborted while it waited
 * @throws SteepestError `ERR_WORKER_LOST` if no thread can be started
 */
export async function lease(workers: number, signal: AbortSignal | undefined): Promise<Lease | undefined> {
  if (queue.length === 0 && hasRoom(workers)) {
    try {
      return grant(workers);
    } catch (error) {
      await ended();
      throw error;
    }
  }
  if (signal?.aborted) return undefined;
  return new Promise((resolve, reject) => {
    const off = onAbort(signal, () => {
      queue.splice(queue.indexOf(waiting), 1);
      off();
      resolve(undefined);
      // The next one may need less.
      admit();
    });
    const waiting: Waiting = {
      workers,
      grant: (granted) => {
        off();
        resolve(granted);
      },
      fail: (error) => {
        off();
        void ended().then(() => reject(error as Error));
      },
    };
    queue.push(waiting);
  });
}

/**
 * A fit that wants more than there may be has all of them:
 * `maxThreads` may have been lowered since it was planned.
 */
const hasRoom = (workers: number): boolean => counted === 0 || counted + workers <= mostThreads();

function admit(): void {
  for (let next = queue[0]; next !== undefined && hasRoom(next.workers); next = queue[0]) {
    queue.shift();
    try {
      next.grant(grant(next.workers));
    } catch (error) {
      next.fail(error);
    }
  }
}

function grant(workers: number): Lease {
  const threads = idle.splice(Math.max(0, idle.length - workers), workers);
  try {
    while (threads.length < workers) threads.push(new Thread());
  } catch (error) {
    const started = threads.length;
    for (const thread of threads) end(thread);
    throw new StartError(workers, started, error);
  }
  counted += workers;
  leased += workers;
  trim();
  return { threads, counts: true };
}

/** Ends a lease. Threads that may be in the midst of something are ended. */
export function giveBack(ended: Lease, areReusable: boolean): void {
  leased -= ended.threads.length;
  const now = performance.now();
  for (const thread of ended.threads) {
    const isYoung = thread.begun >= keptFrom && thread.tasks < threadLife.tasks;
    if (areReusable && isYoung && threadSettings.idleTimeoutMs > 0) {
      thread.idleSince = now;
      idle.push(thread);
    } else {
      end(thread);
    }
  }
  trim();
  setCounts(ended, false);
  arm();
}

/**
 * Says whether a lease's threads count: those of a fit that waits for its user's code do not, or
 * both might wait for ever.
 */
export function setCounts(of: Lease, counts: boolean): void {
  if (of.counts === counts) return;
  of.counts = counts;
  counted += counts ? of.threads.length : -of.threads.length;
  admit();
}

function end(thread: Thread): void {
  const ended = thread.end().catch(() => {});
  ending.add(ended);
  void ended.then(() => ending.delete(ended));
}

/**
 * Waits until threads that are about to end have ended: what those
 * hold that could not all be started is needed to start fewer.
 */
export async function ended(): Promise<void> {
  await Promise.all(ending);
}

/** Ends the threads at rest that are too many beside those at work. */
function trim(): void {
  while (idle.length > 0 && idle.length + leased > threadSettings.maxThreads) end(idle.shift()!);
}

/** Sees to it that threads at rest are ended in time. The timer does not keep the process alive. */
function arm(): void {
  clearTimeout(timer);
  timer = undefined;
  const { idleTimeoutMs } = threadSettings;
  if (idle.length === 0 || idleTimeoutMs === Number.POSITIVE_INFINITY) return;
  const due = idle[0]!.idleSince + idleTimeoutMs - performance.now();
  timer = setTimeout(shrink, Math.max(1, Math.ceil(due))).unref();
}

function shrink(): void {
  const oldest = performance.now() - threadSettings.idleTimeoutMs;
  while (idle.length > 0 && idle[0]!.idleSince <= oldest) end(idle.shift()!);
  arm();
}

/**
 * Sets when idle threads end and how many there may be, for all fits, evaluations and predictions
 * of this thread's program; `configure()` changes nothing. Results do not depend on it.
 * @returns the settings in force
 * @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME`, with nothing changed
 */
export function configure(settings: Partial<ThreadSettings> = {}): ThreadSettings {
  changeSettings(settings);
  forgetStartable();
  trim();
  shrink();
  admit();
  return { ...threadSettings };
}

/**
 * Ends all threads at rest, and those at work as soon as their fit ends. They are started again
 * when needed. No program has to call it in order to exit.
 * @returns a promise that is fulfilled when the threads that were at rest have ended
 */
export async function shutdown(): Promise<void> {
  keptFrom = performance.now();
  for (const thread of idle.splice(0)) end(thread);
  arm();
  await Promise.all([ended(), endReaders()]);
}

/**
 * Workers at rest that the next lease of as many will get;
 * all of them if no number is given: for tests and diagnosis.
 */
export function idleThreads(workers = idle.length): readonly { threadId: number }[] {
  const last = idle.slice(Math.max(0, idle.length - workers));
  return last.flatMap(({ worker }) => worker ?? []);
}
