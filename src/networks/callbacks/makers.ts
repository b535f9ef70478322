import type { Complete, Given } from './options.js';
import type { CallbackName, OptionsOf } from './table.js';

type GivenTo<N extends CallbackName> = Given<OptionsOf<N>>;
/** The plain data of a callback: its name and all its options. */
export type Made<N extends CallbackName> = { readonly name: N } & Complete<OptionsOf<N>>;

/**
 * What creates the plain data of each callback; options that can be left out have defaults. Each is
 * written out, because editors show no comments of types that are computed.
 */
export interface CallbackMakers {
  /**
   * Saves the model while it is trained: after every epoch, every n epochs or every n steps, or
   * whenever a value of the epoch's logs is the best so far. Files are those of `model.save`, written
   * atomically. The path may have placeholders: `{epoch}`, `{step}`, `{learningRate}`, `{valLoss}` …
   */
  readonly checkpoint: (options: GivenTo<'checkpoint'>) => Made<'checkpoint'>;
  /**
   * Writes a table of the epochs as CSV: the epoch, counted from 0, and all values of its logs. Each
   * row is in the file when its epoch has ended.
   */
  readonly csvLogger: (options: GivenTo<'csvLogger'>) => Made<'csvLogger'>;
  /**
   * Writes one line of JSON for each epoch: `{"epoch":0,"step":469,"loss":0.31,…}`. JSON has neither
   * NaN nor infinities: they are null.
   */
  readonly jsonLogger: (options: GivenTo<'jsonLogger'>) => Made<'jsonLogger'>;
  /** Adds `learningRate` to the logs of every epoch: the rate of the epoch's last step. */
  readonly learningRateLogger: (options?: GivenTo<'learningRateLogger'>) => Made<'learningRateLogger'>;
  /**
   * Writes curves for TensorBoard, under the names that Keras gives them, into the runs `train` and
   * `validation` of a folder.
   */
  readonly tensorBoard: (options: GivenTo<'tensorBoard'>) => Made<'tensorBoard'>;
  /** Ends training when a value has stopped improving, as Keras's EarlyStopping. */
  readonly earlyStopping: (options?: GivenTo<'earlyStopping'>) => Made<'earlyStopping'>;
  /**
   * Averages the weights over the updates: e ← decay·e + (1 − decay)·w (Polyak & Juditsky 1992, with
   * exponential weights).
   */
  readonly ema: (options?: GivenTo<'ema'>) => Made<'ema'>;
  /**
   * Lowers the learning rate when a value has stopped improving, as Keras's ReduceLROnPlateau: to
   * max(rate · factor, minLearningRate).
   */
  readonly reduceOnPlateau: (options?: GivenTo<'reduceOnPlateau'>) => Made<'reduceOnPlateau'>;
  /**
   * Ends training after a time, between two steps. With `resume` the same call goes on there.
   * @example
   * ```ts
   * import { callbacks } from 'steepest';
   * console.log(callbacks.timeLimit({ seconds: 60 }));
   * // { name: 'timeLimit', seconds: 60 }
   * ```
   */
  readonly timeLimit: (options: GivenTo<'timeLimit'>) => Made<'timeLimit'>;
}
