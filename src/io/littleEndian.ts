import { endianness } from 'node:os';

const HOST_IS_LITTLE_ENDIAN = endianness() === 'LE';

/** Converts elements between the host's byte order and little-endian, in place. */
export function toLittleEndian(bytes: Uint8Array, itemBytes: number): void {
  if (HOST_IS_LITTLE_ENDIAN || itemBytes === 1) return;
  const items = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (itemBytes === 2) items.swap16();
  else if (itemBytes === 4) items.swap32();
  else items.swap64();
}

/** The little-endian bytes of an array: on most machines its own, without a copy. */
export function littleEndian(
  { buffer, byteOffset, byteLength }: ArrayBufferView,
  itemBytes: number,
): Uint8Array {
  const own = new Uint8Array(buffer, byteOffset, byteLength);
  if (HOST_IS_LITTLE_ENDIAN) return own;
  const copy = own.slice();
  toLittleEndian(copy, itemBytes);
  return copy;
}
