import type { OnnxNode } from '../../../../io/onnx/messages.js';
import type { CompleteActivation } from '../../../../kernels/activations.js';
import { axisOf, floatOf, intOf, isGiven, textOf } from '../read/attributes.js';
import type { Chain } from '../read/chain.js';
import { refuseNode } from '../read/refuse.js';
import { SELU } from '../read/region.js';
import type { NodeReaders } from '../readers.js';

/** The opset from which on Softmax normalises one axis; before, all from it on. */
const ONE_AXIS = 13;
/** How near to the usual constants of an activation those of a node have to be. */
const NEAR = 1e-5;
const RELU6 = 6;

/** Adds an activation: to the layer before if it has none, or as a layer. */
export function addActivation(
  chain: Chain,
  activation: CompleteActivation,
  output: string | undefined,
): void {
  if (chain.open !== undefined) chain.change({ activation });
  else chain.add({ type: 'activation', activation }, output ?? '');
  chain.go(output);
}

const plain =
  (name: CompleteActivation['name']) =>
  (node: OnnxNode, chain: Chain): void =>
    addActivation(chain, { name }, node.outputs[0]);

const withAlpha =
  (name: CompleteActivation['name'], usual: number) =>
  (node: OnnxNode, chain: Chain): void => {
    const alpha = floatOf(node, 'alpha', usual);
    if (!(alpha >= 0)) refuseNode(node, 'an alpha of at least 0', `${alpha}`);
    addActivation(chain, { name, alpha }, node.outputs[0]);
  };

function softmax(node: OnnxNode, chain: Chain): void {
  const rank = chain.x.dims.length + 1;
  const axis = axisOf(intOf(node, 'axis', chain.graph.opset < ONE_AXIS ? 1 : -1), rank);
  if (rank !== 2 || axis !== 1 || chain.x.shape.length !== 1) {
    refuseNode(
      node,
      'rows, of which it takes all columns',
      `axis ${axis} of ${rank}`,
      'Flatten the samples before it.',
    );
  }
  addActivation(chain, { name: 'softmax' }, node.outputs[0]);
}

/** Activations that are one operator. Those that are several are recognized by their values. */
export const activationReaders: NodeReaders = {
  Relu: plain('relu'),
  Sigmoid: plain('sigmoid'),
  Tanh: plain('tanh'),
  Softplus: plain('softplus'),
  Softsign: plain('softsign'),
  Exp: plain('exponential'),
  Mish: plain('mish'),
  HardSwish: plain('hardSwish'),
  LeakyRelu: withAlpha('leakyRelu', 0.01),
  Elu: withAlpha('elu', 1),
  Celu: withAlpha('celu', 1),
  Softmax: softmax,
  // The probabilities themselves: layers have no logarithm of them.
  LogSoftmax: softmax,

  Selu(node, chain) {
    const isUsual = Object.entries(SELU).every(
      ([key, usual]) => Math.abs(floatOf(node, key, usual) - usual) < NEAR,
    );
    if (!isUsual) refuseNode(node, 'its usual alpha and gamma', 'others');
    addActivation(chain, { name: 'selu' }, node.outputs[0]);
  },

  Gelu(node, chain) {
    const approximate = textOf(node, 'approximate', 'none');
    if (approximate !== 'none')
      refuseNode(node, 'the normal distribution itself', `approximate = '${approximate}'`);
    addActivation(chain, { name: 'gelu' }, node.outputs[0]);
  },

  HardSigmoid(node, chain) {
    const [alpha, beta] = [floatOf(node, 'alpha', 0.2), floatOf(node, 'beta', 0.5)];
    if (Math.abs(alpha - 1 / 6) > NEAR || beta !== 0.5) {
      refuseNode(node, 'alpha = 1/6 and beta = 1/2', `${alpha} and ${beta}`);
    }
    addActivation(chain, { name: 'hardSigmoid' }, node.outputs[0]);
  },

  Clip(node, chain) {
    const from = chain.graph.number(node, 'min', 1);
    const to = chain.graph.number(node, 'max', 2);
    const isOpen = to === undefined && !isGiven(node.inputs[2]);
    if (from !== 0 || !(isOpen || to === RELU6)) {
      refuseNode(node, 'the limits 0 and 6, as relu6 has, or 0 alone', `${from} and ${to}`);
    }
    addActivation(chain, { name: isOpen ? 'relu' : 'relu6' }, node.outputs[0]);
  },
};
