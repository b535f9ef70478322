import type { Arena } from '../../core/arena.js';
import { awaitClosed } from '../../core/patience.js';
import type { FitData } from './dataSets.js';
import type { FitPlan } from './plan.js';
import type { FitPosition } from './position.js';
import { StreamFeed } from './streamFeed.js';

/** What the feeds of a fit need to know of it. */
export interface FeedOptions extends Pick<FitData, 'trainStream' | 'validationStream'> {
  plan: FitPlan;
  seed: number;
  /** Number of the epoch to stop before. */
  epochs: number;
  /** Undefined: each epoch is a pass over the data. */
  stepsPerEpoch: number | undefined;
  /** Epochs from one validation to the next. */
  validationFreq: number;
  /** Mini-batches of each validation; undefined for all. */
  validationSteps: number | undefined;
  /** Where the fit begins. */
  start: FitPosition;
  /** Whether the rows are hashed, for a later fit that begins where this one ends. */
  hashes: boolean;
  /** Whether a callback may end training at the end of an epoch. */
  isWatched: boolean;
  signal: AbortSignal | undefined;
}

/**
 * Feeds the streams of a fit to the ranks, epoch after epoch, ahead of them as far as memory and
 * callbacks allow. Without streams it does nothing.
 */
export class FitFeeds {
  private readonly train: StreamFeed | undefined;
  private readonly validation: StreamFeed | undefined;
  /** The epoch before which all callbacks have finished, and the function that waits for the next. */
  private epochsPassed: number;
  private onEpochPassed: (() => void) | undefined;
  private isOver = false;
  private feeding: Promise<void> = Promise.resolve();
  /** What a stream has thrown. */
  failure: { error: unknown } | undefined;

  constructor(
    private readonly options: FeedOptions,
    arena: Arena,
  ) {
    const { trainStream, validationStream, plan, seed, start, hashes, stepsPerEpoch } = options;
    const { trainRing, validationRing } = plan;
    this.epochsPassed = start.epoch;
    if (trainStream && trainRing) {
      const used = { steps: start.stepInPass, hash: start.streamHash };
      const doneSteps = start.stepInEpoch;
      const { pass } = start;
      const feedPlan = { seed, pass, stepsPerEpoch, doneSteps, used, hashes };
      this.train = new StreamFeed(trainStream, arena, trainRing, feedPlan);
    }
    if (validationStream && validationRing) {
      const mostSteps = options.validationSteps;
      this.validation = new StreamFeed(validationStream, arena, validationRing, { seed, mostSteps });
    }
  }

  /** Reads the stream up to where the fit begins. @throws SteepestError `ERR_RESUME` for other rows */
  async replay(): Promise<void> {
    await this.train?.replay();
  }

  start(): void {
    this.feeding = this.feed();
  }

  private async feed(): Promise<void> {
    const { train, validation } = this;
    const { start, epochs, validationFreq, isWatched } = this.options;
    if (!train && !validation) return;
    try {
      for (let epoch = start.epoch; epoch < epochs && !this.isOver; epoch++) {
        // A callback may end training here; the stream must not be opened again then.
        if (isWatched) await this.epochsEnded(epoch);
        await train?.feedEpoch();
        if ((epoch + 1) % validationFreq === 0) await validation?.feedEpoch();
      }
    } catch (error) {
      this.failure = { error };
      this.stop();
    }
  }

  private async epochsEnded(epochs: number): Promise<void> {
    if (this.isOver || this.epochsPassed >= epochs) return;
    await new Promise<void>((resolve) => {
      this.onEpochPassed = resolve;
    });
  }

  /** The callbacks of this many epochs have finished. */
  passed(epochs: number): void {
    this.epochsPassed = epochs;
    this.onEpochPassed?.();
  }

  stop(): void {
    this.isOver = true;
    this.train?.stop();
    this.validation?.stop();
    this.onEpochPassed?.();
  }

  /** Stops and closes the streams. */
  async end(): Promise<void> {
    this.stop();
    await this.feeding;
    const closing = Promise.all([this.train?.close(), this.validation?.close()]);
    await awaitClosed(closing, this.options.signal);
  }
}
