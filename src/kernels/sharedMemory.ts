import { SteepestError } from '../core/errors.js';
import { isSharedBuffer } from '../core/realm.js';
import { bytesText } from '../core/units.js';
import type { Addon } from './addon.cjs';
import { memoryAddon } from './backend.js';

/**
 * The garbage collector counts the bytes of ArrayBuffers, but not those of SharedArrayBuffers. To
 * it, an unused SharedArrayBuffer is a hundred bytes of heap, so any number of them can accumulate.
 * This module reports their bytes to the collector. It also returns the pages of released buffers
 * to the system immediately.
 */

const registry = new FinalizationRegistry<number>((bytes) => {
  memoryAddon()?.account(-bytes);
});

/**
 * The largest array that can be sent to a thread. Node.js 20 sends its length in 32 bits, so that a
 * longer array arrives 4 GiB too short. The limit is slightly lower, to allow for arrays that begin
 * at an offset into their memory.
 */
export const MOST_SENT_BYTES = 2 ** 32 - 2 ** 16;

/** True for memory that threads can read without a copy. */
export function isReadable({ buffer, byteLength }: ArrayBufferView): boolean {
  const isGrowable = (buffer as { growable?: boolean }).growable === true;
  return isSharedBuffer(buffer) && !isGrowable && byteLength <= MOST_SENT_BYTES;
}

/** Memory that the collector does not know of, because its owner discards it. */
const uncounted = new WeakSet<SharedArrayBuffer>();

function count(addon: Addon, memory: SharedArrayBuffer): void {
  addon.account(memory.byteLength);
  registry.register(memory, memory.byteLength, memory);
}

/**
 * Allocates shared memory for threads. The garbage collector counts it as long as it lives.
 * @param isCounted false if the caller discards it in any case: a few megabytes that are counted
 *   for milliseconds make V8 collect the whole heap, which takes as long
 * @throws SteepestError `ERR_MEMORY` if there is not enough, or if it is too large for a thread to
 * read
 */
export function newShared(byteLength: number, isCounted = true): SharedArrayBuffer {
  const memory = allocate(byteLength);
  const addon = memoryAddon();
  if (addon === undefined) countGarbage(byteLength);
  else {
    // The system hands out and clears huge pages several times as fast, and they take fewer entries
    // of the processor's table of pages.
    addon.preferHuge(new Uint8Array(memory));
    if (isCounted) count(addon, memory);
    else uncounted.add(memory);
  }
  return memory;
}

function allocate(byteLength: number): SharedArrayBuffer {
  const refuse = (where: string, cause?: unknown): never => {
    throw new SteepestError(
      'ERR_MEMORY',
      {
        expected: `arrays that fit in ${where}`,
        given: bytesText(byteLength),
        hint: 'Pass fewer rows, or a stream of batches: an async iterable of { x, y }.',
      },
      { cause },
    );
  };
  if (byteLength > MOST_SENT_BYTES) return refuse('one array for the threads, 4 GiB');
  try {
    return new SharedArrayBuffer(byteLength);
  } catch (error) {
    // The size exceeds what the engine can address, or what the system grants this process.
    return refuse('the memory that this process can get', error);
  }
}

/**
 * Releases memory that is no longer read, even while references to it remain on some thread. Its
 * contents are lost. If the system takes no pages back, the memory stays until it is
 * garbage-collected.
 */
export function discardShared(memory: Uint8Array<SharedArrayBuffer> | Float32Array<SharedArrayBuffer>): void {
  const addon = memoryAddon();
  const isUncounted = uncounted.delete(memory.buffer);
  if (addon === undefined) return;
  if (!addon.discard(memory)) {
    if (isUncounted) count(addon, memory.buffer);
    return;
  }
  // Only address space remains in use, which is no reason to collect soon.
  if (registry.unregister(memory.buffer)) addon.account(-memory.buffer.byteLength);
  countGarbage(memory.buffer.byteLength / DISCARDED_SHARE);
}

/** How much unused shared memory a thread may accumulate. */
export const MOST_GARBAGE = 2 ** 26;
/** This many bytes with returned pages count as one byte that takes memory. */
const DISCARDED_SHARE = 8;
let garbage = 0;
/** Exported so that no compiler can eliminate it. */
export let counted: ArrayBuffer | undefined;

/**
 * Occasionally allocates the same number of bytes in a form that the collector counts. They are
 * never touched, so they take no memory.
 */
function countGarbage(byteLength: number): void {
  garbage += byteLength;
  if (garbage < MOST_GARBAGE) return;
  garbage = 0;
  counted = new ArrayBuffer(MOST_GARBAGE);
}

/**
 * More than any heap may have. Reporting this much external memory makes V8 run a full collection
 * immediately.
 */
const PRESSURE = 2 ** 43;

/**
 * Runs garbage collection on this thread. A thread of the pool needs it: its event loop is blocked
 * between tasks, so no finalizer runs there, and its tasks allocate too little on the heap to
 * trigger a collection.
 */
export function collectShared(): void {
  const addon = memoryAddon();
  if (addon === undefined) {
    counted = new ArrayBuffer(MOST_GARBAGE);
    return;
  }
  addon.account(PRESSURE);
  addon.account(-PRESSURE);
}

/**
 * How many bytes count for an arena of which a thread keeps a reference, after
 * {@link discardShared} has returned its pages.
 */
export function discardedBytes(byteLength: number): number {
  const takesBack = process.platform === 'linux' && memoryAddon() !== undefined;
  return takesBack ? byteLength / DISCARDED_SHARE : byteLength;
}
