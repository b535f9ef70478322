import { ints } from '../../../io/onnx/attributes.js';
import type { OnnxBuilder } from '../../../io/onnx/graphBuilder.js';

/** The numbers that flow from one layer of a network to the next, as a value of the graph. */
export interface Flow {
  /** The value's name. */
  value: string;
  /** Shape of one sample as this package has it: [columns] or [height, width, channels]. */
  shape: readonly number[];
  /**
   * Whether images are [channels, height, width] in the graph, as ONNX's operators for images want
   * them. They stay so until something wants the channels last: transposes that would undo one
   * another are never written.
   */
  isChannelsFirst: boolean;
}

/** What a transpose does to the axes of a mini-batch of images. */
export const TO_CHANNELS_FIRST = [0, 3, 1, 2];
export const TO_CHANNELS_LAST = [0, 2, 3, 1];

/** The same images with their channels first. */
export function channelsFirst(builder: OnnxBuilder, flow: Flow): Flow {
  if (flow.isChannelsFirst) return flow;
  const value = transpose(builder, flow, TO_CHANNELS_FIRST, 'channelsFirst');
  return { ...flow, value, isChannelsFirst: true };
}

/** The same samples in the order of this package: images with their channels last. */
export function channelsLast(builder: OnnxBuilder, flow: Flow): Flow {
  if (!flow.isChannelsFirst) return flow;
  const value = transpose(builder, flow, TO_CHANNELS_LAST, 'channelsLast');
  return { ...flow, value, isChannelsFirst: false };
}

const transpose = (builder: OnnxBuilder, { value }: Flow, axes: readonly number[], what: string): string =>
  builder.add('Transpose', [value], { perm: ints(axes) }, { name: `${value}/${what}` });
