/** The element types of ONNX's tensors (TensorProto.DataType), and the arrays that hold them. */
import { float16FromBits } from '../../core/float16.js';

/** Names of all element types, at their numbers. */
export const ELEMENT_NAMES = [
  'undefined',
  'float',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'double',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
  'float8e4m3fn',
  'float8e4m3fnuz',
  'float8e5m2',
  'float8e5m2fnuz',
  'uint4',
  'int4',
  'float4e2m1',
  'float8e8m0',
  'uint2',
  'int2',
] as const;

export type ElementName = (typeof ELEMENT_NAMES)[number];

/** The number of an element type, as `Cast` takes it. */
export const elementNumber = (name: ElementName): number => ELEMENT_NAMES.indexOf(name);

/** What holds the elements of a tensor in memory. */
export interface TypedData {
  float: Float32Array;
  double: Float64Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  bool: Uint8Array;
  string: string[];
}

/** The element types of tensors in memory. */
export type StoredElement = keyof TypedData;

/** The element types that a file stores as numbers. */
export type NumberElement = Exclude<StoredElement, 'string'> | 'float16' | 'bfloat16';

export type NumberData = TypedData[Exclude<StoredElement, 'string'>];

/** The fields of TensorProto with numbers, by the names that they have there. */
export const DATA_FIELDS = {
  floatData: 4,
  int32Data: 5,
  int64Data: 7,
  doubleData: 10,
  uint64Data: 11,
} as const;

/** How one element type is stored. */
export interface NumberType {
  /** The type in memory. */
  as: Exclude<StoredElement, 'string'>;
  /** Bytes of an element in a file's `raw_data`. */
  itemBytes: number;
  /** The field that has the elements if `raw_data` is not there. */
  field: keyof typeof DATA_FIELDS;
  /** Elements as they stand in the file, over their bytes. */
  over: (buffer: ArrayBuffer) => NumberData;
  /** What an element becomes in memory, if it is another number. */
  convert?: (bits: number) => number;
}

/** bfloat16 is the upper half of a float32. */
function upperHalf(bits: number): number {
  WORD[0] = bits << 16;
  return FLOAT[0]!;
}
const WORD = new Int32Array(1);
const FLOAT = new Float32Array(WORD.buffer);

export const NUMBER_TYPES: Readonly<Record<NumberElement, NumberType>> = {
  float: { as: 'float', itemBytes: 4, field: 'floatData', over: (b) => new Float32Array(b) },
  double: { as: 'double', itemBytes: 8, field: 'doubleData', over: (b) => new Float64Array(b) },
  int8: { as: 'int8', itemBytes: 1, field: 'int32Data', over: (b) => new Int8Array(b) },
  int16: { as: 'int16', itemBytes: 2, field: 'int32Data', over: (b) => new Int16Array(b) },
  int32: { as: 'int32', itemBytes: 4, field: 'int32Data', over: (b) => new Int32Array(b) },
  int64: { as: 'int64', itemBytes: 8, field: 'int64Data', over: (b) => new BigInt64Array(b) },
  uint8: { as: 'uint8', itemBytes: 1, field: 'int32Data', over: (b) => new Uint8Array(b) },
  uint16: { as: 'uint16', itemBytes: 2, field: 'int32Data', over: (b) => new Uint16Array(b) },
  uint32: { as: 'uint32', itemBytes: 4, field: 'uint64Data', over: (b) => new Uint32Array(b) },
  uint64: { as: 'uint64', itemBytes: 8, field: 'uint64Data', over: (b) => new BigUint64Array(b) },
  bool: {
    as: 'bool',
    itemBytes: 1,
    field: 'int32Data',
    over: (b) => new Uint8Array(b),
    convert: (bits) => (bits === 0 ? 0 : 1),
  },
  float16: {
    as: 'float',
    itemBytes: 2,
    field: 'int32Data',
    over: (b) => new Uint16Array(b),
    convert: float16FromBits,
  },
  bfloat16: {
    as: 'float',
    itemBytes: 2,
    field: 'int32Data',
    over: (b) => new Uint16Array(b),
    convert: upperHalf,
  },
};

export const isNumberElement = (name: string): name is NumberElement => Object.hasOwn(NUMBER_TYPES, name);
