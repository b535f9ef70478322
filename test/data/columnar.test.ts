import * as zlib from 'node:zlib';
import { tableFromArrays, tableFromIPC } from 'apache-arrow';
import { data } from 'steepest';
import { describe, expect, it } from 'vitest';
import fixture from '../fixtures/tables.json' with { type: 'json' };
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
const decode = (base64: string): Buffer => Buffer.from(base64, 'base64');

/** Columns of numbers with NaN, columns of text with null. */
function expected(
  values: Record<string, (number | string | null)[]>,
  text: readonly string[],
): [string, data.Column][] {
  return Object.entries(values).map(([name, column]) => [
    name,
    text.includes(name)
      ? (column as (string | null)[])
      : Float64Array.from(column, (value) => (value === null ? Number.NaN : (value as number))),
  ]);
}

function columnsOf(table: data.DataTable): [string, data.Column][] {
  // Two of the columns that pyarrow wrote are dates, wherever they are read.
  const types = table.info().text('type');
  expect(table.columnNames.filter((_, j) => types[j] === 'date')).toEqual(
    table.has('moment') ? ['day', 'moment'] : [],
  );
  return table.columnNames.map((name) => [name, table.column(name)]);
}

const ALL = expected(fixture.values, ['text', 'kind', 'silence']);
const SMALL = expected(fixture.small, ['b']);

interface Kind {
  name: 'parquet' | 'arrow';
  read: (path: string, options?: data.ColumnarOptions) => Promise<data.DataTable>;
}
const KINDS: readonly Kind[] = [
  { name: 'parquet', read: data.readParquet },
  { name: 'arrow', read: data.readArrow },
];

describe('Parquet', () => {
  it.each(Object.entries(fixture.parquet))('reads what pyarrow wrote: %s', async (_, base64) => {
    expect(columnsOf(await data.readParquet(await files.write(decode(base64))))).toEqual(ALL);
  });

  it.each(Object.entries(fixture.codecs))('reads files compressed with %s', async (codec, base64) => {
    const read = data.readParquet(await files.write(decode(base64)));
    if (codec === 'zstd' && !('zstdDecompressSync' in zlib)) {
      await expect(read).rejects.toEqual(refused('ERR_DATA_FILE', 'ZSTD'));
    } else {
      expect(columnsOf(await read)).toEqual(SMALL);
    }
  });

  it('reads decimal fractions', async () => {
    const table = await data.readParquet(await files.write(decode(fixture.decimals)));
    expect(table.column('price')).toEqual(Float64Array.of(1.25, Number.NaN));
  });
});

describe('Arrow', () => {
  it.each(Object.entries(fixture.arrow))('reads what pyarrow wrote: %s', async (_, base64) => {
    expect(columnsOf(await data.readArrow(await files.write(decode(base64))))).toEqual(ALL);
    expect(columnsOf(data.fromArrow(tableFromIPC(decode(base64))))).toEqual(ALL);
  });

  it('takes tables of apache-arrow', () => {
    const table = tableFromArrays({ a: Float32Array.of(0.5, 2), b: ['x', 'y'], c: Int32Array.of(1, -1) });
    expect(data.fromArrow(table).toRows()).toEqual([
      { a: 0.5, b: 'x', c: 1 },
      { a: 2, b: 'y', c: -1 },
    ]);
    expect(data.fromArrow(table, { columns: ['c', 'a'] }).columnNames).toEqual(['c', 'a']);
    for (const other of [null, {}, [1], 'table']) {
      expect(() => data.fromArrow(other as unknown as data.ArrowTable)).toThrow(
        refused('ERR_ARGUMENT', 'a Table'),
      );
    }
  });
});

