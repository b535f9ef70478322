import { endianness } from 'node:os';
import { float16FromBits } from '../../core/float16.js';
import type { StoredArray } from '../../core/ndarray.js';
import { typedArrayName } from '../../core/realm.js';

/** Reads elements of one dtype from bytes. */
export interface NpyType {
  itemBytes: number;
  /** An array over shared memory that holds the values exactly. */
  make(length: number): StoredArray;
  /** The element at a byte; NaN for an integer that float64 cannot hold. */
  get(view: DataView, byteOffset: number, littleEndian: boolean): number;
}

const shared = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes);
const uint8s = (n: number): StoredArray => new Uint8Array(shared(n));
const int32s = (n: number): StoredArray => new Int32Array(shared(n * 4));
const uint32s = (n: number): StoredArray => new Uint32Array(shared(n * 4));
const float32s = (n: number): StoredArray => new Float32Array(shared(n * 4));
const float64s = (n: number): StoredArray => new Float64Array(shared(n * 8));

/** 2^32 and 2^21: a 64-bit integer is below 2^53 if its upper half is below 2^21. */
const WORD = 2 ** 32;

/** The integer with two halves; NaN outside ±(2^53 − 1). */
function exact(high: number, low: number): number {
  const value = high * WORD + low;
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

function halves(view: DataView, at: number, little: boolean): { low: number; highAt: number } {
  return { low: view.getUint32(little ? at : at + 4, little), highAt: little ? at + 4 : at };
}

/** By NumPy's letters for kind and size (numpy.org/doc/stable/reference/arrays.dtypes.html). */
export const NPY_TYPES: ReadonlyMap<string, NpyType> = new Map<string, NpyType>([
  ['b1', { itemBytes: 1, make: uint8s, get: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) }],
  ['u1', { itemBytes: 1, make: uint8s, get: (view, at) => view.getUint8(at) }],
  ['u2', { itemBytes: 2, make: int32s, get: (view, at, little) => view.getUint16(at, little) }],
  ['u4', { itemBytes: 4, make: uint32s, get: (view, at, little) => view.getUint32(at, little) }],
  [
    'u8',
    {
      itemBytes: 8,
      make: float64s,
      get(view, at, little) {
        const { low, highAt } = halves(view, at, little);
        return exact(view.getUint32(highAt, little), low);
      },
    },
  ],
  ['i1', { itemBytes: 1, make: int32s, get: (view, at) => view.getInt8(at) }],
  ['i2', { itemBytes: 2, make: int32s, get: (view, at, little) => view.getInt16(at, little) }],
  ['i4', { itemBytes: 4, make: int32s, get: (view, at, little) => view.getInt32(at, little) }],
  [
    'i8',
    {
      itemBytes: 8,
      make: float64s,
      get(view, at, little) {
        const { low, highAt } = halves(view, at, little);
        return exact(view.getInt32(highAt, little), low);
      },
    },
  ],
  [
    'f2',
    { itemBytes: 2, make: float32s, get: (view, at, little) => float16FromBits(view.getUint16(at, little)) },
  ],
  ['f4', { itemBytes: 4, make: float32s, get: (view, at, little) => view.getFloat32(at, little) }],
  ['f8', { itemBytes: 8, make: float64s, get: (view, at, little) => view.getFloat64(at, little) }],
]);

export const HOST_IS_LITTLE_ENDIAN = endianness() === 'LE';

/**
 * Kinds whose bytes, in the host's order, are identical to those of the array they are read into.
 */
export const SAME_BYTES: ReadonlySet<string> = new Set(['u1', 'u4', 'i4', 'f4', 'f8']);

const KINDS: Readonly<Record<string, string>> = {
  Float64Array: 'f8',
  Float32Array: 'f4',
  Float16Array: 'f2',
  Int32Array: 'i4',
  Uint32Array: 'u4',
  Int16Array: 'i2',
  Uint16Array: 'u2',
  Int8Array: 'i1',
  Uint8Array: 'u1',
  Uint8ClampedArray: 'u1',
};

/** The type letters of an array to be written. */
export const npyKind = (data: unknown): string | undefined => KINDS[typedArrayName(data) ?? ''];
