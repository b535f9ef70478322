import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as arrow from 'apache-arrow';
import { data } from 'steepest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ReadDataOptions, readData, type TableData } from '#steepest/cli/readData.js';
import { DataTable } from '#steepest/data/dataTable.js';
import { ROOT } from '../support/trackedFiles.js';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'steepest-read-data-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const put = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(home, name), content);
  return join(home, name);
};
const table = async (path: string, options?: ReadDataOptions): Promise<TableData> =>
  (await readData(path, options)) as TableData;
const error = (path: string, options?: ReadDataOptions) =>
  readData(path, options).then(
    () => expect.fail('it was read'),
    (reason: unknown) => reason as Error & { code: string; hint: string },
  );

const CSV = 'name,n,day\na,1,2024-01-31\nb,,2024-02-29\n';

describe('readData of CSV', () => {
  it.each<[string, string, string | Uint8Array]>([
    ['plain', 'plain.csv', CSV],
    ['gzipped', 'packed.csv.gz', gzipSync(CSV)],
    ['with tabs', 'tabs.tsv', CSV.replaceAll(',', '\t')],
    ['with semicolons', 'semicolons.csv', CSV.replaceAll(',', ';')],
    ['of an unknown ending', 'table.xyz', CSV],
    [
      'with quotes and the line ends of Windows',
      'w.csv',
      '"name","n","day"\r\n"a",1,2024-01-31\r\n"b",,2024-02-29\r\n',
    ],
  ])('finds names, types and dates: %s', async (_, name, content) => {
    const { table: read, reading } = await table(put(name, content));
    expect(read.columnNames).toEqual(['name', 'n', 'day']);
    expect(read.text('name')).toEqual(['a', 'b']);
    expect([...read.numbers('n')]).toEqual([1, Number.NaN]);
    expect([...read.numbers('day')]).toEqual([Date.UTC(2024, 0, 31), Date.UTC(2024, 1, 29)]);
    expect(reading).toEqual({ types: { name: 'text', n: 'number' }, dates: { day: '' } });
  });

  it('reads standard input', () => {
    const module = pathToFileURL(join(ROOT, 'dist/esm/cli/readData.js')).href;
    const program = `import { readData } from ${JSON.stringify(module)}; const { table, source } = await readData('-'); console.log(source, table.rows);`;
    const run = (input: string | Uint8Array) =>
      spawnSync(process.execPath, ['--input-type=module', '-e', program], { input, encoding: 'utf8' });
    expect(run(gzipSync(CSV)).stdout).toBe('<stdin> 2\n');
    expect(run('').stderr).toContain('ERR_EMPTY');
  });

  it('takes what other files were read with: types, formats of dates, missing texts', async () => {
    const first = put('first.csv', 'zip,day,n\nA1,31.12.2024,1\nB2,01.02.2024,2\n09,03.02.2024,?\n');
    const { reading, notes } = await table(
      put('more.csv', `zip,day,n\nA1,31.12.2024,1\nB2,01.02.2024,2\nC3,03.02.2024,3\nD4,03.02.2024,?\n`),
    );
    expect(reading).toEqual({
      types: { zip: 'text', n: 'number' },
      dates: { day: '%d.%m.%Y' },
      missing: ['?'],
    });
    expect(notes).toEqual(["'?' in 'n' is read as missing"]);
    const again = await table(first, { reading });
    expect(again.table.text('zip')).toEqual(['A1', 'B2', '09']);
    expect(again.table.numbers('day')[1]).toBe(Date.UTC(2024, 1, 1));
    expect(again.table.numbers('n')[2]).toBeNaN();
    expect(again.reading).toEqual(reading);
  });

  it('reads decimal commas, and says so', async () => {
    const { table: read, notes } = await table(put('comma.csv', 'a;b\n1,5;x\n-2,25;y\n'));
    expect([...read.numbers('a')]).toEqual([1.5, -2.25]);
    expect(notes).toEqual(['columns are separated by semicolons, and numbers have a decimal comma']);
  });

  it('keeps integers that float64 cannot hold as text', async () => {
    const { table: read } = await table(put('ids.csv', 'id\n9007199254740993\n1\n'));
    expect(read.text('id')).toEqual(['9007199254740993', '1']);
  });

  it('does not guess the order of day and month', async () => {
    const { table: read, notes } = await table(put('days.csv', 'd\n01/02/2024\n03/04/2024\n'));
    expect(read.text('d')).toEqual(['01/02/2024', '03/04/2024']);
    expect(notes[0]).toContain("--dates 'd=%d/%m/%Y'");
    const told = await table(join(home, 'days.csv'), { reading: { dates: { d: '%m/%d/%Y' } } });
    expect(told.table.numbers('d')[0]).toBe(Date.UTC(2024, 0, 2));
  });

  it('reads a file without names, and chosen columns', async () => {
    const path = put('bare.csv', '1,2\n3,4\n');
    expect((await error(path)).hint).toContain('--header no');
    const { table: read } = await table(path, { reading: { header: false }, columns: ['column1'] });
    expect(read.columnNames).toEqual(['column1']);
    expect((await error(path, { reading: { header: false }, columns: ['colum1'] })).hint).toContain(
      "'column1'",
    );
  });

  it.each<[string, string, string | Uint8Array, string, RegExp]>([
    [
      'text among numbers',
      'x.csv',
      `a\n${'1\n2\n3\n4\n'.repeat(5)}abc\n`,
      'ERR_DATA_FILE',
      /line 22.*--categorical 'a'/,
    ],
    ['numbers with marks', 'p.csv', 'price\n"1.234,50 €"\n"99,90 €"\n', 'ERR_DATA_FILE', /--drop 'price'/],
    ['another encoding', 'l.csv', Buffer.from('a,b\nZ\xfcrich,1\n', 'latin1'), 'ERR_DATA_FILE', /--encoding/],
    ['an empty file', 'e.csv', '', 'ERR_EMPTY', /empty file/],
    ['a header alone', 'h.csv', 'a,b\n', 'ERR_EMPTY', /header only/],
    ['a short row', 'r.csv', 'a,b\n1\n', 'ERR_RAGGED', /line 2/],
    ['JSON', 'j.csv', '[{"a": 1}]', 'ERR_DATA_FILE', /given JSON/],
    ['a picture', 'i.csv', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), 'ERR_DATA_FILE', /PNG/],
    ['a Parquet file', 'q.csv', 'PAR1----PAR1', 'ERR_DATA_FILE', /--format parquet/],
  ])('refuses %s', async (_, name, content, code, message) => {
    const reason = await error(put(name, content));
    expect(reason.code).toBe(code);
    expect(reason.message).toMatch(message);
  });
});

