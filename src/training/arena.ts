import { totalmem } from 'node:os';
import { SteepestError } from '../core/errors.js';
import type { MemoryPlan } from '../program/memory.js';

/** Memory of the machine, or of the container if that is less. */
function memoryLimit(): number {
  const constrained = process.constrainedMemory?.() ?? 0;
  const total = totalmem();
  return constrained > 0 && constrained < total ? constrained : total;
}

/** What is used of WebAssembly, which is not among the language's own types. */
interface WebAssemblyMemories {
  Memory: new (pages: { initial: number; maximum: number; shared: true }) => { buffer: SharedArrayBuffer };
}

/** Bytes of a WebAssembly page, and how many of them a memory may have. */
const PAGE_BYTES = 65_536;
const MOST_PAGES = 65_536;

/**
 * Allocates the arena of a finished plan; it may be longer than the plan.
 *
 * It begins at a page: a SharedArrayBuffer of its own begins 16 bytes after one where the C library allocates it, so that every
 * vector of 64 bytes would lie in two cache lines, and two ranks could write the same line.
 * @throws SteepestError `ERR_MEMORY` if it would not fit the machine.
 */
export function allocateArena(memory: MemoryPlan): SharedArrayBuffer {
  const { byteLength } = memory;
  const detail = () => {
    const largest = memory.regions.reduce((a, b) => (b.byteLength > a.byteLength ? b : a));
    return `of which ${largest.name} (${largest.rows} × ${largest.cols}) takes ${megabytes(largest.byteLength)}`;
  };
  checkMemory(byteLength, detail);
  return allocatePages(Math.ceil(byteLength / PAGE_BYTES)) ?? allocateShared(byteLength, detail);
}

/** Shared memory that begins at a page; undefined where there is no WebAssembly, or no address space for it. */
function allocatePages(pages: number): SharedArrayBuffer | undefined {
  if (pages > MOST_PAGES) return undefined;
  const { WebAssembly } = globalThis as { WebAssembly?: WebAssemblyMemories };
  if (WebAssembly === undefined) return undefined;
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }).buffer;
  } catch {
    return undefined;
  }
}

/** Allocates shared memory of any purpose, or throws `ERR_MEMORY`. */
export function allocateShared(byteLength: number, detail: () => string): SharedArrayBuffer {
  checkMemory(byteLength, detail);
  try {
    return new SharedArrayBuffer(byteLength);
  } catch {
    // Over what the engine can address at once.
    return tooLarge(byteLength, detail);
  }
}

/** @throws SteepestError `ERR_MEMORY` if so many bytes would not fit the machine. */
export function checkMemory(byteLength: number, detail: () => string): void {
  if (!(byteLength <= memoryLimit())) tooLarge(byteLength, detail);
}

function tooLarge(byteLength: number, detail: () => string): never {
  throw new SteepestError('ERR_MEMORY', {
    expected: `arrays that fit in this machine's memory, ${megabytes(memoryLimit())}`,
    given: `${megabytes(byteLength)}, ${detail()}`,
    mend: 'Use a smaller batchSize or fewer units.',
  });
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
