import { data } from 'steepest';
import { describe, expect, it } from 'vitest';
import { checkDeltas, checkRuns } from '#steepest/data/parquet/runs.js';
import { CompactReader, compactStruct } from '#steepest/data/parquet/thrift.js';
import fixture from '../fixtures/parquet_encodings.json' with { type: 'json' };
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
/** 2^31 − 1 as the length of a run of equal values, and of a run of packed groups. */
const LONG_RUN = [0xfe, 0xff, 0xff, 0xff, 0x0f];
const LONG_PACK = [0xff, 0xff, 0xff, 0xff, 0x0f];

describe('pages', () => {
  it.each(fixture.cases)('are what pyarrow wrote: $name', async ({ file, missing }) => {
    const table = await data.readParquet(await files.write(Buffer.from(file, 'base64')));
    const values = fixture.values[String(missing) as keyof typeof fixture.values];
    for (const [name, column] of Object.entries(values)) {
      const isText = name === 's';
      expect([...table.column(name)], name).toEqual(
        column.map((value) => (isText ? value : value === null ? Number.NaN : Number(value))),
      );
    }
  });
});

it('refuses values that their dictionary does not have', async () => {
  const file = Buffer.from(fixture.cases[0]!.file, 'base64');
  // The header of a dictionary page: field 7, a struct whose field 1 is the number of values; 2 is 1.
  const struct = file.indexOf(Buffer.from([0x4c, 0x15]));
  file[struct + 2] = 2;
  await expect(data.readParquet(await files.write(file))).rejects.toEqual(
    refused('ERR_DATA_FILE', "'i' that are not there"),
  );
});

describe('runs', () => {
  it('count what is there', () => {
    // Five times 1; then 1, 0, 1, 1 of a group of eight whose rest is padding.
    expect(checkRuns(bytes(10, 1, 3, 0b11111101), 0, 1, 9)).toBe(5 + 3);
    expect(checkRuns(bytes(), 0, 1, 0)).toBe(0);
  });

  it.each([
    ['a run longer than its page has values', bytes(...LONG_RUN, 1), 1, 10],
    ['groups that the page has no bytes for', bytes(...LONG_PACK, 0), 1, 10],
    ['values of no bits, more than there should be', bytes(...LONG_PACK), 0, 10],
    ['runs of nothing to the end', new Uint8Array(1000), 1, 10],
    ['a length without an end', new Uint8Array(1000).fill(0xff), 1, 10],
    ['values of more bits than there are', bytes(2, 0), 33, 1],
  ])('end: %s', (_, page, width, count) => {
    expect(() => checkRuns(page, 0, width, count)).toThrow(Error);
  });
});

describe('differences', () => {
  it('add up', () => {
    // Blocks of 8 in one part, 4 values from 3 on, each 2 more than the one before: 3 + 5 + 7 + 9.
    expect(checkDeltas(bytes(8, 1, 4, 6, 4, 0), 0, 4, true)).toEqual({ at: 6, sum: 24 });
    // Widths of two bits: 3, then +0 +1 +2 beyond −1: 3 + 2 + 2 + 3.
    expect(checkDeltas(bytes(8, 1, 4, 6, 1, 2, 0b100100, 0), 0, 4, true)).toEqual({ at: 8, sum: 10 });
  });

  it.each([
    ['blocks of no parts', bytes(8, 0, 4, 6, 4, 0)],
    ['parts of no whole bytes', bytes(9, 1, 4, 6, 4, 0)],
    ['an end too early', bytes(8, 1, 20, 6, 4, 0)],
    ['widths beyond 64 bits', bytes(8, 1, 4, 6, 4, 65, ...new Array(100).fill(0))],
    ['texts of less than no bytes', bytes(8, 1, 4, 6, 7, 0)],
  ])('end: %s', (_, page) => {
    expect(() => checkDeltas(page, 0, 20, true)).toThrow(Error);
  });
});

describe('structs', () => {
  it('are read as they are written', () => {
    const inner = compactStruct([[1, -5]]);
    const struct = new CompactReader(
      Uint8Array.from(
        compactStruct([
          [1, 3],
          [4, 100_000],
          [5, false],
          [8, inner],
        ]),
      ),
    ).struct();
    expect(struct).toEqual(
      new Map<number, unknown>([
        [1, 3],
        [4, 100_000],
        [5, false],
        [8, new Map([[1, -5]])],
      ]),
    );
  });

  it.each([
    ['a list of 2^31 numbers', bytes(0x19, 0xf5, 0xff, 0xff, 0xff, 0xff, 7)],
    ['a text of more bytes than there are', bytes(0x18, 100, 1, 2)],
    ['structs in structs', new Uint8Array(10_000).fill(0x1c)],
    ['lists in lists', new Uint8Array(10_000).fill(0x19)],
    ['a number without an end', bytes(0x16, ...new Array(1000).fill(0xff))],
    ['a type that Parquet does not have', bytes(0x1b, 0)],
    ['no end', bytes(0x15, 2)],
  ])('end: %s', (_, given) => {
    expect(() => new CompactReader(given).struct()).toThrow(Error);
  });
});
