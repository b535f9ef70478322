import { createReadStream, openAsBlob } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { data, LinearRegression } from 'steepest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refused } from '../support/folder.js';

const TEXT = `a,town,y\n${Array.from({ length: 150 }, (_, i) => `${i / 4},"Zür${'🙂'.repeat(i % 3)}, ${i % 5}",${2 * i + 1}\n`).join('')}`;
const BYTES = Buffer.from(TEXT);
const OPTIONS: data.CsvOptions = { target: 'y', batchRows: 64 };

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steepest-sources-'));
  path = join(folder, 'table.csv');
  await writeFile(path, BYTES);
  await writeFile(`${path}.gz`, gzipSync(BYTES));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Pieces that cut characters and lines anywhere. */
function* cut<T extends { length: number; slice(begin: number, end: number): T }>(whole: T): Generator<T> {
  for (let at = 0, size = 1; at < whole.length; at += size, size = 1 + ((size * 7) % 61)) {
    yield whole.slice(at, at + size);
  }
}
const web = (pieces: Iterable<unknown>) => ReadableStream.from(pieces as Iterable<Uint8Array>);
const gz = gzipSync(BYTES);
const shared = new Uint8Array(new SharedArrayBuffer(BYTES.length));
shared.set(BYTES);

/** Everything that a table may come from, with the name that it has in messages. */
const SOURCES: [what: string, name: string, make: () => data.CsvSource | Promise<data.CsvSource>][] = [
  ['a file: URL', 'table.csv', () => pathToFileURL(path)],
  ['a Buffer', '<bytes>', () => BYTES],
  [
    'a Uint8Array within a larger buffer',
    '<bytes>',
    () => Buffer.concat([Buffer.from('x'), BYTES]).subarray(1),
  ],
  ['shared bytes', '<bytes>', () => shared],
  ['an ArrayBuffer', '<bytes>', () => new Uint8Array(BYTES).buffer],
  ['a DataView', '<bytes>', () => new DataView(new Uint8Array(BYTES).buffer)],
  ['gzipped bytes', '<bytes>', () => gz],
  ['{ text }', '<text>', () => ({ text: TEXT })],
  ['{ text } with a byte order mark', '<text>', () => ({ text: `\ufeff${TEXT}` })],
  ['a Blob', '<blob>', () => new Blob([BYTES])],
  ['a gzipped Blob', '<blob>', () => new Blob([gz])],
  ['a Blob of a file', '<blob>', () => openAsBlob(path)],
  ['a Response', '<response>', () => new Response(BYTES)],
  ['a read stream', 'table.csv', () => createReadStream(path)],
  ['a gzipped read stream', 'table.csv.gz', () => createReadStream(`${path}.gz`)],
  ['a Readable of pieces', '<stream>', () => Readable.from(cut(BYTES))],
  ['a Readable of gzipped pieces', '<stream>', () => Readable.from(cut(gz))],
  [
    'an async generator of gzipped pieces of which some are empty',
    '<stream>',
    async function* () {
      for (const piece of cut(gz)) yield* [new Uint8Array(0), Buffer.alloc(0), piece];
    } as unknown as () => data.CsvSource,
  ],
  ['a Readable of text', '<stream>', () => Readable.from(cut(TEXT))],
  ['a ReadableStream', '<stream>', () => web(cut(BYTES))],
  [
    'an async generator',
    '<stream>',
    async function* () {
      yield* cut(BYTES);
    } as unknown as () => data.CsvSource,
  ],
];

describe.each(SOURCES)('data.csv of %s', (_, name, make) => {
  it('is read as the file is, in every way and as often as wanted', async () => {
    const file = data.csv(path, OPTIONS);
    const table = await file.table();
    const made = data.csv(await make(), OPTIONS);
    expect(made.path.endsWith(name)).toBe(true);
    expect(await made.schema()).toEqual(await file.schema());
    for (let round = 0; round < 2; round++) {
      expect((await made.table()).toRows()).toEqual(table.toRows());
      expect(await made.load()).toEqual(await file.load());
      const shapes: unknown[] = [];
      for await (const { x } of made) shapes.push(x.shape);
      expect(shapes).toEqual([
        [64, 2],
        [64, 2],
        [22, 2],
      ]);
    }
  });
});

