import type { OnnxNode } from '../../../../io/onnx/messages.js';
import type { ImageShape } from '../../../../program/images.js';
import { axisOf, intOf, intsOf, permOf } from '../read/attributes.js';
import type { Chain } from '../read/chain.js';
import { isChannelsFirst } from '../read/layout.js';
import { refuseNode } from '../read/refuse.js';
import { type Size, sizesIn } from '../read/sizes.js';
import { product, withOnes } from '../read/view.js';
import type { NodeReaders } from '../readers.js';

/** What gives samples another shape, and moves the channels to another axis. */
export const reshapeReaders: NodeReaders = {
  Flatten(node, chain) {
    const axis = axisOf(intOf(node, 'axis', 1), chain.x.dims.length + 1);
    if (axis !== 1) refuseNode(node, 'axis = 1, which makes a row of each sample', `axis = ${axis}`);
    reshapeTo(node, chain, [product(chain.x.dims)]);
  },

  Reshape(node, chain) {
    const target =
      intsOf(node, 'shape', undefined) ?? sizesIn(node.inputs[1], chain.graph, (v) => chain.shapeOf(v));
    const dims = target && sampleSizes(target, chain, intOf(node, 'allowzero', 0) !== 0);
    if (node.inputs[0] !== chain.x.value || dims === undefined) {
      const given = target === undefined ? 'one that is computed' : `[${target.slice(0, 8).join(', ')}]`;
      refuseNode(node, 'a shape that keeps the rows apart', given);
    }
    reshapeTo(node, chain, dims);
  },

  Squeeze(node, chain) {
    const { dims } = chain.x;
    const given = chain.graph.integers(node, 'axes', 1)?.map((axis) => axisOf(axis, dims.length + 1));
    const kept = dims.filter((size, i) => !(given?.includes(i + 1) ?? size === 1));
    if (given?.includes(0) || product(kept) !== product(dims)) refuseNode(node, 'axes of size 1', 'others');
    reshapeTo(node, chain, kept.length === 0 ? [1] : kept);
  },

  Unsqueeze(node, chain) {
    const { dims } = chain.x;
    const given = chain.graph.integers(node, 'axes', 1) ?? [];
    const all = dims.length + 1 + given.length;
    const ones = given.map((axis) => axisOf(axis, all));
    if (ones.includes(0) || all > MOST_AXES) refuseNode(node, 'axes after that of the rows', 'others');
    const made = withOnes<Size>(['rows', ...dims], ones);
    reshapeTo(node, chain, made.slice(1) as number[]);
  },

  Transpose(node, chain) {
    const { dims, channelsFirst, shape } = chain.x;
    const axes = permOf(node, dims.length + 1);
    const order = axes.join();
    if (dims.length === 3 && order === '0,2,3,1' && (channelsFirst !== undefined || shape.length === 1)) {
      chain.images();
      chain.go(node.outputs[0], { dims: chain.x.shape, channelsFirst: undefined });
    } else if (
      dims.length === 3 &&
      order === '0,3,1,2' &&
      channelsFirst === undefined &&
      shape.length === 3
    ) {
      chain.goChannelsFirst(node.outputs[0]);
    } else if (axes.every((axis, i) => axis === i) && axes.length === dims.length + 1)
      chain.go(node.outputs[0]);
    else refuseNode(node, 'images whose channels move from first to last or back', `perm = [${order}]`);
  },
};

/** Axes of a node with more have no meaning here. */
const MOST_AXES = 8;

/**
 * The sizes of a sample that a target gives: 0 keeps a size, −1 is what is left.
 * @returns undefined if the target mixes rows
 */
function sampleSizes(
  [rows, ...rest]: readonly Size[],
  { x, rows: fixed }: Chain,
  isZeroPlain: boolean,
): number[] | undefined {
  const sizes = rest.map((size, i) => (size === 0 && !isZeroPlain ? x.dims[i] : size));
  const count = product(x.dims);
  const known = sizes.filter((size) => size !== -1);
  if (!known.every((size) => typeof size === 'number' && size > 0)) return undefined;
  const others = product(known as number[]);
  const isFree = rows === 'rows' || rows === -1 || (rows === 0 && !isZeroPlain) || rows === fixed;
  const missing = sizes.length - known.length;
  if (!isFree || missing > (rows === -1 ? 0 : 1)) return undefined;
  const made = sizes.map((size) => (size === -1 ? count / others : (size as number)));
  return product(made) === count && made.every(Number.isSafeInteger) ? made : undefined;
}

/**
 * Gives samples other sizes in the graph: a flatten, a reshape or, for sizes of 1, nothing here.
 */
function reshapeTo(node: OnnxNode, chain: Chain, dims: readonly number[]): void {
  const output = node.outputs[0]!;
  const { shape, channelsFirst } = chain.x;
  if (dims.join() === chain.x.dims.join()) {
    chain.go(output);
    return;
  }
  if (dims.length === 1) {
    if (shape.length > 1) chain.add({ type: 'flatten' }, node.name);
    chain.go(output, { dims, channelsFirst: needsOrder(channelsFirst) });
    return;
  }
  if (dims.length > 3)
    refuseNode(node, 'rows or images', `samples of shape [${dims.slice(0, 8).join(', ')}]`);
  const isFirst = dims.length === 3 && isChannelsFirst(chain.graph, output);
  const [a, b, c = 1] = dims as [number, number, number?];
  const target: ImageShape = isFirst ? [b, c, a] : [a, b, c];
  const order = isFirst ? needsOrder(target) : undefined;
  if (order?.join() !== needsOrder(channelsFirst)?.join()) {
    refuseNode(
      node,
      'numbers in the order [height, width, channels]',
      'another order of the channels',
      'Put the channels last in the program that wrote the model.',
    );
  }
  if (target.join() !== shape.join()) chain.add({ type: 'reshape', targetShape: target }, node.name);
  chain.go(output, { dims, channelsFirst: isFirst ? target : undefined });
}

/** Images with one channel, or one pixel, have the same order on both sides. */
function needsOrder(images: ImageShape | undefined): ImageShape | undefined {
  if (images === undefined) return undefined;
  const [height, width, channels] = images;
  return channels === 1 || height * width === 1 ? undefined : images;
}
