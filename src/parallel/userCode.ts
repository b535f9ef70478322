import type { Arena } from '../core/arena.js';
import { clearTimeout, setTimeout } from '../core/timers.js';
import { type Lease, setCounts } from './threads.js';

/**
 * What keeps fits that wait for their user's code (a callback, a stream) from blocking others. Such
 * code may itself wait for another fit, which may wait for the threads of this one. So while it
 * takes long, this one's do not count; nor do they keep the process alive, since the code may wait
 * for something that never comes.
 */

/**
 * Shorter waits change nothing: a callback that logs a line must not let all fits in at once. Until
 * then the process stays alive, because the code may wait for a fit that only now gets its threads.
 */
const GRACE_MS = 100;

interface Holder {
  lease: Lease | undefined;
  /** Calls of user's code that take long. */
  waits: number;
}

const holders = new WeakMap<Arena, Holder>();

function holderOf(arena: Arena): Holder {
  const holder = holders.get(arena) ?? { lease: undefined, waits: 0 };
  holders.set(arena, holder);
  return holder;
}

function update({ lease, waits }: Holder): void {
  if (lease === undefined) return;
  setCounts(lease, waits === 0);
  for (const thread of lease.threads) thread.setRef(waits === 0);
}

/** Says which lease the ranks of an arena have; undefined when it has ended. */
export function setLease(arena: Arena, lease: Lease | undefined): void {
  const holder = holderOf(arena);
  holder.lease = lease;
  update(holder);
  // Code that goes on after the end concerns nobody.
  if (lease === undefined) holders.delete(arena);
}

/** Runs user's code that the ranks of this arena wait for. */
export async function awaitUser<T>(arena: Arena, code: () => T | Promise<T>): Promise<T> {
  const holder = holderOf(arena);
  let isLong = false;
  const timer = setTimeout(() => {
    isLong = true;
    holder.waits++;
    update(holder);
  }, GRACE_MS);
  try {
    return await code();
  } finally {
    clearTimeout(timer);
    if (isLong) {
      holder.waits--;
      update(holder);
    }
  }
}

/** The items of an iterable that user's code makes and the ranks of this arena wait for. */
export async function* awaitItems<T>(arena: Arena, items: AsyncIterable<T> | Iterable<T>): AsyncIterable<T> {
  // What is at hand makes nobody wait.
  if (!(Symbol.asyncIterator in items)) return yield* items;
  const iterator = items[Symbol.asyncIterator]();
  let isOver = false;
  try {
    for (;;) {
      // An iterator that throws is over.
      isOver = true;
      const result = await awaitUser(arena, () => iterator.next());
      isOver = result.done === true;
      if (result.done) return;
      yield result.value;
    }
  } finally {
    if (!isOver) await iterator.return?.();
  }
}
