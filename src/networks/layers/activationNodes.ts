import { SteepestError } from '../../core/errors.js';
import { type CompleteActivation, elementwiseSpec } from '../../kernels/activations.js';
import type { Node } from '../../program/node.js';
import { ActivateNode } from '../nodes/activate.js';
import { SoftmaxNode } from '../nodes/softmax.js';

/** The nodes of a stand-alone activation layer. */
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
