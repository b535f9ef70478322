import { totalmem } from 'node:os';
import type { Arena } from '../core/arena.js';
import { SteepestError } from '../core/errors.js';
import { memoryAddon } from '../kernels/backend.js';
import { newShared } from '../kernels/sharedMemory.js';
import type { MemoryPlan } from './memory.js';

/** Memory of the machine, or of the container if that is less. */
function memoryLimit(): number {
  const constrained = process.constrainedMemory?.() ?? 0;
  const total = totalmem();
  return constrained > 0 && constrained < total ? constrained : total;
}

/** What arenas begin at a multiple of: the add-on's `pastPage` counts from there. */
const PAGE_BYTES = 4096;
/**
 * Where the C library's header leaves the memory of a large buffer; a guess for where there is no
 * add-on to ask.
 */
const USUALLY_PAST_PAGE = 16;

/** Typed arrays, through which ranks see an arena, end at 4 GiB in Node.js 20; less a margin. */
const MOST_ARENA_BYTES = 2 ** 32 - 2 ** 16;

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
  const words = most === undefined ? "this machine's memory" : 'one arena';
  throw new SteepestError('ERR_MEMORY', {
    expected: `arrays that fit in ${words}, ${megabytes(most ?? memoryLimit())}`,
    given: `${megabytes(byteLength)}, ${detail()}`,
    hint: 'Use a smaller batchSize or fewer units.',
  });
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
