/**
 * What users write as the options of each callback: the definitions have the same names, with
 * checks and defaults. Types derived from those would have no comments in editors.
 */

interface MonitorGiven {
  /** The value to watch: `'loss'`, a metric of `compile`, or `val…` of one. Default `'valLoss'`. */
  monitor?: string | undefined;
  /** Whether lower (`'min'`) or higher values are better. Default `'auto'`: by the value's name. */
  mode?: 'auto' | 'min' | 'max' | undefined;
}

interface PlateauGiven extends MonitorGiven {
  /** A change of no more than this is no progress. Default 0; of `reduceOnPlateau` 1e-4. */
  minDelta?: number | undefined;
}

export interface CheckpointGiven extends MonitorGiven {
  /** Where to save: `'best.safetensors'` or `'runs/{epoch:03d}-{valLoss:.4f}.safetensors'`. */
  path: string | URL;
  /** Saves after every n-th epoch. By default after each, unless `everySteps` is given. */
  everyEpochs?: number | undefined;
  /**
   * Saves after every n-th step in place of epochs, while the workers go on. If writing takes
   * longer than n steps, some are left out.
   */
  everySteps?: number | undefined;
  /** Saves only if the value of `monitor` is better than in all epochs before. Default false. */
  saveBestOnly?: boolean | undefined;
  /** Removes all but the last k files of this fit. By default all stay. */
  keepLast?: number | undefined;
}

export interface JsonLoggerGiven {
  /** The file to write. Folders that do not exist are made. */
  path: string | URL;
  /** Whether to add to a file that is there. By default a new file replaces it. */
  append?: boolean | undefined;
}

/** With `append`, the columns of the file must be the same. */
export interface CsvLoggerGiven extends JsonLoggerGiven {
  /** The character between cells. Default `','`. */
  separator?: string | undefined;
}

export interface TensorBoardGiven {
  /** The folder that `tensorboard --logdir` is given, or one in it. Made if it does not exist. */
  folder: string | URL;
  /** `'epoch'` (default), or a number of steps for curves within epochs. */
  updateEvery?: 'epoch' | number | undefined;
}

export interface EarlyStoppingGiven extends PlateauGiven {
  /** Epochs without progress after which training ends; 0 means 1. Default 0. */
  patience?: number | undefined;
  /** Epochs count as progress only if their value is also better than this. */
  baseline?: number | undefined;
  /** The number of the first epoch that counts, from 0. Default 0. */
  startFromEpoch?: number | undefined;
  /**
   * Whether the model gets the parameters and the optimizer's state of its best epoch at the end,
   * however training ends: by this callback or another, after the last epoch, by an abort or an
   * error. Default false: it keeps those of the last step.
   */
  restoreBest?: boolean | undefined;
}

export interface EmaGiven {
  /** The share of the old value in each average, above 0 and below 1. Default 0.99. */
  decay?: number | undefined;
  /**
   * Whether the model has the averages at the end. Default true. Otherwise it has the weights that
   * training ended with, and keeps the averages for the next fit with this callback.
   */
  overwrite?: boolean | undefined;
}

export interface ReduceOnPlateauGiven extends PlateauGiven {
  /** What the learning rate is multiplied by. Default 0.1. */
  factor?: number | undefined;
  /** Epochs without progress after which the rate is lowered; 0 means 1. Default 10. */
  patience?: number | undefined;
  /** Epochs after a reduction that do not count. Default 0. */
  cooldown?: number | undefined;
  /** The rate is never lowered below this. Default 0. */
  minLearningRate?: number | undefined;
}

export interface TimeLimitGiven {
  /** Seconds from the beginning of training on; threads may start in that time. */
  seconds: number;
}
