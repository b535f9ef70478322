import { columnTransformer, data, gridSearch, LogisticRegression, Ridge, StandardScaler } from 'steepest';
import { expect, it } from 'vitest';

const x = [[1], [2], [3], [4]];
const suggested = (name: string): object => ({
  code: 'ERR_UNKNOWN_NAME',
  hint: `Did you mean '${name}'?`,
});

it('a column of a part', async () => {
  const table = new data.DataTable({ height: [1, 2], width: [3, 4] });
  const parts = columnTransformer([['scaled', new StandardScaler(), ['hieght']]]);
  await expect(parts.fit(table)).rejects.toMatchObject(suggested('height'));
});

it('a class with a weight', async () => {
  const model = new LogisticRegression({ classWeight: { Londn: 2 } });
  const y = ['London', 'Paris', 'London', 'Paris'];
  await expect(model.fit(x, y)).rejects.toMatchObject(suggested('London'));
});

it('a parameter of a search', () => {
  const search = gridSearch(new Ridge(), { alpha: [1, 2] });
  expect(() => search.setParams({ estimator_alpha: 3 })).toThrow(
    expect.objectContaining(suggested('estimator__alpha')),
  );
});
