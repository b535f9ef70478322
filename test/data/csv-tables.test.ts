import fc from 'fast-check';
import { data } from 'steepest';
import { describe, expect, it } from 'vitest';

/** Rows of three columns, of which some fields are quoted or missing. */
const records = fc.array(
  fc.record({
    n: fc.option(fc.integer({ min: -1000, max: 1000 })),
    t: fc.option(fc.constantFrom('a', 'b c', 'd,e', 'f"g', 'ünï')),
    id: fc.nat().map((value) => `id${value}`),
  }),
  { minLength: 1, maxLength: 40 },
);
const quoted = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const csvOf = (rows: readonly Record<string, string | number | null>[]): string =>
  [
    'n,t,id',
    ...rows.map((row) =>
      Object.values(row)
        .map((cell) => quoted(String(cell ?? '')))
        .join(','),
    ),
  ].join('\n');
const types = { n: 'number', t: 'text', id: 'text' } as const;

async function inPieces(dataset: data.CsvDataset, batchRows?: number) {
  const rows: unknown[] = [];
  for await (const table of dataset.tables(batchRows)) rows.push(...table.toRows());
  return rows;
}

describe('tables of a CSV file', () => {
  it('are its rows in order, however many are in one', async () => {
    await fc.assert(
      fc.asyncProperty(records, fc.integer({ min: 1, max: 50 }), async (rows, batchRows) => {
        const dataset = data.csv({ text: csvOf(rows) }, { types });
        expect(await inPieces(dataset, batchRows)).toEqual(
          rows.map(({ n, t, id }) => ({ n: n ?? Number.NaN, t, id })),
        );
      }),
    );
  });

  it('may hold more different texts than are kept', async () => {
    const count = 2 ** 16 + 4000;
    const text = `id,n\n${Array.from({ length: count }, (_, i) => `name ${i % (count - 7)},${i}`).join('\n')}\n`;
    const rows = await inPieces(data.csv({ text }, { types: { id: 'text' } }));
    expect(rows.length).toBe(count);
    for (const i of [0, 1, 2 ** 16 - 1, 2 ** 16, count - 8, count - 7, count - 1]) {
      expect(rows[i]).toEqual({ id: `name ${i % (count - 7)}`, n: i });
    }
  });
});
