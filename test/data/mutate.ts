/** Damages files as disks, transfers and attackers do, the same way for the same seed. */

/** xorshift32 (Marsaglia 2003). */
function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

/** Counts that are wrong in an interesting way. */
const COUNTS = [0xffffffff, 0x7fffffff, 0x80000000, 0x10000000, 1_000_000];
/** Where formats have what they say about themselves. */
const TAIL_BYTES = 800;

/** Endless copies of `files`, each with one to four changes. */
export function* mutated(files: readonly Uint8Array[], seed: number): Generator<Buffer> {
  const random = randomOf(seed);
  for (;;) {
    const bytes = Buffer.from(files[random(files.length)]!);
    const size = bytes.length;
    for (let changes = 1 + random(4); changes > 0; changes--) {
      const at = random(3) > 0 ? random(size) : size - 1 - random(Math.min(size, TAIL_BYTES));
      const kind = random(4);
      if (kind === 0) bytes[at] = random(256);
      else if (kind === 1) bytes[at] = bytes[at]! ^ (1 << random(8));
      else if (kind === 2) bytes.writeUInt32LE(COUNTS[random(COUNTS.length)]!, Math.min(at, size - 4));
      else bytes.copy(bytes, at, random(size), size - random(16));
    }
    yield bytes;
  }
}
