import type { Arena } from '../core/arena.js';
import { SteepestError } from '../core/errors.js';
import { memoryLimit } from '../core/memoryLimit.js';
import { bytesText } from '../core/units.js';
import { memoryAddon } from '../kernels/backend.js';
import { MOST_SENT_BYTES, newShared } from '../kernels/sharedMemory.js';
import type { MemoryPlan } from './memory.js';

/** Alignment of arenas: the add-on's `pastPage` is relative to it. */
const PAGE_BYTES = 4096;
/**
 * Offset of large buffers, past the C library's header. A guess, used when the add-on is not
 * loaded.
 */
const USUALLY_PAST_PAGE = 16;

/** Sends the arena to the ranks as one array. */
const MOST_ARENA_BYTES = MOST_SENT_BYTES - PAGE_BYTES;

/**
 * Allocates the arena of a finished plan.
 *
 * The arena begins at a page boundary inside a SharedArrayBuffer. The C library places the buffer
 * itself 16 bytes past a page boundary: every vector of 64 bytes would straddle two cache lines,
 * and two ranks could write the same line. (A WebAssembly.Memory is page-aligned, but reserves 10
 * GiB of address space and is slow to create.)
 * @param isCounted false if the caller discards it in any case ({@link newShared})
 * @throws SteepestError `ERR_MEMORY` if the machine's memory cannot hold it.
 */
export function allocateArena(memory: MemoryPlan, isCounted = true): Arena {
  const { byteLength } = memory;
  const detail = (): string => {
    const largest = memory.regions.reduce((a, b) => (b.byteLength > a.byteLength ? b : a));
    return `of which ${largest.name} (${largest.rows} × ${largest.cols}) takes ${bytesText(largest.byteLength)}`;
  };
  if (byteLength > MOST_ARENA_BYTES) tooLarge(byteLength, detail, MOST_ARENA_BYTES);
  const shared = allocateShared(byteLength + PAGE_BYTES, detail, isCounted);
  const pastPage = memoryAddon()?.pastPage(new Uint8Array(shared)) ?? USUALLY_PAST_PAGE;
  return new Uint8Array(shared, (PAGE_BYTES - pastPage) % PAGE_BYTES, byteLength);
}

/** Allocates shared memory for any purpose. */
export function allocateShared(
  byteLength: number,
  detail: () => string,
  isCounted = true,
): SharedArrayBuffer {
  checkMemory(byteLength, detail);
  if (byteLength > MOST_SENT_BYTES) tooLarge(byteLength, detail, MOST_SENT_BYTES);
  try {
    return newShared(byteLength, isCounted);
  } catch {
    // More than the engine can address in one buffer.
    return tooLarge(byteLength, detail);
  }
}

/** @throws SteepestError `ERR_MEMORY` if that many bytes do not fit in memory. */
export function checkMemory(byteLength: number, detail: () => string): void {
  if (!(byteLength <= memoryLimit())) tooLarge(byteLength, detail);
}

function tooLarge(byteLength: number, detail: () => string, most?: number): never {
  const words = most === undefined ? "this machine's memory" : 'one array for the threads';
  throw new SteepestError('ERR_MEMORY', {
    expected: `arrays that fit in ${words}, ${bytesText(most ?? memoryLimit())}`,
    given: `${bytesText(byteLength)}, ${detail()}`,
    hint: 'Use a smaller batchSize, fewer units, or fewer rows per call.',
  });
}
