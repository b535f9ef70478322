import type { ImageShape } from '../program/images.js';
import type { Layout, Node } from '../program/node.js';
import { ActivateNode } from '../program/nodes/activate.js';
import { AffineNode } from '../program/nodes/affine.js';
import { Conv2dNode } from '../program/nodes/conv2d.js';
import { MaxPool2dNode } from '../program/nodes/pool2d.js';
import { ImagesToRowsNode, RowsToImagesNode } from '../program/nodes/rearrange.js';

/** Moves each elementwise activation that follows a linear affine or convolution node into it, where it is computed at store. */
export function mergeActivations(nodes: readonly Node[]): Node[] {
  const merged: Node[] = [];
  for (const node of nodes) {
    const before = merged.at(-1);
    const isHost =
      (before instanceof AffineNode && before.isLinear) ||
      (before instanceof Conv2dNode &&
        node instanceof ActivateNode &&
        before.takesActivation(node.activation));
    if (node instanceof ActivateNode && isHost) {
      merged[merged.length - 1] = before.withActivation(node.activation);
    } else {
      merged.push(node);
    }
  }
  return merged;
}

/** Moves each max pooling of 2 × 2 that follows a convolution into it: its outputs are then compared while they are in registers. */
export function mergePooling(nodes: readonly Node[]): Node[] {
  const merged: Node[] = [];
  for (const node of nodes) {
    const before = merged.at(-1);
    const pooled =
      before instanceof Conv2dNode && node instanceof MaxPool2dNode && node.isTwoByTwo
        ? before.withPooling()
        : undefined;
    if (pooled !== undefined) merged[merged.length - 1] = pooled;
    else merged.push(node);
  }
  return merged;
}

/** The layout in which the first node that cares wants the input; rows if none does. */
export function inputLayout(nodes: readonly Node[], inputShape: readonly number[]): Layout {
  const first = nodes.find(({ takes }) => takes !== undefined);
  return inputShape.length === 3 && first?.takes === 'images' ? 'images' : 'rows';
}

/**
 * Puts a rearranging node wherever a node wants another layout than the one before it gives, and at the end if images
 * come out: losses and predictions are rows.
 * @param imageShape shape of the input, if it comes as images
 */
export function arrangeLayouts(
  nodes: readonly Node[],
  layout: Layout,
  imageShape: ImageShape | undefined,
): Node[] {
  const arranged: Node[] = [];
  let current = layout;
  let shape = imageShape;
  for (const node of nodes) {
    if (node.takes === 'rows' && current === 'images') {
      arranged.push(new ImagesToRowsNode(`${node.name}.input`, shape as ImageShape));
    }
    if (node.takes === 'images' && current === 'rows') {
      arranged.push(new RowsToImagesNode(`${node.name}.input`, node.inputShape as ImageShape));
    }
    arranged.push(node);
    current = node.gives ?? node.takes ?? current;
    shape = node.imageShape ?? shape;
  }
  if (current === 'images') arranged.push(new ImagesToRowsNode('output', shape as ImageShape));
  return arranged;
}
