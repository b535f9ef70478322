import { checkBoolean, checkKeys } from '../../core/check.js';
import { SteepestError, unknownName } from '../../core/errors.js';
import { LOSS_ALIASES, LOSS_OPTION_ALIASES } from './aliases.js';
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
} from './crossEntropy.js';
import type { LossDefinition } from './definition.js';
import { meanAbsoluteError, meanSquaredError } from './regression.js';

/** The registry: one line per loss. */
const LOSSES = {
  meanSquaredError,
  meanAbsoluteError,
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
} satisfies Record<string, LossDefinition>;

export type LossName = keyof typeof LOSSES;
/** A loss by name; with `fromLogits` the model's output is taken as logits. */
export type Loss = LossName | { name: LossName; fromLogits?: boolean };

export const lossNames = Object.keys(LOSSES) as LossName[];

/** A loss as the compiler uses it. */
export interface ResolvedLoss {
  definition: LossDefinition;
  fromLogits: boolean;
}

/** @throws SteepestError `ERR_UNKNOWN_NAME` or `ERR_ARGUMENT` */
function completeLoss(loss: unknown): { name: LossName; fromLogits: boolean } {
  const isObject = typeof loss === 'object' && loss !== null && !Array.isArray(loss);
  if (isObject) checkKeys('loss', loss, ['name', 'fromLogits'], LOSS_OPTION_ALIASES);
  const { name, fromLogits } = isObject
    ? (loss as { name?: unknown; fromLogits?: unknown })
    : { name: loss, fromLogits: undefined };
  if (typeof name !== 'string' || !Object.hasOwn(LOSSES, name)) {
    unknownName(isObject ? 'loss.name' : 'loss', name, lossNames, LOSS_ALIASES);
  }
  return {
    name: name as LossName,
    fromLogits: fromLogits === undefined ? false : checkBoolean('loss.fromLogits', fromLogits),
  };
}

/**
 * @throws SteepestError `ERR_UNKNOWN_NAME`, or `ERR_ARGUMENT`
 * for `fromLogits` on a loss that has no logits.
 */
export function resolveLoss(loss: Loss): ResolvedLoss {
  const { name, fromLogits } = completeLoss(loss);
  const definition = LOSSES[name];
  if (fromLogits && definition.fuses === undefined) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `no fromLogits with ${name}`,
      given: 'fromLogits: true',
      hint: 'Leave fromLogits out: only cross-entropies take logits.',
    });
  }
  return { definition, fromLogits };
}
