import { checkList } from '../../core/check.js';
import { completeChoice } from '../../core/definition.js';
import { isPlainObject } from '../../core/realm.js';
import type { Objective } from '../compile/compile.js';
import type { ResolvedModel } from '../compile/model.js';
import { type Loss, resolveLoss } from '../losses/index.js';
import { type Metric, resolveMetrics } from '../metrics/index.js';
import { type Optimizer, resolveOptimizer } from '../optimizers/index.js';
import { checkOutput } from './checkOutput.js';
import {
  checkOptionNames,
  OPTIMIZER_OPTION,
  type OptionNames,
  TO_FIT,
  TO_SEQUENTIAL,
} from './optionNames.js';

export interface CompileOptions {
  /** Default `'rmsprop'`, as in Keras. */
  optimizer?: Optimizer;
  loss: Loss;
  /** One or several. */
  metrics?: Metric | readonly Metric[];
}

/**
 * The arguments of `compile`, completed with all hyperparameters: plain data that `compile`
 * accepts.
 */
export interface CompileConfig {
  optimizer: Optimizer;
  loss: Loss;
  metrics: readonly Metric[];
}

const NAMES: OptionNames = {
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
    classes: TO_SEQUENTIAL,
    seed: TO_SEQUENTIAL,
    layers: TO_SEQUENTIAL,
  },
  example: "Write compile({ optimizer: 'adam', loss: 'meanSquaredError', metrics: ['mae'] }).",
};

/** The arguments of `compile` in their saved form and in the form used here. */
export interface Compiled {
  config: CompileConfig;
  objective: Objective;
}

/**
 * Refuses unknown options of `compile`.
 * @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME`
 */
export function checkCompileNames(options: unknown): void {
  checkOptionNames('compile options', options, NAMES);
}

/** @throws SteepestError `ERR_UNKNOWN_NAME`, `ERR_ARGUMENT` or `ERR_SHAPE` */
export function resolveCompile(model: ResolvedModel, options: CompileOptions): Compiled {
  const { loss, optimizer = 'rmsprop', metrics = [] } = options;
  const resolvedLoss = resolveLoss(loss);
  checkOutput(model, resolvedLoss);
  const list = isOne(metrics) ? [metrics] : (checkList('metrics', metrics) as readonly Metric[]);
  const objective = {
    loss: resolvedLoss,
    metrics: resolveMetrics(list, resolvedLoss.definition.targets),
    optimizer: resolveOptimizer(optimizer),
  };
  return { config: completeConfig(objective), objective };
}

/** A name or an object with a `name` is one choice; everything else is a list, or wrong. */
const isOne = (metrics: Metric | readonly Metric[]): metrics is Metric =>
  typeof metrics === 'string' || isPlainObject(metrics);

/** The saved form of an objective. */
export function completeConfig({ optimizer, loss, metrics }: Objective): CompileConfig {
  return {
    optimizer: completeChoice(optimizer) as Optimizer,
    loss: completeChoice(loss) as Loss,
    metrics: metrics.map((metric) => completeChoice(metric) as Metric),
  };
}
