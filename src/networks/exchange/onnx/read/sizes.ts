import type { OnnxNode } from '../../../../io/onnx/messages.js';
import { axisOf, intOf, intsOf } from './attributes.js';
import type { GraphIndex } from './graphIndex.js';
import { integersOf } from './view.js';

/** A size that a graph computes: a number, or the number of rows, which is free. */
export type Size = number | 'rows';

/** Longer computations of a shape are not followed. */
const MOST_NODES = 200;
/** Longer ones are no shapes. */
const MOST_SIZES = 64;

/**
 * The sizes that a value holds, such as the target of a Reshape: a constant, or what a graph
 * computes of the shapes of values that are known.
 * @param shapeOf the sizes of a value of the chain, rows included
 * @returns undefined for everything else
 */
export function sizesIn(
  name: string | undefined,
  graph: GraphIndex,
  shapeOf: (value: string) => readonly Size[] | undefined,
  left = { nodes: MOST_NODES },
): readonly Size[] | undefined {
  const constant = integersOf(graph.constant(name));
  if (constant !== undefined || name === undefined || left.nodes-- <= 0) return constant;
  const node = graph.maker(name);
  if (node === undefined || node.domain !== '') return undefined;
  const inputs = (): (readonly Size[] | undefined)[] =>
    node.inputs.map((input) => sizesIn(input, graph, shapeOf, left));
  const sizes = node.opType === 'Shape' ? shapeNode(node, shapeOf) : computed(node, inputs);
  return sizes !== undefined && sizes.length <= MOST_SIZES ? sizes : undefined;
}

function shapeNode(
  node: OnnxNode,
  shapeOf: (value: string) => readonly Size[] | undefined,
): readonly Size[] | undefined {
  const sizes = shapeOf(node.inputs[0] ?? '');
  return sizes?.slice(intOf(node, 'start', 0), intOf(node, 'end', undefined));
}

function computed(
  node: OnnxNode,
  inputs: () => (readonly Size[] | undefined)[],
): readonly Size[] | undefined {
  switch (node.opType) {
    case 'Identity':
    case 'Cast':
    case 'Squeeze':
    case 'Unsqueeze':
      return node.inputs.length > MOST_SIZES ? undefined : inputs()[0];
    case 'Concat': {
      const parts = node.inputs.length > MOST_SIZES ? [undefined] : inputs();
      return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
    }
    case 'Gather': {
      const [from, at] = inputs();
      if (from === undefined || at === undefined) return undefined;
      const found = at.map((i) => from[axisOf(Number(i), from.length)]);
      return found.every((size) => size !== undefined) ? found : undefined;
    }
    case 'Slice': {
      const [from, starts, ends, , steps] = inputs();
      const begin = intsOf(node, 'starts', undefined) ?? starts;
      const end = intsOf(node, 'ends', undefined) ?? ends;
      if (begin?.length !== 1 || end?.length !== 1 || (steps?.[0] ?? 1) !== 1) return undefined;
      return from?.slice(Number(begin[0]), Number(end[0]));
    }
    case 'Mul': {
      const [a, b] = inputs();
      const isPair =
        a?.length === 1 && b?.length === 1 && typeof a[0] === 'number' && typeof b[0] === 'number';
      return isPair ? [(a[0] as number) * (b[0] as number)] : undefined;
    }
    default:
      return undefined;
  }
}
