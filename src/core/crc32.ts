/** Cyclic redundancy checks of 32 bits, with the bits of each byte in reverse. */

/** The polynomial of ISO 3309, bits reversed. */
const ISO_3309 = 0xedb88320;
/** Castagnoli's polynomial (RFC 3720, section 12.1), bits reversed. */
const CASTAGNOLI = 0x82f63b78;

function tableOf(polynomial: number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let c = byte;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ polynomial : c >>> 1;
    return c;
  });
}

const TABLE = tableOf(ISO_3309);
const CASTAGNOLI_TABLE = tableOf(CASTAGNOLI);

function checksum(table: Int32Array, bytes: Uint8Array, before: number): number {
  let c = ~before;
  for (let i = 0; i < bytes.length; i++) c = (c >>> 8) ^ table[(c ^ bytes[i]!) & 0xff]!;
  return ~c >>> 0;
}

/**
 * CRC-32 as ZIP and gzip use it (RFC 1952, section 8).
 * @param before the CRC of the preceding bytes
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  return checksum(TABLE, bytes, before);
}

/** CRC-32C as iSCSI and TensorFlow's record files use it. */
export function crc32c(bytes: Uint8Array): number {
  return checksum(CASTAGNOLI_TABLE, bytes, 0);
}
