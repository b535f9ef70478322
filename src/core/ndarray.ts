/** The arrays that users see: plain typed memory with a shape, row-major, nothing to dispose. */
export type NumericArray =
  | Float32Array<ArrayBufferLike>
  | Float64Array<ArrayBufferLike>
  | Int32Array<ArrayBufferLike>
  | Uint32Array<ArrayBufferLike>
  | Uint8Array<ArrayBufferLike>;

/** A row-major array. `data.length` equals the product of `shape`. */
export interface NdArray<T extends NumericArray = NumericArray> {
  data: T;
  shape: readonly number[];
}

/**
 * What results inherit besides an object's own: JSON of a typed array would be an object of indices. The class keeps
 * the name of plain objects, so that printing, copies and comparisons of fields treat results as such.
 */
const RESULT = Object.create(Object.prototype, {
  toJSON: {
    value(this: NdArray): { data: number[]; shape: readonly number[] } {
      return { data: Array.from(this.data), shape: this.shape };
    },
    writable: true,
    configurable: true,
  },
}) as object;

/** A result: a row-major array that `JSON.stringify` writes as `{"data":[…],"shape":[…]}`. */
export function ndArray<T extends NumericArray>(data: T, shape: readonly number[]): NdArray<T> {
  return { __proto__: RESULT, data, shape } as unknown as NdArray<T>;
}
