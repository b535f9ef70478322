import { checkBoolean, checkInteger, checkObject } from '../../core/check.js';
import type { Cluster } from '../../core/clusterOption.js';
import { SteepestError } from '../../core/errors.js';
import type { WeightInput } from '../../core/ndarray.js';
import type { Aliases } from '../../core/nearest.js';
import { reading } from '../../core/refuse.js';
import { show } from '../../core/show.js';
import { checkSignal } from '../../core/signal.js';
import type { ClassInput, SampleInput } from '../../data/arrayInputs.js';
import { type BatchStream, checkRowNames, isBatchStream } from '../../data/batches.js';
import type { KernelRequest } from '../../kernels/backend.js';
import { chooseKernels, KERNEL_KEYS, type KernelOptions } from '../../kernels/kernelOptions.js';
import { checkWorkers, type Workers } from '../../parallel/workers.js';
import type { CallbackChoice } from '../callbacks/index.js';
import type { ProgressFunction } from '../training/progressReporter.js';
import { checkCallbacks, type GivenCallback } from './givenCallbacks.js';
import {
  checkOptionNames,
  OPTIMIZER_OPTION,
  type OptionNames,
  RUN_ALIASES,
  TO_COMPILE,
  TO_SEQUENTIAL,
  WEIGHTS_OF_STREAM,
} from './optionNames.js';
import { type RankChoices, ROWS_OF_CLUSTER, resolveRanks } from './ranks/options.js';
import { type ResumeChoices, type ResumeOptions, resolveResume } from './resume/options.js';

/** Rows per training step. */
export const DEFAULT_BATCH = 32;

/** Options of `fit` in either form, with checked keys. */
export type AllFitOptions<C = unknown> = ArrayFitOptions<C> & Omit<StreamOptions<C>, 'classWeight'>;

/**
 * A weight per row, at least 0: multiplies the row's loss and gradient.
 * @example
 * ```ts
 * import type { SampleWeight } from 'steepest';
 * const sampleWeight: SampleWeight = [1, 1, 0.5];
 * ```
 */
export type SampleWeight = WeightInput;

/**
 * Options of `fit` for arrays and for streams.
 * @template C a user's callback
 */
export interface CommonFitOptions<C> extends KernelOptions {
  /** Number of the last epoch: as many run, less `initialEpoch`. Default 1. */
  epochs?: number;
  /**
   * Number of the first epoch, as callbacks get it: counted from 0, and below `epochs`. It has no
   * effect on the shuffle, whose counter goes on from fit to fit. Default 0.
   */
  initialEpoch?: number;
  /**
   * Mini-batches per epoch. Default: as many as the data has, so that an epoch is one pass over the
   * data. Otherwise the fit goes on through the data where the last epoch ended: a stream stays
   * open, and each pass over the data has a new shuffle and ends with its smaller mini-batch, if
   * there is one. A stream without end needs it. The next fit begins with a new pass.
   */
  stepsPerEpoch?: number;
  /** Rows per mini-batch; the last may be smaller. Default 32. */
  batchSize?: number;
  /** Shuffles the rows for each epoch. Default true. */
  shuffle?: boolean;
  /**
   * Number of virtual shards, a power of two up to 256: the rows of a mini-batch are cut into so
   * many blocks, the weight gradient of each is a sum over its rows alone, and these are added
   * pairwise, along a binary tree. That order is the same however many processes share the work, so a
   * fit has the same bits for 1 to `shards` processes. A shard has ⌈batchSize / shards⌉ rows of each
   * mini-batch, in networks with images or normalisations a multiple of 16; each has to have one.
   * Other numbers of shards round differently, and more of them cost more additions: `explain` and
   * `summary` show how many. By default there are none: a gradient is one sum over all rows.
   */
  shards?: number;
  /**
   * Rows to validate on: arrays, or a stream of batches that can be read once per validation. Takes
   * precedence over `validationSplit`.
   */
  validationData?: ValidationArrays | BatchStream;
  /**
   * Validates after every epoch whose number, counted from 1, is a multiple of this: 2 for every
   * second epoch. The other epochs have no values of validation, neither in `history` nor for
   * callbacks. Default 1.
   */
  validationFreq?: number;
  /**
   * The most mini-batches of a validation, always the first ones. Default: all rows.
   */
  validationSteps?: number;
  /**
   * Worker threads, at most `configure().maxThreads`. The result is bit-identical for any number.
   * Default `'auto'`.
   */
  workers?: Workers;
  /**
   * True shows progress on stderr: on a terminal a bar while an epoch runs, then a line that stays;
   * elsewhere one line per epoch. A function is called in its place: several times a second while
   * steps are made, and at the end of every epoch. If it throws or rejects, training ends after the
   * current step and `fit` rejects with that error. Default false.
   */
  progress?: boolean | ProgressFunction;
  /** Stops training within one step; the model keeps that step's parameters. */
  signal?: AbortSignal;
  /**
   * A folder for checkpoints, as a path or as `{ folder, everySteps, everyEpochs, keepLast }`. The
   * same call, in this process or another one, goes on from the newest checkpoint, within an epoch
   * too, and ends with the same bits as a fit that was never interrupted: parameters, optimizer,
   * history. It does not matter how the first one ended: by an abort, an error, `kill -9` or a power
   * failure. Once the fit has finished, the call returns its result at once.
   *
   * The number of workers, the instruction set and `progress` may differ. More epochs go on where
   * fewer have ended, unless a callback has ended them; the end of `timeLimit` is an interruption.
   * Other data, models, options or callbacks are `ERR_RESUME`. All bytes of arrays are compared.
   * Streams are compared by their first batch, and by every row that the checkpoint's pass has
   * used, which is read again.
   *
   * By default a checkpoint is written every five seconds, or less often if writing takes more than
   * a twentieth of the time. Training never waits for a checkpoint: while one is being written, the
   * next is left out. `load` reads checkpoints too.
   */
  resume?: string | URL | ResumeOptions;
  /** One or several, called in order: `callbacks.timeLimit({ seconds: 60 })`, or objects with hooks. */
  callbacks?: C | CallbackChoice | readonly (C | CallbackChoice)[];
}