describe.each(KINDS)('$name', ({ name: kind, read }) => {
  const bytesOf = (name: string): Buffer =>
    decode(fixture.refused.find((entry) => entry.name === name)![kind]);
  const whole = (): Buffer => decode(kind === 'parquet' ? fixture.codecs.snappy : fixture.arrow.file);

  it('selects columns, in the order asked for, and reads numbers as text', async () => {
    const path = await files.write(
      decode(kind === 'parquet' ? fixture.parquet['one row group'] : fixture.arrow.file),
    );
    const table = await read(path, { columns: ['text', 'long'], text: ['long'] });
    expect(table.toRows().slice(0, 3)).toEqual([
      { text: 'Ärger', long: '9007199254740991' },
      { text: null, long: '-9007199254740991' },
      { text: '', long: null },
    ]);
    await expect(read(path, { columns: ['txet'] })).rejects.toEqual(
      refused('ERR_UNKNOWN_NAME', path, "'double', 'single'", "Did you mean 'text'"),
    );
    await expect(read(path, { column: 'text' } as data.ColumnarOptions)).rejects.toEqual(
      refused('ERR_UNKNOWN_NAME', "'columns'"),
    );
  });

  it.each([
    ['large', '9007199254740992 at row 1'],
    ['largeUnsigned', '18446744073709551615 at row 2'],
  ])('refuses integers beyond 2^53, with column, row and hint: %s', async (name, given) => {
    const path = await files.write(bytesOf(name));
    await expect(read(path)).rejects.toEqual(
      refused(
        'ERR_DATA_FILE',
        `'${path}' column '${name}'`,
        given,
        `text: ['${name}']`,
        "largeIntegers: 'round'",
      ),
    );
    const [digits, row] = given.split(' at row ') as [string, string];
    const text = await read(path, { text: [name] });
    expect(text.column(name)[Number(row)]).toBe(digits);
    const rounded = await read(path, { largeIntegers: 'round' });
    expect(rounded.column(name)[Number(row)]).toBe(Number(digits));
    expect((await read(path, { columns: ['fine'] })).column('fine')).toEqual(Float64Array.of(1, 2, 3));
  });

  it.each(['list', 'struct'])('refuses columns that are no numbers or text: %s', async (name) => {
    const path = await files.write(bytesOf(name));
    await expect(read(path)).rejects.toEqual(
      refused('ERR_DATA_FILE', `'${path}' column '${name}'`, `pass columns without '${name}'`),
    );
    expect((await read(path, { columns: ['fine'] })).rows).toBe(3);
  });

  it('refuses two columns of one name, of which one would be lost', async () => {
    const renamed = decode(Object.values(fixture[kind])[0]!);
    for (let at = renamed.indexOf('kind'); at >= 0; at = renamed.indexOf('kind', at))
      renamed.write('text', at);
    const path = await files.write(renamed);
    await expect(read(path)).rejects.toEqual(refused('ERR_DATA_FILE', path, '"text" twice', 'pass columns'));
    await expect(read(path, { columns: ['text'] })).rejects.toEqual(refused('ERR_DATA_FILE', 'twice'));
    expect(columnsOf(await read(path, { columns: ['long'] }))).toEqual(ALL.filter(([n]) => n === 'long'));
  });

  it('refuses files without rows, cut off, of another kind, or missing', async () => {
    await expect(read(await files.write(decode(fixture.empty[kind])))).rejects.toEqual(
      refused('ERR_EMPTY', 'no rows'),
    );
    const bytes = whole();
    for (const length of [0, 3, 8, 100, bytes.length >> 1, bytes.length - 1]) {
      const path = await files.write(bytes.subarray(0, length));
      await expect(read(path), `${length} of ${bytes.length} bytes`).rejects.toEqual(
        expect.objectContaining({ name: 'SteepestError', message: expect.stringContaining(path) }),
      );
    }
    await expect(read(await files.write('a,b\n1,2\n'))).rejects.toEqual(
      expect.objectContaining({ name: 'SteepestError' }),
    );
    await expect(read(files.path('none'))).rejects.toEqual(refused('ERR_DATA_FILE', 'no such file'));
  });
});
