import { describe, expect, it } from 'vitest';
import { Xxhash32 } from '#steepest/core/xxhash32.js';

const text = new TextEncoder();
const hashOf = (bytes: Uint8Array, seed = 0): number => new Xxhash32(seed).update(bytes).digest();

/** The sanity buffer of xxHash's own tests: bytes of a generator that multiplies by a prime. */
function sanityBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = 2654435761n;
  for (let i = 0; i < length; i++) {
    bytes[i] = Number(state >> 56n);
    state = (state * 11400714785074694797n) & 0xffffffffffffffffn;
  }
  return bytes;
}

describe('XXH32', () => {
  // Published values: xxHash's repository, tests/sanity_test_vectors.h and its documentation.
  it.each([
    ['', 0, 0x02cc5d05],
    ['a', 0, 0x550d7456],
    ['abc', 0, 0x32d153ff],
    ['Nobody inspects the spammish repetition', 0, 0xe2293b2f],
  ])('of %j with seed %i', (words, seed, hash) => {
    expect(hashOf(text.encode(words), seed)).toBe(hash);
  });

  it.each([
    [0, 0, 0x02cc5d05],
    [0, 2654435761, 0x36b78ae7],
    [1, 0, 0xcf65b03e],
    [1, 2654435761, 0xb4545aa4],
    [14, 0, 0x1208e7e2],
    [14, 2654435761, 0x6af1d1fe],
    [222, 0, 0x5bd11dbd],
    [222, 2654435761, 0x58803c5f],
  ])('of the first %i sanity bytes with seed %i', (length, seed, hash) => {
    expect(hashOf(sanityBytes(length), seed)).toBe(hash);
  });

  it('is the same however the bytes are cut and wherever they begin', () => {
    const bytes = sanityBytes(203);
    const expected = hashOf(bytes.subarray(3));
    for (let size = 1; size < 70; size++) {
      const hash = new Xxhash32();
      for (let at = 3; at < bytes.length; at += size)
        hash.update(bytes.subarray(at, Math.min(at + size, 203)));
      expect(hash.digest(), `pieces of ${size}`).toBe(expected);
      // The result so far does not disturb what follows.
      expect(hash.update(new Uint8Array(0)).digest()).toBe(expected);
    }
    const shared = new Uint8Array(new SharedArrayBuffer(200));
    shared.set(bytes.subarray(3));
    expect(hashOf(shared)).toBe(expected);
  });
});
