import { show } from '../../core/show.js';
import { shown } from '../jsonCursor.js';
import { MAX_TENSORS } from '../safetensors.js';
import { decodingNode } from './decodeNode.js';
import { decodingTensor, MAX_NAME_BYTES } from './decodeTensor.js';
import { ELEMENT_NAMES } from './elementTypes.js';
import type { OnnxGraph, OnnxModel, OnnxOpset, OnnxValue } from './messages.js';
import { damaged, refused } from './onnxError.js';
import { WireReader } from './wireReader.js';

/** Nodes, and inputs and outputs of a graph: four for each layer that this package allows. */
export const MAX_NODES = 65_536;
/** Attributes of all nodes. */
export const MAX_ATTRIBUTES = 2 ** 18;
/** Pairs of metadata, and the size of a text in them, which may describe a pipeline. */
export const MAX_METADATA = 4096;
export const MAX_TEXT_BYTES = 2 ** 24;
/** Sets of operators that a model imports. */
const MAX_OPSETS = 256;
/** NumPy's limit for many years. */
const MAX_RANK = 32;

/**
 * Reads the bytes of an ONNX file in steps of a fraction of a millisecond, between which the caller
 * may serve its event loop. Everything is in the file itself: tensors in other files are refused,
 * as are graphs in nodes, functions and sparse tensors. Memory is taken in proportion to the bytes
 * present.
 * @throws SteepestError `ERR_MODEL_FILE` for a damaged file, or one with what is not read here
 */
export function* decoding(bytes: Uint8Array): Generator<undefined, OnnxModel> {
  const model = emptyModel();
  const reader = new WireReader(bytes);
  let hasGraph = false;
  while (reader.next()) {
    const { field } = reader;
    if (field === 7) {
      if (hasGraph) damaged('one graph', 'two');
      hasGraph = true;
      model.graph = yield* decodingGraph(reader.message());
    } else if (field === 25) refuseFunction(reader.message());
    else readField(reader, model);
  }
  if (!hasGraph || model.irVersion < 1) damaged('an ONNX model with a version and a graph', 'neither or one');
  return model;
}

/** A model whose every field has protobuf's default. */
const emptyModel = (): OnnxModel => ({
  irVersion: 0,
  opsetImport: [],
  producerName: '',
  producerVersion: '',
  domain: '',
  modelVersion: 0,
  docString: '',
  graph: { name: '', nodes: [], initializers: [], inputs: [], outputs: [] },
  metadataProps: new Map(),
});

function readField(reader: WireReader, model: OnnxModel): void {
  const { field } = reader;
  if (field === 1) model.irVersion = reader.int();
  else if (field === 2) model.producerName = reader.text(MAX_NAME_BYTES);
  else if (field === 3) model.producerVersion = reader.text(MAX_NAME_BYTES);
  else if (field === 4) model.domain = reader.text(MAX_NAME_BYTES);
  else if (field === 5) model.modelVersion = reader.int();
  else if (field === 6) model.docString = reader.text(MAX_TEXT_BYTES);
  else if (field === 8) {
    if (model.opsetImport.push(readOpset(reader.message())) > MAX_OPSETS)
      tooMany(MAX_OPSETS, 'sets of operators');
  } else if (field === 14) readPair(reader.message(), model.metadataProps);
  else reader.skip();
}

function tooMany(most: number, what: string): never {
  return refused(`at most ${most} ${what}`, 'more', 'Split the model.');
}

function readOpset(reader: WireReader): OnnxOpset {
  const opset = { domain: '', version: 0 };
  while (reader.next()) {
    if (reader.field === 1) opset.domain = reader.text(MAX_NAME_BYTES);
    else if (reader.field === 2) opset.version = reader.int();
    else reader.skip();
  }
  // Both names stand for ONNX's own operators.
  if (opset.domain === 'ai.onnx') opset.domain = '';
  return opset;
}