/**
 * Samples and targets for validation, and optionally a weight per row.
 * @example
 * ```ts
 * import type { ValidationArrays } from 'steepest';
 * const validationData: ValidationArrays = { x: [[0], [1]], y: [0, 1] };
 * ```
 */
export type ValidationArrays =
  | ValidationTuple
  | { x: SampleInput; y: ClassInput; sampleWeight?: SampleWeight | undefined };

export type ValidationTuple =
  | readonly [SampleInput, ClassInput]
  | readonly [SampleInput, ClassInput, SampleWeight | undefined];

export interface ArrayFitOptions<C> extends CommonFitOptions<C> {
  /**
   * Trains on all ranks of a cluster, each on its shards of every mini-batch. Every rank calls `fit`
   * with the same model, data and options, and all end with the same model and result, which has
   * the same bits for any number of ranks, and for one process with the same `shards`. A difference
   * between ranks is `ERR_CLUSTER` before any work.
   *
   * Callbacks, `progress` and `resume` are rank 0's alone: those of other ranks are never called. A
   * `signal` ends the fit on all ranks, and so does an error on one of them. A fit that goes on with
   * `resume` may have other ranks than before.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * import { cluster } from 'steepest/cluster';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
   * model.compile({ optimizer: { name: 'sgd', learningRate: 0.1 }, loss: 'meanSquaredError' });
   * const ranks = await cluster({ alone: true }); // under mpirun: cluster()
   * await model.fit([[0], [1], [2], [3]], [1, 3, 5, 7], { epochs: 2, cluster: ranks, shards: 4 });
   * await ranks.close();
   * ```
   */
  cluster?: Cluster;
  /**
   * A weight per row. The loss of a mini-batch is Σ weight·loss / rows, as in Keras, so weights
   * scale the steps. Metrics are not weighted. With `validationSplit` the held-out rows keep their
   * weights.
   */
  sampleWeight?: SampleWeight;
  /**
   * A weight per class, by its number, or by its name if the model has class names; the default is 1. It multiplies `sampleWeight`, in training
   * only. `'balanced'` gives every class the same total weight, n / (classes · rows of the class).
   * The class of a row is its class number, the index of its largest column, or its only column if
   * that is 0 or 1.
   */
  classWeight?: 'balanced' | Readonly<Record<string, number>>;
  /**
   * Fraction of the rows to validate on, taken from the end before shuffling: ⌊fraction · rows⌋
   * rows, at least one unless the fraction is 0. Default 0. Ignored if `validationData` is given:
   * all rows are then used for training.
   */
  validationSplit?: number;
}

