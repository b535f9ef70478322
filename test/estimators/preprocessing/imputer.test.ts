import { data, SimpleImputer } from 'steepest';
import { expect, it } from 'vitest';

/** Numbers in no order, with ties and gaps. */
const column = (rows: number, distinct: number): number[] =>
  Array.from({ length: rows }, (_, i) =>
    i % 11 === 3 ? Number.NaN : Math.round(Math.sin(i * 12.9898) * distinct),
  );
const present = (values: number[]): number[] =>
  values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);

const sizes = [1, 2, 3, 10, 4095, 4096, 4100, 20_001, 50_000];
it.each(sizes.flatMap((rows) => [1, 40, 1e9].map((distinct) => [rows, distinct] as const)))(
  'finds the median and the most frequent of %i rows, values up to %d',
  async (rows, distinct) => {
    const values = column(rows, distinct);
    const sorted = present(values);
    const middle = (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
    const x = values.map((value) => [value]);
    const median = await new SimpleImputer({ strategy: 'median' }).fit(x);
    expect(median.statistics[0]! as number).toBeCloseTo(middle, 12);
    const counts = new Map<number, number>();
    for (const value of sorted) counts.set(value + 0, (counts.get(value + 0) ?? 0) + 1);
    const most = Math.max(...counts.values());
    // Sorted, so that the first is the smallest.
    const expected = [...counts].find(([, count]) => count === most)![0];
    const frequent = await new SimpleImputer({ strategy: 'mostFrequent' }).fit(x);
    expect(frequent.statistics[0]! as number).toBeCloseTo(expected, 12);
  },
);

it.each(['median', 'mostFrequent'] as const)(
  'serves the event loop while it looks for the %s of one long column',
  async (strategy) => {
    const long = { data: Float64Array.from({ length: 600_000 }, (_, i) => Math.sin(i)), shape: [600_000, 1] };
    const controller = new AbortController();
    const fit = new SimpleImputer({ strategy }).fit(long, undefined, { signal: controller.signal });
    // Runs between two slices, or too late.
    setImmediate(() => controller.abort());
    await expect(fit).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  },
);

it('keeps dates', async () => {
  const table = new data.DataTable({ day: [new Date(0), null, new Date(2e10), new Date(1e10)] });
  const imputer = new SimpleImputer({ strategy: 'median', addIndicator: true });
  const filled = await imputer.fitTransform(table);
  expect(filled.toCSV()).toMatch(/^day,.*\n1970-01-01T00:00:00Z,0\n1970-04-26T17:46:40Z,1\n/);
  const back = (await imputer.inverseTransform(filled)) as typeof filled;
  expect(back.toCSV()).toBe(table.toCSV());
});
