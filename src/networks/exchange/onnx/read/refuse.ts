import { shown } from '../../../../io/jsonCursor.js';
import type { OnnxNode } from '../../../../io/onnx/messages.js';
import { refused } from '../../../../io/onnx/onnxError.js';

export { damaged, refused } from '../../../../io/onnx/onnxError.js';

/** A node as messages show it: `Conv (node "conv1")`. */
export function shownNode({ opType, domain, name, outputs }: OnnxNode): string {
  const operator = domain === '' ? opType : `${domain}.${opType}`;
  return `${shown(operator).slice(1, -1)} (node ${shown(name === '' ? (outputs[0] ?? '') : name)})`;
}

/**
 * Refuses a node whose operator is known, with options or inputs that no layer here has.
 * @param expected what would be read: `pads that keep the size`
 */
export function refuseNode(node: OnnxNode, expected: string, given: string, hint = ANOTHER): never {
  return refused(`${shownNode(node)} with ${expected}`, given, hint);
}

const ANOTHER = 'Change the layer in the program that wrote the model, and export it again.';