export interface StreamOptions<C> extends CommonFitOptions<C> {
  /**
   * Rows in the shuffle buffer: each new row replaces one drawn at random from the buffer. A stream
   * with no more rows than this is shuffled exactly like the same rows in memory. Default 65,536,
   * or fewer if those take more than 64 MiB.
   */
  shuffleBuffer?: number;
  /**
   * A weight per class, as for arrays. `'balanced'` is not available, because it needs all rows in
   * advance.
   */
  classWeight?: Readonly<Record<string, number>>;
}

const COMMON_KEYS = [
  'epochs',
  'initialEpoch',
  'stepsPerEpoch',
  'validationFreq',
  'validationSteps',
  'batchSize',
  'shuffle',
  'shards',
  'validationData',
  'workers',
  'progress',
  'signal',
  'resume',
  'callbacks',
  ...KERNEL_KEYS,
];
const FIT_ALIASES: Aliases = {
  ...RUN_ALIASES,
  nEpochs: 'epochs',
  numEpochs: 'epochs',
  maxIter: 'epochs',
  iterations: 'epochs',
  virtualShards: 'shards',
  numShards: 'shards',
  startEpoch: 'initialEpoch',
  batchesPerEpoch: 'stepsPerEpoch',
  limitTrainBatches: 'stepsPerEpoch',
  validationFrequency: 'validationFreq',
  checkValEveryNEpoch: 'validationFreq',
  validationBatches: 'validationSteps',
  limitValBatches: 'validationSteps',
  validation: 'validationData',
  validationSet: 'validationData',
  valData: 'validationData',
  validationFraction: 'validationSplit',
  bufferSize: 'shuffleBuffer',
  abortSignal: 'signal',
  resumeFrom: 'resume',
  checkpointDir: 'resume',
  checkpoints: 'resume',
  backupDir: 'resume',
};
const TO_CALLBACKS = 'Write callbacks: callbacks.earlyStopping({ patience: 3 }).';
const FIT_ELSEWHERE = {
  optimizer: TO_COMPILE,
  loss: TO_COMPILE,
  metrics: TO_COMPILE,
  learningRate: OPTIMIZER_OPTION,
  lr: OPTIMIZER_OPTION,
  verbose: 'Write progress: true for a progress bar.',
  onTrainBegin: 'Write callbacks: { onTrainBegin({ model }) { … } }.',
  onTrainEnd: 'Write callbacks: { onTrainEnd({ model }) { … } }.',
  onEpochBegin: 'Write callbacks: { onEpochBegin({ epoch }) { … } }.',
  onEpochEnd: 'Write callbacks: { onEpochEnd({ epoch, logs }) { … } }.',
  onBatchEnd: 'Write callbacks: { every: 100, onBatchEnd({ step, logs }) { … } }.',
  earlyStopping: TO_CALLBACKS,
  patience: TO_CALLBACKS,
  timeLimit: 'Write callbacks: callbacks.timeLimit({ seconds: 60 }).',
  maxTime: 'Write callbacks: callbacks.timeLimit({ seconds: 60 }).',
  classes: TO_SEQUENTIAL,
  seed: TO_SEQUENTIAL,
  randomState: TO_SEQUENTIAL,
};

const ARRAY_NAMES: OptionNames = {
  known: [...COMMON_KEYS, 'validationSplit', 'sampleWeight', 'classWeight', 'cluster'],
  aliases: FIT_ALIASES,
  elsewhere: FIT_ELSEWHERE,
  example: 'Write fit(x, y, { epochs: 10 }).',
};
const STREAM_NAMES: OptionNames = {
  known: [...COMMON_KEYS, 'shuffleBuffer', 'classWeight'],
  aliases: FIT_ALIASES,
  elsewhere: {
    ...FIT_ELSEWHERE,
    validationSplit: "A stream's length is not known: pass validationData: [x, y], or a second stream.",
    sampleWeight: WEIGHTS_OF_STREAM,
    cluster: ROWS_OF_CLUSTER,
  },
  example: 'Write fit(stream, { epochs: 10 }).',
};

/** All options of `fit`, for arrays or for streams. */
export const fitOptionNames = [...new Set([...ARRAY_NAMES.known, ...STREAM_NAMES.known])];

/**
 * Refuses unknown options of `fit`.
 * @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME`
 */
export function checkFitNames(options: unknown, isStream: boolean): void {
  checkOptionNames('fit options', options, isStream ? STREAM_NAMES : ARRAY_NAMES);
}