function readPair(reader: WireReader, into: Map<string, string>): void {
  let [key, value] = ['', ''];
  while (reader.next()) {
    if (reader.field === 1) key = reader.text(MAX_NAME_BYTES);
    else if (reader.field === 2) value = reader.text(MAX_TEXT_BYTES);
    else reader.skip();
  }
  if (into.has(key)) damaged('every key of the metadata once', `${shown(key)} twice`);
  into.set(key, value);
  if (into.size > MAX_METADATA) tooMany(MAX_METADATA, 'pairs of metadata');
}

function refuseFunction(reader: WireReader): never {
  let name = '';
  while (reader.next()) {
    if (reader.field === 1) name = reader.text(MAX_NAME_BYTES);
    else reader.skip();
  }
  return refused(
    'a model without functions of its own',
    `the function ${shown(name)}`,
    'Inline them: onnx.inliner.inline_local_functions(model).',
  );
}

function* decodingGraph(reader: WireReader): Generator<undefined, OnnxGraph> {
  const graph: OnnxGraph = { name: '', nodes: [], initializers: [], inputs: [], outputs: [] };
  const names = new Set<string>();
  let attributes = 0;
  while (reader.next()) {
    const { field } = reader;
    if (field === 1) {
      const node = yield* decodingNode(reader.raw());
      attributes += node.attributes.size;
      if (graph.nodes.push(node) > MAX_NODES) tooMany(MAX_NODES, 'nodes');
      if (attributes > MAX_ATTRIBUTES) tooMany(MAX_ATTRIBUTES, 'attributes');
    } else if (field === 2) graph.name = reader.text(MAX_NAME_BYTES);
    else if (field === 5) {
      const tensor = yield* decodingTensor(reader.raw());
      if (names.has(tensor.name)) damaged('every initializer once', `${shown(tensor.name)} twice`);
      names.add(tensor.name);
      if (graph.initializers.push(tensor) > MAX_TENSORS) tooMany(MAX_TENSORS, 'tensors');
    } else if (field === 15) refuseSparse();
    else if (field === 11 || field === 12) {
      const list = field === 11 ? graph.inputs : graph.outputs;
      if (list.push(readValue(reader.message())) > MAX_NODES) tooMany(MAX_NODES, 'inputs and outputs');
    } else reader.skip();
    yield;
  }
  return graph;
}

function refuseSparse(): never {
  return refused('dense tensors', 'a sparse one', 'Write the model with dense weights.');
}

function readValue(reader: WireReader): OnnxValue {
  const value: OnnxValue = { name: '', type: 'undefined', shape: undefined };
  while (reader.next()) {
    if (reader.field === 1) value.name = reader.text(MAX_NAME_BYTES);
    else if (reader.field === 2) readType(reader.message(), value);
    else reader.skip();
  }
  return value;
}

/** TypeProto: of tensors type and shape; lists, maps and others are not gone into. */
function readType(reader: WireReader, value: OnnxValue): void {
  while (reader.next()) {
    if (reader.field === 1) readTensorType(reader.message(), value);
    else {
      if (reader.field !== 6) value.type = 'other';
      reader.skip();
    }
  }
}

function readTensorType(reader: WireReader, value: OnnxValue): void {
  while (reader.next()) {
    if (reader.field === 1) value.type = ELEMENT_NAMES[reader.int()] ?? 'undefined';
    else if (reader.field === 2) value.shape = readShape(reader.message());
    else reader.skip();
  }
}

function readShape(reader: WireReader): (number | string)[] {
  const shape: (number | string)[] = [];
  while (reader.next()) {
    if (reader.field !== 1) reader.skip();
    else if (shape.push(readDimension(reader.message())) > MAX_RANK) {
      damaged(`at most ${MAX_RANK} dimensions`, 'more');
    }
  }
  return shape;
}

/** A dimension without a value, or with a negative one, is of any size. */
function readDimension(reader: WireReader): number | string {
  let size: number | string = '';
  while (reader.next()) {
    if (reader.field === 1) size = dimension(reader.int());
    else if (reader.field === 2) size = reader.text(MAX_NAME_BYTES);
    else reader.skip();
  }
  return size;
}

function dimension(size: number): number | string {
  if (!Number.isSafeInteger(size)) damaged('dimensions below 2^53', show(size));
  return size < 0 ? '' : size;
}
