import { checkFloat32, checkKeys, orDefault } from '../core/check.js';
import { fieldsOf, isFloat32 } from '../core/definition.js';
import { unknownName } from '../core/errors.js';
import { ourName, type Written } from '../core/names.js';
import { type Aliases, isSameName } from '../core/nearest.js';
import { ACTIVATIONS, type ElementwiseActivation } from './contract.js';

/**
 * The name of an activation.
 * @example
 * ```ts
 * import type { ActivationName } from 'steepest';
 * const name: ActivationName = 'relu';
 * ```
 */
export type ActivationName = ElementwiseActivation | 'softmax';
/**
 * An activation by name, or with its parameter: `{ name: 'leakyRelu', alpha: 0.1 }`.
 * @example
 * ```ts
 * import type { Activation } from 'steepest';
 * const activation: Activation = { name: 'leakyRelu', alpha: 0.1 };
 * ```
 */
export type Activation = WrittenActivation | { name: WrittenActivation; alpha?: number };

/** Names that are understood, as in Keras. */
const ACTIVATION_SYNONYMS = { swish: 'silu', hardSilu: 'hardSwish' } as const;

type WrittenActivation = Written<ActivationName, typeof ACTIVATION_SYNONYMS>;

/**
 * The names of all activations.
 * @example
 * ```ts
 * import { activationNames } from 'steepest';
 * console.log(activationNames.includes('relu')); // true
 * ```
 */
export const activationNames: readonly ActivationName[] = [
  ...(Object.keys(ACTIVATIONS) as ElementwiseActivation[]),
  'softmax',
];

/** Activations by the names of Keras and PyTorch. */
const ACTIVATION_ALIASES: Aliases = {
  identity: 'linear',
  logistic: 'sigmoid',
  exp: 'exponential',
  hardTanh: '',
  // A layer, because it learns.
  prelu: '',
  // This function differs from the one that its name resembles.
  logSoftmax: '',
};

const ACTIVATION_OPTION_ALIASES: Aliases = {
  negativeSlope: 'alpha',
  slope: 'alpha',
  activation: 'name',
};

/** Default parameters: Keras's negative slope for leakyRelu and its alpha for elu and celu. */
const USUAL_ALPHA: Partial<Record<ActivationName, number>> = { leakyRelu: 0.2, elu: 1, celu: 1 };

/** An activation with its parameter, as saved in models. */
export interface CompleteActivation {
  name: ActivationName;
  /** Present if the activation has a parameter. */
  alpha?: number;
}

/**
 * Completes and checks an activation. alpha must not be negative: the derivative is computed from
 * the output, which is then positive only for positive inputs. With alpha 0, both leakyRelu and elu
 * become `relu`. celu divides by alpha.
 */
export function completeActivation(what: string, activation: Activation): CompleteActivation {
  const isObject = typeof activation === 'object' && activation !== null && !Array.isArray(activation);
  const given = isObject ? fieldsOf(what, activation) : { name: activation };
  checkKeys(what, given, ['name', 'alpha'], ACTIVATION_OPTION_ALIASES);
  const { name: written, alpha } = given as { name?: unknown; alpha?: unknown };
  const name =
    ourName(written, activationNames, ACTIVATION_SYNONYMS) ??
    unknownActivation(isObject ? `${what}.name` : what, written);
  const usual = USUAL_ALPHA[name];
  if (usual === undefined) {
    if (alpha !== undefined) checkKeys(`${what} '${name}'`, { alpha }, ['name']);
    return { name };
  }
  const isDivisor = name === 'celu';
  const value = checkFloat32(
    `${what}.alpha`,
    orDefault(alpha, usual),
    isDivisor ? 'a number from 1.2e-38 to 3.4e38' : 'a number from 0 to 3.4e38',
    (v) => (isDivisor ? v > 0 && isFloat32(v) : v >= 0),
  );
  return { name, alpha: value };
}

function unknownActivation(what: string, given: unknown): never {
  const isPrelu = typeof given === 'string' && isSameName(given, 'prelu');
  const hint = isPrelu ? 'Add layers.prelu() after the layer: it learns its slopes.' : undefined;
  return unknownName(what, given, activationNames, ACTIVATION_ALIASES, hint);
}

/** An elementwise activation with its parameter (0 if it has none). */
export interface ActivationSpec {
  name: ElementwiseActivation;
  alpha: number;
}

export const LINEAR: ActivationSpec = { name: 'linear', alpha: 0 };

/** The elementwise part that can be fused into an affine node. For softmax this is linear. */
export function elementwiseSpec({ name, alpha }: CompleteActivation): ActivationSpec {
  return { name: name === 'softmax' ? 'linear' : name, alpha: Math.fround(alpha ?? 0) };
}
