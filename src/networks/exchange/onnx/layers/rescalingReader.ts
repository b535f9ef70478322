import type { OnnxNode } from '../../../../io/onnx/messages.js';
import { shortest } from '../read/attributes.js';
import type { Chain } from '../read/chain.js';
import { refuseNode } from '../read/refuse.js';
import { scalarOf, type View } from '../read/view.js';
import type { NodeReaders } from '../readers.js';
import { addBias } from './denseReader.js';

/**
 * Sums and products with constants: the bias of the layer before, a rescaling by one number, or, by
 * a number for each channel, a batchNorm that is frozen.
 */
export const rescalingReaders: NodeReaders = { Add: affine, Sub: affine, Mul: affine, Div: affine };

function affine(node: OnnxNode, chain: Chain): void {
  const { opType, inputs, outputs } = node;
  const isFirst = inputs[0] === chain.x.value;
  const constant = chain.constant(inputs[isFirst ? 1 : 0]);
  if (inputs.length !== 2 || constant === undefined || constant.type === 'string') {
    refuseNode(node, 'one input and a constant', 'two inputs', ONE_WAY);
  }
  const isDivision = opType === 'Div' && !isFirst;
  if (isDivision) refuseNode(node, 'the samples divided by a constant', 'the other way around');
  const given = scalarOf(constant);
  const number = given === undefined || constant.type !== 'float' ? given : shortest(given);
  if (opType !== 'Add' || !addBias(constant, chain)) {
    if (number !== undefined) rescale(node, chain, number, isFirst);
    else scaleChannels(node, chain, constant, isFirst);
  }
  chain.go(outputs[0]);
}

export const ONE_WAY = 'Only models whose layers follow one another are read: export one branch alone.';

/** x·scale + offset. A sum right after a product is the same layer. */
function rescale({ opType, inputs }: OnnxNode, chain: Chain, number: number, isFirst: boolean): void {
  if (opType === 'Mul') chain.add({ type: 'rescaling', scale: number, offset: 0 }, inputs[0]!);
  else if (opType === 'Div') chain.add({ type: 'rescaling', scale: 1 / number, offset: 0 }, inputs[0]!);
  else {
    const sign = opType === 'Sub' && !isFirst ? -1 : 1;
    const offset = opType === 'Sub' && isFirst ? -number : number;
    const last = chain.last?.config;
    if (last?.type === 'rescaling' && last.offset === 0 && sign === 1) chain.change({ offset });
    else chain.add({ type: 'rescaling', scale: sign, offset }, inputs[0]!);
  }
}

/** The sum of epsilon and variance, of which the square root is 1 without a rounding. */
const EPSILON = 2 ** -10;

/**
 * (x − movingMean)·gamma + beta for each channel, as a normalisation with a variance of 1. Sums and
 * products that follow one another are the same layer.
 */
function scaleChannels(node: OnnxNode, chain: Chain, constant: View, isFirst: boolean): void {
  const { opType, inputs } = node;
  const view = chain.perChannel(constant, false);
  if (view === undefined || (opType === 'Sub' && !isFirst)) {
    refuseNode(node, 'a constant number, or one for each channel', `shape [${constant.shape.join(', ')}]`);
  }
  const last = chain.last?.config;
  const isOpen = last?.type === 'batchNorm' && last.trainable === false && last.epsilon === EPSILON;
  if (!isOpen || opType === 'Sub' || last.center === true || (last.scale === true && opType !== 'Add')) {
    const config = { type: 'batchNorm', epsilon: EPSILON, scale: false, center: false, trainable: false };
    const variance = filled(1 - EPSILON, chain.channels);
    chain.add(config, inputs[isFirst ? 1 : 0]!, {
      movingMean: { view: filled(0, chain.channels) },
      movingVariance: { view: variance },
    });
  }
  if (opType === 'Sub') chain.change({}, { movingMean: { view } });
  else if (opType === 'Add') chain.change({ center: true }, { beta: { view } });
  else chain.change({ scale: true }, { gamma: { view, isInverse: opType === 'Div' } });
}

const filled = (value: number, count: number): View => ({
  type: 'float',
  data: Float32Array.of(value),
  shape: [count],
  strides: [0],
});
