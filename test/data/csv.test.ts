import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { data } from 'steepest';
import { describe, expect, it } from 'vitest';
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
const NaNs = Number.NaN;

async function batchesOf(dataset: data.CsvDataset, batchRows?: number): Promise<data.CsvBatch[]> {
  const batches: data.CsvBatch[] = [];
  for await (const batch of dataset.batches(batchRows)) batches.push(batch);
  return batches;
}

const PEOPLE = [
  'name,age,city,income',
  'Ann,31,Oslo,5.5',
  'Bob,NA,Rome,-1e3',
  '"Cy, the ""elder""",77,"New\nYork",',
  'Di,4,Oslo,0.125',
  '',
].join('\n');

describe('csv', () => {
  it('reads a table with numbers, text, quotes and missing values', async () => {
    const table = await data.csv(await files.write(PEOPLE)).table();
    expect(table.columnNames).toEqual(['name', 'age', 'city', 'income']);
    expect(table.column('name')).toEqual(['Ann', 'Bob', 'Cy, the "elder"', 'Di']);
    expect(table.column('age')).toEqual(Float64Array.of(31, NaNs, 77, 4));
    expect(table.column('city')).toEqual(['Oslo', 'Rome', 'New\nYork', 'Oslo']);
    expect(table.column('income')).toEqual(Float64Array.of(5.5, -1000, NaNs, 0.125));
  });

  it('loads x, y, names and categories, over shared memory', async () => {
    const matrix = await data
      .csv(await files.write(PEOPLE), {
        target: 'age',
        exclude: ['name'],
        missing: ['', 'x'],
        types: { age: 'category' },
      })
      .load();
    expect(matrix.columnNames).toEqual(['city', 'income']);
    expect(matrix.x).toEqual({
      data: Float64Array.of(0, 5.5, 1, -1000, 2, NaNs, 0, 0.125),
      shape: [4, 2],
    });
    expect(matrix.x.data.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(matrix.categories).toEqual({ city: ['Oslo', 'Rome', 'New\nYork'] });
    expect(matrix.y).toEqual({ data: Int32Array.of(0, 1, 2, 3), shape: [4] });
    expect(matrix.classes).toEqual(['31', 'NA', '77', '4']);
  });

  it('infers types from the first rows', async () => {
    const path = await files.write('a,b,c,y\n1,x,2.5,0\n2,7,NA,1\n3,y,1,1\n');
    const schema = await data.csv(path, { target: 'y' }).schema();
    expect(schema).toEqual({
      columns: [
        { name: 'a', type: 'number', role: 'feature' },
        { name: 'b', type: 'category', role: 'feature', categories: ['x', '7', 'y'] },
        { name: 'c', type: 'number', role: 'feature' },
        { name: 'y', type: 'integer', role: 'target' },
      ],
      featureNames: ['a', 'b', 'c'],
      targetNames: ['y'],
    });
  });

  it('gives batches of the rows asked for, again at each pass', async () => {
    const rows = Array.from({ length: 10 }, (_, i) => `${i},${i * i}`);
    for (const end of ['\n', '\r\n']) {
      for (const last of ['', end]) {
        const path = await files.write(`a,y${end}${rows.join(end)}${last}`);
        const dataset = data.csv(path, { target: 'y', batchRows: 4 });
        for (let epoch = 0; epoch < 2; epoch++) {
          const batches: data.CsvBatch[] = [];
          for await (const batch of dataset) batches.push(batch);
          expect(batches.map(({ x }) => x.shape)).toEqual([
            [4, 1],
            [4, 1],
            [2, 1],
          ]);
          expect(batches[2]).toEqual({
            x: { data: Float64Array.of(8, 9), shape: [2, 1] },
            y: { data: Float64Array.of(64, 81), shape: [2] },
          });
        }
        expect((await batchesOf(dataset, 10)).length).toBe(1);
      }
    }
  });

  it('gives the same from a gzipped file, a URL and a file with a byte order mark', async () => {
    const plain = await data.csv(await files.write(PEOPLE)).table();
    const zipped = await files.write(gzipSync(PEOPLE), 'people.csv.gz');
    expect((await data.csv(zipped).table()).toRows()).toEqual(plain.toRows());
    expect((await data.csv(pathToFileURL(zipped)).table()).toRows()).toEqual(plain.toRows());
    const marked = await files.write(`\ufeff${PEOPLE}`);
    expect((await data.csv(marked).table()).toRows()).toEqual(plain.toRows());
    expect(() => data.csv(new URL('https://example.org/a.csv'))).toThrow(
      refused('ERR_ARGUMENT', 'await fetch'),
    );
  });

  it('reads files of many chunks alike, whatever their quotes', async () => {
    const rows = Array.from({ length: 150_000 }, (_, i) => `${i},${i / 8},w${i % 3}`);
    const path = await files.write(`a,b,c\n${rows.join('\n')}\n`);
    const quoted = await files.write(`a,b,c\n${rows.join('\n').replace('140000,', '"140000",')}\n`);
    const zipped = await files.write(gzipSync(`a,b,c\n${rows.join('\r\n')}`));
    for (const file of [path, quoted, zipped]) {
      const { x, categories } = await data.csv(file).load();
      expect(x.shape).toEqual([150_000, 3]);
      let wrong = 0;
      for (let i = 0; i < 150_000; i++) {
        if (x.data[3 * i] !== i || x.data[3 * i + 1] !== i / 8 || x.data[3 * i + 2] !== i % 3) wrong++;
      }
      expect(wrong).toBe(0);
      expect(categories).toEqual({ c: ['w0', 'w1', 'w2'] });
      const batches = await batchesOf(data.csv(file), 60_000);
      expect(batches.map((batch) => batch.x.shape[0])).toEqual([60_000, 60_000, 30_000]);
      expect(batches[2]!.x.data[0]).toBe(120_000);
    }
  });

  it('reads lines longer than a chunk', async () => {
    const columns = 200_000;
    const names = Array.from({ length: columns }, (_, j) => `c${j}`).join(',');
    const row = (sign: string): string =>
      Array.from({ length: columns }, (_, j) => `${sign}${j}.5`).join(',');
    const path = await files.write(`${names}\n${row('')}\n${row('-')}`);
    const { x } = await data.csv(path, { sampleRows: 1 }).load();
    expect(x.shape).toEqual([2, columns]);
    expect([x.data[0], x.data[columns - 1], x.data[columns], x.data[2 * columns - 1]]).toEqual([
      0.5,
      columns - 0.5,
      -0.5,
      0.5 - columns,
    ]);
  });

  it('takes any delimiter and a decimal comma', async () => {
    const expected = [
      { a: 1.5, b: 'x' },
      { a: -2, b: 'y z' },
    ];
    const rowsOf = async (text: string, options: data.CsvOptions) =>
      (await data.csv(await files.write(text), options).table()).toRows();
    expect(await rowsOf('a;b\n1,5;x\n-2;y z\n', { delimiter: ';', decimal: ',' })).toEqual(expected);
    expect(await rowsOf('a\tb\n1.5\tx\n-2\ty z\n', { delimiter: '\t' })).toEqual(expected);
    expect(await rowsOf('a||b\n1.5||x\n-2||y z\n', { delimiter: '||' })).toEqual(expected);
    expect(await rowsOf('a·b\n1.5·x\n-2·y z\n', { delimiter: '·' })).toEqual(expected);
    const thousands = await files.write('a;b\n1,5;x\n1.000;y\n2;z\n');
    await expect(data.csv(thousands, { delimiter: ';', decimal: ',' }).table()).rejects.toEqual(
      refused('ERR_DATA_FILE', "line 3, column 'a' (1)", '1.000'),
    );
  });

  it('reads files without a header', async () => {
    const path = await files.write('1,2\n3,4\n');
    await expect(data.csv(path).load()).rejects.toEqual(
      refused('ERR_DATA_FILE', 'numbers only', 'header: false'),
    );
    const bare = await data.csv(path, { header: false, target: 'column1' }).load();
    expect(bare.x.data).toEqual(Float64Array.of(1, 3));
    expect(bare.columnNames).toEqual(['column0']);
    const named = await data.csv(path, { header: ['p', 'q'] }).load();
    expect(named.columnNames).toEqual(['p', 'q']);
    expect((await data.csv(path, { header: true }).load()).x.shape).toEqual([1, 2]);
  });

  it('selects columns in the order asked for, and several targets', async () => {
    const path = await files.write('a,b,c,d\n1,2,3,4\n5,6,7,8\n');
    const { x, y, columnNames } = await data.csv(path, { columns: ['d', 'a'], target: ['c', 'b'] }).load();
    expect(columnNames).toEqual(['d', 'a']);
    expect(x.data).toEqual(Float64Array.of(4, 1, 8, 5));
    expect(y).toEqual({ data: Float64Array.of(3, 2, 7, 6), shape: [2, 2] });
    const table = await data.csv(path, { columns: ['d', 'a'], target: 'c' }).table();
    expect(table.toRows()).toEqual([
      { d: 4, a: 1, c: 3 },
      { d: 8, a: 5, c: 7 },
    ]);
  });

  it('keeps the order of given categories and adds new ones when it reads the whole file', async () => {
    const path = await files.write('size,y\nM,1\nS,2\nL,3\n');
    const sizes = { size: ['S', 'M', 'L'] };
    expect((await data.csv(path, { target: 'y', categories: sizes }).load()).x.data).toEqual(
      Float64Array.of(1, 0, 2),
    );
    const dataset = data.csv(path, { target: 'y', sampleRows: 2 });
    expect((await dataset.load()).categories).toEqual({ size: ['M', 'S', 'L'] });
    await expect(batchesOf(dataset)).rejects.toEqual(
      refused('ERR_DATA_FILE', "line 4, column 'size' (1)", '2 categories', '"L"', 'sampleRows: Infinity'),
    );
    const all = data.csv(path, { target: 'y', sampleRows: Number.POSITIVE_INFINITY });
    expect((await batchesOf(all))[0]!.x.data).toEqual(Float64Array.of(0, 1, 2));
    const few = data.csv(path, { target: 'y', categories: { size: ['S', 'M'] } });
    for (const read of [() => few.load(), () => few.table(), () => batchesOf(few)]) {
      await expect(read()).rejects.toEqual(refused('ERR_DATA_FILE', 'line 4', '"L"', "categories['size']"));
    }
  });

  it('skips blank lines and spaces around numbers, and nothing else', async () => {
    const path = await files.write('a , b\n\n 1 ,x \n\r\n\t2,NA\n');
    const table = await data.csv(path).table();
    expect(table.toRows()).toEqual([
      { a: 1, b: 'x ' },
      { a: 2, b: null },
    ]);
  });

  it('takes a number among the missing texts for every way to write it', async () => {
    const path = await files.write('a,b,y\n-999,z,5\n-999.0,x,7\n2,"-9.99e2",-1\n');
    const table = await data.csv(path, { missing: ['', '-999'] }).table();
    expect(table.column('a')).toEqual(Float64Array.of(NaNs, NaNs, 2));
    expect(table.column('b')).toEqual(['z', 'x', null]);
    for (const missing of [['5'], ['7'], ['-1.0']]) {
      await expect(data.csv(path, { target: 'y', missing }).load()).rejects.toEqual(
        refused('ERR_DATA_FILE', "column 'y' (3) to hold a value, as the target"),
      );
    }
  });

  it('lets a category be called as missing values are, if it is listed', async () => {
    const path = await files.write('a,y\nNA,1\nEU,2\n,3\n');
    const { x } = await data.csv(path, { target: 'y', categories: { a: ['EU', 'NA'] } }).load();
    expect(x.data).toEqual(Float64Array.of(1, 0, NaNs));
  });

  it('refuses batches of no rows', async () => {
    const dataset = data.csv(await files.write('a\n1\n'));
    for (const rows of [0, -1, 1.5, Number.NaN]) {
      await expect(batchesOf(dataset, rows)).rejects.toEqual(refused('ERR_ARGUMENT', 'batchRows'));
    }
  });

  it('lets the event loop run while it reads', async () => {
    const line = '1.25,"a",3\n';
    for (const text of [line.repeat(100_000), line.replaceAll('"', '').repeat(300_000)]) {
      const path = await files.write(`a,b,c\n${text}`);
      let turns = 0;
      const timer = setInterval(() => turns++, 1);
      await data.csv(path).load();
      clearInterval(timer);
      expect(turns).toBeGreaterThan(2);
    }
  });

  it('does not change what it was given', async () => {
    const options = Object.freeze({ target: 'b', types: Object.freeze({ a: 'number' as const }) });
    const dataset = data.csv(await files.write('a,b\n1,2\n'), options);
    await dataset.load();
    expect(dataset.path).toContain('.csv');
  });
});
