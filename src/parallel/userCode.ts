import type { Arena } from '../core/arena.js';
import { clearTimeout, setTimeout } from '../core/timers.js';
import { type Lease, setCounts } from './threads.js';

/**
 * Keeps a fit that waits for user code (a callback, a stream) from blocking others. User code may
 * wait for another fit, which may wait for the threads of this one. While user code takes long,
 * this fit's threads do not count towards the limit. They do not keep the process alive either,
 * because the code may wait for something that never comes.
 */

/**
 * Shorter waits change nothing: a callback that logs a line must not let other fits exceed the
 * limit. Until then the process stays alive, because the code may wait for a fit that is only now
 * getting its threads.
 */
const GRACE_MS = 100;

interface Holder {
  lease: Lease | undefined;
  /** Calls of user code that take long. */
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

/** Registers the lease of an arena's ranks; undefined when the lease has ended. */
export function setLease(arena: Arena, lease: Lease | undefined): void {
  const holder = holderOf(arena);
  holder.lease = lease;
  update(holder);
  // Code that runs on after the end has no effect.
  if (lease === undefined) holders.delete(arena);
}

/** Runs user code that the ranks of this arena wait for. */
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

/** Yields the items of an iterable that user code produces and the ranks of this arena wait for. */
export async function* awaitItems<T>(arena: Arena, items: AsyncIterable<T> | Iterable<T>): AsyncIterable<T> {
  // An item that is already available delays nobody.
  if (!(Symbol.asyncIterator in items)) return yield* items;
  const iterator = items[Symbol.asyncIterator]();
  let isOver = false;
  try {
    for (;;) {
      // An iterator that throws has ended.
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
