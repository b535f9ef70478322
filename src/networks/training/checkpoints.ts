import { clearTimeout, setTimeout } from '../../core/timers.js';
import { CHECKPOINT, WORD } from '../../parallel/control.js';
import type { RecordState } from './fitResult.js';
import type { FitPosition } from './position.js';
import type { ModelState } from './state.js';

/** What the callbacks of a fit need to go on later. */
export interface KeptSessions {
  /** JSON data, one value for each callback; null for those that keep nothing. */
  states: readonly unknown[];
  /** States of the model that callbacks keep, such as the best so far. */
  models: readonly (ModelState | undefined)[];
  /** The number of the epoch before which `onEpochBegin` has been called. */
  epochsBegun: number;
}

/** Everything from which a fit goes on exactly as if it had never stopped. */
export interface FitSnapshot {
  state: ModelState;
  position: FitPosition;
  /** Sums of loss and metrics over the rows of the epoch so far. */
  totals: readonly number[];
  record: RecordState;
  sessions: KeptSessions;
}

/** When rank 0 takes a checkpoint. Without either, as soon as one is wanted. */
export interface CheckpointRhythm {
  everySteps: number | undefined;
  everyEpochs: number | undefined;
}

/** Where the checkpoints of a fit go. */
export interface CheckpointStore {
  readonly rhythm: CheckpointRhythm;
  /** Milliseconds from the beginning to the first checkpoint. */
  readonly firstPauseMs: number;
  /** Writes a checkpoint; it never fails. @returns milliseconds until the next one is wanted */
  write(snapshot: FitSnapshot): Promise<number>;
  /** Receives where the fit has ended. @param goesOn whether a longer fit would go on there */
  end(snapshot: FitSnapshot, goesOn: boolean): Promise<void>;
}

/**
 * The main thread's side of checkpoints. Rank 0 copies the state into memory of its own when one is
 * wanted and due. While one is being written, none is wanted: a slow disk leaves some out, and
 * nothing waits for it.
 */
export class Checkpoints {
  private writing: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private hasEnded = false;

  constructor(
    private readonly control: Int32Array<SharedArrayBuffer>,
    readonly store: CheckpointStore,
  ) {}

  start(): void {
    this.wantAfter(this.store.firstPauseMs);
  }

  /** Writes what rank 0 has copied. Its memory is not needed any more. */
  write(snapshot: FitSnapshot): void {
    Atomics.store(this.control, WORD.checkpoint, CHECKPOINT.unwanted);
    this.writing = this.store.write(snapshot).then((pauseMs) => this.wantAfter(pauseMs));
  }

  /** Waits for the checkpoint that is being written; no other will be wanted. */
  async stop(): Promise<void> {
    this.hasEnded = true;
    clearTimeout(this.timer);
    await this.writing;
  }

  private wantAfter(ms: number): void {
    if (this.hasEnded) return;
    const want = (): void => {
      Atomics.store(this.control, WORD.checkpoint, CHECKPOINT.wanted);
    };
    if (ms === 0) want();
    else this.timer = setTimeout(want, ms).unref();
  }
}
