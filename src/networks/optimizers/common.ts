import {
  type CommonDefinition,
  counting,
  type Hyperparameters,
  type NumberRange,
  notNegative,
  positive,
} from '../../core/definition.js';
import { SteepestError } from '../../core/errors.js';

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
  /**
   * λ: w ← (1 − lr·λ)·w before the step, as in Keras. It does not pass through the gradient, and so
   * neither through momentum or scaling (Loshchilov & Hutter 2019). What PyTorch's SGD, Adam and
   * others call weight_decay is a penalty on the loss: `kernelRegularizer: { l2: λ / 2 }`.
   */
  weightDecay: number;
  /** Whether only arrays with at least two dimensions decay: no biases, gammas and betas. */
  decayKernelsOnly: boolean;
};

/** Those that are numbers; the others are flags. */
const RANGES = {
  clipValue: positive,
  clipNorm: positive,
  globalClipNorm: positive,
  accumulateSteps: counting,
  weightDecay: notNegative,
} satisfies { readonly [K in keyof CommonHyperparameters]?: NumberRange };

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
  weightDecay: undefined,
  decayKernelsOnly: undefined,
};

/** @throws SteepestError `ERR_ARGUMENT` */
function checkDecay({ weightDecay = 0, decayKernelsOnly }: CommonChoice): void {
  if (decayKernelsOnly !== true || weightDecay > 0) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'weightDecay above 0 with decayKernelsOnly',
    given: 'weightDecay 0',
    hint: 'Set weightDecay, for example to 0.01, or leave decayKernelsOnly out.',
  });
}

/** What all optimizers have in common. */
export const COMMON: CommonDefinition = {
  defaults: DEFAULTS,
  ranges: RANGES,
  check(h) {
    checkClipping(commonOf(h));
    checkDecay(commonOf(h));
  },
};
