import type {
  CheckpointGiven,
  CsvLoggerGiven,
  EarlyStoppingGiven,
  EmaGiven,
  JsonLoggerGiven,
  ReduceOnPlateauGiven,
  TensorBoardGiven,
  TimeLimitGiven,
} from './given.js';
import type { Complete } from './options.js';
import type { CallbackName, OptionsOf } from './table.js';

/** The plain data of a callback: its name and all its options. */
export type Made<N extends CallbackName> = { readonly name: N } & Complete<OptionsOf<N>>;

/**
 * What creates the plain data of each callback; options that can be left out have defaults. Each is
 * written out, because editors show no comments of types that are computed.
 */
export interface CallbackMakers {
  /**
   * Saves the model while it is trained: after every epoch, every n epochs or every n steps, or
   * whenever a value of the epoch's logs is the best so far. Files are those of `model.save`,
   * written atomically; `load` reads them.
   *
   * The path may have placeholders: `{epoch}`, the number of finished epochs; `{step}`, the
   * finished steps of the model; `{learningRate}`; and every value of the logs, such as
   * `{valLoss:.4f}`. A file that cannot be written ends the fit with an error; the model keeps what
   * it has learned.
   * @example
   * ```ts
   * import { readdirSync } from 'node:fs';
   * import { callbacks, layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
   * model.compile({ loss: 'meanSquaredError' });
   * await model.fit([[0], [1]], [1, 3], {
   *   epochs: 4,
   *   callbacks: callbacks.checkpoint({ path: 'runs/{epoch}.safetensors', everyEpochs: 2 }),
   * });
   * console.log(readdirSync('runs')); // [ '2.safetensors', '4.safetensors' ]
   * ```
   */
  readonly checkpoint: (options: CheckpointGiven) => Made<'checkpoint'>;
  /**
   * Writes a table of the epochs as CSV: the epoch, counted from 0, and all values of its logs, in
   * the order of the history. Each row is in the file when its epoch has ended. An epoch without
   * validation has empty cells.
   * @example
   * ```ts
   * import { readFileSync } from 'node:fs';
   * import { callbacks, layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
   * model.compile({ loss: 'meanSquaredError' });
   * await model.fit([[0], [1]], [1, 3], { callbacks: callbacks.csvLogger({ path: 'log.csv' }) });
   * console.log(readFileSync('log.csv', 'utf8').split('\n')[0]); // epoch,loss
   * ```
   */
  readonly csvLogger: (options: CsvLoggerGiven) => Made<'csvLogger'>;
  /**
   * Writes one line of JSON for each epoch: `{"epoch":0,"step":469,"loss":0.31,…}`, with the epoch
   * counted from 0 and the finished steps of the model. Each line is in the file when its epoch has
   * ended. JSON has neither NaN nor infinities: they are null.
   * @example
   * ```ts
   * import { readFileSync } from 'node:fs';
   * import { callbacks, layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
   * model.compile({ loss: 'meanSquaredError' });
   * await model.fit([[0], [1]], [1, 3], { callbacks: callbacks.jsonLogger({ path: 'log.json' }) });
   * const [first = ''] = readFileSync('log.json', 'utf8').split('\n');
   * console.log(Object.keys(JSON.parse(first))); // [ 'epoch', 'step', 'loss' ]
   * ```
   */
  readonly jsonLogger: (options: JsonLoggerGiven) => Made<'jsonLogger'>;
  /**
   * Adds `learningRate` to the logs of every epoch, and so to fit's history, to the tables of
   * loggers and to the values that other callbacks may watch: the rate of the epoch's last step.
   * @example
   * ```ts
   * import { callbacks, layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
   * model.compile({ loss: 'meanSquaredError' });
   * model.learningRate = 0.1;
   * const callback = callbacks.learningRateLogger();
   * const { history } = await model.fit([[0], [1]], [1, 3], { callbacks: callback });
   * console.log(history.learningRate); // [ 0.1 ]
   * ```
   */
  readonly learningRateLogger: (options?: Readonly<Record<never, never>>) => Made<'learningRateLogger'>;
  /**
   * Writes curves for TensorBoard. As with Keras, the folder has a run `train` and, with
   * validation, a run `validation`, and the charts are called `epoch_loss`, `epoch_accuracy` …;
   * with `updateEvery: n`, charts `batch_loss` … have the values of the epoch so far, every n
   * steps. Each fit writes new files.
   * @example
   * ```ts
   * import { readdirSync } from 'node:fs';
   * import { callbacks, layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
   * model.compile({ loss: 'meanSquaredError' });
   * await model.fit([[0], [1]], [1, 3], { callbacks: callbacks.tensorBoard({ folder: 'logs' }) });
   * console.log(readdirSync('logs')); // [ 'train' ]
   * ```
   */
  readonly tensorBoard: (options: TensorBoardGiven) => Made<'tensorBoard'>;
  /**
   * Ends training when a value has stopped improving, as Keras's EarlyStopping: by default
   * `valLoss`. An epoch in which the value is not logged does not count. With `restoreBest` the
   * model ends with the parameters of its best epoch.
   * @example
   * ```ts
   * import { callbacks, layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
   * model.compile({ loss: 'meanSquaredError' });
   * model.learningRate = 1e-9;
   * const { stopped } = await model.fit([[0], [1]], [1, 3], {
   *   epochs: 100,
   *   callbacks: callbacks.earlyStopping({ monitor: 'loss', minDelta: 0.01, patience: 3 }),
   * });
   * console.log(stopped?.by, stopped?.epoch, stopped?.reason);
   * // earlyStopping 3 loss did not improve in the last 3 epochs
   * ```
   */
  readonly earlyStopping: (options?: EarlyStoppingGiven) => Made<'earlyStopping'>;
  /**
   * Averages the weights over the updates: e ← decay·e + (1 − decay)·w (Polyak & Juditsky 1992,
   * with exponential weights). The averages are what the model has in validation, in callbacks, in
   * checkpoints and at the end; training goes on from the weights behind them.
   * @example
   * ```ts
   * import { callbacks, layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
   * model.compile({ loss: 'meanSquaredError' });
   * await model.fit([[0], [1]], [1, 3], { epochs: 10, callbacks: callbacks.ema({ decay: 0.9 }) });
   * console.log(model.predictSync([4]).shape); // [ 1, 1 ]
   * ```
   */
  readonly ema: (options?: EmaGiven) => Made<'ema'>;
  /**
   * Lowers the learning rate when a value has stopped improving, as Keras's ReduceLROnPlateau: sets
   * `model.learningRate` to max(rate · factor, minLearningRate), in place of a schedule too.
   * @example
   * ```ts
   * import { callbacks, layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
   * model.compile({ loss: 'meanSquaredError' });
   * model.learningRate = 1e-6;
   * await model.fit([[0], [1]], [1, 3], {
   *   epochs: 3,
   *   callbacks: callbacks.reduceOnPlateau({ monitor: 'loss', minDelta: 9, patience: 2 }),
   * });
   * console.log(model.learningRate); // 1e-7
   * ```
   */
  readonly reduceOnPlateau: (options?: ReduceOnPlateauGiven) => Made<'reduceOnPlateau'>;
  /**
   * Ends training after a time in seconds, between two steps: the epoch that runs is not finished.
   * With `resume` the same call goes on there, as often as it takes.
   * @example
   * ```ts
   * import { callbacks } from 'steepest';
   * console.log(callbacks.timeLimit({ seconds: 60 })); // { name: 'timeLimit', seconds: 60 }
   * ```
   */
  readonly timeLimit: (options: TimeLimitGiven) => Made<'timeLimit'>;
}
