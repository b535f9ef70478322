import { counting, type Hyperparameters, type NumberRange, positive } from '../../core/definition.js';
import { SteepestError } from '../../core/errors.js';
import type { OptimizerDefinition, OptimizerHyperparameters } from './definition.js';

/**
 * Hyperparameters that every optimizer has. Absent by default: they are then neither printed nor
 * saved, and the step is the same as without them.
 */
export type CommonHyperparameters = {
  /**
   * Each element of a gradient is limited to −clipValue … clipValue, as in Keras: after the gradient
   * of the penalties has been added.
   */
  clipValue: number;
  /**
   * The gradient of each parameter (a kernel, a bias) is scaled down to this Euclidean norm if it is
   * longer: g·clipNorm / max(‖g‖, clipNorm), as in Keras. PyTorch adds 1e-6 to ‖g‖.
   */
  clipNorm: number;
  /** The same with the norm of all gradients together: one factor for the whole model. */
  globalClipNorm: number;
  /**
   * Mini-batches per step of the optimizer, which then uses the mean of their gradients, as Keras's
   * gradient_accumulation_steps. Each counts the same, whatever its number of rows. A pass over the
   * data or an epoch ends with a step, from the mini-batches that there are.
   */
  accumulateSteps: number;
};

const RANGES: { readonly [K in keyof CommonHyperparameters]: NumberRange } = {
  clipValue: positive,
  clipNorm: positive,
  globalClipNorm: positive,
  accumulateSteps: counting,
};

/** Ways to clip, of which an optimizer uses one at most, as in Keras. */
const CLIPPING = ['clipValue', 'clipNorm', 'globalClipNorm'] as const;

/** @throws SteepestError `ERR_ARGUMENT` for more than one way to clip */
function checkClipping(h: CommonChoice): void {
  const given = CLIPPING.filter((key) => h[key] !== undefined);
  if (given.length < 2) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `one of ${CLIPPING.join(', ')}`,
    given: given.join(' and '),
    hint: 'Leave all but one out.',
  });
}

/** The common hyperparameters that a user gave. */
export type CommonChoice = {
  readonly [K in keyof CommonHyperparameters]?: CommonHyperparameters[K] | undefined;
};

/** The common hyperparameters among those of an optimizer. */
export const commonOf = (h: Hyperparameters): CommonChoice => h as CommonChoice;

const DEFAULTS: { readonly [K in keyof CommonHyperparameters]: undefined } = {
  clipValue: undefined,
  clipNorm: undefined,
  globalClipNorm: undefined,
  accumulateSteps: undefined,
};

/** A table of optimizers, each with the common hyperparameters besides its own. */
export function withCommon(
  optimizers: Readonly<Record<string, OptimizerDefinition>>,
): Readonly<Record<string, OptimizerDefinition>> {
  const complete = Object.entries(optimizers).map(([name, definition]) => [
    name,
    {
      ...definition,
      defaults: { ...definition.defaults, ...DEFAULTS },
      ranges: { ...definition.ranges, ...RANGES },
      check(h: OptimizerHyperparameters) {
        checkClipping(commonOf(h));
        definition.check?.(h);
      },
    },
  ]);
  return Object.fromEntries(complete);
}
