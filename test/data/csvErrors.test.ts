import { mkdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { data } from 'steepest';
import { describe, expect, it } from 'vitest';
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();

async function drain(dataset: data.CsvDataset): Promise<number> {
  let rows = 0;
  for await (const { x } of dataset) rows += x.shape[0]!;
  return rows;
}

/** Every way to read a file must refuse it alike, with the file's name. */
async function expectRefused(
  path: string,
  options: data.CsvOptions,
  code: string,
  ...words: string[]
): Promise<void> {
  const error = refused(code, `'${path}'`, ...words);
  await expect(data.csv(path, options).load()).rejects.toEqual(error);
  await expect(drain(data.csv(path, options))).rejects.toEqual(error);
  await expect(data.csv(path, options).table()).rejects.toEqual(error);
}

/** 2,000 good rows, so that what follows lies behind a small sample. */
const GOOD = `a,b,c\n${'1,2.5,x\n'.repeat(2000)}`;
const SAMPLED = { sampleRows: 100 };

describe('a bad CSV file', () => {
  it.each([
    ['too few fields', '1,2\n', '2: nothing after'],
    ['too many fields', '1,2,x,4\n', '4: more after'],
    ['too few fields, with a quote', '1,"2"\n', '2: nothing after'],
    ['too many fields, with a quote', '1,"2",x,4\n', '4: more after'],
  ])('with %s says the line, in the first rows and later', async (_, row, given) => {
    await expectRefused(await files.write(`a,b,c\n1,2,x\n${row}1,2,x\n`), {}, 'ERR_RAGGED', 'line 3', given);
    await expectRefused(await files.write(GOOD + row), SAMPLED, 'ERR_RAGGED', 'line 2002', '3 fields', given);
  });

  it('with text among numbers says line, column, text and hint', async () => {
    const words = ["column 'b' (2) to hold numbers", '"oops"', 'missing', "types: { 'b': 'category' }"];
    await expectRefused(
      await files.write('a,b\n1,2\n3,4\n5,oops\n'),
      {},
      'ERR_DATA_FILE',
      'line 4',
      ...words,
    );
    const later = await files.write(`${GOOD}1,oops,x\n`);
    await expectRefused(later, SAMPLED, 'ERR_DATA_FILE', 'line 2002', ...words);
    await expectRefused(
      await files.write(`${GOOD}"1","oops",x\n`),
      SAMPLED,
      'ERR_DATA_FILE',
      'line 2002',
      ...words,
    );
    expect((await data.csv(later, { missing: ['oops'] }).load()).x.data.at(-2)).toBeNaN();
    expect((await data.csv(later, { types: { b: 'category' } }).load()).categories.b).toEqual([
      '2.5',
      'oops',
    ]);
  });

  it('counts lines through quoted line ends, blank lines and \\r\\n', async () => {
    const text = 'a,b\r\n\r\n1,"x\r\n\r\ny"\r\n\r\n2,z\r\n?,z\r\n';
    await expectRefused(
      await files.write(text),
      { types: { a: 'number' } },
      'ERR_DATA_FILE',
      "line 8, column 'a' (1)",
      '"?"',
    );
    const header = '"a\nb",c\n1,2\n?,3\n';
    await expectRefused(await files.write(header), { types: { c: 'number' } }, 'ERR_DATA_FILE', 'line 4');
  });

  it('with a fraction among whole numbers says so', async () => {
    const path = await files.write(`x,y\n${'1,2\n'.repeat(200)}1,2.5\n`);
    const options = { target: 'y', sampleRows: 50 };
    for (const read of [() => data.csv(path, options).load(), () => drain(data.csv(path, options))]) {
      await expect(read()).rejects.toEqual(
        refused('ERR_DATA_FILE', "line 202, column 'y' (2) to hold whole numbers", '2.5', "'number'"),
      );
    }
    expect((await data.csv(path, { ...options, types: { y: 'number' } }).load()).y?.data.at(-1)).toBe(2.5);
  });

  it('with a target that is missing in a row says the line; a table may have it', async () => {
    for (const [field, given] of [
      ['', 'an empty field'],
      ['NA', '"NA"'],
    ] as const) {
      const path = await files.write(`x,y\n1,2\n3,${field}\n`);
      for (const read of [
        () => data.csv(path, { target: 'y' }).load(),
        () => drain(data.csv(path, { target: 'y' })),
      ]) {
        await expect(read()).rejects.toEqual(refused('ERR_DATA_FILE', "line 3, column 'y' (2)", given));
      }
      const table = await data.csv(path, { target: 'y' }).table();
      expect(table.column('y')).toEqual(Float64Array.of(2, Number.NaN));
    }
  });

  it('with a column of nothing but missing values says which', async () => {
    const path = await files.write('a,b\n1,\n2,NA\n');
    await expectRefused(
      path,
      {},
      'ERR_DATA_FILE',
      "column 'b' (2)",
      'none in its first 2 rows',
      "exclude: ['b']",
    );
    expect((await data.csv(path, { exclude: ['b'] }).load()).x.data).toEqual(Float64Array.of(1, 2));
    expect((await data.csv(path, { types: { b: 'number' } }).load()).x.data[1]).toBeNaN();
  });

  it('without the columns asked for lists those that it has and the nearest', async () => {
    const path = await files.write('age,income\n1,2\n');
    for (const options of [
      { target: 'incme' },
      { columns: ['incme'] },
      { exclude: ['incme'] },
      { types: { incme: 'number' } },
      { categories: { incme: ['a'] } },
    ] as data.CsvOptions[]) {
      await expectRefused(
        path,
        options,
        'ERR_UNKNOWN_NAME',
        "'age', 'income'",
        "'incme'",
        "Did you mean 'income'?",
      );
    }
  });

  it('that is empty, or has a header only, says so', async () => {
    for (const text of ['', '\n\r\n\n', '\ufeff']) {
      await expectRefused(await files.write(text), {}, 'ERR_EMPTY', 'an empty file');
    }
    for (const text of ['a,b', 'a,b\n', '\ufeffa,b\r\n\r\n']) {
      await expectRefused(await files.write(text), {}, 'ERR_EMPTY', 'a header only: "a,b"');
    }
  });

  it('with a header that cannot be right says why', async () => {
    const cases: [string, ...string[]][] = [
      ['a,b,a\n1,2,3\n', 'line 1', '"a" as columns 1 and 3'],
      ['a,,c\n1,2,3\n', 'none for column 2'],
      ['a;b\n1;2\n', '"a;b"', 'delimiter: ";"'],
      ['a\tb\n1\t2\n', 'delimiter: "\\t"'],
      ['a,b\r1,2\r', '\\r alone'],
      ['2,3\n1,2\n', 'numbers only: "2,3"'],
      ['a,"b\n1,2\n', 'line 1', 'Close it there'],
    ];
    for (const [text, ...words] of cases) {
      await expectRefused(await files.write(text), {}, 'ERR_DATA_FILE', ...words);
    }
  });

  it('with quotes that do not fit says the line', async () => {
    const cases: [string, ...string[]][] = [
      ['1,2,"x\n1,2,y\n', 'close every quote', 'line 2002'],
      ['1,2,x"y\n', 'inside an unquoted field at line 2002'],
      ['1,2,"x"y\n', 'other text at line 2002'],
    ];
    for (const [rows, ...words] of cases) {
      await expectRefused(await files.write(GOOD + rows), SAMPLED, 'ERR_DATA_FILE', ...words);
      await expectRefused(await files.write(GOOD + rows), {}, 'ERR_DATA_FILE', ...words);
    }
  });

  it('with a lone carriage return says what to convert', async () => {
    await expectRefused(
      await files.write(`${GOOD}1,2,x\r1,2,y\n`),
      SAMPLED,
      'ERR_DATA_FILE',
      '\\r alone at line 2002',
    );
    await expectRefused(
      await files.write(`${GOOD}1,2\r3,y\n`),
      SAMPLED,
      'ERR_DATA_FILE',
      '\\r alone at line 2002',
    );
  });

  it('with a line of many megabytes is refused before memory runs out', async () => {
    const path = await files.write(`a,b\n1,${'9'.repeat(70 * 2 ** 20)}\n`, 'long.csv');
    await expect(drain(data.csv(path))).rejects.toEqual(
      refused('ERR_DATA_FILE', 'at most 67108864 bytes', 'line 2'),
    );
    await rm(path);
  });
});

describe('a CSV file that goes away', () => {
  it('or was never there, or is a folder, is an error with its name', async () => {
    await expectRefused(files.path('nowhere.csv'), {}, 'ERR_DATA_FILE', 'no such file', 'Check the path');
    await mkdir(files.path('folder.csv'));
    await expectRefused(files.path('folder.csv'), {}, 'ERR_DATA_FILE', 'a folder');
  });

  it('between two passes is an error', async () => {
    const path = await files.write('a,b\n1,2\n');
    const dataset = data.csv(path);
    expect(await drain(dataset)).toBe(1);
    await rename(path, `${path}.moved`);
    await expect(drain(dataset)).rejects.toEqual(refused('ERR_DATA_FILE', `'${path}'`, 'no such file'));
  });

  it('or changes between two passes is an error; a new dataset reads it', async () => {
    const path = await files.write('a,b\n1,2\n');
    const dataset = data.csv(path);
    expect(await drain(dataset)).toBe(1);
    await writeFile(path, 'a,b\n1,2\n3,4\n');
    await expect(drain(dataset)).rejects.toEqual(refused('ERR_DATA_FILE', '8 bytes', '12 bytes', 'again'));
    expect(await drain(data.csv(path))).toBe(2);
  });

  it('or is cut off while it is read is an error', async () => {
    const path = await files.write(`a,b\n${'1,2\n'.repeat(2_000_000)}`);
    const dataset = data.csv(path, { batchRows: 1000 });
    const batches = dataset[Symbol.asyncIterator]();
    await batches.next();
    await truncate(path, 4_000_000);
    const rest = async (): Promise<void> => {
      while (!(await batches.next()).done);
    };
    await expect(rest()).rejects.toEqual(
      refused('ERR_DATA_FILE', '8000004 bytes', 'an end after', 'cut off'),
    );
  });

  it('or is a gzip file without its end is an error, wherever it ends', async () => {
    const text = `a,b\n${Array.from({ length: 5000 }, (_, i) => `${i},${i * 17}\n`).join('')}`;
    const zipped = gzipSync(text);
    for (const length of [20, 500, zipped.length >> 1, zipped.length - 9, zipped.length - 1]) {
      const path = await files.write(zipped.subarray(0, length));
      await expectRefused(path, {}, 'ERR_DATA_FILE', 'whole gzip file', 'unexpected end of file', 'cut off');
    }
    const wrong = Buffer.from(zipped);
    wrong[zipped.length - 6]! ^= 1;
    await expectRefused(await files.write(wrong), {}, 'ERR_DATA_FILE', 'whole gzip file', 'damaged');
  });

  it('can be corrected and tried again with the same dataset', async () => {
    const dataset = data.csv(files.path('later.csv'));
    await expect(dataset.load()).rejects.toEqual(refused('ERR_DATA_FILE', 'no such file'));
    await files.write('a,b\n1,2\n', 'later.csv');
    expect((await dataset.load()).x.shape).toEqual([1, 2]);
  });

  it('can be deleted after leaving the loop early', async () => {
    const path = await files.write(`a,b\n${'1,2\n'.repeat(100_000)}`);
    for await (const { x } of data.csv(path, { batchRows: 10 })) {
      expect(x.shape).toEqual([10, 2]);
      break;
    }
    await rm(path);
  });
});

describe('options that cannot be', () => {
  it.each([
    [{ delimiter: '' }, 'ERR_ARGUMENT', 'delimiter'],
    [{ delimiter: '"' }, 'ERR_ARGUMENT', 'delimiter'],
    [{ decimal: ',' }, 'ERR_ARGUMENT', 'to differ'],
    [{ decimal: ';' }, 'ERR_ARGUMENT', 'decimal'],
    [{ batchRows: 0 }, 'ERR_ARGUMENT', 'batchRows'],
    [{ batchRows: Number.POSITIVE_INFINITY }, 'ERR_ARGUMENT', 'batchRows'],
    [{ sampleRows: 1.5 }, 'ERR_ARGUMENT', 'sampleRows'],
    [{ types: { a: 'float' } }, 'ERR_UNKNOWN_NAME', "types['a']"],
    [{ categories: { a: [] } }, 'ERR_ARGUMENT', "categories['a']"],
    [{ categories: { a: ['x', 'x'] } }, 'ERR_ARGUMENT', "categories['a']"],
    [{ categories: { a: ['x'] }, types: { a: 'number' } }, 'ERR_ARGUMENT', "types['a']"],
    [{ target: 'a', exclude: ['a'] }, 'ERR_ARGUMENT', 'exclude without the target'],
    [{ target: 'a', columns: ['a'] }, 'ERR_ARGUMENT', 'columns without the target'],
    [{ header: [] }, 'ERR_ARGUMENT', 'header'],
    [{ largeIntegers: 'trim' }, 'ERR_UNKNOWN_NAME', 'largeIntegers'],
    [{ separator: ';' }, 'ERR_UNKNOWN_NAME', "'delimiter'"],
  ])('%j is refused at once', (options, code, word) => {
    expect(() => data.csv('a.csv', options as data.CsvOptions)).toThrow(refused(code, word));
  });

  it('needs a column, for a table too', async () => {
    const path = await files.write('a,b\n1,2\n');
    await expectRefused(path, { columns: [] }, 'ERR_EMPTY', 'a column', 'Check target, columns');
    await expectRefused(path, { exclude: ['a', 'b'] }, 'ERR_EMPTY', 'a column', 'Check target, columns');
  });

  it('needs a column of features that are numbers or categories', async () => {
    const path = await files.write('a\n1\n');
    await expect(data.csv(path, { target: 'a' }).load()).rejects.toEqual(
      refused('ERR_EMPTY', 'besides the target'),
    );
    await expect(drain(data.csv(path, { types: { a: 'text' } }))).rejects.toEqual(
      refused('ERR_ARGUMENT', "'a' of type 'text'", "exclude: ['a']"),
    );
    expect((await data.csv(path, { types: { a: 'text' } }).table()).column('a')).toEqual(['1']);
  });
});
