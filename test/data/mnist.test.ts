import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadMnist } from '#steepest/data/idx.js';
import { realData } from '../support/dataFolder.js';

const refused = expect.objectContaining({ name: 'SteepestError', code: 'ERR_DATA_FILE' });
const images = (n: number, side = 28): Uint8Array => {
  const bytes = new Uint8Array(16 + n * side * side).fill(1);
  bytes.set([0, 0, 8, 3, 0, 0, 0, n, 0, 0, 0, side, 0, 0, 0, side]);
  bytes[16] = 254;
  return bytes;
};
const labels = (...values: number[]): Uint8Array =>
  Uint8Array.from([0, 0, 8, 1, 0, 0, 0, values.length, ...values]);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steepest-mnist-'));
});
afterEach(() => rm(folder, { recursive: true }));

const put = (name: string, bytes: Uint8Array): Promise<void> => writeFile(join(folder, name), bytes);

async function putAll(): Promise<void> {
  await put('train-images-idx3-ubyte.gz', gzipSync(images(3)));
  await put('train-labels-idx1-ubyte', labels(0, 9, 5));
  await put('t10k-images.idx3-ubyte', images(2));
  await put('t10k-labels.idx1-ubyte.gz', gzipSync(labels(7, 1)));
}

describe('loadMnist', () => {
  it('reads the four files under their usual names, plain or gzipped, into shared memory', async () => {
    await putAll();
    const { train, test } = await loadMnist(folder);
    expect(train.x.shape).toEqual([3, 784]);
    expect(train.x.data).toBeInstanceOf(Uint8Array);
    expect(train.x.data.slice(0, 2)).toEqual(Uint8Array.of(254, 1));
    expect(train.y).toEqual({
      data: new Int32Array(new SharedArrayBuffer(12)).fill(0).map((_, i) => [0, 9, 5][i]!),
      shape: [3],
    });
    expect(test.x.shape).toEqual([2, 784]);
    expect([...test.y.data]).toEqual([7, 1]);
    for (const { data } of [train.x, train.y, test.x, test.y])
      expect(data.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('names the file that is missing', async () => {
    await putAll();
    await rm(join(folder, 't10k-labels.idx1-ubyte.gz'));
    await expect(loadMnist(folder)).rejects.toThrow(/t10k-labels-idx1-ubyte.*Download/);
    await expect(loadMnist(join(folder, 'none'))).rejects.toEqual(refused);
  });

  it.each([
    ['fewer labels than images', 'train-labels-idx1-ubyte', labels(1, 2)],
    ['a label above 9', 'train-labels-idx1-ubyte', labels(1, 2, 10)],
    ['images as labels', 'train-labels-idx1-ubyte', images(3)],
    ['labels as images', 'train-images-idx3-ubyte', labels(1, 2, 3)],
    ['images of another size', 'train-images-idx3-ubyte', images(3, 32)],
  ])('refuses %s', async (_, name, bytes) => {
    await putAll();
    await put(name, bytes);
    await expect(loadMnist(folder)).rejects.toEqual(refused);
  });

  const real = realData('mnist');
  if (real !== undefined)
    it('reads MNIST itself where it is at hand', async () => {
      const { train, test } = await loadMnist(real);
      expect(train.x.shape).toEqual([60_000, 784]);
      expect(test.x.shape).toEqual([10_000, 784]);
      expect([...train.y.data.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9]);
      expect([...test.y.data.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
      const perClass = new Array<number>(10).fill(0);
      for (const label of train.y.data) perClass[label]!++;
      expect(perClass).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
      const mean = train.x.data.reduce((sum, pixel) => sum + pixel, 0) / train.x.data.length;
      expect(mean / 255).toBeCloseTo(0.1307, 3);
    });
});
