import type { Arena } from '../../core/arena.js';
import { clearInterval, setInterval } from '../../core/timers.js';
import { controlBlock, WORD } from '../../parallel/control.js';
import type { FitRequest } from './fitRequest.js';
import { logsFromTotals, type SomeLogs } from './logs.js';
import type { FitPosition } from './position.js';
import type { ProgressShape } from './progress.js';
import { type ProgressFunction, ProgressReporter } from './progressReporter.js';
import { ProgressWriter } from './progressWriter.js';
import { type EpochSoFar, SumsReader } from './runningSums.js';

/** Redraw interval: looks smooth and costs the main thread nothing noticeable. */
const REDRAW_MS = 80;

/** What a display is fed from. */
export interface ProgressSource {
  control: Int32Array<SharedArrayBuffer>;
  shape: ProgressShape;
  sums: SumsReader;
  /** Loss and metrics of the rows so far. */
  logsOf: (soFar: EpochSoFar) => SomeLogs;
}

/** Feeds the display of a fit from the control block: the progress bar, or a user's function. */
export class FitProgress {
  private readonly display: ProgressWriter | ProgressReporter;
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param display a user's function, or undefined for the bar
   * @param onError called with what the function throws
   */
  constructor(
    private readonly source: ProgressSource,
    display: ProgressFunction | undefined,
    onError: (error: unknown) => void,
  ) {
    this.display =
      display === undefined
        ? new ProgressWriter(source.shape)
        : new ProgressReporter(source.shape, display, onError);
  }

  /**
   * The display that a fit asks for.
   * @param start where it begins
   */
  static of(
    { progress, plan, train, trainStream, epochs, stepsPerEpoch, batchSize }: FitRequest,
    arena: Arena,
    start: FitPosition,
    onError: (error: unknown) => void,
  ): FitProgress | undefined {
    if (progress === false || plan.runningSums === undefined) return undefined;
    const source = {
      control: controlBlock(arena),
      shape: {
        epochs,
        initialEpoch: start.epoch,
        initialStep: start.stepInEpoch,
        steps: stepsPerEpoch,
        batchSize,
        samples: trainStream ? undefined : train.rows,
      },
      sums: new SumsReader(arena, plan.runningSums),
      logsOf: ({ totals, samples }: EpochSoFar) => logsFromTotals(plan.train, totals, samples),
    };
    return new FitProgress(source, typeof progress === 'function' ? progress : undefined, onError);
  }

  start(): void {
    this.timer = setInterval(() => this.update(), REDRAW_MS);
    this.timer.unref();
  }

  /** @param samples rows of the epoch; a stream's are known at its end */
  endEpoch(epoch: number, logs: SomeLogs, samples: number): void {
    this.display.endEpoch(epoch, logs, samples);
  }

  /** Makes room for what others print, until {@link show}. */
  hide(): void {
    this.display.hide();
  }

  show(): void {
    this.display.show();
  }

  /** @param isComplete the fit has ended as it should */
  stop(isComplete: boolean): void {
    clearInterval(this.timer);
    this.display.finish(isComplete);
  }

  private update(): void {
    const { control, sums, logsOf } = this.source;
    const epoch = Atomics.load(control, WORD.epoch);
    const step = Atomics.load(control, WORD.stepInEpoch);
    const soFar = sums.take();
    // Before the first sums of an epoch there are only those of the one before.
    const logs = soFar === undefined || soFar.epoch !== epoch ? {} : logsOf(soFar);
    this.display.update({ epoch, step, logs });
  }
}
