import { SteepestError } from '../core/errors.js';
import { megabytes } from '../core/memoryLimit.js';
import { isSharedBuffer } from '../core/realm.js';
import { memoryAddon } from './backend.js';

/**
 * The garbage collector counts the bytes of ArrayBuffers, but not those of SharedArrayBuffers: it
 * leaves any number of them lying about, a hundred bytes of heap each. Here they are counted for
 * it, and pages of those that are done with go back to the system at once.
 */

const registry = new FinalizationRegistry<number>((bytes) => {
  memoryAddon()?.account(-bytes);
});

/**
 * The largest array that reaches a thread: Node.js 20 sends its length in 32 bits, and what arrives
 * is shorter by 4 GiB. A little less, for what begins some way into its memory.
 */
export const MOST_SENT_BYTES = 2 ** 32 - 2 ** 16;

/** True for memory that threads can read as it stands. */
export function isReadable({ buffer, byteLength }: ArrayBufferView): boolean {
  const isGrowable = (buffer as { growable?: boolean }).growable === true;
  return isSharedBuffer(buffer) && !isGrowable && byteLength <= MOST_SENT_BYTES;
}

/**
 * Allocates shared memory for threads, that counts as long as it lives.
 * @throws SteepestError `ERR_MEMORY` if there is none, or so much that no thread could read it
 */
export function newShared(byteLength: number): SharedArrayBuffer {
  const memory = allocate(byteLength);
  const addon = memoryAddon();
  if (addon === undefined) countGarbage(byteLength);
  else {
    addon.account(byteLength);
    registry.register(memory, byteLength, memory);
  }
  return memory;
}

function allocate(byteLength: number): SharedArrayBuffer {
  const refuse = (where: string, cause?: unknown): never => {
    throw new SteepestError(
      'ERR_MEMORY',
      {
        expected: `arrays that fit in ${where}`,
        given: megabytes(byteLength),
        hint: 'Pass fewer rows, or a stream of batches: an async iterable of { x, y }.',
      },
      { cause },
    );
  };
  if (byteLength > MOST_SENT_BYTES) return refuse('one array for the threads, 4 GiB');
  try {
    return new SharedArrayBuffer(byteLength);
  } catch (error) {
    // Over what the engine can address at once, or what the system gives this process.
    return refuse('the memory that this process can get', error);
  }
}

/**
 * Gives back memory that nothing reads any more, however long references to it stay on some thread.
 * Its contents are lost. Where the system takes no pages back, it waits for the garbage collector.
 */
export function discardShared(memory: Uint8Array<SharedArrayBuffer> | Float32Array<SharedArrayBuffer>): void {
  const addon = memoryAddon();
  if (addon === undefined || !addon.discard(memory)) return;
  // Only addresses are left, which are no reason to collect soon.
  if (registry.unregister(memory.buffer)) addon.account(-memory.buffer.byteLength);
  countGarbage(memory.buffer.byteLength / DISCARDED_SHARE);
}

/** How much shared memory may lie about on a thread. */
const MOST_GARBAGE = 2 ** 26;
/** So many bytes whose pages went back count as one that takes memory. */
const DISCARDED_SHARE = 8;
let garbage = 0;
/** Exported so that no compiler may leave it out. */
export let counted: ArrayBuffer | undefined;

/**
 * Now and then makes as many bytes that do count. They are never touched, so that they take no
 * memory.
 */
function countGarbage(byteLength: number): void {
  garbage += byteLength;
  if (garbage < MOST_GARBAGE) return;
  garbage = 0;
  counted = new ArrayBuffer(MOST_GARBAGE);
}

/**
 * More than any heap may have: pretending that so much is held makes V8 collect at once, all of it.
 */
const PRESSURE = 2 ** 43;

/**
 * Told by a thread of the pool of shared memory that it has just let go of. Its event loop stands
 * still between tasks, so no finalizer runs there, and its tasks leave too little on its heap for a
 * collection; so every so many bytes there is one.
 * @param discarded bytes that {@link discardShared} is about to give back, on another thread
 */
export function droppedShared(byteLength: number, discarded: number): void {
  const addon = memoryAddon();
  if (addon === undefined) {
    countGarbage(byteLength + discarded);
    return;
  }
  garbage += byteLength + (process.platform === 'linux' ? discarded / DISCARDED_SHARE : discarded);
  if (garbage < MOST_GARBAGE) return;
  garbage = 0;
  addon.account(PRESSURE);
  addon.account(-PRESSURE);
}
