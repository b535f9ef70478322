/** Decompresses pages. A page must decompress to the size in its header, or it is damaged. */
import * as zlib from 'node:zlib';
import type { ReadBudget } from '../limits/readLimits.js';

/** @param size decompressed size */
export type Decompress = (input: Uint8Array, size: number) => Uint8Array;

type Unpack = (input: Uint8Array, options: zlib.ZlibOptions) => Uint8Array;

/**
 * zlib's results are part of larger buffers, and hyparquet creates typed arrays over buffers: it
 * must not read beyond a damaged page.
 */
const alone = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes);

const limitOf = (bytes: number): zlib.ZlibOptions => ({ maxOutputLength: Math.max(1, bytes) });

/**
 * Codecs that Node.js has, by their names in Parquet; hyparquet includes snappy.
 * @param budget counts the decompressed size of pages in advance
 */
export function decompressors(
  budget: ReadBudget,
  snappyUncompress: (input: Uint8Array, output: Uint8Array) => void,
): ReadonlyMap<string, Decompress> {
  const codecs: Record<string, Decompress> = {
    GZIP: (input, size) => alone(zlib.gunzipSync(input, limitOf(size))),
    BROTLI: (input, size) => alone(zlib.brotliDecompressSync(input, limitOf(size))),
    SNAPPY: (input, size) => {
      const output = new Uint8Array(size);
      snappyUncompress(input, output);
      return output;
    },
  };
  // Node.js has Zstandard since 22.15.
  const unpackZstd = (zlib as { zstdDecompressSync?: Unpack }).zstdDecompressSync;
  if (unpackZstd !== undefined) {
    codecs.ZSTD = (input, size) => alone(unpackZstd(input, limitOf(size)));
  }
  return new Map(
    Object.entries(codecs).map(([name, unpack]) => [
      name,
      (input, size) => {
        budget.take(size);
        return unpack(input, size);
      },
    ]),
  );
}
