import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  columns,
  columnTransformer,
  crossValidate,
  data,
  type FeatureUnion,
  featureUnion,
  gridSearch,
  type LinearRegression,
  loadEstimator,
  MinMaxScaler,
  OneHotEncoder,
  PolynomialFeatures,
  pipeline,
  Ridge,
  SimpleImputer,
  StandardScaler,
  shutdown,
  TransformedTargetRegressor,
  type TransformedTargetRegressorParams,
} from 'steepest';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { readFixture } from '../../support/fixtures.js';
import { expectNear } from './near.js';

interface Fixture {
  x: number[][];
  one: number[];
  two: number[][];
  transformedTarget: {
    regressor: 'LinearRegression' | 'Ridge';
    params: { func?: string; inverseFunc?: string; transformer?: 'StandardScaler' | 'MinMaxScaler' };
    targets: 'one' | 'two';
    predicted: number[] | number[][];
    score: number;
  }[];
  featureUnion: { weights: Record<string, number> | null; names: string[]; transformed: number[][] }[];
}

const fixture = readFixture<Fixture>('composition');
const { x, one, two } = fixture;
const code = (name: string) => expect.objectContaining({ code: name });
const SCALERS = { StandardScaler, MinMaxScaler };

afterAll(shutdown);

describe('TransformedTargetRegressor', () => {
  it.each(fixture.transformedTarget)('$regressor, $params, $targets', async (expected) => {
    const { transformer, ...functions } = expected.params;
    const params: Partial<TransformedTargetRegressorParams> = { ...functions };
    if (expected.regressor === 'Ridge') params.regressor = new Ridge({ alpha: 3 });
    if (transformer !== undefined) params.transformer = new SCALERS[transformer]();
    const truth = expected.targets === 'one' ? one : two;
    const model = await new TransformedTargetRegressor(params).fit(x, truth);
    expectNear(await model.predict(x), expected.predicted, 1e-9);
    expect(await model.score(x, truth)).toBeCloseTo(expected.score, 10);
    const path = join(tmpdir(), `steepest-target-${process.pid}.safetensors`);
    await model.save(path);
    const again = await loadEstimator(path, TransformedTargetRegressor);
    expect(await again.predict(x)).toEqual(await model.predict(x));
    expect(String(again)).toBe(String(model));
  });

  it('has the parameters of its estimators, for a search', async () => {
    const model = new TransformedTargetRegressor({
      regressor: pipeline(new StandardScaler(), new Ridge()),
      func: 'log1p',
    });
    const search = gridSearch(model, { regressor__ridge__alpha: [0.1, 1000] }, { cv: 3, nJobs: 1 });
    await search.fit(x, one);
    expect(search.bestParams).toEqual({ regressor__ridge__alpha: 0.1 });
    const { test } = await crossValidate(model, x, one, { cv: 3 });
    expect(JSON.stringify(test)).toMatch(/\d/);
    const plain = new TransformedTargetRegressor({ func: 'sqrt' }).setParams({ regressor__tol: 0 });
    expect((plain.getParams().regressor as unknown as LinearRegression).getParams().tol).toBe(0);
    expect(() => plain.setParams({ func: 'cube', regressor__alpha: 1 })).toThrow(code('ERR_UNKNOWN_NAME'));
    expect(plain.getParams().func).toBe('sqrt');
    expect(plain.clone().getParams().regressor).not.toBe(plain.getParams().regressor);
  });

  it('fits copies, and keeps what it learned when a fit fails', async () => {
    const regressor = new Ridge();
    const transformer = new StandardScaler();
    const model = await new TransformedTargetRegressor({ regressor, transformer }).fit(x, one);
    expect(() => regressor.coef).toThrow(code('ERR_NOT_FITTED'));
    expect(() => transformer.mean).toThrow(code('ERR_NOT_FITTED'));
    expect((model.transformer as StandardScaler).mean[0]).toBeCloseTo(
      one.reduce((sum, y) => sum + y, 0) / one.length,
      12,
    );
    const before = await model.predict(x);
    await expect(model.fit(x, one.slice(1))).rejects.toThrow(code('ERR_SHAPE'));
    await expect(model.fit(x, [])).rejects.toThrow(code('ERR_EMPTY'));
    await expect(model.fit(x, undefined as never)).rejects.toThrow(code('ERR_SHAPE'));
    expect(await model.predict(x)).toEqual(before);
    expect(() => new TransformedTargetRegressor().regressor).toThrow(code('ERR_NOT_FITTED'));
  });

  it('refuses targets that the function does not take, half a pair, and both kinds of transform', async () => {
    const fitted = (params: object, y: number[] = one) => new TransformedTargetRegressor(params).fit(x, y);
    await expect(
      fitted(
        { func: 'log' },
        one.map((y) => y - 3),
      ),
    ).rejects.toThrow(code('ERR_NOT_FINITE'));
    await expect(fitted({ inverseFunc: 'exp' })).rejects.toThrow(/func together/);
    await expect(fitted({ func: 'log', transformer: new StandardScaler() })).rejects.toThrow(/both/);
    await expect(fitted({ func: 'abs' })).rejects.toThrow(/an inverse/);
    expect(() => new TransformedTargetRegressor({ regressor: 'ridge' as never })).toThrow(
      code('ERR_ARGUMENT'),
    );
    expect(() => new TransformedTargetRegressor({ regresor: 1 } as never)).toThrow(
      /Did you mean 'regressor'/,
    );
    await expect(fitted({ regressor: new StandardScaler() })).resolves.toBeDefined();
  });

  it('warns of an inverse that is none', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const y = one.map((value, i) => (i % 2 === 0 ? value : -value));
    await new TransformedTargetRegressor({ func: 'square' }).fit(x, y);
    expect(warn).toHaveBeenCalledOnce();
    await new TransformedTargetRegressor({ func: 'square', checkInverse: false }).fit(x, y);
    await new TransformedTargetRegressor({ transformer: new MinMaxScaler() }).fit(x, y);
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
  });
});

