import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { data, layers, type NdArray, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { refused, temporaryFolder } from '../support/folder.js';

/** What these tests use of sharp. */
interface Image {
  png(): Image;
  jpeg(options?: object): Image;
  withMetadata(options: object): Image;
  toBuffer(): Promise<Buffer>;
}
const sharp = createRequire(import.meta.url)('sharp') as (bytes: Buffer, options: object) => Image;

const files = temporaryFolder();
const raw = (pixels: readonly number[], width: number, height: number, channels = 3): Image =>
  sharp(Buffer.from(pixels), { raw: { width, height, channels } });
const solid = (width: number, height: number, ...colour: number[]): Image =>
  raw(Array.from({ length: width * height }, () => colour).flat(), width, height, colour.length);

async function put(path: string, content: Buffer | string): Promise<void> {
  await mkdir(dirname(files.path(path)), { recursive: true });
  await writeFile(files.path(path), content);
}

/** Images of one colour each: red grows with the number, green is 10 per class. */
async function makeFolder(name: string, perClass = 12): Promise<string> {
  for (const [label, animal] of ['cats', 'Dogs', 'emus'].entries()) {
    for (let i = 0; i < perClass; i++) {
      const path = i % 4 === 3 ? `${name}/${animal}/more/${i}.PNG` : `${name}/${animal}/${i}.png`;
      await put(
        path,
        await solid(4, 3, i, 10 * label, 7)
          .png()
          .toBuffer(),
      );
    }
  }
  return files.path(name);
}
const SIZE = { size: [2, 5] as const };

const nameOf = (path: string): string =>
  path.slice(path.indexOf('steepest-data-')).split(/[\\/]/).slice(2).join('/');

async function everything(stream: data.ImageStream): Promise<{ x: number[]; y: number[]; sizes: number[] }> {
  const all = { x: [] as number[], y: [] as number[], sizes: [] as number[] };
  for await (const { x, y } of stream) {
    all.x.push(...x.data);
    all.y.push(...y.data);
    all.sizes.push(y.data.length);
    expect(x.shape).toEqual([y.data.length, ...stream.shape]);
  }
  return all;
}

describe('imageFolder', () => {
  it('finds the classes by their folders, in order of code units, and reads in the order of files', async () => {
    const folder = await makeFolder('animals');
    await put('animals/cats/notes.txt', 'x');
    await put('animals/.hidden.png', 'x');
    const { train, validation, classes, ignored } = await data.imageFolder(pathToFileURL(folder), {
      ...SIZE,
      shuffle: false,
      batchRows: 8,
    });
    expect(classes).toEqual(['Dogs', 'cats', 'emus']);
    expect(validation).toBeUndefined();
    expect(ignored.map(nameOf)).toEqual(['cats/notes.txt']);
    expect(train.rows).toBe(36);
    expect(train.files.slice(0, 5).map(nameOf)).toEqual([
      'Dogs/0.png',
      'Dogs/1.png',
      'Dogs/10.png',
      'Dogs/2.png',
      'Dogs/4.png',
    ]);
    const { x, y, sizes } = await everything(train);
    expect(sizes).toEqual([8, 8, 8, 8, 4]);
    expect(y).toEqual(Array.from({ length: 36 }, (_, i) => Math.floor(i / 12)));
    const green = [10, 0, 20];
    train.files.forEach((path, i) => {
      const red = Number(/(\d+)\.png$/i.exec(path)![1]);
      const pixels = x.slice(30 * i, 30 * (i + 1));
      expect(pixels).toEqual(Array.from({ length: 10 }, () => [red, green[y[i]!]!, 7]).flat());
    });
  });

  it('splits and shuffles by the seed, the same each time', async () => {
    const folder = await makeFolder('split');
    const read = (options: object) => data.imageFolder(folder, { ...SIZE, batchRows: 5, ...options });
    const first = await read({ split: 0.2, seed: 3 });
    const again = await read({ split: 0.2, seed: 3 });
    const other = await read({ split: 0.2, seed: 4 });
    // As Keras: the whole part of the share.
    expect([first.train.rows, first.validation?.rows]).toEqual([29, 7]);
    const all = [...first.train.files, ...first.validation!.files];
    expect(new Set(all).size).toBe(36);
    expect(again.train.files).toEqual(first.train.files);
    expect(again.validation?.files).toEqual(first.validation?.files);
    expect(other.validation?.files).not.toEqual(first.validation?.files);
    expect(first.train.files).not.toEqual([...first.train.files].sort());
    const ordered = await read({ split: 0.2, seed: 3, shuffle: false });
    expect(ordered.train.files).toEqual([...first.train.files].sort());
    expect(await everything(again.train)).toEqual(await everything(first.train));
    const { x, y, classes } = await first.train.load();
    const streamed = await everything(first.train);
    expect([...x.data]).toEqual(streamed.x);
    expect([...y.data]).toEqual(streamed.y);
    expect(x.data.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(classes).toEqual(['Dogs', 'cats', 'emus']);
  });

  it('is what a network trains on, with the same bits as the images in memory', async () => {
    const folder = await makeFolder('train', 8);
    const { train, validation, classes } = await data.imageFolder(folder, {
      size: 4,
      split: 0.25,
      batchRows: 5,
    });
    const trained = async (input: 'stream' | 'memory') => {
      const model = sequential({
        seed: 1,
        classes: [...classes],
        layers: [
          layers.rescaling({ scale: 1 / 255, inputShape: [...train.shape] }),
          layers.flatten(),
          layers.dense({ units: 3, activation: 'softmax' }),
        ],
      });
      model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
      const options = { epochs: 3, batchSize: 4, shuffle: false, workers: 2, validationData: validation! };
      const { x, y } = await train.load();
      const named = Array.from(y.data, (label) => classes[label]!);
      const { history } =
        input === 'stream'
          ? await model.fit(train, options)
          : await model.fit(x, named, { ...options, validationData: await loaded() });
      return { history, weights: model.getWeights() };
    };
    const loaded = async (): Promise<[NdArray<Uint8Array>, string[]]> => {
      const { x, y } = await validation!.load();
      return [x, Array.from(y.data, (label) => classes[label]!)];
    };
    const [stream, memory] = [await trained('stream'), await trained('memory')];
    expect(stream.weights).toEqual(memory.weights);
    expect(stream.history.valLoss).toEqual(memory.history.valLoss);
  });

  it('names the first damaged file in its order, whichever is decoded first', async () => {
    const folder = await makeFolder('damaged', 4);
    const whole = await solid(300, 300, 1, 2, 3).jpeg().toBuffer();
    await put('damaged/cats/1.png', 'no image');
    await put('damaged/cats/0.png', whole.subarray(0, whole.length >> 1));
    const { train } = await data.imageFolder(folder, { ...SIZE, shuffle: false, batchRows: 3 });
    const seen: number[] = [];
    const reading = async () => {
      for await (const { y } of train) seen.push(...y.data);
    };
    await expect(reading()).rejects.toThrow(
      refused('ERR_DATA_FILE', '0.png', 'a whole image', 'Replace the file'),
    );
    expect(seen).toEqual([0, 0, 0]);
    for await (const { y } of train) {
      expect(y.data).toHaveLength(3);
      break;
    }
    await expect(train.load()).rejects.toThrow(refused('ERR_DATA_FILE', '0.png'));
  });

  it.each([
    ['missing', [], 'ERR_DATA_FILE', 'ENOENT'],
    ['none', ['none/x.txt'], 'ERR_EMPTY', 'a folder for each class'],
    ['beside', ['beside/x.png', 'beside/a/y.png'], 'ERR_DATA_FILE', "the image 'x.png' beside"],
    ['empty', ['empty/a/x.png', 'empty/b/x.txt'], 'ERR_DATA_FILE', 'images of its class'],
  ])('refuses the folder %s', async (name, paths, ...words) => {
    for (const path of paths) await put(path, '');
    await expect(data.imageFolder(files.path(name), SIZE)).rejects.toThrow(
      refused(...(words as [string, string])),
    );
  });

  it.each([
    [{}, 'ERR_ARGUMENT', 'size'],
    [{ size: [3] }, 'ERR_ARGUMENT', '[height, width]'],
    [{ size: 0 }, 'ERR_ARGUMENT', 'size'],
    [{ size: 4, channels: 4 }, 'ERR_ARGUMENT', 'channels'],
    [{ size: 4, split: 1 }, 'ERR_ARGUMENT', 'split'],
    [{ size: 4, split: 0.001 }, 'ERR_ARGUMENT', 'split to leave an image'],
    [{ size: 4, fit: 'crop' }, 'ERR_UNKNOWN_NAME', "Did you mean 'cover'?"],
    [{ size: 4, validationSplit: 0.2 }, 'ERR_UNKNOWN_NAME', "Did you mean 'split'?"],
    [{ size: 4, seed: -1 }, 'ERR_ARGUMENT', 'seed'],
    [{ size: 4, batchRows: 0 }, 'ERR_ARGUMENT', 'batchRows'],
    [{ size: 4, shuffle: 1 }, 'ERR_ARGUMENT', 'shuffle'],
    [{ size: 4, limits: { bytes: -1 } }, 'ERR_ARGUMENT', 'limits.bytes'],
  ])('refuses the options %j', async (options, ...words) => {
    const folder = await makeFolder('options', 1);
    await expect(data.imageFolder(folder, options as never)).rejects.toThrow(
      refused(...(words as [string, string])),
    );
  });
});

describe('readImage', () => {
  const pixelsOf = async (image: Image | Buffer, options: Partial<data.ImageOptions> = {}) => {
    const bytes = Buffer.isBuffer(image) ? image : await image.png().toBuffer();
    const { data: pixels, shape } = await data.readImage(bytes, { size: [2, 3], ...options });
    expect(shape).toEqual([1, 2, 3, options.channels ?? 3]);
    return [...pixels];
  };
  const COLOURS = [250, 0, 5, 0, 128, 0, 9, 9, 255, 1, 2, 3, 40, 50, 60, 255, 255, 255];

  it('gives the pixels as they are if the size fits', async () => {
    expect(await pixelsOf(raw(COLOURS, 3, 2))).toEqual(COLOURS);
    const path = files.path('one.png');
    await writeFile(path, await raw(COLOURS, 3, 2).png().toBuffer());
    expect([...(await data.readImage(path, { size: [2, 3] })).data]).toEqual(COLOURS);
  });

  it('repeats grey for colour, and drops what is transparent without mixing it in', async () => {
    expect(await pixelsOf(raw([1, 2, 3, 4, 5, 6], 3, 2, 1))).toEqual([
      1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6,
    ]);
    expect(await pixelsOf(solid(6, 4, 200, 10, 30, 128))).toEqual(solidPixels(200, 10, 30));
    expect(await pixelsOf(solid(6, 4, 200, 10, 30, 0))).toEqual(solidPixels(200, 10, 30));
    expect(await pixelsOf(raw([1, 2, 3, 4, 5, 6], 3, 2, 1), { channels: 1 })).toEqual([1, 2, 3, 4, 5, 6]);
  });

  const solidPixels = (...colour: number[]) => Array.from({ length: 6 }, () => colour).flat();

  it('turns a photograph upright', async () => {
    // Orientation 6: the camera was turned; the first column becomes the first row.
    const turned = raw([10, 10, 10, 20, 20, 20, 30, 30, 30, 40, 40, 40, 50, 50, 50, 60, 60, 60], 2, 3);
    const bytes = await turned.withMetadata({ orientation: 6 }).png().toBuffer();
    expect(await pixelsOf(bytes, { channels: 1 })).toEqual([50, 30, 10, 60, 40, 20]);
  });

  it('stretches, cuts or fills up', async () => {
    const wide = raw(
      Array.from({ length: 12 * 2 }, (_, i) => (i % 12 < 3 ? 0 : i % 12 < 9 ? 100 : 200)),
      12,
      2,
      1,
    );
    const size = { size: [2, 6] as const, channels: 1 as const };
    const read = async (fit: 'fill' | 'cover' | 'contain') => [
      ...(await data.readImage(await wide.png().toBuffer(), { ...size, fit })).data,
    ];
    const cut = await read('cover');
    expect(cut).toEqual(Array.from({ length: 12 }, () => 100));
    const stretched = await read('fill');
    expect([stretched[0], stretched[5]]).toEqual([0, 200]);
    const tall = await data.readImage(await solid(2, 6, 9, 9, 9).png().toBuffer(), {
      size: [6, 6],
      fit: 'contain',
      channels: 1,
    });
    expect([...tall.data.subarray(0, 6)]).toEqual([0, 0, 9, 9, 0, 0]);
  });

  it('refuses what is no image, is too large, or is nothing', async () => {
    await expect(data.readImage(Buffer.from('x'), { size: 2 })).rejects.toThrow(
      refused('ERR_DATA_FILE', "'<bytes>'"),
    );
    const large = await solid(100, 100, 1, 2, 3).png().toBuffer();
    await expect(data.readImage(large, { size: 2, limits: { bytes: 1000 } })).rejects.toThrow(
      refused('ERR_DATA_LIMIT', '1000 bytes', '4000'),
    );
    await expect(data.readImage(3 as never, { size: 2 })).rejects.toThrow(
      refused('ERR_ARGUMENT', 'path of an image'),
    );
    await expect(data.readImage('x.png', { size: 2, split: 0.5 } as never)).rejects.toThrow(
      refused('ERR_UNKNOWN_NAME', 'split'),
    );
  });
});
