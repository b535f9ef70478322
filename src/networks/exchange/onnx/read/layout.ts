import type { OnnxNode } from '../../../../io/onnx/messages.js';
import { axisOf, intsOf } from './attributes.js';
import type { GraphIndex } from './graphIndex.js';
import { withoutLeadingOnes } from './view.js';

/** Operators that take images with their channels first. */
const IMAGE_OPERATORS = new Set([
  'Conv',
  'ConvTranspose',
  'MaxPool',
  'AveragePool',
  'LpPool',
  'GlobalAveragePool',
  'GlobalMaxPool',
  'BatchNormalization',
  'InstanceNormalization',
  'GroupNormalization',
  'LRN',
]);
/** Operators after which samples have another order or shape. */
const ENDS = new Set(['Reshape', 'Flatten', 'Squeeze', 'MatMul', 'Gemm', 'LayerNormalization', 'Softmax']);
/** Nodes that are looked at. */
const MOST_NODES = 64;

/**
 * Whether images of this value have their channels first, as the first operator says that asks for
 * an order. If none does, their axes are taken for [height, width, channels].
 */
export function isChannelsFirst(graph: GraphIndex, value: string): boolean {
  const values = [value];
  for (let seen = 0; seen < values.length && seen < MOST_NODES; seen++) {
    for (const node of graph.usersOf(values[seen]!).slice(0, MOST_NODES)) {
      const says = orderOf(node, graph);
      if (says !== undefined) return says === 'first';
      for (const output of node.outputs.slice(0, 1)) if (!values.includes(output)) values.push(output);
    }
  }
  return false;
}

/** What a node says about the images that it takes. */
function orderOf(node: OnnxNode, graph: GraphIndex): 'first' | 'last' | undefined {
  const { opType, inputs } = node;
  if (IMAGE_OPERATORS.has(opType)) return 'first';
  if (ENDS.has(opType)) return 'last';
  switch (opType) {
    case 'Transpose':
      return intsOf(node, 'perm', []).join() === '0,2,3,1' ? 'first' : 'last';
    case 'Slice':
    case 'ReduceMean': {
      const given = graph.integers(node, 'axes', opType === 'Slice' ? 3 : 1) ?? [];
      return given.some((axis) => axisOf(axis, 4) === 3) ? 'first' : 'last';
    }
    case 'PRelu':
    case 'Mul':
    case 'Div':
    case 'Add':
    case 'Sub': {
      // A constant for each channel of images has the axes of height and width after it.
      const constant = inputs.map((name) => graph.constant(name)).find((view) => view !== undefined);
      const sizes = constant ? withoutLeadingOnes(constant).shape : [];
      return sizes.length === 3 && sizes[1] === 1 && sizes[2] === 1 ? 'first' : undefined;
    }
    default:
      return undefined;
  }
}
