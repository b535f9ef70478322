import { deflateSync } from 'node:zlib';
import { crc32 } from '../../../core/crc32.js';

/** Writes PNG (ISO/IEC 15948): 8 bits per channel, grey, grey with alpha, colour or colour with alpha. */

export interface Pixels {
  /** 0 … 255, row by row, channels together. */
  data: Uint8Array;
  height: number;
  width: number;
  channels: 1 | 2 | 3 | 4;
}

/** The format's numbers for channels. */
const COLOUR_TYPES = { 1: 0, 2: 4, 3: 2, 4: 6 } as const;
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function chunk(type: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(content.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

/** An image as a `data:` URI, so that a drawing needs no other file. */
export function pngUri({ data, height, width, channels }: Pixels): string {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = COLOUR_TYPES[channels];
  // Each row begins with the number of its filter: 0, none.
  const stride = width * channels;
  const rows = Buffer.alloc(height * (stride + 1));
  for (let y = 0; y < height; y++) {
    rows.set(data.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  }
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', new Uint8Array())];
  return `data:image/png;base64,${Buffer.concat([Buffer.from(SIGNATURE), ...parts]).toString('base64')}`;
}
