import { SteepestError, unknownName } from '../core/errors.js';
import { ACTIVATIONS, type ElementwiseActivation } from '../kernels/contract.js';
import type { Node } from '../program/node.js';
import { ActivateNode, type ActivationSpec } from '../program/nodes/activate.js';
import { SoftmaxNode } from '../program/nodes/softmax.js';
import { ACTIVATION_ALIASES, ACTIVATION_OPTION_ALIASES } from './aliases.js';
import { checkFloat32, checkKeys, orDefault } from './check.js';

export type ActivationName = ElementwiseActivation | 'softmax';
/** An activation by name, or with its parameter: `{ name: 'leakyRelu', alpha: 0.1 }`. */
export type Activation = ActivationName | { name: ActivationName; alpha?: number };

export const activationNames: readonly ActivationName[] = [
  ...(Object.keys(ACTIVATIONS) as ElementwiseActivation[]),
  'softmax',
];

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
  if (isObject) checkKeys(what, activation, ['name', 'alpha'], ACTIVATION_OPTION_ALIASES);
  const { name, alpha } = isObject ? activation : { name: activation, alpha: undefined };
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

/** The elementwise part that can be fused into an affine node; softmax leaves a linear one. */
export function elementwiseSpec({ name, alpha }: CompleteActivation): ActivationSpec {
  return { name: name === 'softmax' ? 'linear' : name, alpha: Math.fround(alpha ?? 0) };
}

/** The nodes of a stand-alone activation. */
export function activationNodes(
  activation: CompleteActivation,
  name: string,
  cols: number,
  shape: readonly number[] = [cols],
): Node[] {
  if (activation.name === 'softmax' && shape.length > 1) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `one row per sample as input of softmax in ${name}`,
      given: `[${shape.join(', ')}]`,
      hint: 'Put layers.flatten() before it.',
    });
  }
  if (activation.name === 'softmax') return [new SoftmaxNode(name, cols)];
  return activation.name === 'linear' ? [] : [new ActivateNode(name, cols, elementwiseSpec(activation))];
}
