/**
 * Memory that all ranks of a fit share: a window of a SharedArrayBuffer that starts at a page
 * boundary, as far as the add-on can determine it. Regions are byte offsets into it; these
 * functions create views of them.
 */
export type Arena = Uint8Array<SharedArrayBuffer>;

/** @param byteOffset relative to the start of the arena */
export function float64At(arena: Arena, byteOffset: number, length: number): Float64Array<SharedArrayBuffer> {
  return new Float64Array(arena.buffer, arena.byteOffset + byteOffset, length);
}

export function float32At(arena: Arena, byteOffset: number, length: number): Float32Array<SharedArrayBuffer> {
  return new Float32Array(arena.buffer, arena.byteOffset + byteOffset, length);
}

export function int32At(arena: Arena, byteOffset: number, length: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(arena.buffer, arena.byteOffset + byteOffset, length);
}

export function uint32At(arena: Arena, byteOffset: number, length: number): Uint32Array<SharedArrayBuffer> {
  return new Uint32Array(arena.buffer, arena.byteOffset + byteOffset, length);
}
