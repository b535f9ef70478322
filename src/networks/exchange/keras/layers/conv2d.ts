import type { CompleteActivation } from '../../../../kernels/activations.js';
import type { Conv2dConfig } from '../../../layers/conv2d.js';
import { readActivation, writeActivation } from '../activations.js';
import type { Fields } from '../fields.js';
import type { LayerForm, LayerReader, Place, ReadPlace, ReadWeight, WrittenLayer } from '../form.js';
import { refuseWriting } from '../refuse.js';
import { onlyChannelsLast, readArray, readTrainable, weightsOf, writeArrays } from './shared.js';

type Pair = [number, number];
type Complete = Conv2dConfig & { kernelSize: Pair; strides: Pair; dilationRate: Pair; groups: number };

/** What TensorFlow.js cannot compute. */
function checkWriting({ groups, strides, dilationRate }: Complete, { name, inputShape }: Place): void {
  const channels = inputShape[2]!;
  const hint = 'Use toOnnx(), or train the network without it.';
  const isDilated = Math.max(...dilationRate) > 1;
  if (groups !== 1 && groups !== channels) {
    const expected = `layer ${name} to have 1 group or ${channels}, one for each channel, as in TensorFlow.js`;
    refuseWriting(expected, `${groups}`, hint);
  }
  if (isDilated && Math.max(...strides) > 1) {
    const given = `strides [${strides.join(', ')}], dilationRate [${dilationRate.join(', ')}]`;
    refuseWriting(`strides or dilationRate of layer ${name} to be 1, as in TensorFlow.js`, given, hint);
  }
  if (isDilated && groups !== 1) {
    const expected = `dilationRate of layer ${name} to be 1 with groups, as in TensorFlow.js`;
    refuseWriting(expected, `[${dilationRate.join(', ')}]`, hint);
  }
}

function write(given: Conv2dConfig, place: Place): readonly WrittenLayer[] {
  const config = given as Complete;
  const { name, inputShape } = place;
  checkWriting(config, place);
  const { name: activation, after } = writeActivation(config.activation as CompleteActivation, name);
  const { filters, kernelSize, strides, padding, dilationRate, groups, useBias } = config;
  const channels = inputShape[2]!;
  const isDepthwise = groups !== 1;
  // Filter c·multiplier + m reads channel c: [height, width, 1, filters] has the same order.
  const multiplier = filters / channels;
  const written = {
    className: isDepthwise ? 'DepthwiseConv2D' : 'Conv2D',
    config: {
      ...(isDepthwise ? { depth_multiplier: multiplier } : { filters }),
      kernel_size: kernelSize,
      strides,
      padding,
      data_format: 'channels_last',
      dilation_rate: dilationRate,
      activation,
      use_bias: useBias,
      ...writeArrays(config, isDepthwise ? 'depthwise' : 'kernel'),
    },
    weights: [
      {
        name: isDepthwise ? 'depthwise_kernel' : 'kernel',
        array: 'kernel',
        shape: [...kernelSize, channels, isDepthwise ? multiplier : filters],
      },
      ...(useBias ? [{ name: 'bias', array: 'bias', shape: [filters] }] : []),
    ],
  };
  return [written, ...after];
}

/** What all convolutions have. */
function readWindow(fields: Fields) {
  onlyChannelsLast(fields);
  return {
    kernelSize: fields.pair('kernel_size'),
    strides: fields.pair('strides', [1, 1]),
    padding: fields.word('padding', 'valid'),
    dilationRate: fields.pair('dilation_rate', [1, 1]),
  };
}

/** A convolution whose filters are known. @param theirs what its kernel is called there */
function readLayer(
  fields: Fields,
  { name, dialect }: ReadPlace,
  theirs: 'kernel' | 'depthwise',
  sizes: { filters: number; groups: number },
) {
  return {
    type: 'conv2d',
    name,
    ...sizes,
    useBias: fields.flag('use_bias', true),
    ...readWindow(fields),
    activation: readActivation(fields, dialect),
    ...readArray(fields, theirs, 'kernel'),
    ...readArray(fields, 'bias', 'bias'),
    ...readTrainable(fields),
  };
}

const readConv2d: LayerReader = (fields, place) => {
  const filters = fields.number('filters');
  const groups = fields.number('groups', 1);
  const layer = readLayer(fields, place, 'kernel', { filters, groups });
  const kernel = [...layer.kernelSize, place.inputShape[2]! / groups, filters];
  const weights = weightsOf(place.name, { kernel, ...(layer.useBias && { bias: [filters] }) });
  return { layers: [layer], weights };
};

const readDepthwise: LayerReader = (fields, place) => {
  const { name, inputShape } = place;
  const channels = inputShape[2]!;
  const multiplier = fields.number('depth_multiplier', 1);
  const filters = channels * multiplier;
  fields.only('groups', 1);
  // TensorFlow.js writes what all its convolutions have, though this one has no such kernel.
  fields.ignore('filters', 'kernel_initializer', 'kernel_regularizer', 'kernel_constraint');
  const layer = readLayer(fields, place, 'depthwise', { filters, groups: channels });
  const shape = [...layer.kernelSize, channels, multiplier];
  const kernel = { name: 'depthwise_kernel', parameter: `${name}/kernel`, shape };
  return { layers: [layer], weights: [kernel, ...biasOf(name, layer.useBias, filters)] };
};

const biasOf = (name: string, useBias: boolean, filters: number): ReadWeight[] =>
  useBias ? weightsOf(name, { bias: [filters] }) : [];

/** A depthwise convolution, and one of 1 × 1. */
const readSeparable: LayerReader = (fields, { name, inputShape, dialect }) => {
  const channels = inputShape[2]!;
  const filters = fields.number('filters');
  const multiplier = fields.number('depth_multiplier', 1);
  const useBias = fields.flag('use_bias', true);
  const window = readWindow(fields);
  fields.only('groups', 1);
  fields.ignore('kernel_initializer', 'kernel_regularizer', 'kernel_constraint');
  const trainable = readTrainable(fields);
  const first = `${name}_depthwise`;
  const depthwise = {
    type: 'conv2d',
    name: first,
    filters: channels * multiplier,
    groups: channels,
    useBias: false,
    ...window,
    ...readArray(fields, 'depthwise', 'kernel'),
    ...trainable,
  };
  const pointwise = {
    type: 'conv2d',
    name,
    filters,
    kernelSize: 1,
    useBias,
    activation: readActivation(fields, dialect),
    ...readArray(fields, 'pointwise', 'kernel'),
    ...readArray(fields, 'bias', 'bias'),
    ...trainable,
  };
  const kernels = [
    {
      name: 'depthwise_kernel',
      parameter: `${first}/kernel`,
      shape: [...window.kernelSize, channels, multiplier],
    },
    { name: 'pointwise_kernel', parameter: `${name}/kernel`, shape: [1, 1, channels * multiplier, filters] },
  ];
  return { layers: [depthwise, pointwise], weights: [...kernels, ...biasOf(name, useBias, filters)] };
};

/** Kernels [height, width, channels / groups, filters], as here. */
export const conv2d: LayerForm<Conv2dConfig> = {
  type: 'conv2d',
  write,
  readers: { Conv2D: readConv2d, DepthwiseConv2D: readDepthwise, SeparableConv2D: readSeparable },
};
