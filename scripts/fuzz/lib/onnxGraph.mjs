/** Damages ONNX models as what they are: nodes, attributes, constants, shapes, metadata. */
import { doOneOf, LARGE_SIZES, oneOf } from './draw.mjs';
import { changeJson } from './json.mjs';

const NUMBERS = [Number.NaN, Number.POSITIVE_INFINITY, -1, 3e38, 1e-45, 0, 1];
/** Operators that are read, and some that are not. */
const OPERATORS = [
  ...['Conv', 'Gemm', 'MatMul', 'Add', 'Mul', 'Sub', 'Div', 'Relu', 'Sigmoid', 'Softmax', 'Identity', 'Cast'],
  ...[
    'Flatten',
    'Reshape',
    'Transpose',
    'Squeeze',
    'Unsqueeze',
    'MaxPool',
    'AveragePool',
    'GlobalAveragePool',
  ],
  ...[
    'BatchNormalization',
    'LayerNormalization',
    'PRelu',
    'Slice',
    'ReduceMean',
    'Dropout',
    'Shape',
    'Gather',
  ],
  ...['Concat', 'ArgMax', 'Greater', 'Clip', 'Where', 'Erf', 'Exp', 'Constant', 'If', 'Loop', 'Einsum'],
];
const ATTRIBUTES = [
  ...['axis', 'axes', 'perm', 'pads', 'strides', 'dilations', 'group', 'kernel_shape', 'auto_pad', 'alpha'],
  ...['transB', 'to', 'epsilon', 'keepdims', 'ceil_mode', 'allowzero', 'ratio', 'value'],
];

const node = (draw, { nodes }) => (nodes.length === 0 ? undefined : oneOf(draw, nodes));
const namesIn = ({ nodes, initializers, inputs }) => [
  ...nodes.flatMap((one) => one.outputs),
  ...[...initializers, ...inputs].map(({ name }) => name),
  '',
  'x',
];

function changeOperator(draw, { graph }) {
  const one = node(draw, graph);
  if (one !== undefined) one.opType = oneOf(draw, OPERATORS);
}

function changeInput(draw, { graph }) {
  const one = node(draw, graph);
  if (one === undefined || one.inputs.length === 0) return;
  const k = draw(one.inputs.length);
  if (draw(4) === 0) one.inputs.splice(k, 1);
  else one.inputs[k] = oneOf(draw, namesIn(graph));
}

function changeOutput(draw, { graph }) {
  const one = node(draw, graph);
  if (one !== undefined) one.outputs = [oneOf(draw, namesIn(graph)), ...(draw(4) === 0 ? ['more'] : [])];
}

/** A node left out, so that the one after it follows the one before it. */
function dropNode(draw, { graph }) {
  const one = node(draw, graph);
  if (one === undefined) return;
  graph.nodes.splice(graph.nodes.indexOf(one), 1);
  for (const other of graph.nodes) {
    other.inputs = other.inputs.map((name) => (name === one.outputs[0] ? (one.inputs[0] ?? '') : name));
  }
}

/** A node put in between, of an operator that may fit. */
function addNode(draw, { graph }) {
  const one = node(draw, graph);
  if (one === undefined || one.outputs.length === 0) return;
  const at = graph.nodes.indexOf(one);
  const output = `new${draw(1000)}`;
  const constants = graph.initializers.map(({ name }) => name);
  const inputs = [output, ...(draw(2) === 0 && constants.length > 0 ? [oneOf(draw, constants)] : [])];
  const made = {
    ...one,
    opType: oneOf(draw, OPERATORS),
    inputs,
    outputs: [one.outputs[0]],
    attributes: new Map(),
  };
  one.outputs = [output];
  graph.nodes.splice(at + 1, 0, { ...made, name: output });
}

function swapNodes(draw, { graph: { nodes } }) {
  if (nodes.length < 2) return;
  const k = draw(nodes.length - 1);
  [nodes[k], nodes[k + 1]] = [nodes[k + 1], nodes[k]];
}

function changeAttribute(draw, { graph }) {
  const one = node(draw, graph);
  if (one === undefined) return;
  const keys = [...one.attributes.keys()];
  const key = keys.length > 0 && draw(3) > 0 ? oneOf(draw, keys) : oneOf(draw, ATTRIBUTES);
  const old = one.attributes.get(key)?.value;
  if (draw(8) === 0) one.attributes.delete(key);
  else if (Array.isArray(old) && old.every(Number.isInteger) && draw(3) > 0) {
    old[draw(old.length + 1)] = oneOf(draw, [-1, 0, 1, 2, 3, 2 ** 31, 2 ** 52, draw(8)]);
    one.attributes.set(key, { type: 'ints', value: old.map((value) => value ?? 0) });
  } else one.attributes.set(key, anyAttribute(draw));
}

