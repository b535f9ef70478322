import { toSnakeCase } from '../../../core/names.js';
import { isList } from '../../../core/realm.js';
import type { TfjsTraining } from '../tfjs/artifacts.js';
import { classOf, isObject, squeeze } from './fields.js';
import type { Dialect } from './form.js';

/**
 * How a model is trained, both ways: optimizer, loss and metrics, where both programs mean the same
 * by them. What has no equal is left out: it does not change what the model predicts.
 */

/** What `compile` takes, as plain data. */
export interface TrainingChoice {
  optimizer: unknown;
  loss: unknown;
  metrics: readonly unknown[];
}

type Options = Readonly<Record<string, unknown>>;

/**
 * Optimizers whose steps are the same: their class there and their options, ours first. RMSProp and
 * Adagrad are not among them: epsilon is inside of the root there, and outside here.
 */
const OPTIMIZERS: Readonly<Record<string, { className: string; options: Readonly<Record<string, string>> }>> =
  {
    sgd: { className: 'SGD', options: { momentum: 'momentum', nesterov: 'nesterov' } },
    adam: {
      className: 'Adam',
      options: { beta1: 'beta_1', beta2: 'beta_2', epsilon: 'epsilon', amsgrad: 'amsgrad' },
    },
    adamw: {
      className: 'AdamW',
      options: { beta1: 'beta_1', beta2: 'beta_2', epsilon: 'epsilon', amsgrad: 'amsgrad' },
    },
    nadam: { className: 'Nadam', options: { beta1: 'beta_1', beta2: 'beta_2', epsilon: 'epsilon' } },
    adamax: { className: 'Adamax', options: { beta1: 'beta_1', beta2: 'beta_2', epsilon: 'epsilon' } },
    adadelta: { className: 'Adadelta', options: { rho: 'rho', epsilon: 'epsilon' } },
    lion: { className: 'Lion', options: { beta1: 'beta_1', beta2: 'beta_2' } },
  };

/** Options that all optimizers of Keras have, by ours. */
const COMMON: Readonly<Record<string, string>> = {
  weightDecay: 'weight_decay',
  clipNorm: 'clipnorm',
  globalClipNorm: 'global_clipnorm',
  clipValue: 'clipvalue',
  accumulateSteps: 'gradient_accumulation_steps',
};

/** Those that change nothing when they are off, and have no equal when they are on. */
const ONLY_OFF: readonly string[] = ['use_ema', 'decay', 'loss_scale_factor', 'momentum_decay'];

/** Losses of TensorFlow.js, by ours. They have no options there. */
const LOSSES: Readonly<Record<string, string>> = {
  meanSquaredError: 'mean_squared_error',
  meanAbsoluteError: 'mean_absolute_error',
  meanAbsolutePercentageError: 'mean_absolute_percentage_error',
  meanSquaredLogarithmicError: 'mean_squared_logarithmic_error',
  logCosh: 'logcosh',
  poisson: 'poisson',
  binaryCrossentropy: 'binary_crossentropy',
  categoricalCrossentropy: 'categorical_crossentropy',
  sparseCategoricalCrossentropy: 'sparse_categorical_crossentropy',
  klDivergence: 'kullback_leibler_divergence',
  categoricalHinge: 'categorical_hinge',
  cosineSimilarity: 'cosine_proximity',
};
const METRICS: Readonly<Record<string, string>> = {
  accuracy: 'accuracy',
  binaryAccuracy: 'binary_accuracy',
  mse: 'mse',
  mae: 'mae',
  mape: 'mape',
};

const nameAndOptions = (choice: unknown): { name: string; options: Options } => {
  if (typeof choice === 'string') return { name: choice, options: {} };
  const { name, ...options } = choice as { name: string };
  return { name, options };
};

/** TensorFlow.js's `trainingConfig`; undefined if it has no such optimizer or loss. */
export function writeTraining({ optimizer, loss, metrics }: TrainingChoice): TfjsTraining | undefined {
  const optimizer_config = writeOptimizer(nameAndOptions(optimizer));
  const { name, options } = nameAndOptions(loss);
  const isPlain = Object.values(options).every((value) => value === false || value === 0);
  const theirs = isPlain ? LOSSES[name] : undefined;
  if (optimizer_config === undefined || theirs === undefined) return undefined;
  const known = metrics.map((metric) => METRICS[nameAndOptions(metric).name]);
  return { loss: theirs, metrics: known.filter((metric) => metric !== undefined), optimizer_config };
}

type WrittenOptimizer = TfjsTraining['optimizer_config'];

function writeOptimizer({ name, options }: { name: string; options: Options }): WrittenOptimizer | undefined {
  const { learningRate, amsgrad, ...others } = options;
  const { momentum = 0, nesterov = false, ...rest } = others as { momentum?: number; nesterov?: boolean };
  if (typeof learningRate !== 'number' || amsgrad === true) return undefined;
  if (Object.keys(rest).some((key) => key in COMMON || key === 'decayKernelsOnly')) return undefined;
  if (name === 'sgd') {
    return momentum === 0
      ? { class_name: 'SGD', config: { learningRate } }
      : { class_name: 'Momentum', config: { learningRate, momentum, useNesterov: nesterov } };
  }
  const isThere = ['adam', 'adamax', 'adadelta'].includes(name);
  const config = { learningRate, ...(rest as Record<string, number>) };
  return isThere ? { class_name: OPTIMIZERS[name]!.className, config } : undefined;
}

