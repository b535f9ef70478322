import {
  columnTransformer,
  crossValidate,
  data,
  gridSearch,
  LinearRegression,
  LogisticRegression,
  loadEstimator,
  OneHotEncoder,
  PolynomialFeatures,
  pipeline,
  SimpleImputer,
  StandardScaler,
  trainTestSplit,
} from 'steepest';
import { describe, expect, it } from 'vitest';

/** Customers with text and gaps. */
const CITIES = ['Rome', 'Oslo', 'Bern'];
const customers = Array.from({ length: 60 }, (_, i) => ({
  id: `c${i}`,
  tenure: i % 7 === 3 ? null : (i * 13) % 37,
  city: CITIES[(i * 7) % 3]!,
  spend: 20 + ((i * 29) % 50) + (i % 3) * 4,
  stays: (i * 13) % 37 > 15 ? 'yes' : 'no',
}));
const prepare = () =>
  columnTransformer([
    ['num', pipeline(new SimpleImputer({ strategy: 'median' }), new StandardScaler()), ['tenure', 'spend']],
    ['cat', new OneHotEncoder({ handleUnknown: 'ignore' }), 'city'],
  ]);
const NAMES = ['num__tenure', 'num__spend', 'cat__city_Bern', 'cat__city_Oslo', 'cat__city_Rome'];

describe('names survive', () => {
  it('from objects through a column transformer to the coefficients', async () => {
    const model = pipeline(['prepare', prepare()], ['model', new LogisticRegression()]);
    await model.fit(customers, 'stays');
    expect(model.featureNamesIn).toEqual(['id', 'tenure', 'city', 'spend']);
    expect(model.last.featureNamesIn).toEqual(NAMES);
    expect(model.last.coef.columnNames).toEqual(NAMES);
    expect(model.last.coef.column('num__tenure')[0]).toBeGreaterThan(0.5);
    expect(await model.score(customers, 'stays')).toBeGreaterThan(0.85);
    const loaded = await loadEstimator(await model.toBytes());
    expect(loaded.featureNamesIn).toEqual(model.featureNamesIn);
    // Dropped columns need not be there, and keys come in any order.
    const one = { spend: 30, city: 'Rome', tenure: 30 };
    const [[expected]] = [(await model.predictProba([{ ...one, id: 'x' }])).toArray()] as number[][][];
    for (const row of [one, { tenure: 30, extra: 'a', spend: 30, city: 'Rome' }]) {
      expect((await model.predictProba([row])).toArray()[0]).toEqual(expected);
      expect((await loaded.predictProba([row])).toArray()[0]).toEqual(expected);
    }
    // null is a missing value, whatever the type of its column.
    const gaps = await model.predictProba([{ tenure: null, city: null, spend: 30 }]);
    expect(gaps.toArray()[0]!.every(Number.isFinite)).toBe(true);
    // Without names, columns go by position.
    const list = await model.predictProba([['x', 30, 'Rome', 30]]);
    expect(list.toArray()[0]).toEqual(expected);
    const misspelt = [{ tenur: 30, city: 'Rome', spend: 30 }];
    await expect(model.predict(misspelt)).rejects.toThrow(
      /column 'tenure'.*Did you mean 'tenure' by 'tenur'/,
    );
  });

  it('to the summary of a regression', async () => {
    const rows = customers.map(({ tenure, city, spend }) => ({ tenure: tenure ?? 0, city, spend }));
    const encode = columnTransformer([['cat', new OneHotEncoder({ drop: 'first' }), ['city']]], {
      remainder: 'passthrough',
      verboseFeatureNamesOut: false,
    });
    const model = await pipeline(encode, new LinearRegression()).fit(rows, 'spend');
    for (const name of ['city_Oslo', 'city_Rome', 'tenure']) expect(model.last.summary()).toContain(name);
    expect(model.last.summary()).not.toMatch(/\bx\d\b/);
  });

  it('from rows without names, where columns are new', async () => {
    const rows = customers.map(({ city, spend }) => [city, spend]);
    const y = customers.map(({ stays }) => stays);
    const encode = columnTransformer([
      ['cat', new OneHotEncoder(), 0],
      ['num', new StandardScaler(), 1],
    ]);
    const model = await pipeline(encode, new LogisticRegression()).fit(rows, y);
    expect(model.featureNamesIn).toBeUndefined();
    expect(model.last.coef.columnNames).toEqual(['cat__x0_Bern', 'cat__x0_Oslo', 'cat__x0_Rome', 'num__x1']);
  });

  it('through products of columns', async () => {
    const table = data.DataTable.fromRows(customers.map(({ spend }, i) => ({ spend, day: i % 5 })));
    const products = await new PolynomialFeatures({ includeBias: false }).fitTransform(table);
    expect(products.columnNames).toEqual(['spend', 'day', 'spend^2', 'spend day', 'day^2']);
    expect(products.column('spend day')[7]).toBe(customers[7]!.spend * 2);
  });

  it('through splits, cross-validation and search, with the target by name', async () => {
    const [train, test] = trainTestSplit(customers, { stratify: 'stays', seed: 1 });
    expect(train.length + test.length).toBe(customers.length);
    const share = (rows: readonly { stays: string }[]): number =>
      rows.filter(({ stays }) => stays === 'yes').length / rows.length;
    expect(Math.abs(share(train) - share(test))).toBeLessThan(0.07);
    const model = pipeline(['prepare', prepare()], ['model', new LogisticRegression()]);
    const y = customers.map(({ stays }) => stays);
    const x = customers.map(({ stays: _, ...rest }) => rest);
    const byName = await crossValidate(model, customers, 'stays', { cv: 3 });
    expect(byName.test).toEqual((await crossValidate(model, x, y, { cv: 3 })).test);
    const table = data.DataTable.fromRows(customers);
    expect((await crossValidate(model, table, 'stays', { cv: 3 })).test).toEqual(byName.test);
    const search = gridSearch(model, { model__C: [0.1, 1] }, { cv: 3 });
    await search.fit(train, 'stays');
    expect(search.featureNamesIn).toEqual(['id', 'tenure', 'city', 'spend']);
    expect(await search.score(test, 'stays')).toBeGreaterThan(0.6);
    await expect(crossValidate(model, customers, 'stay')).rejects.toThrow(/Did you mean 'stays'/);
  });

  it('and null among the classes is named with its row', async () => {
    const table = data.DataTable.fromRows(customers);
    const stays: (string | null)[] = [...table.text('stays')];
    stays[4] = null;
    const fit = new LogisticRegression().fit(table.select('spend'), stays);
    await expect(fit).rejects.toThrow(/null at row 4/);
    const holed = table.select('spend').with('stays', stays);
    await expect(new LogisticRegression().fit(holed, 'stays')).rejects.toThrow(/null at row 4/);
  });
});
