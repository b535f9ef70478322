import type { OnnxNode } from '../../../../io/onnx/messages.js';
import type { ImageShape } from '../../../../program/images.js';
import { type PaddingMode, slideOver } from '../../../layers/spatial.js';
import { intOf, intsOf, textOf } from './attributes.js';
import type { Chain } from './chain.js';
import { refuseNode } from './refuse.js';

/** Requires images with their channels first, as ONNX's operators for images want them. */
export function checkImages(node: OnnxNode, chain: Chain): void {
  chain.images();
  const { dims, channelsFirst } = chain.x;
  if (node.inputs[0] === chain.x.value && dims.length === 3 && channelsFirst !== undefined) return;
  refuseNode(
    node,
    'images [rows, channels, height, width] as its input',
    `[${['rows', ...dims].join(', ')}]`,
  );
}

/** Two sizes, for height and width. */
export function pairOf(node: OnnxNode, name: string, otherwise: number): [number, number] {
  const given = intsOf(node, name, [otherwise, otherwise]);
  if (given.length === 2 && given.every((size) => Number.isSafeInteger(size) && size > 0)) {
    return given as [number, number];
  }
  return refuseNode(node, `${name} for height and width`, `[${given.slice(0, 8).join(', ')}]`);
}

/**
 * The padding of a window that slides over images.
 * @param reach rows and columns that a window covers
 * @throws SteepestError `ERR_MODEL_FILE` for padding that is neither `'valid'` nor `'same'`
 */
export function paddingOf(
  node: OnnxNode,
  { x }: Chain,
  reach: readonly [number, number],
  strides: readonly [number, number],
): PaddingMode {
  const input = x.shape as unknown as ImageShape;
  const size = (mode: PaddingMode) => slideOver('window', input, reach, strides, mode);
  const auto = textOf(node, 'auto_pad', 'NOTSET');
  if (auto === 'VALID') return 'valid';
  const { padding } = size('same');
  const isEven = padding.top === padding.bottom && padding.left === padding.right;
  if (auto === 'SAME_UPPER' || (auto === 'SAME_LOWER' && isEven)) return 'same';
  if (auto !== 'NOTSET' && auto !== '') refuseNode(node, "auto_pad 'SAME_UPPER' or 'VALID'", `'${auto}'`);
  const pads = intsOf(node, 'pads', [0, 0, 0, 0]);
  if (pads.every((pad) => pad === 0)) {
    if (intOf(node, 'ceil_mode', 0) !== 0) return ceilMode(node, input, reach, strides);
    return 'valid';
  }
  const same = [padding.top, padding.left, padding.bottom, padding.right];
  if (intOf(node, 'ceil_mode', 0) === 0 && pads.join() === same.join()) return 'same';
  return refuseNode(
    node,
    `no padding, or that of 'same', which is [${same.join(', ')}] here`,
    `[${pads.slice(0, 8).join(', ')}]`,
    "Layers pad by the sizes of image, window and stride: use sizes for which both agree, or padding 'same'.",
  );
}

/** Windows beyond the edge exist only if the rounding up makes one. */
function ceilMode(
  node: OnnxNode,
  input: ImageShape,
  reach: readonly [number, number],
  strides: readonly [number, number],
): PaddingMode {
  const isExact = [0, 1].every((side) => (input[side]! - reach[side]!) % strides[side]! === 0);
  return isExact ? 'valid' : refuseNode(node, 'windows inside the images', 'ceil_mode = 1');
}
