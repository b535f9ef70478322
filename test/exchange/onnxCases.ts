/** Networks read from ONNX files: what the tests of `fromOnnx` compare. */
import { atOnce } from '#steepest/core/inParts.js';
import { decoding } from '#steepest/io/onnx/decode.js';
import { encodeOnnx } from '#steepest/io/onnx/encode.js';
import type { OnnxAttribute, OnnxModel, OnnxNode } from '#steepest/io/onnx/messages.js';

export const decode = (bytes: Uint8Array): OnnxModel => atOnce(decoding(bytes));

/** The same file as if another program had written it: a graph, without a description beside it. */
export function asForeign(bytes: Uint8Array): Uint8Array {
  const model = decode(bytes);
  model.metadataProps.clear();
  model.producerName = 'other';
  return encodeOnnx(model);
}

type Attributes = Record<string, number | string | readonly number[]>;

/** A node; floats are given as attributes whose names end with an f. */
export function node(
  opType: string,
  inputs: string[],
  outputs: string[],
  attributes: Attributes = {},
): OnnxNode {
  const named = Object.entries(attributes).map(([key, value]): [string, OnnxAttribute] => {
    if (typeof value === 'string') return [key, { type: 'string', value }];
    if (typeof value !== 'number') return [key, { type: 'ints', value: [...value] }];
    return key.endsWith('f') ? [key.slice(0, -1), { type: 'float', value }] : [key, { type: 'int', value }];
  });
  return { opType, domain: '', name: outputs[0]!, inputs, outputs, attributes: new Map(named) };
}

/** A file of nodes and constants, from `x` to `y`. */
export function fileOf(
  nodes: OnnxNode[],
  constants: Record<string, [shape: number[], values: number[]]> = {},
  {
    dims = [3],
    opset = 18,
    outputs = ['y'],
    outputShape = undefined,
  }: {
    dims?: (number | string)[];
    opset?: number;
    outputs?: string[];
    outputShape?: (number | string)[] | undefined;
  } = {},
): Uint8Array {
  return encodeOnnx({
    irVersion: 8,
    opsetImport: [{ domain: '', version: opset }],
    producerName: 'test',
    producerVersion: '',
    domain: '',
    modelVersion: 0,
    docString: '',
    metadataProps: new Map(),
    graph: {
      name: 'g',
      nodes,
      inputs: [{ name: 'x', type: 'float', shape: ['N', ...dims] }],
      outputs: outputs.map((name) => ({ name, type: 'float', shape: outputShape })),
      initializers: Object.entries(constants)
        .filter(([name]) => nodes.some(({ inputs }) => inputs.includes(name)))
        .map(([name, [shape, values]]) =>
          name.startsWith('i')
            ? { name, type: 'int64', shape, data: BigInt64Array.from(values, BigInt) }
            : { name, type: 'float', shape, data: Float32Array.from(values) },
        ),
    },
  });
}
