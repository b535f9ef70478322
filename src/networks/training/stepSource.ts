import type { Arena } from '../../core/arena.js';
import { REGISTERS } from '../../kernels/contract.js';
import { type BatchRing, MESSAGE, RingReader } from '../../parallel/batchRing.js';
import { controlBlock } from '../../parallel/control.js';

/** A source's answer for a step: it can run, the pass is over, or the stream has stopped. */
export const NEXT = { step: 0, end: 1, stopped: 2 } as const;
export type Next = (typeof NEXT)[keyof typeof NEXT];

/**
 * The source of a pass's mini-batches. Every rank has its own source; all get the same answers.
 */
export interface StepSource {
  /**
   * Writes rows and position of a step of this pass to the registers; may be called repeatedly,
   * and may sleep. @throws PeerLost
   */
  load(step: number, registers: Float64Array): Next;
  /** Called by rank 0 when no rank needs the steps below `step` any more. */
  release(step: number): void;
  /**
   * Called on all ranks, rank 0 included, when every rank knows that the pass ended after `steps`
   * steps.
   */
  endPass(steps: number): void;
  /** Rows of the pass; for a stream, those loaded so far. */
  readonly samples: number;
  /** A hash of a stream's rows in this pass up to the last loaded step, if the fit wants one. */
  readonly hash: number;
}

/** Rows of a table, cut into mini-batches. */
export class TableSource implements StepSource {
  readonly hash = 0;

  constructor(
    readonly samples: number,
    private readonly batchSize: number,
  ) {}

  load(step: number, registers: Float64Array): Next {
    const start = step * this.batchSize;
    if (start >= this.samples) return NEXT.end;
    registers[REGISTERS.rows] = Math.min(this.batchSize, this.samples - start);
    registers[REGISTERS.batchStart] = start;
    return NEXT.step;
  }

  release(): void {}
  endPass(): void {}
}

/** Mini-batches that the main thread writes to a ring; batch p is in slot p mod slots. */
export class RingSource implements StepSource {
  samples = 0;
  hash = 0;
  /** Position of this pass's first message. */
  private base: number;

  /** @param firstStep the step of the pass whose mini-batch is first in the ring */
  constructor(
    private readonly reader: RingReader,
    private readonly batchSize: number,
    private readonly releases: boolean,
    firstStep: number,
  ) {
    this.base = -firstStep;
  }

  load(step: number, registers: Float64Array): Next {
    const position = this.base + step;
    const message = this.reader.read(position);
    if (message === MESSAGE.endOfPass) return NEXT.end;
    if (message === MESSAGE.stopped) return NEXT.stopped;
    registers[REGISTERS.rows] = message;
    registers[REGISTERS.batchStart] = (position % this.reader.slots) * this.batchSize;
    this.samples = step === 0 ? message : this.samples + message;
    this.hash = this.reader.hashOf(position);
    return NEXT.step;
  }

  release(step: number): void {
    if (this.releases) this.reader.release(this.base + step);
  }

  endPass(steps: number): void {
    this.hash = 0;
    this.base += steps + 1;
    this.release(0);
  }
}

/** The source of a task: its ring if it has one, its tables otherwise. */
export function stepSource(
  arena: Arena,
  ring: BatchRing | undefined,
  rank: number,
  data: { samples: number; batchSize: number },
  firstStep = 0,
): StepSource {
  if (ring === undefined) return new TableSource(data.samples, data.batchSize);
  const reader = new RingReader(arena, controlBlock(arena), ring);
  return new RingSource(reader, data.batchSize, rank === 0, firstStep);
}