/** Options of `fit`, checked as far as possible without data. */
export interface FitChoices extends RankChoices {
  epochs: number;
  initialEpoch: number;
  stepsPerEpoch: number | undefined;
  validationFreq: number;
  validationSteps: number | undefined;
  batchSize: number;
  shuffle: boolean;
  progress: boolean | ProgressFunction;
  workers: Workers;
  kernels: KernelRequest;
  callbacks: readonly GivenCallback[];
  signal: AbortSignal | undefined;
  resume: ResumeChoices | undefined;
  validationData: ValidationTuple | BatchStream | undefined;
}

/** @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME` or `ERR_BACKEND` */
export function resolveFitOptions(options: AllFitOptions): FitChoices {
  const { epochs = 1, batchSize = DEFAULT_BATCH, shuffle = true, progress = false } = options;
  return {
    ...resolveSteps(options),
    epochs: checkInteger('epochs', epochs),
    batchSize: checkInteger('batchSize', batchSize),
    shuffle: checkBoolean('shuffle', shuffle),
    progress: checkProgress(progress),
    kernels: chooseKernels(options),
    workers: checkWorkers(options.workers),
    callbacks: checkCallbacks(options.callbacks),
    signal: checkSignal('signal', options.signal),
    resume: reading('resume', () => resolveResume(options.resume)),
    validationData: reading('validationData', () => completeValidation(options.validationData)),
    ...resolveRanks(options),
  };
}

function checkProgress(progress: unknown): boolean | ProgressFunction {
  if (typeof progress === 'boolean') return progress;
  if (typeof progress === 'function' && !/^class\b/.test(Function.prototype.toString.call(progress))) {
    return progress as ProgressFunction;
  }
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'progress to be true, false or a function',
    given: show(progress),
    hint: 'Write progress: true, or progress: ({ epoch, step, logs }) => { … }.',
  });
}

/** Which epochs, steps and validations a fit has. @throws SteepestError `ERR_ARGUMENT` */
function resolveSteps(
  options: AllFitOptions,
): Pick<FitChoices, 'initialEpoch' | 'stepsPerEpoch' | 'validationFreq' | 'validationSteps'> {
  const { epochs = 1, initialEpoch = 0, stepsPerEpoch, validationFreq = 1, validationSteps } = options;
  checkInteger('initialEpoch', initialEpoch, 0);
  if (initialEpoch >= checkInteger('epochs', epochs)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `initialEpoch below epochs, which is ${epochs}`,
      given: String(initialEpoch),
      hint: `epochs is the number of the last epoch: write epochs: ${initialEpoch + epochs} for ${epochs} more.`,
    });
  }
  const { validationData, validationSplit = 0 } = options;
  const isValidated = validationData !== undefined || validationSplit !== 0;
  for (const key of ['validationFreq', 'validationSteps'] as const) {
    if (isValidated || options[key] === undefined) continue;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${key} beside rows to validate on`,
      given: 'neither validationData nor validationSplit',
      hint: `Pass validationData: [x, y], or leave ${key} out.`,
    });
  }
  const orUndefined = (key: string, value: number | undefined): number | undefined =>
    value === undefined ? undefined : checkInteger(key, value);
  return {
    initialEpoch,
    stepsPerEpoch: orUndefined('stepsPerEpoch', stepsPerEpoch),
    validationFreq: checkInteger('validationFreq', validationFreq),
    validationSteps: orUndefined('validationSteps', validationSteps),
  };
}

/** @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME` */
function completeValidation(given: unknown): ValidationTuple | BatchStream | undefined {
  if (given === undefined || isBatchStream(given)) return given;
  if (Array.isArray(given)) {
    if (given.length === 2 || given.length === 3) return given as unknown as ValidationTuple;
    return refuseValidation(given);
  }
  if (typeof given !== 'object' || given === null || 'shape' in given) return refuseValidation(given);
  const { x, y, sampleWeight } = checkObject('validationData', given);
  if (x === undefined || y === undefined) return refuseValidation(given);
  checkRowNames('validationData', given);
  return [x, y, sampleWeight] as unknown as ValidationTuple;
}

function refuseValidation(given: unknown): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected:
      'validationData to be [x, y], [x, y, sampleWeight], { x, y, sampleWeight } or a stream of batches',
    given: show(given),
    hint: 'Write validationData: [x, y].',
  });
}
