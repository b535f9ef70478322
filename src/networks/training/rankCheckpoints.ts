import { CHECKPOINT, WORD } from '../../parallel/control.js';
import type { CommitCounters, FitPosition } from './position.js';
import type { CheckpointTask, FitTask, PositionReport } from './tasks.js';

/**
 * Rank 0's side of checkpoints: it copies the state into memory of their own when one is due and the
 * main thread wants one, and never waits for it. No other rank changes the state meanwhile: a merge
 * begins only when rank 0 has finished its rows.
 */
export class RankCheckpoints {
  private readonly checkpoints: CheckpointTask;

  constructor(
    private readonly task: FitTask,
    private readonly control: Int32Array<SharedArrayBuffer>,
    private readonly runner: { totals: Float64Array },
  ) {
    this.checkpoints = task.checkpoints!;
  }

  /** Whether one is to be taken after an update. @param step number of the update, from 1 */
  isDue(step: number): boolean {
    if (Atomics.load(this.control, WORD.checkpoint) !== CHECKPOINT.wanted) return false;
    const { everySteps, everyEpochs } = this.checkpoints;
    return everySteps === undefined ? everyEpochs === undefined : step % everySteps === 0;
  }

  /** When the callbacks of the epoch before have finished. */
  beforeEpoch(at: FitPosition, counters: CommitCounters): void {
    const { everyEpochs, initialEpoch } = this.checkpoints;
    const epochs = at.epoch - initialEpoch;
    if (everyEpochs === undefined || epochs === 0 || epochs % everyEpochs !== 0) return;
    if (Atomics.load(this.control, WORD.checkpoint) === CHECKPOINT.wanted) this.take(at, counters);
  }

  /** Reports where the fit has ended. @param isComplete all epochs have run */
  end(at: FitPosition, counters: CommitCounters, isComplete: boolean): void {
    const position = isComplete ? { ...at, stepInEpoch: 0, rowsInEpoch: 0 } : { ...at };
    this.report({ kind: 'end', position, totals: this.totals(position), counters });
  }

  take(at: FitPosition, counters: CommitCounters): void {
    const { arena, persistent } = this.task;
    const { byteOffset, byteLength } = persistent;
    arena.copyWithin(this.checkpoints.byteOffset, byteOffset, byteOffset + byteLength);
    Atomics.store(this.control, WORD.checkpoint, CHECKPOINT.taken);
    this.report({ kind: 'checkpoint', position: { ...at }, totals: this.totals(at), counters });
  }

  private totals({ stepInEpoch }: FitPosition): number[] {
    const totals = Array.from(this.runner.totals);
    return stepInEpoch === 0 ? totals.fill(0) : totals;
  }

  private report(message: PositionReport): void {
    this.task.port?.postMessage(message);
  }
}
