/** The typed arrays that results and files use. */
export type StoredArray =
  | Float32Array<ArrayBufferLike>
  | Float64Array<ArrayBufferLike>
  | Int32Array<ArrayBufferLike>
  | Uint32Array<ArrayBufferLike>
  | Uint8Array<ArrayBufferLike>;

/**
 * The interface of a `Float16Array`, whose type not every release of TypeScript and Node.js has.
 */
export interface Float16Numbers extends ArrayLike<number>, Iterable<number> {
  readonly [Symbol.toStringTag]: 'Float16Array';
  readonly BYTES_PER_ELEMENT: number;
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly byteLength: number;
}

/**
 * The typed arrays accepted as numbers: all except those of BigInt. Equal numbers give equal
 * results, whatever array type holds them.
 * @example
 * ```ts
 * import type { NumericArray } from 'steepest';
 * const numbers: NumericArray[] = [Float32Array.of(0.5), Uint8Array.of(255)];
 * ```
 */
export type NumericArray =
  | StoredArray
  | Int8Array<ArrayBufferLike>
  | Int16Array<ArrayBufferLike>
  | Uint16Array<ArrayBufferLike>
  | Uint8ClampedArray<ArrayBufferLike>
  | Float16Numbers;

/** A row-major array. `data.length` equals the product of `shape`. */
export interface NdArray<T extends NumericArray = NumericArray> {
  data: T;
  shape: readonly number[];
}

/**
 * A list of results that `JSON.stringify` writes as a list. Costs about half a microsecond, so use
 * it only for results of whole calls.
 */
export function jsonList<T extends NumericArray>(data: T): T {
  return Object.defineProperty(data, 'toJSON', JSON_LIST);
}

const JSON_LIST: PropertyDescriptor = {
  value(this: ArrayLike<number>): number[] {
    return Array.from(this);
  },
  writable: true,
  configurable: true,
};

/** A row of numbers. */
export type NumberRow = readonly number[] | NumericArray;

/** One weight per sample, 0 or more. */
export type WeightInput = readonly number[] | NumericArray | NdArray;

export function isNdArray(input: unknown): input is NdArray {
  return typeof input === 'object' && input !== null && 'data' in input && 'shape' in input;
}
