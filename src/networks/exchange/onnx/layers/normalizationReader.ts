import type { OnnxNode } from '../../../../io/onnx/messages.js';
import { axisOf, floatOf, intOf, isGiven } from '../read/attributes.js';
import type { Chain, Weights } from '../read/chain.js';
import { refuseNode } from '../read/refuse.js';
import { longAxes, type View } from '../read/view.js';
import type { NodeReaders } from '../readers.js';

/** ONNX's defaults. */
const EPSILON = 1e-5;
const MOMENTUM = 0.9;

/**
 * BatchNormalization by its moving mean and variance, and LayerNormalization over the last axis.
 */
export const normalizationReaders: NodeReaders = {
  BatchNormalization(node, chain) {
    if (intOf(node, 'training_mode', 0) !== 0)
      refuseNode(node, 'its moving mean and variance', 'training_mode = 1');
    if (intOf(node, 'spatial', 1) === 0) refuseNode(node, 'one mean for each channel', 'spatial = 0');
    if (chain.channelAxis !== 1)
      refuseNode(node, 'the channels as second axis', 'images with their channels last');
    if (node.outputs.slice(1).some(isGiven)) refuseNode(node, 'one output', 'several');
    const names = ['gamma', 'beta', 'movingMean', 'movingVariance'];
    const weights = names.map((name, i) => [name, perChannel(node, chain, i + 1)] as const);
    const epsilon = floatOf(node, 'epsilon', EPSILON);
    const momentum = floatOf(node, 'momentum', MOMENTUM);
    chain.add({ type: 'batchNorm', epsilon, momentum }, node.inputs[1]!, Object.fromEntries(weights));
    chain.go(node.outputs[0]);
  },

  LayerNormalization(node, chain) {
    const axis = axisOf(intOf(node, 'axis', -1), chain.x.dims.length + 1);
    checkLastAxis(node, chain, axis);
    if (node.outputs.slice(1).some(isGiven)) refuseNode(node, 'one output', 'several');
    const scale = isGiven(node.inputs[1]);
    const center = isGiven(node.inputs[2]);
    const weights: Weights = {
      ...(scale && { gamma: perChannel(node, chain, 1) }),
      ...(center && { beta: perChannel(node, chain, 2) }),
    };
    const epsilon = floatOf(node, 'epsilon', EPSILON);
    chain.add({ type: 'layerNorm', epsilon, scale, center }, node.inputs[1]!, weights);
    chain.go(node.outputs[0]);
  },
};

/** The channels have to be the last axis, and all axes after the first that is normalised. */
export function checkLastAxis(node: OnnxNode, { x }: Chain, axis: number): void {
  const normalised = x.dims.slice(axis - 1);
  const isLast = axis >= 1 && (x.dims.length === 1 || x.channelsFirst === undefined);
  if (isLast && longAxes(normalised.slice(0, -1)).length === 0) return;
  refuseNode(
    node,
    'the channels of each pixel, or the columns of each row, which are its last axis',
    `axes from ${axis} on, of [${['rows', ...x.dims].join(', ')}]`,
  );
}

function perChannel(node: OnnxNode, chain: Chain, input: number): { view: View } {
  const constant = chain.graph.constant(node.inputs[input]);
  const view = constant && chain.perChannel(constant, false);
  if (view === undefined) {
    const given = constant === undefined ? 'another' : `shape [${constant.shape.join(', ')}]`;
    refuseNode(node, `a constant number for each of ${chain.channels} channels as input ${input + 1}`, given);
  }
  return { view };
}
