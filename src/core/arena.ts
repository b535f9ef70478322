/**
 * Memory that all ranks of a fit share: a window of a SharedArrayBuffer that begins where a page
 * does, as far as the add-on can tell. Regions are byte offsets in it; the functions here are how
 * to look at one.
 */
export type Arena = Uint8Array<SharedArrayBuffer>;

/** @param byteOffset counted from the arena's beginning */
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
