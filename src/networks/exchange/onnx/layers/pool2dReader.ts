import type { OnnxNode } from '../../../../io/onnx/messages.js';
import { axisOf, intOf, isGiven } from '../read/attributes.js';
import type { Chain } from '../read/chain.js';
import { refuseNode } from '../read/refuse.js';
import { checkImages, paddingOf, pairOf } from '../read/windows.js';
import type { NodeReaders } from '../readers.js';

/** Poolings of images. ReduceMean over height and width is one too. */
export const pool2dReaders: NodeReaders = {
  MaxPool(node, chain) {
    if (isGiven(node.outputs[1])) refuseNode(node, 'one output', 'the places of maxima');
    pool(node, chain, 'maxPool2d');
  },
  AveragePool(node, chain) {
    pool(node, chain, 'averagePool2d');
  },
  GlobalAveragePool(node, chain) {
    checkImages(node, chain);
    means(node, chain, true);
  },
  ReduceMean(node, chain) {
    chain.images();
    const { x, graph } = chain;
    const axes = graph.integers(node, 'axes', 1);
    const wanted = x.channelsFirst === undefined ? '1,2' : '2,3';
    const isOverImages =
      x.dims.length === 3 &&
      axes
        ?.map((axis) => axisOf(axis, 4))
        .sort()
        .join() === wanted;
    if (!isOverImages || node.inputs[0] !== x.value) {
      refuseNode(node, 'the means over height and width of images', 'other axes');
    }
    means(node, chain, intOf(node, 'keepdims', 1) !== 0);
  },
};

function pool(node: OnnxNode, chain: Chain, type: 'maxPool2d' | 'averagePool2d'): void {
  checkImages(node, chain);
  const poolSize = pairOf(node, 'kernel_shape', 0);
  const strides = pairOf(node, 'strides', 1);
  if (pairOf(node, 'dilations', 1).join() !== '1,1') refuseNode(node, 'windows without gaps', 'dilations');
  const padding = paddingOf(node, chain, poolSize, strides);
  if (type === 'averagePool2d' && padding === 'same' && intOf(node, 'count_include_pad', 0) !== 0) {
    refuseNode(node, 'means of what is inside the image', 'count_include_pad = 1');
  }
  chain.add({ type, poolSize, strides, padding }, node.name);
  chain.goChannelsFirst(node.outputs[0]);
}

/** One number for each channel: a row here, and perhaps an image of one pixel in the graph. */
function means(node: OnnxNode, chain: Chain, keepsAxes: boolean): void {
  const isFirst = chain.x.channelsFirst !== undefined;
  chain.add({ type: 'globalAveragePool2d' }, node.name);
  const channels = chain.x.shape[0]!;
  if (keepsAxes && !isFirst) chain.add({ type: 'reshape', targetShape: [1, 1, channels] }, node.name);
  const pixel = isFirst ? [channels, 1, 1] : [1, 1, channels];
  chain.go(node.outputs[0], { dims: keepsAxes ? pixel : [channels], channelsFirst: undefined });
}
