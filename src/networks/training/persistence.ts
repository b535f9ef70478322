import { type Arena, float32At } from '../../core/arena.js';
import { ControlNumbers, WORD } from '../../parallel/control.js';
import type { CommitCounters } from './position.js';
import type { AveragePair, FitTask, TransposePair } from './tasks.js';

/**
 * Copies parameters and optimizer state into the committed copy that is not the current one, then
 * makes it current.
 */
export function commit(
  task: FitTask,
  control: Int32Array<SharedArrayBuffer>,
  { step, passes, epochs, rate }: CommitCounters,
): void {
  const { byteOffset, byteLength, copies } = task.persistent;
  const commits = Atomics.load(control, WORD.commits);
  const copy = commits & 1;
  Atomics.store(control, WORD.commitsBegun, commits + 1);
  task.arena.copyWithin(copies[copy] as number, byteOffset, byteOffset + byteLength);
  Atomics.store(control, WORD.committedSteps + copy, step);
  Atomics.store(control, WORD.committedPasses + copy, passes);
  Atomics.store(control, WORD.committedEpochs + copy, epochs);
  new ControlNumbers(task.arena).write(WORD.committedRates + 2 * copy, rate);
  Atomics.store(control, WORD.commits, commits + 1);
}

/** Restores the current committed copy, transposes included. Only one rank may do so. */
export function restoreCommitted(
  { arena, persistent, transposes }: Pick<FitTask, 'arena' | 'persistent' | 'transposes'>,
  control: Int32Array<SharedArrayBuffer>,
): void {
  const { byteOffset, byteLength, copies } = persistent;
  const from = copies[(Atomics.load(control, WORD.commits) - 1) & 1] as number;
  arena.copyWithin(byteOffset, from, from + byteLength);
  refreshTransposes(arena, transposes);
}

/** Exchanges weights and their averages, without transposes, which validation does not use. */
export function swapAverages(arena: Arena, pairs: readonly AveragePair[]): void {
  for (const { weights, average, byteLength } of pairs) {
    const length = byteLength / Float32Array.BYTES_PER_ELEMENT;
    const [w, e] = [float32At(arena, weights, length), float32At(arena, average, length)];
    const copy = Float32Array.from(w);
    w.set(e);
    e.set(copy);
  }
}

/** A copy of a few arrays, to go back to. */
export class Snapshot {
  private readonly arrays: readonly { live: Float32Array; copy: Float32Array }[];
  private isTaken = false;

  constructor(arena: Arena, regions: readonly { byteOffset: number; byteLength: number }[]) {
    this.arrays = regions.map(({ byteOffset, byteLength }) => {
      const live = float32At(arena, byteOffset, byteLength / Float32Array.BYTES_PER_ELEMENT);
      return { live, copy: new Float32Array(live.length) };
    });
  }

  take(): void {
    for (const { live, copy } of this.arrays) copy.set(live);
    this.isTaken = true;
  }

  restore(): void {
    if (!this.isTaken) return;
    for (const { live, copy } of this.arrays) live.set(copy);
  }
}

/**
 * Reads the current committed copy in place. The ranks may be running, even in the middle of a
 * merge: they write only the arena's own parameters or the other copy. If they begin to write this
 * copy meanwhile, it is read again: the latest one then.
 * @param read receives the counters of the copy and its distance in bytes from the original
 * @returns undefined if nothing was ever committed, which means that no rank has changed anything
 */
export function readCommitted<T>(
  arena: Arena,
  persistent: FitTask['persistent'],
  control: Int32Array<SharedArrayBuffer>,
  read: (counters: CommitCounters, shift: number) => T,
): T | undefined {
  for (;;) {
    const commits = Atomics.load(control, WORD.commits);
    if (commits === 0) return undefined;
    const copy = (commits - 1) & 1;
    const step = Atomics.load(control, WORD.committedSteps + copy);
    const passes = Atomics.load(control, WORD.committedPasses + copy);
    const epochs = Atomics.load(control, WORD.committedEpochs + copy);
    const rate = new ControlNumbers(arena).read(WORD.committedRates + 2 * copy);
    const shift = (persistent.copies[copy] as number) - persistent.byteOffset;
    const result = read({ step, passes, epochs, rate }, shift);
    // The commit after the next writes this copy again.
    if (Atomics.load(control, WORD.commitsBegun) - commits < 2) return result;
  }
}

/** Writes each Wᵀ from its W. */
export function refreshTransposes(arena: Arena, pairs: readonly TransposePair[]): void {
  const floats = float32At(arena, 0, Math.floor(arena.byteLength / 4));
  for (const { matrix, transpose } of pairs) {
    for (let i = 0; i < matrix.rows; i++) {
      const from = matrix.byteOffset / 4 + i * matrix.rowStride;
      const to = transpose.byteOffset / 4 + i;
      for (let j = 0; j < matrix.cols; j++) floats[to + j * transpose.rowStride] = floats[from + j]!;
    }
  }
}
