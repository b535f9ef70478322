import { type Arena, float64At } from '../../core/arena.js';
import { controlBlock, WORD } from '../../parallel/control.js';
import type { MemoryPlan } from '../../program/memory.js';
import type { FitPosition } from './position.js';

/**
 * A place in the arena for the sums of the epoch so far, for a display. The main thread asks for
 * them a few times a second, and rank 0 leaves them after the next step: otherwise a step costs one
 * look at a word. Neither waits for the other.
 */
export interface RunningSums {
  byteOffset: number;
  /** The loss and the metrics' columns. */
  columns: number;
}

/** Sums over the rows of an epoch so far. */
export interface EpochSoFar {
  epoch: number;
  /** Finished steps of the epoch. */
  step: number;
  samples: number;
  totals: Float64Array;
}

/** Epoch, step and samples. */
const HEAD = 3;

export function reserveRunningSums(memory: MemoryPlan, columns: number): RunningSums {
  return { byteOffset: memory.vector('runningSums', 'control', HEAD + columns, 'f64').byteOffset, columns };
}

const valuesOf = (arena: Arena, { byteOffset, columns }: RunningSums): Float64Array =>
  float64At(arena, byteOffset, HEAD + columns);

/** Rank 0's end. */
export class SumsWriter {
  private readonly values: Float64Array;

  constructor(
    arena: Arena,
    private readonly control: Int32Array<SharedArrayBuffer>,
    sums: RunningSums,
  ) {
    this.values = valuesOf(arena, sums);
  }

  /** Leaves the sums if they are wanted. */
  write({ epoch, stepInEpoch, rowsInEpoch }: FitPosition, totals: Float64Array): void {
    if (Atomics.load(this.control, WORD.sumsWanted) === 0) return;
    const { values } = this;
    values[0] = epoch;
    values[1] = stepInEpoch;
    values[2] = rowsInEpoch;
    values.set(totals, HEAD);
    Atomics.store(this.control, WORD.sumsWanted, 0);
  }
}

/** The main thread's end. */
export class SumsReader {
  private readonly control: Int32Array<SharedArrayBuffer>;
  private readonly values: Float64Array;
  private latest: EpochSoFar | undefined;

  constructor(arena: Arena, sums: RunningSums) {
    this.control = controlBlock(arena);
    this.values = valuesOf(arena, sums);
    Atomics.store(this.control, WORD.sumsWanted, 1);
  }

  /** The sums as they were soon after the last call; undefined before there are any. */
  take(): EpochSoFar | undefined {
    // Rank 0 writes only while they are wanted.
    if (Atomics.load(this.control, WORD.sumsWanted) === 0) {
      const [epoch, step, samples] = this.values as unknown as [number, number, number];
      this.latest = { epoch, step, samples, totals: this.values.slice(HEAD) };
      Atomics.store(this.control, WORD.sumsWanted, 1);
    }
    return this.latest;
  }
}
