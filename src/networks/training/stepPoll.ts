import type { Arena } from '../../core/arena.js';
import { clearInterval, setInterval } from '../../core/timers.js';
import { controlBlock } from '../../parallel/control.js';
import { type StepEntry, StepReader, type StepReports } from './stepReports.js';

/**
 * Time between two looks at the ring: a callback may write to a display or a file, and so often
 * costs the workers nothing.
 */
const POLL_MS = 20;

/** Takes reports of steps out of the ring, and hands them on while the workers go on. */
export class StepPoll {
  private readonly reader: StepReader;
  private timer: NodeJS.Timeout | undefined;
  /** Reports are still being handled; the ring keeps later ones. */
  private isBusy = false;

  constructor(
    arena: Arena,
    reports: StepReports,
    private readonly handle: (entries: readonly StepEntry[]) => Promise<void>,
  ) {
    this.reader = new StepReader(arena, controlBlock(arena), reports);
  }

  start(): void {
    this.timer = setInterval(() => {
      if (!this.isBusy) this.take();
    }, POLL_MS);
    this.timer.unref();
  }

  /** Hands on all reports so far. */
  take(): void {
    const entries = this.reader.take();
    if (entries.length === 0) return;
    this.isBusy = true;
    void this.handle(entries).finally(() => {
      this.isBusy = false;
    });
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
