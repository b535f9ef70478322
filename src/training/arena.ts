import { totalmem } from 'node:os';
import { SteepestError } from '../core/errors.js';
import type { MemoryPlan } from '../program/memory.js';

/** Memory of the machine, or of the container if that is less. */
function memoryLimit(): number {
  const constrained = process.constrainedMemory?.() ?? 0;
  const total = totalmem();
  return constrained > 0 && constrained < total ? constrained : total;
}

/**
 * Allocates the arena of a finished plan.
 * @throws SteepestError `ERR_MEMORY` if it would not fit the machine.
 */
export function allocateArena(memory: MemoryPlan): SharedArrayBuffer {
  return allocateShared(memory.byteLength, () => {
    const largest = memory.regions.reduce((a, b) => (b.byteLength > a.byteLength ? b : a));
    return `of which ${largest.name} (${largest.rows} × ${largest.cols}) takes ${megabytes(largest.byteLength)}`;
  });
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
