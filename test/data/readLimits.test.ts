import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { data } from 'steepest';
import { beforeAll, describe, expect, it } from 'vitest';
import fixture from '../fixtures/tables.json' with { type: 'json' };
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();

/** Every function of `data` that reads files. */
interface Reader {
  name: keyof typeof data;
  /** Reads a good file. */
  read: (options?: object) => Promise<unknown>;
  /** Bytes that its contents are sure not to fit in, and some in which they do. */
  tooFew: number;
  enough: number;
}

/** IDX: two zeros, uint8, a rank, the dimensions and the elements. */
function idx(shape: readonly number[]): Buffer {
  const sizes = Buffer.alloc(4 * shape.length);
  shape.forEach((size, i) => void sizes.writeUInt32BE(size, 4 * i));
  return Buffer.concat([
    Buffer.from([0, 0, 8, shape.length]),
    sizes,
    Buffer.alloc(shape.reduce((a, b) => a * b)),
  ]);
}

const RECORD = 3073;
const IMAGE = 28 * 28;
const table = (text: string): Buffer => Buffer.from(text, 'base64');

/** What these tests use of sharp. */
type Sharp = (bytes: Buffer, options: object) => { png(): { toBuffer(): Promise<Buffer> } };

beforeAll(async () => {
  await files.write(gzipSync('a,b\n1,2\n3,4\n'), 'table.csv.gz');
  await data.writeNpy(files.path('x.npy'), { data: new Float64Array(100), shape: [100] });
  await data.writeNpz(files.path('x.npz'), { x: { data: new Float64Array(100), shape: [100] } });
  await data.writeSafetensors(files.path('x.safetensors'), {
    x: { data: new Float64Array(100), shape: [100] },
  });
  await files.write(gzipSync(idx([10, 10])), 'x.idx');
  await files.write(Buffer.alloc(2 * RECORD), 'x.bin');
  await files.write(table(fixture.codecs.gzip), 'x.parquet');
  await files.write(table(fixture.arrow.file), 'x.arrow');
  const sharp = createRequire(import.meta.url)('sharp') as Sharp;
  const pixels = { width: 20, height: 10, channels: 3 };
  await files.write(await sharp(Buffer.alloc(600), { raw: pixels }).png().toBuffer(), 'x.png');
  await mkdir(files.path('mnist'));
  await mkdir(files.path('cifar'));
  for (const split of ['train', 't10k']) {
    await writeFile(files.path(`mnist/${split}-images-idx3-ubyte`), idx([2, 28, 28]));
    await writeFile(files.path(`mnist/${split}-labels-idx1-ubyte`), idx([2]));
  }
  await writeFile(files.path('cifar/data_batch_1.bin'), Buffer.alloc(RECORD));
  await writeFile(files.path('cifar/test_batch.bin'), Buffer.alloc(RECORD));
});

const READERS: readonly Reader[] = [
  {
    name: 'csv',
    read: async (options) => data.csv(files.path('table.csv.gz'), options).load(),
    tooFew: 11,
    enough: 12,
  },
  { name: 'readNpy', read: (o) => data.readNpy(files.path('x.npy'), o), tooFew: 799, enough: 800 },
  { name: 'readNpz', read: (o) => data.readNpz(files.path('x.npz'), o), tooFew: 799, enough: 1000 },
  {
    name: 'readSafetensors',
    read: (o) => data.readSafetensors(files.path('x.safetensors'), o),
    tooFew: 799,
    enough: 1000,
  },
  { name: 'readIdx', read: (o) => data.readIdx(files.path('x.idx'), o), tooFew: 99, enough: 100 },
  { name: 'loadMnist', read: (o) => data.loadMnist(files.path('mnist'), o), tooFew: 1, enough: 2 * IMAGE },
  {
    name: 'readCifar10',
    read: (o) => data.readCifar10(files.path('x.bin'), o),
    tooFew: 2 * RECORD - 1,
    enough: 2 * RECORD,
  },
  { name: 'loadCifar10', read: (o) => data.loadCifar10(files.path('cifar'), o), tooFew: 1, enough: RECORD },
  { name: 'readParquet', read: (o) => data.readParquet(files.path('x.parquet'), o), tooFew: 1, enough: 1e5 },
  {
    name: 'readImage',
    read: async (o) => data.readImage(files.path('x.png'), { size: 4, ...o }),
    tooFew: 799,
    enough: 800,
  },
  { name: 'readArrow', read: (o) => data.readArrow(files.path('x.arrow'), o), tooFew: 1, enough: 1e5 },
];

describe('limits', () => {
  it('are here tested for every reader', () => {
    const readers = Object.keys(data).filter((name) => /^(?:read|load|csv$)/.test(name));
    expect(READERS.map(({ name }) => name).sort()).toEqual(readers.sort());
  });

  describe.each(READERS)('of $name', ({ read, tooFew, enough }) => {
    it('let a file take what it takes', async () => {
      const limits = { bytes: enough, timeMs: 60_000 };
      expect(await read({ limits })).toEqual(await read());
      expect(
        await read({ limits: { bytes: Number.POSITIVE_INFINITY, timeMs: Number.POSITIVE_INFINITY } }),
      ).toEqual(await read());
    });

    it('end a read that takes more memory or time', async () => {
      await expect(read({ limits: { bytes: tooFew } })).rejects.toEqual(
        refused('ERR_DATA_LIMIT', files.path(''), `unpack to at most ${tooFew} bytes`, 'limits: { bytes:'),
      );
      await expect(read({ limits: { timeMs: 1e-6 } })).rejects.toEqual(
        refused('ERR_DATA_LIMIT', files.path(''), 'read within 0.000001 ms', 'limits: { timeMs:'),
      );
    });

    it.each<[unknown, string, ...string[]]>([
      [{ bytes: 0 }, 'ERR_ARGUMENT', 'limits.bytes'],
      [{ bytes: 1.5 }, 'ERR_ARGUMENT', 'limits.bytes'],
      [{ bytes: '1' }, 'ERR_ARGUMENT', 'limits.bytes'],
      [{ timeMs: 0 }, 'ERR_ARGUMENT', 'limits.timeMs'],
      [{ timeMs: Number.NaN }, 'ERR_ARGUMENT', 'limits.timeMs'],
      [{ timeout: 1 }, 'ERR_UNKNOWN_NAME', "'timeMs'"],
      [{ maxBytes: 1 }, 'ERR_UNKNOWN_NAME', "'bytes'"],
      [5, 'ERR_ARGUMENT', 'limits'],
    ])('%o are refused', async (limits, code, ...words) => {
      await expect((async () => read({ limits }))()).rejects.toEqual(refused(code, ...words));
    });

    it('have no other name', async () => {
      await expect((async () => read({ limit: {} }))()).rejects.toEqual(
        refused('ERR_UNKNOWN_NAME', "'limit'", "Did you mean 'limits'"),
      );
    });
  });

  it('of batches count no time of those who take them, and no memory unless told to', async () => {
    const path = await files.write(`a\n${'1\n'.repeat(1000)}`);
    const all = data.csv(path, { batchRows: 100, limits: { timeMs: 1500 } });
    let rows = 0;
    for await (const { x } of all) {
      rows += x.shape[0]!;
      if (rows <= 200) await new Promise((resolve) => setTimeout(resolve, 800));
    }
    expect(rows).toBe(1000);
    const few = data.csv(path, { batchRows: 100, limits: { bytes: 100 } });
    await expect(few[Symbol.asyncIterator]().next()).rejects.toEqual(
      refused('ERR_DATA_LIMIT', path, 'at most 100 bytes'),
    );
  });
});
