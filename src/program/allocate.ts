import type { Arena } from '../core/arena.js';
import { SteepestError } from '../core/errors.js';
import { megabytes, memoryLimit } from '../core/memoryLimit.js';
import { memoryAddon } from '../kernels/backend.js';
import { MOST_SENT_BYTES, newShared } from '../kernels/sharedMemory.js';
import type { MemoryPlan } from './memory.js';

/** What arenas begin at a multiple of: the add-on's `pastPage` counts from there. */
const PAGE_BYTES = 4096;
/**
 * Where the C library's header leaves the memory of a large buffer; a guess for where there is no
 * add-on to ask.
 */
const USUALLY_PAST_PAGE = 16;

/** Ranks see an arena through one array that is sent to them. */
const MOST_ARENA_BYTES = MOST_SENT_BYTES - PAGE_BYTES;

/**
 * Allocates the arena of a finished plan.
 *
 * It begins at a page, some way into a SharedArrayBuffer. The buffer itself begins 16 bytes after
 * one where the C library allocates it, so that every vector of 64 bytes would lie in two cache
 * lines, and two ranks could write the same line. (A WebAssembly.Memory begins at a page, but takes
 * 10 GiB of address space, and time to make.)
 * @throws SteepestError `ERR_MEMORY` if it would not fit the machine.
 */
export function allocateArena(memory: MemoryPlan): Arena {
  const { byteLength } = memory;
  const detail = (): string => {
    const largest = memory.regions.reduce((a, b) => (b.byteLength > a.byteLength ? b : a));
    return `of which ${largest.name} (${largest.rows} × ${largest.cols}) takes ${megabytes(largest.byteLength)}`;
  };
  if (byteLength > MOST_ARENA_BYTES) tooLarge(byteLength, detail, MOST_ARENA_BYTES);
  const shared = allocateShared(byteLength + PAGE_BYTES, detail);
  const pastPage = memoryAddon()?.pastPage(new Uint8Array(shared)) ?? USUALLY_PAST_PAGE;
  return new Uint8Array(shared, (PAGE_BYTES - pastPage) % PAGE_BYTES, byteLength);
}

/** Allocates shared memory of any purpose, or throws `ERR_MEMORY`. */
export function allocateShared(byteLength: number, detail: () => string): SharedArrayBuffer {
  checkMemory(byteLength, detail);
  if (byteLength > MOST_SENT_BYTES) tooLarge(byteLength, detail, MOST_SENT_BYTES);
  try {
    return newShared(byteLength);
  } catch {
    // Over what the engine can address at once.
    return tooLarge(byteLength, detail);
  }
}

/** @throws SteepestError `ERR_MEMORY` if so many bytes would not fit the machine. */
export function checkMemory(byteLength: number, detail: () => string): void {
  if (!(byteLength <= memoryLimit())) tooLarge(byteLength, detail);
}

function tooLarge(byteLength: number, detail: () => string, most?: number): never {
  const words = most === undefined ? "this machine's memory" : 'one array for the threads';
  throw new SteepestError('ERR_MEMORY', {
    expected: `arrays that fit in ${words}, ${megabytes(most ?? memoryLimit())}`,
    given: `${megabytes(byteLength)}, ${detail()}`,
    hint: 'Use a smaller batchSize, fewer units, or fewer rows at a time.',
  });
}
