import { float16FromBits } from '../core/float16.js';
import type { StoredArray } from '../core/ndarray.js';
import { isTypedArray } from '../core/realm.js';

/** An element type of safetensors, and the array that holds its numbers exactly. */
export interface ElementType {
  /** The name in the header. */
  dtype: string;
  itemBytes: number;
  /** Whether an array is written as this type. */
  holds(data: unknown): boolean;
  make(length: number): StoredArray;
  /**
   * Writes elements, in the host's byte order, into an array from an index on.
   * @returns an integer that float64 cannot hold; undefined if there is none
   */
  put(bytes: Uint8Array<ArrayBuffer>, into: StoredArray, at: number): bigint | undefined;
}

/** A type whose elements are those of a typed array. */
const same = (
  dtype: string,
  name: 'Float64Array' | 'Float32Array' | 'Int32Array' | 'Uint32Array' | 'Uint8Array',
  make: (length: number) => StoredArray,
): ElementType => ({
  dtype,
  itemBytes: make(0).BYTES_PER_ELEMENT,
  holds: (data) => isTypedArray(data, name),
  make,
  put(bytes, into, at) {
    const begin = into.byteOffset + at * into.BYTES_PER_ELEMENT;
    new Uint8Array(into.buffer, begin, bytes.length).set(bytes);
    return undefined;
  },
});

/** A type whose elements are converted one by one; it is read only. */
const converted = (
  dtype: string,
  itemBytes: number,
  make: (length: number) => StoredArray,
  view: (buffer: ArrayBuffer) => ArrayLike<number>,
  convert: (element: number) => number = (element) => element,
): ElementType => ({
  dtype,
  itemBytes,
  holds: () => false,
  make,
  put(bytes, into, at) {
    const elements = view(bytes.buffer);
    for (let i = 0; i < elements.length; i++) into[at + i] = convert(elements[i]!);
    return undefined;
  },
});

/** 64-bit integers, as float64. */
const wide = (dtype: string, view: (buffer: ArrayBuffer) => ArrayLike<bigint>): ElementType => ({
  dtype,
  itemBytes: 8,
  holds: () => false,
  make: float64s,
  put(bytes, into, at) {
    const elements = view(bytes.buffer);
    for (let i = 0; i < elements.length; i++) {
      const value = Number(elements[i]);
      if (!Number.isSafeInteger(value)) return elements[i];
      into[at + i] = value;
    }
    return undefined;
  },
});

function float64s(length: number): StoredArray {
  return new Float64Array(length);
}
const float32s = (length: number): StoredArray => new Float32Array(length);
const int32s = (length: number): StoredArray => new Int32Array(length);
const uint8s = (length: number): StoredArray => new Uint8Array(length);

const WORD = new Uint32Array(1);
const FLOAT = new Float32Array(WORD.buffer);

/** bfloat16 is the upper half of a float32. */
function bfloat16FromBits(bits: number): number {
  WORD[0] = bits << 16;
  return FLOAT[0]!;
}

/** The element types that this package writes: those of the arrays that results have. */
export const ELEMENT_TYPES: readonly ElementType[] = [
  same('F64', 'Float64Array', float64s),
  same('F32', 'Float32Array', float32s),
  same('I32', 'Int32Array', int32s),
  same('U32', 'Uint32Array', (length) => new Uint32Array(length)),
  same('U8', 'Uint8Array', uint8s),
];

/** Those that are read from files of other programs; the rest is refused by name. */
export const ALL_TYPES: readonly ElementType[] = [
  ...ELEMENT_TYPES,
  converted('F16', 2, float32s, (buffer) => new Uint16Array(buffer), float16FromBits),
  converted('BF16', 2, float32s, (buffer) => new Uint16Array(buffer), bfloat16FromBits),
  converted('I16', 2, int32s, (buffer) => new Int16Array(buffer)),
  converted('U16', 2, int32s, (buffer) => new Uint16Array(buffer)),
  converted('I8', 1, int32s, (buffer) => new Int8Array(buffer)),
  converted(
    'BOOL',
    1,
    uint8s,
    (buffer) => new Uint8Array(buffer),
    (element) => (element === 0 ? 0 : 1),
  ),
  wide('I64', (buffer) => new BigInt64Array(buffer)),
  wide('U64', (buffer) => new BigUint64Array(buffer)),
];
