import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readIdx } from '#steepest/data/idx.js';

const refused = expect.objectContaining({ name: 'SteepestError', code: 'ERR_DATA_FILE' });

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steepest-idx-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(bytes: Uint8Array | readonly number[]): Promise<string> {
  const path = join(folder, `${count++}`);
  await writeFile(path, Uint8Array.from(bytes));
  return path;
}

const size = (n: number): number[] => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
const header = (code: number, ...shape: number[]): number[] => [
  0,
  0,
  code,
  shape.length,
  ...shape.flatMap(size),
];
/** Two rows of three pixels. */
const PIXELS = [...header(0x08, 2, 3), 1, 2, 3, 4, 5, 255];

describe('readIdx', () => {
  const kinds: [string, number, number[], ArrayLike<number>][] = [
    ['uint8', 0x08, [0, 255], Uint8Array.of(0, 255)],
    ['int8', 0x09, [0xff, 127], Int32Array.of(-1, 127)],
    ['int16', 0x0b, [0xff, 0xfe, 1, 0], Int32Array.of(-2, 256)],
    ['int32', 0x0c, [0xff, 0xff, 0xff, 0xfd, 0, 1, 0, 0], Int32Array.of(-3, 65536)],
    ['float32', 0x0d, [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0], Float32Array.of(1, -2)],
    [
      'float64',
      0x0e,
      [0x40, 0x09, 0x21, 0xfb, 0x54, 0x44, 0x2d, 0x18, ...size(0), ...size(0)],
      Float64Array.of(Math.PI, 0),
    ],
  ];
  it.each(kinds)('reads %s, plain and gzipped, into shared memory', async (_, code, bytes, expected) => {
    const content = [...header(code, 2), ...bytes];
    for (const path of [await file(content), await file(gzipSync(Uint8Array.from(content)))]) {
      const { data, shape } = await readIdx(path);
      expect(shape).toEqual([2]);
      expect(data.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(data.constructor).toBe(expected.constructor);
      expect([...data]).toEqual(Array.from(expected));
    }
  });

  it('keeps the shape', async () => {
    expect((await readIdx(await file(PIXELS))).shape).toEqual([2, 3]);
    expect((await readIdx(await file(header(0x0d, 0, 5)))).shape).toEqual([0, 5]);
  });

  it('reads a file of many chunks', async () => {
    const pixels = Uint8Array.from({ length: 300_000 }, (_, i) => i * 7);
    const content = Uint8Array.from([...header(0x08, 300, 1000), ...pixels]);
    for (const bytes of [content, gzipSync(content)]) {
      const { data } = await readIdx(await file(bytes));
      expect(Buffer.from(Uint8Array.from(data)).equals(pixels)).toBe(true);
    }
  });

  it('refuses a file cut off anywhere, plain or gzipped', async () => {
    const zipped = gzipSync(Uint8Array.from(PIXELS));
    for (const whole of [Uint8Array.from(PIXELS), zipped]) {
      for (let length = 0; length < whole.length; length++) {
        const path = await file(whole.subarray(0, length));
        await expect(readIdx(path), `${length} of ${whole.length} bytes`).rejects.toEqual(refused);
      }
    }
  });

  const bad: [string, readonly number[] | Uint8Array][] = [
    ['a byte too many', [...PIXELS, 0]],
    ['a byte too many inside gzip', gzipSync(Uint8Array.from([...PIXELS, 0]))],
    ['a wrong magic number', [1, ...PIXELS.slice(1)]],
    ['an unknown element type', [0, 0, 0x0a, 1, ...size(0)]],
    ['rank 0', [0, 0, 0x08, 0, 1]],
    ['rank 255', [0, 0, 0x08, 255, ...new Array(255 * 4).fill(0)]],
    ['dimensions far beyond the file', header(0x0e, 2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1)],
    ['dimensions far beyond what gzip can hold', gzipSync(Uint8Array.from(header(0x08, 2 ** 31)))],
    ['an image', [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]],
    ['damaged gzip', gzipSync(Uint8Array.from(PIXELS)).fill(0xff, 12, 20)],
  ];
  it.each(bad)('refuses %s', async (_, bytes) => {
    await expect(readIdx(await file(bytes))).rejects.toEqual(refused);
  });

  it('refuses a missing file and a folder, naming them', async () => {
    const missing = join(folder, 'none.gz');
    await expect(readIdx(missing)).rejects.toThrow(missing);
    await expect(readIdx(missing)).rejects.toEqual(refused);
    await expect(readIdx(folder)).rejects.toEqual(refused);
  });

  if (existsSync('/proc/self/fd'))
    it('closes its files, also on errors', async () => {
      const { readdir } = await import('node:fs/promises');
      const paths = [
        await file(PIXELS),
        await file(gzipSync(Uint8Array.from([...PIXELS, 0]))),
        await file([0, 0]),
      ];
      const before = (await readdir('/proc/self/fd')).length;
      for (let i = 0; i < 20; i++) for (const path of paths) await readIdx(path).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect((await readdir('/proc/self/fd')).length).toBeLessThan(before + 5);
    });
});
