import type { Logs } from '../training/logs.js';

/** What every hook of a callback is called with: the fit, at this moment. */
export interface CallbackContext<M = unknown, L = Logs> {
  /**
   * The model that is trained. At the beginning and end of an epoch it has the parameters of that
   * moment; in `onBatchEnd` those of the last committed step, which is at most 512 steps old.
   */
  readonly model: M;
  /** The current epoch, counted from 0. */
  readonly epoch: number;
  /** Finished optimizer steps of the model, those of earlier fits included. */
  readonly step: number;
  /**
   * Loss and metrics: of the epoch, with validation values, at its end; of the epoch so far in
   * `onBatchEnd`; of the epoch before in `onEpochBegin`. Empty before the first epoch has ended.
   */
  readonly logs: Readonly<L>;
  /** The learning rate of the next step. */
  readonly learningRate: number;
  /**
   * Ends training: in a hook of epochs at this moment, in `onBatchEnd` after the step that runs.
   * @param reason for `stopped` in fit's result
   */
  readonly stop: (reason?: string) => void;
}

/** What `onTrainEnd` is called with. */
export interface TrainEndContext<M = unknown, L = Logs> extends CallbackContext<M, Partial<L>> {
  /** What `fit` will throw; undefined if training ended well. */
  readonly error: unknown;
}

/**
 * The hooks of a callback. A hook may be asynchronous; hooks are called one after the other. What
 * they return is ignored, so that `({ logs, stop }) => logs.loss < 0.1 && stop()` does what it says.
 */
export interface CallbackHooks<M = unknown, L = Logs> {
  /** Its name in `stopped`, if it ends training. */
  readonly name?: string;
  /** `onBatchEnd` is called at steps whose number is a multiple of this. Default 1. */
  readonly every?: number;
  /** Called once, before the first step. */
  onTrainBegin?(context: CallbackContext<M, Partial<L>>): unknown;
  /**
   * Called once, when training has ended in any way: after the last epoch, by `stop()`, an abort or
   * an error. The model has its final parameters.
   */
  onTrainEnd?(context: TrainEndContext<M, L>): unknown;
  /** Called before each epoch; the workers wait for it. */
  onEpochBegin?(context: CallbackContext<M, Partial<L>>): unknown;
  /** Called after each epoch and its validation; the workers wait for it. */
  onEpochEnd?(context: CallbackContext<M, L>): unknown;
  /**
   * Called after steps, while the workers go on. Every call follows the step within some
   * milliseconds, in order. If the main thread falls behind, several steps may be reported by one
   * call, for the latest of them. The last step of an epoch is always reported, before
   * `onEpochEnd`.
   */
  onBatchEnd?(context: CallbackContext<M, L>): unknown;
  /** What a later fit needs to go on from here, as JSON data; saved with a checkpoint. */
  state?(): unknown;
  /** Called before `onTrainBegin` with what `state` returned when the checkpoint was written. */
  restore?(state: unknown): void;
}

/** Names of hooks that are called, with the order of a fit. */
export const HOOK_NAMES = ['onTrainBegin', 'onEpochBegin', 'onBatchEnd', 'onEpochEnd', 'onTrainEnd'] as const;

export type HookName = (typeof HOOK_NAMES)[number];