/**
 * What `compile` takes, from TensorFlow.js's `trainingConfig`, `training_config` of Keras 2 or
 * `compile_config` of Keras 3; undefined if it has no equal.
 */
export function readTraining(given: unknown, dialect: Dialect): TrainingChoice | undefined {
  if (!isObject(given)) return undefined;
  const optimizer = readOptimizer(given.optimizer_config ?? given.optimizer, dialect);
  const loss = readLoss(one(given.loss));
  if (optimizer === undefined || loss === undefined) return undefined;
  const metrics = isList(given.metrics) ? given.metrics.flat(2) : [];
  return { optimizer, loss, metrics: [...new Set(metrics.map(readMetric).filter((m) => m !== undefined))] };
}

/** A list of one thing is that thing. */
const one = (value: unknown): unknown => (isList(value) && value.length === 1 ? value[0] : value);

/** The name and the options, in snake_case, of an object of Keras. */
function partsOf(value: unknown): { key: string; options: Map<string, unknown> } | undefined {
  const name = isObject(value) ? classOf(value) : value;
  if (typeof name !== 'string') return undefined;
  const config = isObject(value) && isObject(value.config) ? value.config : {};
  const given = Object.entries(config).filter(([, option]) => option !== null && option !== undefined);
  return { key: squeeze(name), options: new Map(given.map(([option, v]) => [toSnakeCase(option), v])) };
}

/** TensorFlow.js's names of options, without the underscore before a number. */
const inTfjs = (theirs: string): string => theirs.replace(/_(\d)/, '$1');

function readOptimizer(value: unknown, dialect: Dialect): object | undefined {
  const parts = partsOf(value);
  if (parts === undefined) return undefined;
  const { options } = parts;
  const key = parts.key === 'momentum' ? 'sgd' : parts.key;
  const found = Object.entries(OPTIMIZERS).find(([, { className }]) => squeeze(className) === key);
  if (found === undefined) return undefined;
  const take = (...names: string[]): unknown =>
    names.map((name) => options.get(name)).find((v) => v !== undefined);
  if (ONLY_OFF.some((option) => options.get(option))) return undefined;
  const learningRate = take('learning_rate', 'lr');
  const read: Record<string, unknown> = { name: found[0] };
  if (learningRate !== undefined) read.learningRate = learningRate;
  for (const [ours, theirs] of Object.entries({ ...found[1].options, ...COMMON })) {
    const given = take(theirs, inTfjs(theirs), ...(ours === 'nesterov' ? ['use_nesterov'] : []));
    if (given !== undefined) read[ours] = given;
  }
  if (dialect === 'tfjs' && read.epsilon === undefined) read.epsilon = 1e-7;
  return read;
}

/** Options of losses that both have, ours first. */
const LOSS_OPTIONS: Readonly<Record<string, string>> = {
  fromLogits: 'from_logits',
  labelSmoothing: 'label_smoothing',
  delta: 'delta',
  gamma: 'gamma',
  alpha: 'alpha',
  applyClassBalancing: 'apply_class_balancing',
};

function readLoss(value: unknown): object | undefined {
  const parts = partsOf(value);
  if (parts === undefined) return undefined;
  const { key, options } = parts;
  const reduction = options.get('reduction') ?? 'sum_over_batch_size';
  const usual = ['sum_over_batch_size', 'auto'];
  if (!usual.includes(String(reduction)) || (options.get('axis') ?? -1) !== -1) return undefined;
  if (!Object.hasOwn(KERAS_LOSSES, key)) return undefined;
  const read: Record<string, unknown> = { name: KERAS_LOSSES[key] };
  for (const [ours, theirs] of Object.entries(LOSS_OPTIONS)) {
    const given = options.get(theirs);
    if (given !== undefined && given !== 0 && given !== false) read[ours] = given;
  }
  return read;
}

/** Losses that Keras has too, without separators, and its short names. */
const KERAS_LOSSES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      ...Object.keys(LOSSES),
      'huber',
      'hinge',
      'squaredHinge',
      'binaryFocalCrossentropy',
      'categoricalFocalCrossentropy',
    ].map((ours) => [squeeze(ours), ours]),
  ),
  ...Object.fromEntries(Object.entries(LOSSES).map(([ours, theirs]) => [squeeze(theirs), ours])),
  mse: 'meanSquaredError',
  mae: 'meanAbsoluteError',
  mape: 'meanAbsolutePercentageError',
  msle: 'meanSquaredLogarithmicError',
  kld: 'klDivergence',
};

const KERAS_METRICS: Readonly<Record<string, string>> = {
  acc: 'accuracy',
  accuracy: 'accuracy',
  categoricalaccuracy: 'accuracy',
  sparsecategoricalaccuracy: 'accuracy',
  binaryaccuracy: 'binaryAccuracy',
  mse: 'mse',
  meansquarederror: 'mse',
  mae: 'mae',
  meanabsoluteerror: 'mae',
  mape: 'mape',
  rootmeansquarederror: 'rmse',
};

function readMetric(value: unknown): string | undefined {
  const parts = partsOf(value);
  if (parts === undefined || (parts.options.get('threshold') ?? 0.5) !== 0.5) return undefined;
  return Object.hasOwn(KERAS_METRICS, parts.key) ? KERAS_METRICS[parts.key] : undefined;
}
