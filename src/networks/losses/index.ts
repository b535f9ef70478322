import { type Choice, type Chosen, resolveChoice } from '../../core/definition.js';
import { HYPERPARAMETER_ALIASES, LOSS_ALIASES, LOSS_SYNONYMS } from './aliases.js';
import { categoricalHinge, hinge, klDivergence, squaredHinge } from './classification.js';
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
} from './crossEntropy.js';
import type { LossDefinition } from './definition.js';
import { binaryFocalCrossentropy, categoricalFocalCrossentropy } from './focal.js';
import {
  cosineSimilarity,
  huber,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
  quantile,
} from './regression.js';

/** The registry: one line per loss. */
const LOSSES = {
  meanSquaredError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredLogarithmicError,
  huber,
  logCosh,
  quantile,
  poisson,
  cosineSimilarity,
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
  binaryFocalCrossentropy,
  categoricalFocalCrossentropy,
  klDivergence,
  hinge,
  squaredHinge,
  categoricalHinge,
} satisfies Record<string, LossDefinition>;

/**
 * The name of a loss.
 * @example
 * ```ts
 * import type { LossName } from 'steepest';
 * const name: LossName = 'huber';
 * ```
 */
export type LossName = keyof typeof LOSSES;

/**
 * A loss by name, or with hyperparameters: `{ name: 'binaryCrossentropy', fromLogits: true }`.
 * @example
 * ```ts
 * import type { Loss } from 'steepest';
 * const losses: Loss[] = ['meanSquaredError', { name: 'huber', delta: 0.5 }];
 * ```
 */
export type Loss = Choice<typeof LOSSES, typeof LOSS_SYNONYMS>;

/**
 * The names of all losses.
 * @example
 * ```ts
 * import { lossNames } from 'steepest';
 * console.log(lossNames.includes('huber')); // true
 * ```
 */
export const lossNames = Object.keys(LOSSES) as LossName[];

/** A loss with all its hyperparameters. */
export type ResolvedLoss = Chosen<LossDefinition>;

const ALIASES = { synonyms: LOSS_SYNONYMS, names: LOSS_ALIASES, hyperparameters: HYPERPARAMETER_ALIASES };

/** @throws SteepestError `ERR_UNKNOWN_NAME` or `ERR_ARGUMENT` */
export const resolveLoss = (loss: Loss): ResolvedLoss =>
  resolveChoice<LossDefinition>('loss', loss, LOSSES, ALIASES);