describe('featureUnion', () => {
  const make = (options: object = {}): FeatureUnion =>
    featureUnion(
      [
        ['scaled', new StandardScaler()],
        ['same', 'passthrough'],
        ['gone', 'drop'],
        ['powers', new PolynomialFeatures({ includeBias: false })],
      ],
      options,
    );

  it.each(fixture.featureUnion)('weights $weights', async ({ weights, names, transformed }) => {
    const union = make(weights === null ? {} : { transformerWeights: weights });
    expectNear(await union.fitTransform(x), transformed);
    expectNear(await union.transform(x), transformed);
    expect(union.getFeatureNamesOut()).toEqual(names);
    expect(Object.keys(union.namedTransformers)).toEqual(['scaled', 'same', 'powers']);
  });

  it('sets parameters of its parts, and keeps what it learned when a fit fails', async () => {
    const union = make().setParams({ powers__degree: 1, transformerWeights: { scaled: 3 } });
    await union.fit(x);
    expect((await union.transform(x)).shape).toEqual([15, 9]);
    const before = await union.transform(x);
    expect(() => union.setParams({ powers__degree: -1 })).toThrow(code('ERR_ARGUMENT'));
    union.setParams({ transformerWeights: { scale: 1 } });
    await expect(union.fit(x)).rejects.toThrow(/Did you mean 'scaled'/);
    expect(await union.transform(x)).toEqual(before);
  });

  it('refuses what is no list of parts, and no part at all', async () => {
    expect(() => featureUnion([['a', 3 as never]])).toThrow(code('ERR_ARGUMENT'));
    expect(() => featureUnion([['a__b', new StandardScaler()]])).toThrow(code('ERR_ARGUMENT'));
    expect(() => make({ transformerWeights: { scaled: 'x' } })).toThrow(code('ERR_ARGUMENT'));
    expect(() => make({ weights: {} })).toThrow(code('ERR_UNKNOWN_NAME'));
    await expect(featureUnion([['a', 'drop']]).fit(x)).rejects.toThrow(code('ERR_EMPTY'));
    const table = new data.DataTable({ town: ['a', 'b'] });
    await expect(featureUnion([['same', 'passthrough']]).fit(table)).rejects.toThrow(/text in column 'town'/);
    const twice = featureUnion(
      [
        ['a', 'passthrough'],
        ['b', new StandardScaler()],
      ],
      { verboseFeatureNamesOut: false },
    );
    await twice.fit(x);
    expect(() => twice.getFeatureNamesOut()).toThrow(/'x0' twice/);
  });
});

