import { open, readFile } from 'node:fs/promises';

/** Node.js refuses to read 2³¹ bytes at once. */
const MOST_BYTES_AT_ONCE = 2 ** 30;

/** All bytes of a file, also of one larger than `readFile` takes. Errors of the system pass through. */
export async function readWhole(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    // Pipes and the like have no size.
    if (size <= MOST_BYTES_AT_ONCE) return await readFile(file);
    const bytes = new Uint8Array(size);
    let offset = 0;
    while (offset < size) {
      const length = Math.min(size - offset, MOST_BYTES_AT_ONCE);
      const { bytesRead } = await file.read(bytes, offset, length, offset);
      // Somebody has cut it meanwhile.
      if (bytesRead === 0) break;
      offset += bytesRead;
    }
    return bytes.subarray(0, offset);
  } finally {
    await file.close();
  }
}
