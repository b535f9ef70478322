import { readFile } from 'node:fs/promises';
import type { Worker } from 'node:worker_threads';
import { data, shutdown } from 'steepest';
import { describe, expect, it } from 'vitest';
import { changeBytes } from '../../scripts/fuzz/lib/bytes.mjs';
import { drawFrom, oneOf } from '../../scripts/fuzz/lib/draw.mjs';
import fixture from '../fixtures/tables.json' with { type: 'json' };
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
const decode = (base64: string): Buffer => Buffer.from(base64, 'base64');
const fixtureFile = (name: string) => readFile(new URL(`../fixtures/${name}`, import.meta.url));

interface Kind {
  name: 'parquet' | 'arrow';
  read: (path: string | URL, options?: data.ColumnarOptions & { limits?: object }) => Promise<data.DataTable>;
  seeds: readonly Buffer[];
}
const refusedFiles = (name: Kind['name']) => fixture.refused.map((entry) => decode(entry[name]));
const KINDS: readonly Kind[] = [
  {
    name: 'parquet',
    read: data.readParquet,
    seeds: [
      ...Object.values(fixture.parquet).map(decode),
      ...Object.values(fixture.codecs).map(decode),
      ...refusedFiles('parquet'),
    ],
  },
  {
    name: 'arrow',
    read: data.readArrow,
    seeds: [...Object.values(fixture.arrow).map(decode), ...refusedFiles('arrow')],
  },
];

/** Milliseconds that the whole process computes while `work` goes on. */
async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe.each(KINDS)('damaged files: $name', ({ name, read, seeds }) => {
  const hangs = name === 'arrow' ? ['hang-arrow.bin', 'hang-arrow-kind.bin'] : ['hang-parquet.bin'];
  it.each(hangs)('ends where the package that reads would not: %s', async (hang) => {
    const path = await files.write(await fixtureFile(hang));
    const ms = await cpuOf(() => expect(read(path)).rejects.toEqual(refused('ERR_DATA_FILE', path)));
    expect(ms).toBeLessThan(2000);
  });

  it('is a table or an error of ours, whatever is changed in it', async () => {
    const hang = await fixtureFile(hangs[0]!);
    for (let count = 0; count < 250; count++) {
      const draw = drawFrom(7, count);
      const bytes = changeBytes(draw, oneOf(draw, [...seeds, hang]));
      const path = await files.write(bytes, `mutated.${name}`);
      const end = await read(path).then(
        () => 'a table',
        (error: Error) => error.name,
      );
      expect(['a table', 'SteepestError'], `file ${count}`).toContain(end);
    }
  });

  it('is read in a thread, which the next file has too', async () => {
    const path = await files.write(seeds[0]!);
    const started: Worker[] = [];
    const count = (worker: Worker): number => started.push(worker);
    await shutdown();
    process.on('worker', count);
    try {
      for (let i = 0; i < 5; i++) expect((await read(path)).rows).toBeGreaterThan(0);
    } finally {
      process.off('worker', count);
    }
    expect(started).toHaveLength(1);
  });

  it('takes no more time and memory than it may', async () => {
    const path = await files.write(seeds[0]!);
    await expect(read(path, { limits: { timeMs: 1e-3 } })).rejects.toEqual(
      refused('ERR_DATA_LIMIT', path, 'within 0.001 ms', 'limits: { timeMs:'),
    );
    await expect(read(path, { limits: { bytes: 1 } })).rejects.toEqual(
      refused('ERR_DATA_LIMIT', path, 'at most 1 bytes', 'limits: { bytes:'),
    );
    const table = await read(path, { limits: { timeMs: 60_000, bytes: 100_000 } });
    expect(table.columnNames).toEqual((await read(path)).columnNames);
  });

  it('keeps code, words and cause of errors', async () => {
    const error = await read(await files.write(seeds[0]!.subarray(0, -3))).then(
      () => expect.fail('was read'),
      (thrown) => thrown,
    );
    expect(error).toBeInstanceOf(Error);
    expect(Object.keys(error)).toEqual(expect.arrayContaining(['code', 'expected', 'given', 'hint']));
    const missing = await read(files.path('none')).catch((thrown) => thrown);
    expect(missing.cause).toMatchObject({ code: 'ENOENT', syscall: 'open', path: files.path('none') });
    expect(missing.cause).toBeInstanceOf(Error);
    expect(missing.stack).toContain('damagedTables.test.ts');
  });

  it('reads many files at once', async () => {
    const paths = await Promise.all(seeds.slice(0, 2).map((bytes, i) => files.write(bytes, `${name}${i}`)));
    const all = await Promise.all(Array.from({ length: 12 }, (_, i) => read(paths[i % paths.length]!)));
    expect(all.every(({ rows }) => rows > 0)).toBe(true);
  });
});
