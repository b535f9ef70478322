import { SteepestError } from '../../../core/errors.js';
import type { ResolvedLayer, ResolvedModel } from '../../compile/model.js';

/**
 * PyTorch's images are [channels, height, width], ours [height, width, channels]. Where images
 * become rows, or rows images, the columns of the rows therefore have another order: column
 * (h·width + w)·channels + c here is column (c·height + h)·width + w there.
 */
export interface ColumnOrder {
  /** The images that the layer's input rows were; undefined where both orders are the same. */
  input: readonly number[] | undefined;
  /** The images that its output rows will be. */
  output: readonly number[] | undefined;
}

/** PyTorch's position of each of our columns. */
export type Position = (column: number) => number;

/** @param image the shape of the images that the columns were; undefined if they were none */
export function columnPosition(image: readonly number[] | undefined): Position {
  if (image === undefined) return (column) => column;
  const [height, width, channels] = image as [number, number, number];
  return (column) => (column % channels) * height * width + Math.floor(column / channels);
}

const isImage = (shape: readonly number[]): boolean => shape.length === 3;

/** The images whose columns have another order there; undefined where both orders are the same. */
function orderOf(image: readonly number[]): readonly number[] | undefined {
  const [height, width, channels] = image as [number, number, number];
  return channels === 1 || height * width === 1 ? undefined : image;
}

/**
 * The order of columns around each layer.
 * @throws SteepestError `ERR_ARGUMENT` for a layer that takes numbers in the order of rows apart
 *   into other images
 */
export function columnOrders({ layers }: Pick<ResolvedModel, 'layers'>): ColumnOrder[] {
  let before = orderAhead(layers);
  return layers.map((layer, i) => {
    const { config, inputShape, outputShape } = layer;
    const input = before;
    if (isImage(inputShape)) {
      const isMoved = config.type === 'reshape' && `${inputShape}` !== `${outputShape}`;
      if (isMoved && isImage(outputShape)) throw noCounterpart(layer);
      // Means of channels are in the order of the channels.
      before =
        isImage(outputShape) || config.type === 'globalAveragePool2d' ? undefined : orderOf(inputShape);
    } else if (isImage(outputShape)) {
      if (`${before}` !== `${orderOf(outputShape)}`) throw noCounterpart(layer);
      before = undefined;
    } else if (config.type === 'dense') before = orderAhead(layers.slice(i + 1));
    return { input, output: before };
  });
}

/** The order of rows that become images before a layer mixes their columns. */
function orderAhead(layers: readonly ResolvedLayer[]): readonly number[] | undefined {
  for (const { config, inputShape, outputShape } of layers) {
    if (isImage(inputShape) || config.type === 'dense') return undefined;
    if (isImage(outputShape)) return orderOf(outputShape);
  }
  return undefined;
}

function noCounterpart({ name, inputShape, outputShape }: ResolvedLayer): SteepestError {
  return new SteepestError('ERR_ARGUMENT', {
    expected: "layers whose numbers keep their place in PyTorch's order [channels, height, width]",
    given: `layer ${name}, from [${inputShape.join(', ')}] to [${outputShape.join(', ')}]`,
    hint: 'Pass a list of arrays in the order of getWeights.',
  });
}
