/** Names of one-hot columns, against scikit-learn's. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { columnTransformer, data, OneHotEncoder, type TableInput } from 'steepest';
import { describe, expect, it } from 'vitest';

type Cells = (number | string | boolean | null)[][];
const fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/feature_names.json', import.meta.url), 'utf8'),
) as { rows: { x: Cells; names: string[] }[]; arrays: { dtype: string; x: number[]; names: string[] }[] };

const TYPES = {
  float64: Float64Array,
  float32: Float32Array,
  int32: Int32Array,
  uint32: Uint32Array,
  uint8: Uint8Array,
} as const;

const namesOf = async (x: TableInput): Promise<string[]> =>
  (await new OneHotEncoder().fit(x)).getFeatureNamesOut();

describe('one-hot feature names are those of scikit-learn', () => {
  // A row of numbers and null alone is a column of numbers
  // here and of objects there, with the same names.
  it.each(fixture.rows)('of rows: $names', async ({ x, names }) => {
    const rows = x.map((row) => row.map((cell) => (cell === '<nan>' ? Number.NaN : cell)));
    expect(await namesOf(rows)).toEqual(names);
  });

  it.each(fixture.arrays)('of $dtype', async ({ dtype, x, names }) => {
    const values = TYPES[dtype as keyof typeof TYPES].from(x);
    expect(await namesOf({ data: values, shape: [x.length, 1] })).toEqual(names);
  });

  it('of a DataTable, column by column, through a column transformer and a file', async () => {
    const table = new data.DataTable({
      whole: [3, 1, 3],
      half: [0.5, 1, 0.5],
      gap: [2, Number.NaN, 2],
      text: ['a', null, 'b'],
    });
    const names = [
      'whole_1',
      'whole_3',
      'half_0.5',
      'half_1.0',
      'gap_2.0',
      'gap_nan',
      'text_a',
      'text_b',
      'text_None',
    ];
    expect(await namesOf(table)).toEqual(names);
    const rule = [['e', new OneHotEncoder(), [0, 1, 2, 3]]] as const;
    const transformer = columnTransformer(rule, { verboseFeatureNamesOut: false });
    await transformer.fit(table);
    expect(transformer.getFeatureNamesOut()).toEqual(names);
    await transformer.fit([
      [1, 5, 0, 2],
      [2, 5, 0, 2],
    ]);
    expect(transformer.getFeatureNamesOut()).toEqual(['x0_1', 'x0_2', 'x1_5', 'x2_0', 'x3_2']);

    const folder = await mkdtemp(join(tmpdir(), 'steepest-names-'));
    const path = join(folder, 'encoder.safetensors');
    await (await new OneHotEncoder().fit(table)).save(path);
    expect((await OneHotEncoder.load(path)).getFeatureNamesOut()).toEqual(names);
    await rm(folder, { recursive: true });
  });
});
