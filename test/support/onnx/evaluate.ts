import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from '#steepest/io/onnx/messages.js';
import { ELEMENTWISE } from './elementwise.js';
import { LAYERS } from './layers.js';
import {
  Attributes,
  type AttributeValue,
  checkTypes,
  NUMBERS,
  type Operators,
  operator,
} from './operator.js';
import { SHAPES } from './shapes.js';
import { CLASSICAL, TABLES } from './tables.js';
import { numbers, sizeOf, type Tensor, tensorOf } from './tensor.js';

/**
 * Runs graphs of ONNX with plain loops in float64, as the operators' specification says
 * (onnx.ai/onnx/operators, opset 18): what tests hold exported models against. It is strict: names,
 * types, attributes, declared shapes and unused constants are checked as onnx's own checker does.
 */

/** The numbers of element types in TensorProto.DataType, which Cast takes. */
const TYPE_NUMBERS: Readonly<Record<number, string>> = {
  1: 'float',
  2: 'uint8',
  3: 'int8',
  6: 'int32',
  7: 'int64',
  8: 'string',
  9: 'bool',
  11: 'double',
};

const Cast = operator(
  1,
  ([x], given) => {
    checkTypes([x!], [...NUMBERS, 'bool']);
    const type = TYPE_NUMBERS[given.number('to')];
    if (type === undefined || type === 'string') throw new Error(`a cast to ${given.number('to')}`);
    return tensorOf(type, x!.shape, numbers(x!).data.slice());
  },
  { to: ['int'] },
);

/** Operators by their domain. */
const DOMAINS: Readonly<Record<string, Operators>> = {
  '': { Cast, ...SHAPES, ...ELEMENTWISE, ...LAYERS, ...TABLES },
  'ai.onnx.ml': CLASSICAL,
};

/** The versions that models of this package are written in. */
const OPSETS: Readonly<Record<string, number>> = { '': 18, 'ai.onnx.ml': 3 };

/** Numbers or text for an input. */
export interface OnnxInput {
  shape: readonly number[];
  data: ArrayLike<number> | readonly string[];
}

/**
 * The outputs of a model, by name.
 * @throws Error for a model that is not valid, and for inputs that it does not take
 */
export function evaluateOnnx(
  model: OnnxModel,
  given: Readonly<Record<string, OnnxInput>>,
): Map<string, Tensor> {
  checkVersions(model);
  const { graph } = model;
  checkNames(graph);
  const sizes = new Map<string, number>();
  const values = new Map<string, Tensor>(graph.initializers.map((one) => [one.name, tensorFrom(one)]));
  for (const input of graph.inputs) {
    const found = given[input.name];
    if (found === undefined) throw new Error(`no input ${input.name}`);
    const tensor = { type: input.type, shape: found.shape, data: arrayOf(found.data) };
    checkDeclared(input, tensor, sizes);
    values.set(input.name, tensor);
  }
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => (name === '' ? undefined : computed(values, name)));
    for (const [i, tensor] of run(node, inputs).entries()) values.set(node.outputs[i]!, tensor);
  }
  return new Map(
    graph.outputs.map((output) => {
      const tensor = computed(values, output.name);
      checkDeclared(output, tensor, sizes);
      return [output.name, tensor];
    }),
  );
}

function computed(values: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const value = values.get(name);
  if (value === undefined) throw new Error(`${name} is not computed yet`);
  return value;
}

function checkVersions({ irVersion, opsetImport, graph }: OnnxModel): void {
  if (irVersion !== 8) throw new Error(`IR version ${irVersion}`);
  const domains = opsetImport.map(({ domain, version }) => {
    if (OPSETS[domain] !== version) throw new Error(`version ${version} of operators '${domain}'`);
    return domain;
  });
  const missing = graph.nodes.filter(({ domain }) => !domains.includes(domain));
  if (missing.length > 0) throw new Error(`no operators of '${missing[0]!.domain}' are imported`);
}

/** Every value has one maker, and every constant and node a user. */
function checkNames({ nodes, initializers, inputs, outputs }: OnnxGraph): void {
  const constants = initializers.map(({ name }) => name);
  const made = [...inputs.map(({ name }) => name), ...constants, ...nodes.flatMap((node) => node.outputs)];
  const twice = made.find((name, i) => made.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`${twice} is made twice`);
  const used = new Set([...nodes.flatMap((node) => node.inputs), ...outputs.map(({ name }) => name)]);
  const unused = [...constants, ...nodes.map((node) => node.outputs[0]!)].find((name) => !used.has(name));
  if (unused !== undefined) throw new Error(`${unused} is not used`);
  const names = nodes.map(({ name }) => name);
  if (new Set(names).size !== names.length) throw new Error('two nodes have one name');
}

const arrayOf = (data: OnnxInput['data']): Tensor['data'] =>
  typeof data[0] === 'string'
    ? [...(data as readonly string[])]
    : Float64Array.from(data as ArrayLike<number>);

function tensorFrom({ type, shape, data }: OnnxTensor): Tensor {
  if (data.length !== sizeOf(shape)) throw new Error(`${data.length} elements of shape [${shape}]`);
  const values = type === 'string' ? [...data] : Float64Array.from(data as ArrayLike<number>, Number);
  return { type, shape, data: values };
}

/**
 * @throws Error unless a tensor is what the graph declares; sizes with a name are the same
 * everywhere
 */
function checkDeclared({ name, type, shape }: OnnxValue, tensor: Tensor, sizes: Map<string, number>): void {
  const fits =
    shape?.length === tensor.shape.length && shape.every((size, i) => isSize(size, tensor.shape[i]!));
  function isSize(size: number | string, actual: number): boolean {
    if (typeof size === 'number') return size === actual;
    if (!sizes.has(size)) sizes.set(size, actual);
    return sizes.get(size) === actual;
  }
  if (fits && type === tensor.type) return;
  throw new Error(`${name} is ${tensor.type} [${tensor.shape}], declared as ${type} [${shape}]`);
}

function run(node: OnnxNode, inputs: readonly (Tensor | undefined)[]): readonly Tensor[] {
  const found = DOMAINS[node.domain]?.[node.opType];
  if (found === undefined) throw new Error(`no operator ${node.domain}.${node.opType} in the evaluator`);
  const [least, most] = found.inputs;
  if (inputs.length < least || inputs.length > most) throw new Error(`${node.name}: ${inputs.length} inputs`);
  try {
    const outputs = found.run(inputs, attributesOf(node, found.attributes ?? {}));
    if (outputs.length !== node.outputs.length) throw new Error(`${node.outputs.length} outputs`);
    return outputs;
  } catch (error) {
    throw new Error(`${node.name} (${node.opType}): ${(error as Error).message}`);
  }
}

function attributesOf(
  { attributes }: OnnxNode,
  known: Readonly<Record<string, readonly [type: string, usual?: AttributeValue]>>,
): Attributes {
  const values = new Map<string, AttributeValue>();
  for (const [name, [, usual]] of Object.entries(known)) if (usual !== undefined) values.set(name, usual);
  for (const [name, { type, value }] of attributes) {
    if (known[name]?.[0] !== type) throw new Error(`attribute ${name} of type ${type}`);
    // Files hold float32.
    values.set(name, type === 'float' ? Math.fround(value as number) : (value as AttributeValue));
  }
  return new Attributes(values);
}
