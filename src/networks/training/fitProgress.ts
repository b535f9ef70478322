import { clearInterval, setInterval } from '../../core/timers.js';
import { WORD } from '../../parallel/control.js';
import type { SomeLogs } from './logs.js';
import { type ProgressShape, ProgressWriter } from './progress.js';

/** Redraw interval: looks smooth and costs the main thread nothing noticeable. */
const REDRAW_MS = 80;

/** Feeds the progress bar of a fit from the control block. */
export class FitProgress {
  private readonly writer: ProgressWriter;
  private timer: NodeJS.Timeout | undefined;
  private logs: SomeLogs = {};

  constructor(
    private readonly control: Int32Array<SharedArrayBuffer>,
    shape: ProgressShape,
  ) {
    this.writer = new ProgressWriter(shape);
  }

  start(): void {
    this.timer = setInterval(() => {
      const epoch = Atomics.load(this.control, WORD.epoch);
      this.writer.update({ epoch, step: Atomics.load(this.control, WORD.stepInEpoch), logs: this.logs });
    }, REDRAW_MS);
    this.timer.unref();
  }

  /** @param samples rows of the epoch; a stream's are known at its end */
  endEpoch(epoch: number, logs: SomeLogs, samples: number): void {
    this.logs = logs;
    this.writer.endEpoch(epoch, logs, samples);
  }

  stop(): void {
    clearInterval(this.timer);
    this.writer.finish();
  }
}
