import { checkBoolean, checkList } from '../../core/check.js';
import { completeChoice } from '../../core/definition.js';
import { SteepestError } from '../../core/errors.js';
import { isPlainObject } from '../../core/realm.js';
import type { Objective } from '../compile/compile.js';
import type { ResolvedModel } from '../compile/model.js';
import { type Loss, resolveLoss } from '../losses/index.js';
import { type Metric, resolveMetrics } from '../metrics/index.js';
import { type Optimizer, resolveOptimizer } from '../optimizers/index.js';
import { type ModelState, withNewOptimizer } from '../training/state.js';
import { checkOutput } from './checkOutput.js';
import {
  checkOptionNames,
  OPTIMIZER_OPTION,
  type OptionNames,
  TO_FIT,
  TO_SEQUENTIAL,
} from './optionNames.js';
import type { Metrics, MetricsOption } from './typedResults.js';

/**
 * Options of `compile`: optimizer, loss and metrics, by name or with hyperparameters.
 * @template M the metrics, by which `fit` and `evaluate` type what they return
 */
export interface CompileOptions<M extends Metrics = Metrics> {
  /** Default `'rmsprop'`, as in Keras; with `keepState` the optimizer that the model has. */
  optimizer?: Optimizer;
  loss: Loss;
  /** One or several. */
  metrics?: MetricsOption<M>;
  /**
   * Keeps the optimizer's arrays and step counter, which `compile` resets otherwise. The optimizer
   * must have the same name and arrays as before. A learning-rate schedule goes on if it is the
   * same as before; another one begins now. Default false.
   */
  keepState?: boolean;
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
  known: ['optimizer', 'loss', 'metrics', 'keepState'],
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
    metrics: resolveMetrics(list, resolvedLoss.definition.targets, model.outputCols),
    optimizer: resolveOptimizer(optimizer),
  };
  return { config: completeConfig(objective), objective };
}

/**
 * `compile` of a model that may have been compiled and trained before.
 * @returns also the state with which training goes on
 * @throws SteepestError `ERR_UNKNOWN_NAME`, `ERR_ARGUMENT`, `ERR_SHAPE` or `ERR_NOT_COMPILED`
 */
export function recompile(
  model: ResolvedModel,
  options: CompileOptions,
  before: { compiled: Compiled | undefined; state: ModelState },
): { compiled: Compiled; state: ModelState } {
  const { keepState = false, ...rest } = options;
  const { state } = before;
  if (!checkBoolean('keepState', keepState)) {
    return { compiled: resolveCompile(model, rest), state: withNewOptimizer(state) };
  }
  if (before.compiled === undefined) {
    throw new SteepestError('ERR_NOT_COMPILED', {
      expected: 'a compiled model with keepState',
      given: 'a model without an optimizer',
      hint: 'Leave keepState out when you compile a model for the first time.',
    });
  }
  const { optimizer } = before.compiled.config;
  const compiled = resolveCompile(model, { ...rest, optimizer: rest.optimizer ?? optimizer });
  checkSameArrays(before.compiled, compiled);
  const isSameRate = rateText(before.compiled) === rateText(compiled);
  const rate = isSameRate ? state.rate : { fromStep: state.step, epochs: 0 };
  return { compiled, state: { ...state, rate } };
}

/** @throws SteepestError `ERR_ARGUMENT` unless the second optimizer can go on with the first's state */
function checkSameArrays(before: Compiled, after: Compiled): void {
  const describe = ({ objective: { optimizer } }: Compiled): string => {
    const { definition, hyperparameters } = optimizer;
    const slots = definition.slots(hyperparameters);
    return `'${definition.name}' with ${slots.length === 0 ? 'no arrays' : `the arrays ${slots.join(', ')}`}`;
  };
  const [expected, given] = [describe(before), describe(after)];
  if (expected === given) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `the optimizer ${expected}, as before, with keepState`,
    given,
    hint: 'Leave keepState out to begin with a new optimizer.',
  });
}

const rateText = ({ objective: { optimizer } }: Compiled): string =>
  JSON.stringify(optimizer.hyperparameters.learningRate);

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
