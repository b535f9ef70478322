/**
 * The messages of onnx.proto (github.com/onnx/onnx) that this package writes and reads, as plain
 * objects with the names of that file in camel case. What a message says about its program alone
 * (doc strings of nodes, devices, annotations) is left out.
 */
import type { ElementName, StoredElement, TypedData } from './elementTypes.js';

/** ModelProto. */
export interface OnnxModel {
  irVersion: number;
  /** Versions of the operators' sets; the domain of ONNX's own is `''`. */
  opsetImport: OnnxOpset[];
  producerName: string;
  producerVersion: string;
  domain: string;
  modelVersion: number;
  docString: string;
  graph: OnnxGraph;
  metadataProps: Map<string, string>;
}

/** OperatorSetIdProto. */
export interface OnnxOpset {
  domain: string;
  version: number;
}

/** GraphProto. */
export interface OnnxGraph {
  name: string;
  /** In an order in which they can be computed. */
  nodes: OnnxNode[];
  initializers: OnnxTensor[];
  inputs: OnnxValue[];
  outputs: OnnxValue[];
}

/** NodeProto. A missing optional input or output has the name `''`. */
export interface OnnxNode {
  opType: string;
  domain: string;
  name: string;
  inputs: string[];
  outputs: string[];
  attributes: Map<string, OnnxAttribute>;
}

/** AttributeProto without its name. Whole numbers beyond ±2⁵³ are rounded when they are read. */
export type OnnxAttribute =
  | { type: 'int' | 'float'; value: number }
  | { type: 'string'; value: string }
  | { type: 'ints' | 'floats'; value: number[] }
  | { type: 'strings'; value: string[] }
  | { type: 'tensor'; value: OnnxTensor };

/**
 * TensorProto, row-major. float16 and bfloat16 become `float` when they are read; `bool` has 0 and
 * 1.
 */
export type OnnxTensor<T extends StoredElement = StoredElement> = {
  [K in T]: { name: string; type: K; shape: number[]; data: TypedData[K] };
}[T];

/** ValueInfoProto: an input or output of a graph. */
export interface OnnxValue {
  name: string;
  /** The type of a tensor's elements; `other` for what is no tensor, such as lists and maps. */
  type: ElementName | 'other';
  /**
   * A dimension of any size is its name, perhaps `''`; undefined if the number of dimensions is
   * unknown.
   */
  shape: (number | string)[] | undefined;
}
