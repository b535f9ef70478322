import type { OnnxNode } from '../../../../io/onnx/messages.js';
import { intOf, intsOf, isGiven } from '../read/attributes.js';
import type { Chain } from '../read/chain.js';
import { refuseNode } from '../read/refuse.js';
import { transposed } from '../read/view.js';
import { checkImages, paddingOf, pairOf } from '../read/windows.js';
import type { NodeReaders } from '../readers.js';

/** Conv of images, with a constant kernel [filters, channels / groups, height, width]. */
export const conv2dReaders: NodeReaders = {
  Conv(node, chain) {
    checkImages(node, chain);
    const [, kernelName, biasName] = node.inputs;
    const constant = chain.graph.constant(kernelName);
    const kernel = constant && transposed(constant, [2, 3, 1, 0]);
    if (kernel === undefined) {
      refuseNode(
        node,
        'a constant kernel of images',
        constant ? `shape [${constant.shape.join(', ')}]` : 'another',
      );
    }
    const [height, width, channels, filters] = kernel.shape as [number, number, number, number];
    const groups = intOf(node, 'group', 1);
    checkKernel(node, chain, [height, width], channels * groups);
    const dilationRate = pairOf(node, 'dilations', 1);
    const strides = pairOf(node, 'strides', 1);
    const reach = [(height - 1) * dilationRate[0] + 1, (width - 1) * dilationRate[1] + 1] as const;
    const padding = paddingOf(node, chain, reach, strides);
    chain.add(
      {
        type: 'conv2d',
        filters,
        kernelSize: [height, width],
        strides,
        padding,
        dilationRate,
        groups,
        useBias: false,
      },
      kernelName!,
      { kernel: { view: kernel } },
    );
    chain.goChannelsFirst(node.outputs[0]);
    if (!isGiven(biasName)) return;
    const bias = chain.graph.constant(biasName);
    const view = bias && chain.perChannel(bias, false);
    if (view === undefined) refuseNode(node, 'a constant number for each filter as bias', 'another input');
    chain.change({ useBias: true }, { bias: { view } });
  },
};

function checkKernel(node: OnnxNode, { x }: Chain, size: readonly number[], channels: number): void {
  const stated = intsOf(node, 'kernel_shape', size);
  if (stated.join() !== size.join()) {
    refuseNode(node, `a kernel_shape of [${size.join(', ')}], that of its kernel`, `[${stated.join(', ')}]`);
  }
  if (channels !== x.shape[2]) {
    refuseNode(node, `a kernel and groups for ${x.shape[2]} channels`, `for ${channels}`);
  }
}
