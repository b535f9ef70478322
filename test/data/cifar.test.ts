import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { data } from 'steepest';
import { describe, expect, it } from 'vitest';
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
const PIXELS = 32 * 32;

/** The red, green or blue value of a pixel of an image. */
const pixel = (image: number, channel: number, i: number): number =>
  (image * 91 + channel * 53 + i * 7) & 255;

/** Records of a label and three planes. */
function records(labels: readonly number[]): Uint8Array {
  return Buffer.concat(
    labels.map((label, image) =>
      Uint8Array.from({ length: 1 + 3 * PIXELS }, (_, at) =>
        at === 0 ? label : pixel(image, Math.floor((at - 1) / PIXELS), (at - 1) % PIXELS),
      ),
    ),
  );
}

describe('CIFAR-10', () => {
  it('turns planes into pixels of three channels', async () => {
    const path = await files.write(records([3, 9, 0]));
    const { x, y } = await data.readCifar10(path);
    expect(x.shape).toEqual([3, 3072]);
    expect(y.shape).toEqual([3]);
    expect([...y.data]).toEqual([3, 9, 0]);
    expect(x.data.buffer).toBeInstanceOf(SharedArrayBuffer);
    const expected = Uint8Array.from({ length: 3 * 3072 }, (_, at) =>
      pixel(Math.floor(at / 3072), at % 3, Math.floor((at % 3072) / 3)),
    );
    expect(Buffer.from(x.data).equals(expected)).toBe(true);
    expect(data.cifar10Classes[y.data[0]!]).toBe('cat');
  });

  it('reads several files as one, plain or gzipped', async () => {
    const paths = [await files.write(records([1, 2])), await files.write(gzipSync(records([3])))];
    const { x, y } = await data.readCifar10(paths);
    expect([...y.data]).toEqual([1, 2, 3]);
    expect(x.data[2 * 3072 + 4]).toBe(pixel(0, 1, 1));
  });

  it('reads files of many pieces', async () => {
    const labels = Array.from({ length: 1500 }, (_, i) => i % 10);
    const { x, y } = await data.readCifar10(await files.write(records(labels)));
    expect([...y.data]).toEqual(labels);
    expect(x.data.at(-1)).toBe(pixel(1499, 2, PIXELS - 1));
  });

  it('reads a folder, and wants it whole', async () => {
    const folder = files.path('cifar');
    await mkdir(folder);
    const write = (name: string, labels: number[]) => writeFile(join(folder, name), records(labels));
    await expect(data.loadCifar10(folder)).rejects.toEqual(
      refused('ERR_DATA_FILE', 'data_batch_1.bin', 'no such file'),
    );
    await write('data_batch_1.bin', [1]);
    await expect(data.loadCifar10(folder)).rejects.toEqual(
      refused('ERR_DATA_FILE', 'test_batch.bin', 'no such file'),
    );
    await write('test_batch.bin', [5]);
    await write('data_batch_3.bin', [3]);
    await expect(data.loadCifar10(folder)).rejects.toEqual(
      refused('ERR_DATA_FILE', 'data_batch_2.bin', 'later batches'),
    );
    await write('data_batch_2.bin', [2]);
    const { train, test } = await data.loadCifar10(folder);
    expect([...train.y.data]).toEqual([1, 2, 3]);
    expect([...test.y.data]).toEqual([5]);
    await expect(data.loadCifar10(join(folder, 'test_batch.bin'))).rejects.toEqual(
      refused('ERR_DATA_FILE', 'folder'),
    );
    await expect(data.loadCifar10(files.path('none'))).rejects.toEqual(
      refused('ERR_DATA_FILE', 'no such file'),
    );
  });

  it('refuses files that are cut off, of another kind, or missing', async () => {
    const whole = records([1, 2]);
    for (const length of [0, 1, 3072, 3074, whole.length - 1]) {
      const path = await files.write(whole.subarray(0, length));
      await expect(data.readCifar10(path)).rejects.toEqual(
        refused('ERR_DATA_FILE', `'${path}'`, '3073 bytes'),
      );
    }
    const zipped = gzipSync(whole);
    const cut = await files.write(zipped.subarray(0, zipped.length - 1));
    await expect(data.readCifar10(cut)).rejects.toEqual(refused('ERR_DATA_FILE', 'whole gzip file'));
    const other = await files.write(records([1, 10]));
    await expect(data.readCifar10(other)).rejects.toEqual(
      refused('ERR_DATA_FILE', 'labels below 10', '10 at image 1'),
    );
    await expect(data.readCifar10(files.path('none.bin'))).rejects.toEqual(
      refused('ERR_DATA_FILE', 'no such file'),
    );
    await expect(data.readCifar10([])).rejects.toEqual(refused('ERR_ARGUMENT', 'at least one'));
  });
});
