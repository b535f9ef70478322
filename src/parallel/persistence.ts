import { WORD } from './control.js';
import type { FitTask, TransposePair } from './task.js';

/** Copies parameters and optimizer state into the committed copy that is not the current one, then makes it current. */
export function commit(task: FitTask, control: Int32Array<SharedArrayBuffer>, step: number): void {
  const { byteOffset, byteLength, copies } = task.persistent;
  const slot = Atomics.load(control, WORD.committedSlot) === 1 ? 2 : 1;
  const bytes = new Uint8Array(task.arena);
  bytes.copyWithin(copies[slot - 1] as number, byteOffset, byteOffset + byteLength);
  Atomics.store(control, WORD.committedSteps + slot, step);
  Atomics.store(control, WORD.committedSlot, slot);
}

/** What {@link restoreCommitted} needs of a fit. */
export type Restorable = Pick<FitTask, 'arena' | 'persistent' | 'transposes'>;

/**
 * Puts the current committed copy back in place, transposes included, if `writes`.
 * @returns the number of optimizer steps it holds
 */
export function restoreCommitted(
  task: Restorable,
  control: Int32Array<SharedArrayBuffer>,
  writes: boolean,
): number {
  const slot = Atomics.load(control, WORD.committedSlot);
  if (slot === 0) return 0;
  if (writes) {
    const { byteOffset, byteLength, copies } = task.persistent;
    const from = copies[slot - 1] as number;
    new Uint8Array(task.arena).copyWithin(byteOffset, from, from + byteLength);
    refreshTransposes(task.arena, task.transposes);
  }
  return Atomics.load(control, WORD.committedSteps + slot);
}

/** Writes each Wᵀ from its W. */
export function refreshTransposes(arena: SharedArrayBuffer, pairs: readonly TransposePair[]): void {
  const floats = new Float32Array(arena);
  for (const { matrix, transpose } of pairs) {
    for (let i = 0; i < matrix.rows; i++) {
      const from = matrix.byteOffset / 4 + i * matrix.rowStride;
      const to = transpose.byteOffset / 4 + i;
      for (let j = 0; j < matrix.cols; j++) floats[to + j * transpose.rowStride] = floats[from + j]!;
    }
  }
}
