import { deflateSync } from 'node:zlib';
import { crc32 } from '../core/crc32.js';

/** Images as PNG (ISO/IEC 15948), so that a page needs no other file. */

function chunk(type: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

/** PNG's numbers for one grey and for red, green and blue channels. */
const COLOUR_TYPES: Readonly<Record<number, number>> = { 1: 0, 3: 2 };

/**
 * An image as a data URI.
 * @param pixels 0 … 255, height × width × channels
 * @param shape height, width, and 1 or 3 channels
 */
export function pngUri(
  pixels: ArrayLike<number>,
  [height, width, channels]: readonly [number, number, number],
): string {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = COLOUR_TYPES[channels]!;
  // Each row begins with the number of its filter, 0 for none.
  const stride = width * channels;
  const rows = Buffer.alloc(height * (stride + 1));
  for (let h = 0; h < height; h++) {
    for (let i = 0; i < stride; i++) rows[h * (stride + 1) + 1 + i] = pixels[h * stride + i]!;
  }
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))];
  return `data:image/png;base64,${Buffer.concat([signature, ...parts]).toString('base64')}`;
}
