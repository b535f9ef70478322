import type { ImageShape } from '../../program/images.js';
import type { Layout, Node } from '../../program/node.js';
import type { ParameterSpec } from '../../program/parameters.js';
import { ActivateNode, derivativeNeedsInput } from '../nodes/activate.js';
import { AffineNode } from '../nodes/affine.js';
import { BatchNormNode } from '../nodes/batchNorm.js';
import { Conv2dNode } from '../nodes/conv2d.js';
import { FoldedNormNode } from '../nodes/foldedNorm.js';
import { MaxPool2dNode } from '../nodes/pool2d.js';
import { ImagesToRowsNode, RowsToImagesNode } from '../nodes/rearrange.js';

/**
 * Folds each batch normalisation into the weights of the linear affine or convolution node before
 * it. Only for nodes that do not train.
 */
export function foldNorms(nodes: readonly Node[]): Node[] {
  const folded: Node[] = [];
  for (const node of nodes) {
    const before = folded.at(-1);
    const isHost = before instanceof AffineNode || before instanceof Conv2dNode;
    const [kernel, bias] = before?.parameters ?? [];
    // Of a flattened image each number has a norm of its own, and a filter makes many of them.
    const isPerFilter = node instanceof BatchNormNode && node.norm.mean.cols === kernel?.cols;
    if (isPerFilter && isHost && before.isLinear) {
      const fold = new FoldedNormNode(before.inputCols, kernel as ParameterSpec, bias, node);
      const name = `${before.name}.folded`;
      folded.splice(-1, 1, fold, before.withParameters(name, fold.foldedKernel, fold.foldedBias));
    } else {
      folded.push(node);
    }
  }
  return folded;
}

/**
 * Fuses each elementwise activation into the linear affine, convolution or batch normalisation node
 * before it, which computes it as it stores its output.
 */
export function mergeActivations(nodes: readonly Node[]): Node[] {
  const merged: Node[] = [];
  for (const node of nodes) {
    const before = merged.at(-1);
    const host =
      node instanceof ActivateNode && before !== undefined ? activationHost(before, node) : undefined;
    if (host === undefined) merged.push(node);
    else merged[merged.length - 1] = host;
  }
  return merged;
}

/** The node with an activation fused in, if it can have one. */
function activationHost(node: Node, { activation }: ActivateNode): Node | undefined {
  if (node instanceof AffineNode) return node.isLinear ? node.withActivation(activation) : undefined;
  if (node instanceof Conv2dNode) {
    return node.takesActivation(activation) ? node.withActivation(activation) : undefined;
  }
  // A batch normalisation keeps its input and its output, but not the value before the activation.
  if (!(node instanceof BatchNormNode) || derivativeNeedsInput(activation.name)) return undefined;
  return node.isLinear ? node.withActivation(activation) : undefined;
}

/**
 * Fuses each 2 × 2 max pooling into the convolution before it, which then compares its outputs in
 * registers.
 */
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

/** The layout that a node accepts: rows if mini-batches are small and it supports them. */
const layoutOf = ({ takes, asRows }: Node, keepsRows: boolean): Layout | undefined =>
  keepsRows && asRows ? 'rows' : takes;

/** The input layout of the first node that requires one; rows if none does. */
export function inputLayout(
  nodes: readonly Node[],
  inputShape: readonly number[],
  keepsRows: boolean,
): Layout {
  const first = nodes.find(({ takes }) => takes !== undefined);
  const wanted = first && layoutOf(first, keepsRows);
  return inputShape.length === 3 && wanted === 'images' ? 'images' : 'rows';
}

/**
 * Inserts a rearranging node wherever a node needs another layout than the previous node's, and at
 * the end if the output is images: losses and predictions are rows.
 * @param imageShape shape of the input, if it is images
 * @param keepsRows whether image nodes work on rows if they support them
 */
export function arrangeLayouts(
  nodes: readonly Node[],
  layout: Layout,
  imageShape: ImageShape | undefined,
  keepsRows: boolean,
): Node[] {
  const arranged: Node[] = [];
  let current = layout;
  let shape = imageShape;
  for (const node of nodes) {
    const takes = layoutOf(node, keepsRows);
    if (takes === 'rows' && current === 'images') {
      arranged.push(new ImagesToRowsNode(`${node.name}.input`, shape as ImageShape));
    }
    if (takes === 'images' && current === 'rows') {
      arranged.push(new RowsToImagesNode(`${node.name}.input`, node.inputShape as ImageShape));
    }
    arranged.push(node);
    current = takes === node.takes ? (node.gives ?? takes ?? current) : 'rows';
    shape = node.imageShape ?? shape;
  }
  if (current === 'images') arranged.push(new ImagesToRowsNode('output', shape as ImageShape));
  return arranged;
}
