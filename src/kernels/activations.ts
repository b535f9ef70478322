import { checkFloat32, checkKeys, orDefault } from '../core/check.js';
import { fieldsOf } from '../core/definition.js';
import { unknownName } from '../core/errors.js';
import type { Aliases } from '../core/nearest.js';
import { ACTIVATIONS, type ElementwiseActivation } from './contract.js';

export type ActivationName = ElementwiseActivation | 'softmax';
/** An activation by name, or with its parameter: `{ name: 'leakyRelu', alpha: 0.1 }`. */
export type Activation = ActivationName | { name: ActivationName; alpha?: number };

export const activationNames: readonly ActivationName[] = [
  ...(Object.keys(ACTIVATIONS) as ElementwiseActivation[]),
  'softmax',
];

/** Activations by the names of Keras and PyTorch. */
const ACTIVATION_ALIASES: Aliases = {
  identity: 'linear',
  logistic: 'sigmoid',
  // Functions of their own, whose names look like others.
  relu6: '',
  prelu: '',
  selu: '',
  celu: '',
  silu: '',
  swish: '',
  logSoftmax: '',
};

const ACTIVATION_OPTION_ALIASES: Aliases = {
  negativeSlope: 'alpha',
  slope: 'alpha',
  activation: 'name',
};

/** Parameters where none is given: Keras's negative slope and its elu. */
const USUAL_ALPHA: Partial<Record<ActivationName, number>> = { leakyRelu: 0.2, elu: 1 };

/** An activation with its parameter, as saved in models. */
export interface CompleteActivation {
  name: ActivationName;
  /** Present where the activation has one. */
  alpha?: number;
}

/**
 * Completes and checks an activation. alpha must not be negative: derivatives are computed from the
 * output, which then is positive for positive inputs alone. 0 makes a `relu` of both.
 */
export function completeActivation(what: string, activation: Activation): CompleteActivation {
  const isObject = typeof activation === 'object' && activation !== null && !Array.isArray(activation);
  const given = isObject ? fieldsOf(what, activation) : { name: activation };
  checkKeys(what, given, ['name', 'alpha'], ACTIVATION_OPTION_ALIASES);
  const { name, alpha } = given as { name?: unknown; alpha?: unknown };
  if (!activationNames.includes(name as ActivationName)) {
    unknownName(isObject ? `${what}.name` : what, name, activationNames, ACTIVATION_ALIASES);
  }
  const usual = USUAL_ALPHA[name as ActivationName];
  if (usual === undefined) {
    if (alpha !== undefined) checkKeys(`${what} '${name}'`, { alpha }, ['name']);
    return { name: name as ActivationName };
  }
  const value = checkFloat32(
    `${what}.alpha`,
    orDefault(alpha, usual),
    'a number from 0 to 3.4e38',
    (v) => v >= 0,
  );
  return { name: name as ActivationName, alpha: value };
}

/** An elementwise activation with its one parameter (0 where it has none). */
export interface ActivationSpec {
  name: ElementwiseActivation;
  alpha: number;
}

export const LINEAR: ActivationSpec = { name: 'linear', alpha: 0 };

/** The elementwise part that can be fused into an affine node; softmax leaves a linear one. */
export function elementwiseSpec({ name, alpha }: CompleteActivation): ActivationSpec {
  return { name: name === 'softmax' ? 'linear' : name, alpha: Math.fround(alpha ?? 0) };
}
