import type { InParts } from '../../../../core/inParts.js';
import { shown } from '../../../../io/jsonCursor.js';
import { elementNumber } from '../../../../io/onnx/elementTypes.js';
import type { OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from '../../../../io/onnx/messages.js';
import { axisOf, floatOf, intOf, intsOf, permOf } from './attributes.js';
import { damaged, refused, shownNode } from './refuse.js';
import {
  integersOf,
  isFloating,
  product,
  reshaped,
  scalarOf,
  transposed,
  type View,
  viewOf,
  withOnes,
} from './view.js';

/** Numbers of a Constant node, by the attribute that has them. */
const CONSTANT_TYPES = {
  value_float: 'float',
  value_int: 'int64',
  value_floats: 'float',
  value_ints: 'int64',
} as const;

/**
 * What a reader asks of a graph: its constants, the node that makes a value, and the nodes that use
 * one. Nodes that no output depends on are left out.
 */
export class GraphIndex {
  readonly outputs: ReadonlySet<string>;
  /** Numbers in all constants of the file. */
  readonly numbers: number;
  private readonly constants = new Map<string, View>();
  private readonly makers = new Map<string, OnnxNode>();
  private readonly users = new Map<string, OnnxNode[]>();
  /** The place of each node that counts in the order of computation. */
  private readonly positions = new Map<OnnxNode, number>();

  private constructor(
    private readonly graph: OnnxGraph,
    readonly opset: number,
  ) {
    this.outputs = new Set(graph.outputs.map(({ name }) => name));
    for (const tensor of graph.initializers) this.constants.set(tensor.name, viewOf(tensor));
    this.numbers = graph.initializers.reduce((sum, { data }) => sum + data.length, 0);
  }

  /**
   * Looks at all nodes of a graph.
   * @throws SteepestError `ERR_MODEL_FILE` for values that are missing, or made twice or too late
   */
  static *of(graph: OnnxGraph, opset: number): InParts<GraphIndex> {
    const index = new GraphIndex(graph, opset);
    yield* index.defineAll();
    yield* index.findUsers();
    return index;
  }

  /** The only input that is no constant. */
  input(): OnnxValue {
    const inputs = this.graph.inputs.filter(({ name }) => !this.constants.has(name));
    if (inputs.length === 1) return inputs[0]!;
    const given = inputs.length === 0 ? 'none' : inputs.map(({ name }) => shown(name)).join(', ');
    return refused('a model with one input', given, 'Export a model of one input, a row or an image.');
  }

  constant(name: string | undefined): View | undefined {
    return name === undefined ? undefined : this.constants.get(name);
  }

  /**
   * Whole numbers that a node has as an attribute in older versions of ONNX, and later as an input.
   */
  integers(node: OnnxNode, name: string, input: number): readonly number[] | undefined {
    return intsOf(node, name, undefined) ?? integersOf(this.constant(node.inputs[input]));
  }

  /** The same of one number. */
  number(node: OnnxNode, name: string, input: number): number | undefined {
    return floatOf(node, name, undefined) ?? scalarOf(this.constant(node.inputs[input]));
  }

  maker(name: string): OnnxNode | undefined {
    return this.makers.get(name);
  }

  /** The nodes that compute with a value, in order; those that ask for its shape alone left out. */
  usersOf(name: string): readonly OnnxNode[] {
    return this.users.get(name) ?? [];
  }

  isOutput(name: string): boolean {
    return this.outputs.has(name);
  }

  position(node: OnnxNode): number {
    return this.positions.get(node) ?? 0;
  }

  private *defineAll(): InParts<void> {
    const { nodes, inputs } = this.graph;
    const known = new Set([...this.constants.keys(), ...inputs.map(({ name }) => name)]);
    for (const node of nodes) {
      this.define(node, known);
      yield;
    }
    for (const name of this.outputs) {
      if (!known.has(name)) damaged(`a node that makes the output ${shown(name)}`, 'none');
    }
  }

  private define(node: OnnxNode, known: Set<string>): void {
    for (const name of node.inputs) {
      if (name !== '' && !known.has(name)) {
        damaged(`${shownNode(node)} after the node that makes ${shown(name)}`, 'it before, or none');
      }
    }
    for (const name of node.outputs.filter((output) => output !== '')) {
      if (known.has(name)) damaged(`one node or constant that makes ${shown(name)}`, 'two');
      known.add(name);
      this.makers.set(name, node);
    }
    const [output] = node.outputs;
    const constant = node.domain === '' && output !== undefined ? this.fold(node) : undefined;
    if (constant !== undefined) this.constants.set(output!, constant);
  }

  /** The constant that a node makes of constants; undefined for other nodes. */
  private fold(node: OnnxNode): View | undefined {
    if (node.opType === 'Constant') return constantOf(node);
    if (node.opType === 'Concat') return joined(node.inputs.map((name) => this.constants.get(name)));
    const [first, second] = node.inputs.map((name) => this.constants.get(name));
    if (first === undefined) return undefined;
    const rank = first.shape.length;
    const axes = (): readonly number[] | undefined => this.integers(node, 'axes', 1);
    switch (node.opType) {
      case 'Identity':
        return first;
      case 'Shape':
        return listOf(first.shape);
      case 'Gather': {
        const [list, at] = [integersOf(first), integersOf(second)];
        const found = list && at?.map((i) => list[axisOf(i, list.length)]);
        if (found === undefined || !found.every((size) => size !== undefined)) return undefined;
        return reshaped(listOf(found), second!.shape);
      }
      case 'Cast':
        return (isFloating(first) ? FLOATING : WHOLE).includes(intOf(node, 'to', 0)) ? first : undefined;
      case 'Transpose':
        return transposed(first, permOf(node, rank));
      case 'Reshape':
        return reshaped(first, sizesOf(first.shape, integersOf(second) ?? []));
      case 'Squeeze': {
        const given = axes()?.map((axis) => axisOf(axis, rank));
        return reshaped(
          first,
          first.shape.filter((size, axis) => !(given?.includes(axis) ?? size === 1)),
        );
      }
      case 'Unsqueeze': {
        const given = axes() ?? [];
        const all = rank + given.length;
        const ones = given.map((axis) => axisOf(axis, all));
        return all > MOST_AXES ? undefined : reshaped(first, withOnes(first.shape, ones));
      }
      default:
        return undefined;
    }
  }

  private *findUsers(): InParts<void> {
    const isLive = new Set(this.outputs);
    const live: OnnxNode[] = [];
    for (const node of this.graph.nodes.toReversed()) {
      yield;
      if (!node.outputs.some((name) => isLive.has(name))) continue;
      for (const name of node.inputs) isLive.add(name);
      live.push(node);
    }
    for (const [position, node] of live.reverse().entries()) {
      yield;
      this.positions.set(node, position);
      if (node.opType === 'Shape' && node.domain === '') continue;
      for (const name of new Set(node.inputs)) {
        const users = this.users.get(name);
        if (users === undefined) this.users.set(name, [node]);
        else users.push(node);
      }
    }
  }
}

/** The types that a Cast may have without a change of what is computed here. */
export const FLOATING = (['float', 'float16', 'double', 'bfloat16'] as const).map(elementNumber);
const WHOLE = (['int32', 'int64'] as const).map(elementNumber);
/** Longer lists are no shapes. */
const MOST_SIZES = 64;

/** Short lists of whole numbers one after the other, as the target of a Reshape is made. */
function joined(views: readonly (View | undefined)[]): View | undefined {
  if (views.length > MOST_SIZES) return undefined;
  const lists = views.map((view) => integersOf(view));
  if (!lists.every((list) => list !== undefined)) return undefined;
  return listOf(lists.flat());
}

function listOf(sizes: readonly number[]): View {
  const data = BigInt64Array.from(sizes, BigInt);
  return viewOf({ name: '', type: 'int64', shape: [data.length], data });
}

/** Axes that a constant can get. */
const MOST_AXES = 32;

function constantOf(node: OnnxNode): View | undefined {
  for (const [name, attribute] of node.attributes) {
    if (name === 'value' && attribute.type === 'tensor') return viewOf(attribute.value);
    const type = CONSTANT_TYPES[name as keyof typeof CONSTANT_TYPES];
    if (type === undefined) continue;
    const values = [attribute.value].flat() as number[];
    const shape = attribute.type.endsWith('s') ? [values.length] : [];
    const data = type === 'float' ? Float32Array.from(values) : BigInt64Array.from(values, BigInt);
    return viewOf({ name: '', type, shape, data } as OnnxTensor);
  }
  return undefined;
}

/** The target of a Reshape: 0 keeps a size, −1 is what is left. */
export function sizesOf(shape: readonly number[], target: readonly number[]): number[] {
  const sizes = target.map((size, axis) => (size === 0 ? (shape[axis] ?? 0) : size));
  const others = sizes.reduce((a, b) => (b === -1 ? a : a * b), 1);
  return sizes.map((size) => (size === -1 ? product(shape) / others : size));
}
