import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { data } from 'steepest';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();

const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`;
const needsQuotes = (field: string): boolean => /["\n\r,]/.test(field);

interface Sheet {
  rows: { fields: readonly [string, string, string]; quote: boolean }[];
  lineEnd: string;
  lastEnd: boolean;
  firstPlain: number;
}

const numberText = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.integer().map(String),
  fc.constantFrom('', 'NA', ' 7 ', '-0', '1e5', '.5', '3.'),
);
const words = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom('', 'red', 'a,b', 'say "x"', 'two\nlines', 'two\r\nlines', 'null', 'é'),
);
const sheets: fc.Arbitrary<Sheet> = fc.record({
  rows: fc.array(fc.record({ fields: fc.tuple(numberText, words, numberText), quote: fc.boolean() }), {
    minLength: 1,
    maxLength: 40,
  }),
  lineEnd: fc.constantFrom('\n', '\r\n'),
  lastEnd: fc.boolean(),
  // Rows before this one have no quotes, so that reading starts on the fast path and leaves it somewhere.
  firstPlain: fc.nat(40),
});

function textOf({ rows, lineEnd, lastEnd, firstPlain }: Sheet): string {
  const lines = rows.map(({ fields, quote }, i) =>
    fields
      .map((field) => {
        const plain = i < firstPlain ? field.replace(/["\r\n,]/g, ';') : field;
        return needsQuotes(plain) || (quote && i >= firstPlain) ? quoted(plain) : plain;
      })
      .join(','),
  );
  return ['x,word,y', ...lines].join(lineEnd) + (lastEnd ? lineEnd : '');
}

const MISSING = new Set(['', 'NA', 'N/A', 'n/a', '#N/A', '<NA>', 'NaN', 'nan', 'NULL', 'null', 'None']);
const isMissing = (field: string): boolean => MISSING.has(field.trim());
const asNumber = (field: string): number => (isMissing(field) ? Number.NaN : Number(field));

describe('csv and csv-parse', () => {
  it('read the same fields, with quotes anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(sheets, fc.integer({ min: 1, max: 9 }), async (sheet, batchRows) => {
        const text = textOf(sheet);
        const [, ...rows] = parse(text, { record_delimiter: ['\r\n', '\n'] }) as string[][];
        const options = {
          types: { x: 'number', word: 'text', y: 'number' },
          largeIntegers: 'round',
        } as const;
        const path = await files.write(text);
        const table = await data.csv(path, options).table();
        expect(table.column('word')).toEqual(rows.map((row) => (isMissing(row[1]!) ? null : row[1])));
        const expected = rows.map((row) => [asNumber(row[0]!), asNumber(row[2]!)]);
        expect([...table.column('x')]).toEqual(expected.map((pair) => pair[0]));
        const seen: number[] = [];
        for await (const { x } of data.csv(path, { ...options, exclude: ['word'], batchRows })) {
          expect(x.shape[0]).toBeLessThanOrEqual(batchRows);
          seen.push(...x.data);
        }
        expect(seen).toEqual(expected.flat());
      }),
      { numRuns: 300, seed: 7 },
    );
  }, 60_000);
});
