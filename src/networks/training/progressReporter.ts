import { isPromise } from '../../core/realm.js';
import type { SomeLogs } from './logs.js';
import { measurePace, type ProgressShape, type ProgressState, stepsPerEpoch } from './progress.js';

/**
 * What `fit({ progress })` calls a function with: a frozen object.
 * @example
 * ```ts
 * import type { ProgressReport } from 'steepest';
 * const percent = ({ step, steps }: ProgressReport) => steps && Math.round((100 * step) / steps);
 * ```
 */
export interface ProgressReport {
  /** The current epoch, counted from 0. */
  readonly epoch: number;
  /** The epoch that training ends before. */
  readonly epochs: number;
  /** Finished steps of the current epoch. */
  readonly step: number;
  /** Steps of an epoch; undefined in the first epoch of a stream, whose length nobody knows. */
  readonly steps: number | undefined;
  /**
   * Loss and metrics of the epoch so far, a fraction of a second old; empty at its beginning. At the
   * end of an epoch those of all of it, with values of validation (`valLoss`).
   */
  readonly logs: SomeLogs;
  /** True for the last report of an epoch, after its validation. */
  readonly isEpochEnd: boolean;
  /** Milliseconds since training began. */
  readonly elapsedMs: number;
  /** Milliseconds to the end at the pace so far; undefined before there is anything to measure. */
  readonly remainingMs: number | undefined;
  /** Samples that training has passed per second, on average since it began. */
  readonly samplesPerSecond: number | undefined;
}

/**
 * A display of one's own. What it returns is ignored, but a Promise that rejects fails the fit.
 * @example
 * ```ts
 * import type { ProgressFunction } from 'steepest';
 * const show: ProgressFunction = ({ epoch, logs }) => console.error(epoch, logs.loss);
 * ```
 */
export type ProgressFunction = (report: ProgressReport) => unknown;

/** Reports progress to a user's function. Its first error ends that, and the fit. */
export class ProgressReporter {
  private readonly startMs: number;
  private state: ProgressState;
  /** Epochs before this one have had their last report. */
  private ended: number;
  private isOver = false;

  constructor(
    shape: ProgressShape,
    private readonly report: ProgressFunction,
    private readonly onError: (error: unknown) => void,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.startMs = this.now();
    this.ended = shape.initialEpoch ?? 0;
    this.state = { ...shape, epoch: this.ended, step: 0, logs: {}, elapsedMs: 0 };
  }

  /** Reports a step, unless nothing has changed. */
  update(progress: Pick<ProgressState, 'epoch' | 'step' | 'logs'>): void {
    const { epoch, step } = this.state;
    if (progress.epoch < this.ended || (progress.epoch === epoch && progress.step === step)) return;
    Object.assign(this.state, progress);
    this.call(this.state, false);
  }

  endEpoch(epoch: number, logs: SomeLogs, samples: number): void {
    const { state } = this;
    state.samples = samples;
    const step = state.steps ?? Math.ceil(samples / state.batchSize);
    this.ended = epoch + 1;
    this.call({ ...state, epoch, step, logs }, true);
  }

  hide(): void {}

  show(): void {}

  finish(): void {
    this.isOver = true;
  }

  private call(state: ProgressState, isEpochEnd: boolean): void {
    if (this.isOver) return;
    const elapsedMs = this.now() - this.startMs;
    const { epoch, epochs, step, logs } = state;
    const report = Object.freeze({
      epoch,
      epochs,
      step,
      steps: stepsPerEpoch(state),
      logs: Object.freeze({ ...logs }),
      isEpochEnd,
      elapsedMs,
      ...measurePace({ ...state, elapsedMs }),
    });
    try {
      const result = this.report(report);
      if (isPromise(result)) Promise.resolve(result).catch((error: unknown) => this.fail(error));
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.onError(error);
  }
}
