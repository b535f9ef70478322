import { checkKeys, checkOptions } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { type Aliases, isSameName } from '../../core/nearest.js';
import { show } from '../../core/show.js';
import { KERNEL_KEYS } from '../../kernels/kernelOptions.js';

/** The options that a method knows, and what to say of those that it does not know. */
export interface OptionNames {
  known: readonly string[];
  /** Names of other libraries to ours. */
  aliases: Aliases;
  /** Options that belong somewhere else, with the place. */
  elsewhere: Readonly<Record<string, string>>;
  /** What to write, for errors. */
  example: string;
}

const OPTIMIZER_OPTION = "It belongs to the optimizer: optimizer: { name: 'adam', learningRate: 0.01 }.";
const TO_COMPILE = 'Pass it to compile().';
const TO_FIT = 'Pass it to fit().';
const TO_SEQUENTIAL = 'Pass it to sequential({ seed, layers }).';

export const SEQUENTIAL_OPTIONS: OptionNames = {
  known: ['layers', 'seed'],
  aliases: { layer: 'layers', model: 'layers', randomState: 'seed', randomSeed: 'seed' },
  elsewhere: { optimizer: TO_COMPILE, loss: TO_COMPILE, metrics: TO_COMPILE },
  example: 'Write sequential({ layers: [layers.dense({ units: 1, inputShape: [inputs] })] }).',
};

export const COMPILE_OPTIONS: OptionNames = {
  known: ['optimizer', 'loss', 'metrics'],
  aliases: { criterion: 'loss', lossFunction: 'loss', lossFn: 'loss', objective: 'loss', optim: 'optimizer' },
  elsewhere: {
    learningRate: OPTIMIZER_OPTION,
    lr: OPTIMIZER_OPTION,
    epochs: TO_FIT,
    batchSize: TO_FIT,
    validationSplit: TO_FIT,
    validationData: TO_FIT,
    callbacks: TO_FIT,
    classWeight: TO_FIT,
    workers: TO_FIT,
    seed: TO_SEQUENTIAL,
    layers: TO_SEQUENTIAL,
  },
  example: "Write compile({ optimizer: 'adam', loss: 'meanSquaredError', metrics: ['mae'] }).",
};

const COMMON_KEYS = [
  'epochs',
  'batchSize',
  'shuffle',
  'validationData',
  'workers',
  'progress',
  'signal',
  'callbacks',
  ...KERNEL_KEYS,
];
const RUN_ALIASES: Aliases = {
  batch: 'batchSize',
  nJobs: 'workers',
  threads: 'workers',
  numWorkers: 'workers',
  numThreads: 'workers',
  weights: 'sampleWeight',
  device: 'backend',
};
const FIT_ALIASES: Aliases = {
  ...RUN_ALIASES,
  nEpochs: 'epochs',
  numEpochs: 'epochs',
  maxIter: 'epochs',
  iterations: 'epochs',
  validation: 'validationData',
  validationSet: 'validationData',
  valData: 'validationData',
  validationFraction: 'validationSplit',
  bufferSize: 'shuffleBuffer',
  abortSignal: 'signal',
};
const FIT_ELSEWHERE = {
  optimizer: TO_COMPILE,
  loss: TO_COMPILE,
  metrics: TO_COMPILE,
  learningRate: OPTIMIZER_OPTION,
  lr: OPTIMIZER_OPTION,
  verbose: 'Write progress: true for a progress bar.',
  onEpochEnd: 'Write callbacks: { onEpochEnd(epoch, logs) { … } }.',
  earlyStopping: 'To stop early, return false from the onEpochEnd of a callback.',
  patience: 'To stop early, return false from the onEpochEnd of a callback.',
  seed: TO_SEQUENTIAL,
  randomState: TO_SEQUENTIAL,
};

export const FIT_OPTIONS: OptionNames = {
  known: [...COMMON_KEYS, 'validationSplit', 'sampleWeight', 'classWeight'],
  aliases: FIT_ALIASES,
  elsewhere: FIT_ELSEWHERE,
  example: 'Write fit(x, y, { epochs: 10 }).',
};
export const STREAM_FIT_OPTIONS: OptionNames = {
  known: [...COMMON_KEYS, 'shuffleBuffer', 'classWeight'],
  aliases: FIT_ALIASES,
  elsewhere: {
    ...FIT_ELSEWHERE,
    validationSplit: 'The end of a stream is not known: pass validationData: [x, y], or a second stream.',
    sampleWeight: 'Put it into the batches: { x, y, sampleWeight }.',
  },
  example: 'Write fit(stream, { epochs: 10 }).',
};

const SWEEP_ELSEWHERE = { loss: TO_COMPILE, metrics: TO_COMPILE };
export const PREDICT_OPTIONS: OptionNames = {
  known: ['batchSize', 'workers', ...KERNEL_KEYS],
  aliases: RUN_ALIASES,
  elsewhere: SWEEP_ELSEWHERE,
  example: 'Write predict(x, { batchSize: 256 }).',
};
export const EVALUATE_OPTIONS: OptionNames = {
  ...PREDICT_OPTIONS,
  known: [...PREDICT_OPTIONS.known, 'sampleWeight'],
  example: 'Write evaluate(x, y, { batchSize: 256 }).',
};
export const STREAM_EVALUATE_OPTIONS: OptionNames = {
  ...PREDICT_OPTIONS,
  elsewhere: { ...SWEEP_ELSEWHERE, sampleWeight: STREAM_FIT_OPTIONS.elsewhere.sampleWeight as string },
  example: 'Write evaluate(stream, { batchSize: 256 }).',
};
export const GRADIENT_OPTIONS: OptionNames = {
  known: ['sampleWeight', ...KERNEL_KEYS],
  aliases: RUN_ALIASES,
  elsewhere: SWEEP_ELSEWHERE,
  example: 'Write gradients(x, y, { sampleWeight }).',
};
export const EXPLAIN_OPTIONS: OptionNames = {
  known: ['batchSize', 'workers'],
  aliases: RUN_ALIASES,
  elsewhere: {},
  example: 'Write explain({ batchSize: 32 }).',
};

/**
 * Refuses what is no object, and options that nothing would read.
 * @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME`, with the option that was meant or the
 * place where it belongs
 */
export function checkOptionNames(
  what: string,
  given: unknown,
  { known, aliases, elsewhere, example }: OptionNames,
): void {
  for (const key of Object.keys(checkOptions(what, given, example))) {
    const place = known.includes(key)
      ? undefined
      : Object.keys(elsewhere).find((name) => isSameName(name, key));
    if (place === undefined) continue;
    throw new SteepestError('ERR_UNKNOWN_NAME', {
      expected: `${what} to have only ${known.join(', ')}`,
      given: show(key),
      hint: elsewhere[place] as string,
    });
  }
  checkKeys(what, given as object, known, aliases);
}

/**
 * Options of a method that takes none, which nothing would read.
 * @param other the method that takes them
 * @throws SteepestError `ERR_ARGUMENT`
 */
export function refuseOptions(method: string, other: string, given: unknown): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${method}(x) without a second argument`,
    given: show(given),
    hint: `Leave it out, or write await ${other}.`,
  });
}