describe('data.csv of sources that are read once', () => {
  it('trains for several epochs on a stream', async () => {
    const line = Array.from({ length: 300 }, (_, i) => `${i},${3 * i - 2}\n`);
    const stream = Readable.from([Buffer.from(`a,y\n${line.join('')}`)]);
    const { coef, intercept } = await new LinearRegression().fit(data.csv(stream, { target: 'y' }));
    expect(coef.data[0]).toBeCloseTo(3, 9);
    expect(intercept[0]).toBeCloseTo(-2, 7);
  });

  it('reads a Response of fetch, and refuses one without success or already read', async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/table.csv' ? 200 : 404;
      response.end(BYTES);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const made = data.csv(await fetch(`${base}/table.csv`), OPTIONS);
      expect(made.path).toBe(`${base}/table.csv`);
      expect((await made.table()).rows).toBe(150);
      const missing = await fetch(`${base}/other.csv`);
      expect(() => data.csv(missing)).toThrow(refused('ERR_DATA_FILE', '/other.csv', 'status 404'));
      await missing.text();
      const read = await fetch(`${base}/table.csv`);
      await read.text();
      expect(() => data.csv(read)).toThrow(refused('ERR_ARGUMENT', 'a Response that was read', '{ text }'));
      for (const address of [`${base}/table.csv`, new URL(`${base}/table.csv`)]) {
        expect(() => data.csv(address)).toThrow(refused('ERR_ARGUMENT', 'await fetch('));
      }
    } finally {
      server.close();
    }
  });

  it('keeps no more than limits.bytes, and names the limit', async () => {
    const stream = Readable.from(cut(BYTES));
    await expect(data.csv(stream, { limits: { bytes: 1000 } }).table()).rejects.toThrow(
      refused('ERR_DATA_LIMIT', "'<stream>'", '1000 bytes'),
    );
    expect(stream.destroyed).toBe(true);
  });

  it('gives up a stream that hangs after limits.timeMs, and lets go of it', async () => {
    const stream = new PassThrough();
    stream.write('a,b\n1,2\n');
    await expect(data.csv(stream, { limits: { timeMs: 30 } }).table()).rejects.toThrow(
      refused('ERR_DATA_LIMIT', "'<stream>'", '30 ms'),
    );
    expect(stream.destroyed).toBe(true);
  });

  it('says so each time if the stream fails', async () => {
    const stream = new Readable({
      read() {
        this.destroy(new Error('the line is down'));
      },
    });
    const dataset = data.csv(stream);
    for (let round = 0; round < 2; round++) {
      await expect(dataset.table()).rejects.toThrow(
        refused('ERR_DATA_FILE', "'<stream>'", 'the line is down'),
      );
    }
  });

  it('refuses a stream that somebody has read, reads or ended', async () => {
    const ended = Readable.from([BYTES]);
    await ended.toArray();
    const locked = web([BYTES]);
    locked.getReader();
    for (const stream of [ended, locked]) {
      expect(() => data.csv(stream)).toThrow(refused('ERR_ARGUMENT', 'a stream that nobody has read'));
    }
  });

  it('refuses what is neither bytes nor text', async () => {
    const rows = Readable.from([{ x: [1], y: 2 }]);
    await expect(data.csv(rows).table()).rejects.toThrow(refused('ERR_DATA_FILE', 'bytes or text'));
  });
});

describe('data.csv of wrong sources', () => {
  it.each([
    ['a,b\n1,2\n', '{ text: … }'],
    [Promise.resolve(BYTES), 'await'],
    [['a,b', '1,2'], 'lines.join'],
    [Float32Array.of(1), 'a path, a file: URL, bytes'],
    [3, 'a path, a file: URL, bytes'],
    [undefined, 'a path, a file: URL, bytes'],
    [null, 'a path, a file: URL, bytes', 'null'],
    ['', 'a path or a file: URL', 'Name a file'],
    ['file:///x', 'new URL('],
    [`https://${'x'.repeat(1e7)}`, 'await fetch('],
    ['s3://bucket/x', 'Download it'],
    [{ text: 3 }, 'text to be a string'],
  ])('refuses %s', (source, ...words) => {
    expect(() => data.csv(source as unknown as string)).toThrow(
      refused('ERR_ARGUMENT', ...(words as string[])),
    );
  });

  it('suggests the key', () => {
    expect(() => data.csv({ txt: 'a' } as unknown as { text: string })).toThrow(
      refused('ERR_UNKNOWN_NAME', "Did you mean 'text'?"),
    );
  });

  it('takes no encoding beside text, and replaces no half of a character', async () => {
    const latin1 = { encoding: 'latin1' };
    expect(() => data.csv({ text: TEXT }, latin1)).toThrow(refused('ERR_ARGUMENT', 'no encoding for text'));
    await expect(data.csv(Readable.from(['a\n1\n']), latin1).table()).rejects.toThrow(
      refused('ERR_ARGUMENT', 'no encoding for text'),
    );
    expect(() => data.csv({ text: 'a\n\ud83d\n' })).toThrow(refused('ERR_DATA_FILE', 'position 2'));
    await expect(data.csv(Readable.from(['a\n', 'x\ud83d'])).table()).rejects.toThrow(
      refused('ERR_DATA_FILE', 'half a character'),
    );
  });

  it('reads bytes of another encoding, and names the line of a wrong one', async () => {
    const bytes = Buffer.from('town,n\nZürich,1\n', 'latin1');
    expect((await data.csv(bytes, { encoding: 'latin1' }).table()).text('town')).toEqual(['Zürich']);
    for (const source of [bytes, Readable.from([bytes]), new Blob([bytes])]) {
      await expect(data.csv(source).table()).rejects.toThrow(
        refused('ERR_DATA_FILE', 'line 2', '0xfc', 'Zürich'),
      );
    }
  });
});