describe('readData of other formats', () => {
  it('reads Arrow, with its dates', async () => {
    const given = new DataTable({ a: [1, 2], day: [new Date(0), null], t: ['x', null] });
    const path = put('table.arrow', arrow.tableToIPC(given.toArrow(arrow), 'file'));
    const read = await table(path);
    expect(read).toMatchObject({ kind: 'table', format: 'arrow', reading: {}, notes: [] });
    expect(read.table.toRows()).toEqual(given.toRows());
    expect((await table(path, { columns: ['t'] })).table.columnNames).toEqual(['t']);
  });

  it('reads arrays by name', async () => {
    const x = { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] };
    const y = { data: Int32Array.of(0, 1), shape: [2] };
    await data.writeNpz(join(home, 'xy.npz'), { x, y });
    await data.writeNpy(join(home, 'x.npy'), x);
    expect(await readData(join(home, 'xy.npz'))).toMatchObject({ kind: 'arrays', arrays: { x, y } });
    expect(await readData(join(home, 'x.npy'))).toMatchObject({ kind: 'arrays', arrays: { x } });
    await data.writeNpz(join(home, 'named.csv'), { x });
    expect((await error(join(home, 'named.csv'))).hint).toContain('--format npz');
    expect(await readData(join(home, 'xy.npz'), { format: 'npz' })).toMatchObject({ format: 'npz' });
  });

  it('refuses a path that is not there, a folder for a file, and other formats on standard input', async () => {
    mkdirSync(join(home, 'empty'));
    expect((await error(join(home, 'absent.csv'))).code).toBe('ERR_DATA_FILE');
    expect((await error(join(home, 'empty'), { format: 'csv' })).message).toContain('a folder');
    expect((await error(put('one.csv', CSV), { format: 'images' })).message).toContain('a folder of images');
    expect((await error('-', { format: 'parquet' })).code).toBe('ERR_ARGUMENT');
  });
});
