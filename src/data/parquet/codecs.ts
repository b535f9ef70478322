/** Unpacks pages. A page becomes as many bytes as its header says, or it is damaged. */
import * as zlib from 'node:zlib';
import type { ReadBudget } from '../limits/readLimits.js';

/** @param size bytes that come out */
export type Decompress = (input: Uint8Array, size: number) => Uint8Array;

/**
 * zlib's results lie in buffers with other bytes behind them, and hyparquet makes typed arrays over
 * buffers: what a damaged page lacks must not come from there.
 */
const alone = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes);

const limitOf = (bytes: number): zlib.ZlibOptions => ({ maxOutputLength: Math.max(1, bytes) });

/**
 * Codecs that Node.js has, by the names of Parquet; hyparquet brings snappy.
 * @param budget counts what pages unpack to, before they do
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
  // Node.js has Zstandard from 22.15 on.
  const { zstdDecompressSync } = zlib as {
    zstdDecompressSync?: (input: Uint8Array, options: zlib.ZlibOptions) => Uint8Array;
  };
  if (zstdDecompressSync !== undefined) {
    codecs.ZSTD = (input, size) => alone(zstdDecompressSync(input, limitOf(size)));
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