const anyAttribute = (draw) =>
  oneOf(draw, [
    { type: 'int', value: oneOf(draw, [-1, 0, 1, 2, 3, 7, 2 ** 40, draw(16)]) },
    { type: 'ints', value: Array.from({ length: draw(6) }, () => oneOf(draw, [-1, 0, 1, 2, 3, 4, 2 ** 31])) },
    { type: 'float', value: oneOf(draw, NUMBERS) },
    { type: 'string', value: oneOf(draw, ['SAME_UPPER', 'SAME_LOWER', 'VALID', 'tanh', '']) },
  ]);

const tensor = (draw, { initializers }) =>
  initializers.length === 0 ? undefined : oneOf(draw, initializers);

function changeShape(draw, { graph }) {
  const one = tensor(draw, graph);
  if (one === undefined) return;
  const { shape, data } = one;
  one.shape = oneOf(draw, [
    [...shape, 1],
    [1, ...shape],
    [...shape].reverse(),
    [data.length],
    [1, data.length],
    [],
  ]);
  if (one.shape.length === 0 && data.length !== 1) one.shape = [data.length];
}

function changeNumber(draw, { graph }) {
  const one = tensor(draw, graph);
  if (one === undefined || one.data.length === 0) return;
  const k = draw(one.data.length);
  if (one.type === 'string') one.data[k] = oneOf(draw, ['', 'a', '\0', '😀']);
  else if (typeof one.data[k] === 'bigint')
    one.data[k] = BigInt(oneOf(draw, [-1, 0, 1, 2, 3, 2 ** 52, ...LARGE_SIZES]));
  else one.data[k] = oneOf(draw, NUMBERS);
}

/** Fewer or more numbers than before. */
function changeSize(draw, { graph }) {
  const one = tensor(draw, graph);
  if (one === undefined || one.type === 'string') return;
  const length = oneOf(draw, [0, 1, 2, one.data.length + 1, Math.max(0, one.data.length - 1)]);
  const data = new one.data.constructor(length);
  data.set(one.data.subarray(0, length));
  Object.assign(one, { data, shape: oneOf(draw, [[length], [length, 1], [1, length]]) });
}

function changeType(draw, { graph }) {
  const one = tensor(draw, graph);
  if (one === undefined || one.type === 'string') return;
  const numbers = Array.from(one.data, Number).map((value) => (Number.isFinite(value) ? value : 0));
  const [type, data] = oneOf(draw, [
    ['double', Float64Array.from(numbers)],
    ['int64', BigInt64Array.from(numbers, (value) => BigInt(Math.trunc(value) || 0))],
    ['uint8', Uint8Array.from(numbers)],
    ['float', Float32Array.from(numbers)],
  ]);
  Object.assign(one, { type, data });
}

function changeValue(draw, { graph }) {
  const list = draw(2) === 0 ? graph.inputs : graph.outputs;
  if (list.length === 0) return;
  const value = oneOf(draw, list);
  const sizes = [...(value.shape ?? [])];
  sizes[draw(sizes.length + 1)] = oneOf(draw, ['N', '', 0, 1, 2, 3, 2 ** 15, 2 ** 31, 2 ** 52]);
  const all = Array.from(sizes, (size) => size ?? '');
  value.shape = oneOf(draw, [all, all, all, undefined, [], all.slice(1)]);
  if (draw(8) === 0) value.type = oneOf(draw, ['string', 'double', 'uint8', 'int64', 'other', 'undefined']);
  if (draw(8) === 0) list.push({ ...value, name: oneOf(draw, namesIn(graph)) });
}

function changeMetadata(draw, { metadataProps }) {
  const keys = [...metadataProps.keys()];
  if (keys.length === 0) return;
  const key = oneOf(draw, keys);
  const texts = ['', '[', '{}', 'null', '"', '1e999', '[1]', '{"seed":-1}'];
  const text = metadataProps.get(key);
  metadataProps.set(key, draw(4) === 0 || !/^[[{]/.test(text) ? oneOf(draw, texts) : changeJson(draw, text));
}

function changeDetails(draw, model) {
  if (draw(2) === 0)
    model.opsetImport = [
      { domain: oneOf(draw, ['', 'ai.onnx.ml']), version: oneOf(draw, [0, 1, 7, 12, 13, 2 ** 31]) },
    ];
  else model.producerName = oneOf(draw, ['steepest', 'pytorch', '']);
}

const CHANGES = [
  ...[
    changeOperator,
    changeOperator,
    changeInput,
    changeInput,
    changeOutput,
    dropNode,
    addNode,
    addNode,
    swapNodes,
  ],
  ...[changeAttribute, changeAttribute, changeAttribute, changeShape, changeNumber, changeSize, changeType],
  ...[changeValue, changeValue, changeMetadata, changeMetadata, changeMetadata, changeDetails],
];

/** The model, changed in one to three places. */
export function changeGraph(draw, model) {
  for (let n = 1 + draw(3); n > 0; n--) doOneOf(draw, CHANGES, model);
  return model;
}
