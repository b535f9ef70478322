import { littleEndian } from '../littleEndian.js';
import { elementNumber, NUMBER_TYPES } from './elementTypes.js';
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './messages.js';
import { WireWriter } from './wireWriter.js';

/** AttributeProto.AttributeType, and the field that has the value. */
const ATTRIBUTES = {
  float: { type: 1, field: 2 },
  int: { type: 2, field: 3 },
  string: { type: 3, field: 4 },
  tensor: { type: 4, field: 5 },
  floats: { type: 6, field: 7 },
  ints: { type: 7, field: 8 },
  strings: { type: 8, field: 9 },
} as const;

/**
 * The bytes of an ONNX file (ModelProto). The same model always gives the same bytes. Numbers of
 * tensors are stored as `raw_data`. Fields with protobuf's default value are left out.
 * @throws SteepestError `ERR_MEMORY` for more than 2 GiB; `ERR_ARGUMENT` for a name with half a
 *   character
 */
export function encodeOnnx(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const writer = new WireWriter();
  writer.int(1, model.irVersion);
  putText(writer, 2, model.producerName);
  putText(writer, 3, model.producerVersion);
  putText(writer, 4, model.domain);
  if (model.modelVersion !== 0) writer.int(5, model.modelVersion);
  putText(writer, 6, model.docString);
  writer.message(7, (graph) => putGraph(graph, model.graph));
  for (const { domain, version } of model.opsetImport) {
    writer.message(8, (opset) => {
      putText(opset, 1, domain);
      opset.int(2, version);
    });
  }
  for (const [key, value] of model.metadataProps) {
    writer.message(14, (pair) => {
      pair.text(1, key);
      pair.text(2, value);
    });
  }
  return writer.finish();
}

function putText(writer: WireWriter, field: number, text: string): void {
  if (text !== '') writer.text(field, text);
}

function putGraph(writer: WireWriter, { nodes, name, initializers, inputs, outputs }: OnnxGraph): void {
  for (const node of nodes) writer.message(1, (message) => putNode(message, node));
  putText(writer, 2, name);
  for (const tensor of initializers) writer.message(5, (message) => putTensor(message, tensor));
  for (const value of inputs) writer.message(11, (message) => putValue(message, value));
  for (const value of outputs) writer.message(12, (message) => putValue(message, value));
}

function putNode(writer: WireWriter, { inputs, outputs, name, opType, domain, attributes }: OnnxNode): void {
  for (const input of inputs) writer.text(1, input);
  for (const output of outputs) writer.text(2, output);
  putText(writer, 3, name);
  writer.text(4, opType);
  for (const [key, value] of attributes) writer.message(5, (message) => putAttribute(message, key, value));
  putText(writer, 7, domain);
}

function putAttribute(writer: WireWriter, name: string, attribute: OnnxAttribute): void {
  const { type, field } = ATTRIBUTES[attribute.type];
  writer.text(1, name);
  switch (attribute.type) {
    case 'float':
      writer.float(field, attribute.value);
      break;
    case 'int':
      writer.int(field, attribute.value);
      break;
    case 'string':
      writer.text(field, attribute.value);
      break;
    case 'tensor':
      writer.message(field, (message) => putTensor(message, attribute.value));
      break;
    // proto2 has these lists unpacked; readers accept both.
    case 'floats':
      for (const value of attribute.value) writer.float(field, value);
      break;
    case 'ints':
      for (const value of attribute.value) writer.int(field, value);
      break;
    case 'strings':
      for (const value of attribute.value) writer.text(field, value);
  }
  writer.int(20, type);
}

function putTensor(writer: WireWriter, tensor: OnnxTensor): void {
  for (const size of tensor.shape) writer.int(1, size);
  writer.int(2, elementNumber(tensor.type));
  if (tensor.type === 'string') for (const text of tensor.data) writer.text(6, text);
  putText(writer, 8, tensor.name);
  if (tensor.type !== 'string') writer.raw(9, littleEndian(tensor.data, NUMBER_TYPES[tensor.type].itemBytes));
}

/** Of what is no tensor only the name is known, and only the name is written. */
function putValue(writer: WireWriter, { name, type, shape }: OnnxValue): void {
  writer.text(1, name);
  if (type === 'other') return;
  writer.message(2, (message) =>
    message.message(1, (tensor) => {
      tensor.int(1, elementNumber(type));
      if (shape !== undefined) tensor.message(2, (dimensions) => putShape(dimensions, shape));
    }),
  );
}

function putShape(writer: WireWriter, shape: readonly (number | string)[]): void {
  for (const size of shape) putDimension(writer, size);
}

function putDimension(writer: WireWriter, size: number | string): void {
  writer.message(1, (dimension) => {
    if (typeof size === 'number') dimension.int(1, size);
    else putText(dimension, 2, size);
  });
}
