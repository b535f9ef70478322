import { int, ints } from '../../../../io/onnx/attributes.js';
import type { CompleteActivation } from '../../../../kernels/activations.js';
import type { ImageShape } from '../../../../program/images.js';
import type { Conv2dConfig } from '../../../layers/conv2d.js';
import { type PaddingMode, slideOver } from '../../../layers/spatial.js';
import { writeActivation } from '../activations.js';
import type { OnnxLayer } from '../definition.js';
import { channelsFirst } from '../flow.js';
import { padsOf } from '../windows.js';

/** Conv: kernels are [filters, channels / groups, height, width] there. */
export const conv2d: OnnxLayer<Conv2dConfig> = {
  type: 'conv2d',

  write(config, x, site) {
    const { name, inputShape, outputShape } = site.layer;
    const kernelSize = config.kernelSize as [number, number];
    const strides = config.strides as [number, number];
    const dilation = config.dilationRate as [number, number];
    const reach = kernelSize.map((size, i) => (size - 1) * dilation[i]! + 1) as [number, number];
    const input = inputShape as unknown as ImageShape;
    const { padding } = slideOver(name, input, reach, strides, config.padding as PaddingMode);
    const attributes = {
      kernel_shape: ints(kernelSize),
      strides: ints(strides),
      dilations: ints(dilation),
      pads: ints(padsOf(padding)),
      group: int(config.groups as number),
    };
    const images = channelsFirst(site.builder, x);
    const { data, shape } = site.array('kernel')!;
    const kernel = site.constant('kernel', filtersFirst(data, shape), [shape[3]!, shape[2]!, ...kernelSize]);
    const bias = site.array('bias');
    const arrays = bias === undefined ? [kernel] : [kernel, site.constant('bias', bias.data, bias.shape)];
    const value = site.add('Conv', [images.value, ...arrays], attributes);
    const flow = { value, shape: outputShape, isChannelsFirst: true };
    return writeActivation(config.activation as CompleteActivation, flow, site);
  },
};

/**
 * A kernel [height, width, channels, filters] as [filters, channels, height, width]. One without
 * its numbers, of a graph that nobody runs, stays so.
 */
function filtersFirst(kernel: Float32Array, shape: readonly number[]): Float32Array {
  if (kernel.length === 0) return kernel;
  const [height = 0, width = 0, channels = 0, filters = 0] = shape;
  const area = height * width;
  const rearranged = new Float32Array(kernel.length);
  for (let tap = 0; tap < area; tap++) {
    for (let channel = 0; channel < channels; channel++) {
      const from = (tap * channels + channel) * filters;
      for (let filter = 0; filter < filters; filter++) {
        rearranged[(filter * channels + channel) * area + tap] = kernel[from + filter]!;
      }
    }
  }
  return rearranged;
}
