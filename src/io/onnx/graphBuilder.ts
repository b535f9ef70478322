import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import type { OnnxAttributes } from './attributes.js';
import type { StoredElement, TypedData } from './elementTypes.js';
import type { OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from './messages.js';

/** A tensor before it has a name. */
export type UnnamedTensor = {
  [K in StoredElement]: { type: K; shape: readonly number[]; data: TypedData[K] };
}[StoredElement];

/** Sizes, or names of sizes that are only known when the graph runs. */
export type OnnxShape = readonly (number | string)[];

export interface OnnxNodeOptions {
  /** The operator's domain; by default that of ONNX itself. */
  domain?: string;
  /** The wanted name of the node and of its output; by default the operator. */
  name?: string;
}

/**
 * Builds a graph node by node. It gives every value a name of its own that says where it comes
 * from, and knows nothing of the models that are written.
 */
export class OnnxBuilder {
  private readonly nodes: OnnxNode[] = [];
  private readonly initializers: OnnxTensor[] = [];
  private readonly inputs: OnnxValue[] = [];
  private readonly outputs: OnnxValue[] = [];
  /** Names of values, and of nodes, that are taken. */
  private readonly taken = new Names();
  private readonly nodeNames = new Names();
  /** The node that computes a value. */
  private readonly makers = new Map<string, OnnxNode>();

  constructor(private readonly name: string) {}

  /**
   * Declares an input of the graph.
   * @throws SteepestError `ERR_ARGUMENT` for a name that is taken
   */
  input(name: string, type: StoredElement, shape: OnnxShape): string {
    if (this.taken.has(name)) refuseName('input', name);
    this.taken.add(name);
    this.inputs.push({ name, type, shape: [...shape] });
    return name;
  }

  /**
   * Declares a value as an output of the graph, under this name. A value that has the name already
   * gets another one.
   * @param value the value; by default the one of this name
   * @throws SteepestError `ERR_ARGUMENT` for the name of an input, a constant or another output
   */
  output(name: string, type: StoredElement, shape: OnnxShape, value = name): void {
    if (this.outputs.some((output) => output.name === name)) refuseName('output', name);
    if (value !== name) {
      if (this.makers.has(name)) this.rename(name, this.taken.free(name));
      if (this.taken.has(name)) refuseName('output', name);
      const isFree = this.makers.has(value) && this.outputs.every((output) => output.name !== value);
      if (isFree) this.rename(value, name);
      else this.node('Identity', [value], {}, [name], {});
    }
    this.outputs.push({ name, type, shape: [...shape] });
  }

  /**
   * Adds a constant, whose data the graph shares.
   * @param hint the wanted name
   * @returns its name
   */
  constant(hint: string, tensor: UnnamedTensor): string {
    const name = this.taken.free(hint);
    this.initializers.push({ ...tensor, name, shape: [...tensor.shape] } as OnnxTensor);
    return name;
  }

  /**
   * Adds a node.
   * @param inputs names of values, `''` for one that is left out
   * @returns the name of its output
   */
  add(
    opType: string,
    inputs: readonly string[],
    attributes: OnnxAttributes = {},
    options: OnnxNodeOptions = {},
  ): string {
    const output = this.taken.free(options.name ?? opType);
    this.node(opType, inputs, attributes, [output], options);
    return output;
  }

  /**
   * Adds a node with several outputs.
   * @param outputs the wanted names of its outputs
   * @returns their names
   */
  addMany(
    opType: string,
    inputs: readonly string[],
    attributes: OnnxAttributes,
    outputs: readonly string[],
    options: OnnxNodeOptions = {},
  ): string[] {
    const names = outputs.map((hint) => this.taken.free(hint));
    this.node(opType, inputs, attributes, names, options);
    return names;
  }

  build(): OnnxGraph {
    const { name, nodes, initializers, inputs, outputs } = this;
    return { name, nodes, initializers, inputs, outputs };
  }

  private node(
    opType: string,
    inputs: readonly string[],
    attributes: OnnxAttributes,
    outputs: string[],
    { domain = '' }: OnnxNodeOptions,
  ): void {
    const node: OnnxNode = {
      opType,
      domain,
      // onnxruntime takes no two nodes of one name.
      name: this.nodeNames.free(outputs[0] as string),
      inputs: [...inputs],
      outputs,
      attributes: new Map(Object.entries(attributes)),
    };
    this.nodes.push(node);
    for (const output of outputs) {
      this.taken.add(output);
      this.makers.set(output, node);
    }
  }

  private rename(from: string, to: string): void {
    const maker = this.makers.get(from) as OnnxNode;
    const renamed = (names: string[]): string[] => names.map((name) => (name === from ? to : name));
    maker.outputs = renamed(maker.outputs);
    for (const node of this.nodes) node.inputs = renamed(node.inputs);
    this.makers.delete(from);
    this.makers.set(to, maker);
    this.taken.delete(from);
    this.taken.add(to);
  }
}

/** Names that are taken. */
class Names extends Set<string> {
  /**
   * The number to try next behind a wanted name: a wide table wants the same names again and again.
   */
  private readonly next = new Map<string, number>();

  /**
   * A name that nothing has yet, which is taken then: the wanted one, or one of it with a number.
   */
  free(wanted: string): string {
    let name = wanted;
    let number = this.next.get(wanted) ?? 2;
    for (; this.has(name); number++) name = `${wanted}_${number}`;
    this.next.set(wanted, number);
    this.add(name);
    return name;
  }
}

function refuseName(what: string, name: string): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `an ${what} of the graph with a name that nothing else in it has`,
    given: show(name),
    hint: 'Choose another name.',
  });
}
