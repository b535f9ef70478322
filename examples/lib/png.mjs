import { deflateSync } from 'node:zlib';

/** Table of the checksum that PNG asks for: CRC-32, polynomial 0xEDB88320 (ISO/IEC 15948, annex D). */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let c = byte;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes) {
  let c = 0xffffffff;
  for (const byte of bytes) c = CRC_TABLE[(c ^ byte) & 0xff] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

function chunk(type, content) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

/** PNG's numbers for one grey and for red, green and blue channels. */
const COLOUR_TYPES = { 1: 0, 3: 2 };

/**
 * An image as a data URI, so that a page needs no other file.
 * @param {ArrayLike<number>} pixels 0 … 255, height × width × channels
 * @param {[number, number, number]} shape
 */
export function pngUri(pixels, [height, width, channels]) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = COLOUR_TYPES[channels];
  // Each row begins with the number of its filter, 0 for none.
  const stride = width * channels;
  const rows = Buffer.alloc(height * (stride + 1));
  for (let h = 0; h < height; h++) {
    for (let i = 0; i < stride; i++) rows[h * (stride + 1) + 1 + i] = pixels[h * stride + i];
  }
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))];
  return `data:image/png;base64,${Buffer.concat([signature, ...parts]).toString('base64')}`;
}
