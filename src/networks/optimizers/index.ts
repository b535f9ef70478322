import { type Choice, type Chosen, resolveChoice, withCommon } from '../../core/definition.js';
import type { NoSynonyms } from '../../core/names.js';
import { adadelta } from './adadelta.js';
import { adagrad } from './adagrad.js';
import { adam, adamw } from './adam.js';
import { adamax } from './adamax.js';
import { HYPERPARAMETER_ALIASES, OPTIMIZER_ALIASES } from './aliases.js';
import { COMMON, type CommonHyperparameters } from './common.js';
import type { OptimizerDefinition, OptimizerHyperparameters } from './definition.js';
import { lion } from './lion.js';
import { nadam } from './nadam.js';
import { rmsprop } from './rmsprop.js';
import { sgd } from './sgd.js';

/** The registry: one line per optimizer. */
const OPTIMIZERS = {
  sgd,
  rmsprop,
  adam,
  adamw,
  adagrad,
  adadelta,
  adamax,
  nadam,
  lion,
} satisfies Record<string, OptimizerDefinition>;

/**
 * The name of an optimizer.
 * @example
 * ```ts
 * import type { OptimizerName } from 'steepest';
 * const name: OptimizerName = 'adam';
 * ```
 */
export type OptimizerName = keyof typeof OPTIMIZERS;

/**
 * An optimizer by name, or with some hyperparameters: `{ name: 'adam', learningRate: 1e-3 }`.
 * @example
 * ```ts
 * import type { Optimizer } from 'steepest';
 * const optimizer: Optimizer = { name: 'adam', learningRate: 1e-3 };
 * ```
 */
export type Optimizer = Choice<typeof OPTIMIZERS, NoSynonyms, CommonHyperparameters>;

/**
 * The names of all optimizers.
 * @example
 * ```ts
 * import { optimizerNames } from 'steepest';
 * console.log(optimizerNames.includes('adam')); // true
 * ```
 */
export const optimizerNames = Object.keys(OPTIMIZERS) as OptimizerName[];

/** An optimizer with all its hyperparameters. */
export interface ResolvedOptimizer extends Chosen<OptimizerDefinition> {
  hyperparameters: OptimizerHyperparameters;
}

const COMPLETE = withCommon<OptimizerDefinition>(OPTIMIZERS, COMMON);

const ALIASES = { names: OPTIMIZER_ALIASES, hyperparameters: HYPERPARAMETER_ALIASES };

/** @throws SteepestError `ERR_UNKNOWN_NAME` or `ERR_ARGUMENT`. */
export const resolveOptimizer = (optimizer: Optimizer): ResolvedOptimizer =>
  resolveChoice<OptimizerDefinition>('optimizer', optimizer, COMPLETE, ALIASES) as ResolvedOptimizer;
