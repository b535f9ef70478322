import { onAbort } from '../core/abort.js';
import { nextTurn } from '../core/nextTurn.js';
import { clearTimeout, setTimeout } from '../core/timers.js';
import { endReaders } from '../data/thread/readTable.js';
import { loadPiscina } from './piscina.cjs';
import { changeSettings, type ThreadSettings, threadSettings } from './settings.js';
import { forgetStartable, mostThreads, StartError } from './startable.js';
import { Thread } from './thread.js';

/**
 * Manages leases of threads. A lease is a set of threads that is granted at once: two fits that
 * each held some of their ranks would wait at their barriers for ever.
 */
export interface Lease {
  readonly threads: readonly Thread[];
  /** Whether its threads count towards `maxThreads`. */
  counts: boolean;
}

interface Waiting {
  workers: number;
  grant: (lease: Lease) => void;
  fail: (error: unknown) => void;
}

/**
 * After this many tasks a thread is replaced by a new one. A task leaves about 3 KB behind (a
 * closed port, functions of the add-on) that Node.js frees only when the thread's event loop turns.
 * It never turns, because an idle thread sleeps in Atomics.wait. (An object, so that tests can
 * lower the number.)
 */
export const threadLife = { tasks: 4096 };

/**
 * Idle threads, longest idle first. Leases take from the end, so that surplus threads stay idle and
 * end.
 */
const idle: Thread[] = [];
/** Threads on lease, and those of them that count. */
let leased = 0;
let counted = 0;
/**
 * Waiting calls, in order. The first goes first, so that small fits cannot keep a large one waiting
 * for ever.
 */
const queue: Waiting[] = [];
const ending = new Set<Promise<void>>();
let timer: NodeJS.Timeout | undefined;
let collecting: NodeJS.Timeout | undefined;
/** Threads started before the last shutdown are not kept. */
let keptFrom = 0;

/**
 * Starts the idle threads that a call will need, so that they load their code while it prepares.
 * Each start takes milliseconds of this thread, so the event loop runs in between. It never fails:
 * a lease meets the same error, and reports it.
 */
export async function startThreads(workers: number): Promise<void> {
  const { idleTimeoutMs, maxThreads } = threadSettings;
  const isMissing = (): boolean =>
    idle.length < workers && idle.length + leased < maxThreads && idleTimeoutMs > 0 && queue.length === 0;
  if (!isMissing()) return;
  await nextTurn();
  loadPiscina();
  await nextTurn();
  while (isMissing()) {
    try {
      const thread = new Thread();
      thread.idleSince = performance.now();
      idle.push(thread);
    } catch {
      return;
    }
    arm();
    await nextTurn();
  }
}

/**
 * Leases threads: at once if enough are free, or when earlier leases end.
 * @returns undefined if the signal aborted during the wait
 * @throws SteepestError `ERR_WORKER_LOST` if no thread can be started
 */
export async function lease(workers: number, signal: AbortSignal | undefined): Promise<Lease | undefined> {
  if (idle.length < workers) await startThreads(workers);
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
      // The next call in the queue may need fewer.
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
 * A fit that wants more than the limit is granted when it has all threads for itself: `maxThreads`
 * may have been lowered after it was planned.
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

/** Ends a lease. Threads that may still be running something are terminated. */
export function giveBack(ended: Lease, areReusable: boolean): void {
  leased -= ended.threads.length;
  const now = performance.now();
  for (const thread of ended.threads) {
    const isYoung = thread.begun >= keptFrom && thread.tasks < threadLife.tasks;
    if (areReusable && isYoung && isWanted(thread) && threadSettings.idleTimeoutMs > 0) {
      thread.idleSince = now;
      idle.push(thread);
    } else {
      end(thread);
    }
  }
  trim();
  setCounts(ended, false);
  arm();
  collectLater();
}

/**
 * An idle thread gives back what tasks have left in it after this time. A call that follows at once
 * does not wait for it.
 */
const COLLECT_AFTER_MS = 100;

/** Has idle threads with much memory collect it. The timer does not keep the process alive. */
function collectLater(): void {
  if (collecting !== undefined || !idle.some(({ leftovers }) => leftovers.areMany)) return;
  collecting = setTimeout(() => {
    collecting = undefined;
    for (const thread of idle) {
      // A thread that is lost has nothing left; the next task finds out.
      if (thread.leftovers.areMany) void thread.collect().catch(() => {});
    }
  }, COLLECT_AFTER_MS).unref();
}

/**
 * Sets whether a lease's threads count. Those of a fit that waits for user code do not, otherwise
 * both could wait for ever.
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
 * Waits until threads that are ending have ended. After a failed start their resources are needed
 * to start fewer.
 */
export async function ended(): Promise<void> {
  await Promise.all(ending);
}

/** Terminates idle threads beyond the limit. */
function trim(): void {
  while (idle.length > 0 && idle.length + leased > threadSettings.maxThreads) end(idle.shift()!);
}

const isWanted = (thread: Thread): boolean => thread.priority === threadSettings.priority;

/** Terminates idle threads whose priority is no longer wanted. */
function replace(): void {
  for (const thread of idle.filter((each) => !isWanted(each))) {
    idle.splice(idle.indexOf(thread), 1);
    end(thread);
  }
}

/** Schedules the end of idle threads. The timer does not keep the process alive. */
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
 * Sets when idle threads end, the maximum number of threads, and their priority, for all fits,
 * evaluations and predictions that this thread starts; `configure()` without arguments changes
 * nothing. Results do not depend on it.
 * @returns the current settings
 * @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME`; nothing is changed then
 * @example
 * ```ts
 * import { configure } from 'steepest';
 * configure({ maxThreads: 2, idleTimeoutMs: 5_000 });
 * console.log(configure().maxThreads); // 2
 * ```
 */
export function configure(settings: Partial<ThreadSettings> = {}): ThreadSettings {
  changeSettings(settings);
  forgetStartable();
  replace();
  trim();
  shrink();
  admit();
  return { ...threadSettings };
}

/**
 * Ends all idle threads, and busy ones as soon as their fit ends. They are started again when
 * needed. A program does not need to call it in order to exit.
 * @returns a promise that is fulfilled when the idle threads have ended
 * @example
 * ```ts
 * import { layers, sequential, shutdown } from 'steepest';
 * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
 * model.compile({ loss: 'meanSquaredError' });
 * await model.fit([[0], [1]], [1, 3]);
 * await shutdown();
 * ```
 */
export async function shutdown(): Promise<void> {
  keptFrom = performance.now();
  for (const thread of idle.splice(0)) end(thread);
  arm();
  await Promise.all([ended(), endReaders()]);
}

/**
 * The idle workers that the next lease of `count` will get, or all of them: for tests and
 * diagnosis.
 */
export function idleThreads(workers = idle.length): readonly { threadId: number }[] {
  const last = idle.slice(Math.max(0, idle.length - workers));
  return last.flatMap(({ worker }) => worker ?? []);
}
