import type { Node } from '../program/node.js';
import { ActivateNode } from '../program/nodes/activate.js';
import { AffineNode } from '../program/nodes/affine.js';

/** Moves each elementwise activation that follows a linear affine node into that node, where gemm computes it at store. */
export function mergeActivations(nodes: readonly Node[]): Node[] {
  const merged: Node[] = [];
  for (const node of nodes) {
    const before = merged.at(-1);
    if (node instanceof ActivateNode && before instanceof AffineNode && before.isLinear) {
      merged[merged.length - 1] = before.withActivation(node.activation);
    } else {
      merged.push(node);
    }
  }
  return merged;
}