describe('columns', () => {
  const table = new data.DataTable({
    priceNet: [1, 2, 3],
    town: ['a', 'b', 'a'],
    size: [4, 5, Number.NaN],
    PRICE: [7, 8, 9],
    nothing: [null, null, null],
  });
  const chosen = async (choice: ReturnType<typeof columns.byPattern>): Promise<string[]> => {
    const transformer = columnTransformer([['e', new OneHotEncoder(), choice]]);
    await transformer.fit(table);
    const names = transformer.getFeatureNamesOut().map((name) => name.replace(/^e__(\w+)_[^_]*$/, '$1'));
    return [...new Set(names)];
  };

  it('choose by type, by pattern and all but some', async () => {
    expect(await chosen(columns.byType('number'))).toEqual(['priceNet', 'size', 'PRICE']);
    expect(await chosen(columns.byType('text'))).toEqual(['town', 'nothing']);
    expect(await chosen(columns.byType(['number', 'text']))).toHaveLength(5);
    expect(await chosen(columns.byPattern(/price/i))).toEqual(['priceNet', 'PRICE']);
    expect(await chosen(columns.byPattern('^price'))).toEqual(['priceNet']);
    expect(await chosen(columns.byPattern(/price|size/g))).toEqual(['priceNet', 'size']);
    expect(await chosen(columns.byType('number', { pattern: /price/i }))).toEqual(['priceNet', 'PRICE']);
    expect(await chosen(columns.allBut('town', 'nothing'))).toEqual(['priceNet', 'size', 'PRICE']);
  });

  it('tell dates from numbers, in tables, objects and streams of text', async () => {
    const days = ['2024-01-31', '2024-02-29', '2024-05-01'];
    const text = `when,n,city\n${days.map((day, i) => `${day},${i},c${i}`).join('\n')}\n`;
    const objects = days.map((day, i) => ({ when: new Date(day), n: i, city: `c${i}` }));
    const forms = [
      objects,
      data.DataTable.fromRows(objects),
      await data.csv({ text }, { dates: ['when'] }).table(),
    ];
    for (const form of forms) {
      const transformer = columnTransformer([
        ['numbers', new StandardScaler(), columns.byType('number')],
        ['dates', pipeline(new SimpleImputer(), new MinMaxScaler()), columns.byType('date')],
      ]);
      const result = await transformer.fitTransform(form as never);
      expect(transformer.getFeatureNamesOut()).toEqual(['numbers__n', 'dates__when']);
      // From 31 January to 1 May 2024 are 91 days, and 29 to 29 February.
      expectNear([...result.column(1)], [0, 29 / 91, 1]);
    }
  });

  it('are saved, and choose among columns without names by type', async () => {
    const transformer = columnTransformer(
      [
        ['numbers', new StandardScaler(), columns.byType('number')],
        ['text', new OneHotEncoder(), columns.byType('text')],
      ],
      { remainder: 'drop' },
    );
    const rows = [
      ['a', 1],
      ['b', 2],
    ];
    const path = join(tmpdir(), `steepest-columns-${process.pid}.safetensors`);
    await transformer.save(path);
    const again = (await loadEstimator(path)) as unknown as typeof transformer;
    expect([...(await again.fitTransform(rows)).data]).toEqual([-1, 1, 0, 1, 0, 1]);
    expect(String(again)).toBe(String(transformer));
    const named = columnTransformer([['a', new StandardScaler(), columns.byPattern(/a/)]]);
    await expect(named.fit([[1]])).rejects.toThrow(/X has no names/);
    const none = columnTransformer([['a', new StandardScaler(), columns.byPattern(/zzz/)]]);
    await expect(none.fit(table)).rejects.toThrow(code('ERR_EMPTY'));
  });

  it('refuse what they cannot choose by', () => {
    expect(() => columns.byType('dates' as never)).toThrow(code('ERR_ARGUMENT'));
    expect(() => columns.byType([])).toThrow(code('ERR_ARGUMENT'));
    expect(() => columns.byType('number', { patern: /a/ } as never)).toThrow(/Did you mean 'pattern'/);
    expect(() => columns.byPattern('(')).toThrow(code('ERR_ARGUMENT'));
    expect(() => columns.byPattern(undefined as never)).toThrow(code('ERR_ARGUMENT'));
    expect(() => columns.allBut()).toThrow(code('ERR_ARGUMENT'));
    expect(() => columns.allBut(3 as never)).toThrow(code('ERR_ARGUMENT'));
    const wrong = { types: ['dates'] } as never;
    expect(() => columnTransformer([['a', new StandardScaler(), wrong]])).toThrow(code('ERR_ARGUMENT'));
    expect(() => columnTransformer([['a', new StandardScaler(), {} as never]])).toThrow(code('ERR_ARGUMENT'));
  });
});

it('a fitted columnTransformer takes tables of any kind without the columns that no part uses', async () => {
  const rows = [
    { age: 1, city: 'Bern', id: 7 },
    { age: 3, city: 'Rome', id: 8 },
  ];
  const transformer = columnTransformer([
    ['age', new StandardScaler(), ['age']],
    ['city', new OneHotEncoder(), ['city']],
  ]);
  await transformer.fit(rows);
  const table = new data.DataTable({ city: ['Rome', 'Bern'], age: [3, 2] });
  const expected = [
    [1, 0, 1],
    [0, 1, 0],
  ];
  expect((await transformer.transform(table)).toArray()).toEqual(expected);
  expect(transformer.transformSync(table).toArray()).toEqual(expected);
  const objects = expected.map((_, i) => ({ age: 3 - i, city: i === 0 ? 'Rome' : 'Bern' }));
  expect(transformer.transformSync(objects).toArray()).toEqual(expected);
});
