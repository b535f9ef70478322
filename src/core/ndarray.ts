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
