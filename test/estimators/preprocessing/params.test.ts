import {
  columnTransformer,
  data,
  LabelEncoder,
  MinMaxScaler,
  OneHotEncoder,
  PolynomialFeatures,
  pipeline,
  SimpleImputer,
  StandardScaler,
} from 'steepest';
import { describe, expect, it } from 'vitest';

const code = (name: string) => expect.objectContaining({ code: name });
/** Makes an estimator with arguments that TypeScript would refuse. */
const loose = (Class: unknown, params: object) => new (Class as new (params: object) => object)(params);

describe('parameters are checked when they are set', () => {
  it.each<[unknown, object, string]>([
    [StandardScaler, { withmean: true }, 'ERR_UNKNOWN_NAME'],
    [StandardScaler, { withMean: 1 }, 'ERR_ARGUMENT'],
    [MinMaxScaler, { featureRange: [1, 0] }, 'ERR_ARGUMENT'],
    [OneHotEncoder, { handleUnknown: 'skip' }, 'ERR_UNKNOWN_NAME'],
    [OneHotEncoder, { categories: ['a', 'b'] }, 'ERR_ARGUMENT'],
    [OneHotEncoder, { categories: [['a', 'a']] }, 'ERR_ARGUMENT'],
    [OneHotEncoder, { categories: [['a', 1]] }, 'ERR_ARGUMENT'],
    [OneHotEncoder, { drop: 'last' }, 'ERR_ARGUMENT'],
    [SimpleImputer, { strategy: 'mode' }, 'ERR_UNKNOWN_NAME'],
    [SimpleImputer, { fillValue: Number.NaN }, 'ERR_ARGUMENT'],
    [PolynomialFeatures, { degree: -1 }, 'ERR_ARGUMENT'],
    [PolynomialFeatures, { degree: [3, 2] }, 'ERR_ARGUMENT'],
    [LabelEncoder, { classes: [] }, 'ERR_UNKNOWN_NAME'],
  ])('%o %j', (Class, params, name) => {
    expect(() => loose(Class, params)).toThrow(code(name));
  });

  it('setParams changes nothing if it fails, and nothing that was learned', async () => {
    const scaler = await new MinMaxScaler().fit([[0], [10]]);
    expect(() => scaler.setParams({ clip: true, featureRange: [2, 1] })).toThrow(code('ERR_ARGUMENT'));
    expect(scaler.getParams()).toEqual({ featureRange: [0, 1], clip: false });
    scaler.setParams({ featureRange: [0, 100] });
    expect((await scaler.transform([[5]])).data[0]).toBe(0.5);
    expect((await (await scaler.fit([[0], [10]])).transform([[5]])).data[0]).toBe(50);
  });
});

describe('OneHotEncoder', () => {
  it('takes given categories in their order, of several kinds', async () => {
    const encoder = new OneHotEncoder({
      categories: [
        ['low', 'high'],
        [3, 1],
      ],
    });
    const result = await encoder.fitTransform([
      ['high', 3],
      ['low', 1],
    ]);
    expect([...result.data]).toEqual([0, 1, 1, 0, 1, 0, 0, 1]);
    expect(encoder.getFeatureNamesOut(['level', 'n'])).toEqual(['level_low', 'level_high', 'n_3', 'n_1']);
    await expect(encoder.fit([['mid', 1]])).rejects.toThrow(/column 0 .*'mid' at row 0/);
  });

  it('drops the named category of each column', async () => {
    const encoder = new OneHotEncoder({ drop: [undefined, 1] });
    await encoder.fit([
      ['a', 1],
      ['b', 2],
    ]);
    expect(encoder.getFeatureNamesOut()).toEqual(['x0_a', 'x0_b', 'x1_2']);
    await expect(new OneHotEncoder({ drop: ['z', 1] }).fit([['a', 1]])).rejects.toThrow(code('ERR_ARGUMENT'));
    await expect(new OneHotEncoder({ drop: ['a'] }).fit([['a', 1]])).rejects.toThrow(code('ERR_ARGUMENT'));
  });

  it('refuses numbers where the fit had text', async () => {
    const encoder = await new OneHotEncoder().fit([['1'], ['2']]);
    await expect(encoder.transform([[1], [2]])).rejects.toThrow(code('ERR_ARGUMENT'));
  });

  it('refuses zeros that stand for nothing', async () => {
    const encoder = await new OneHotEncoder().fit([['a'], ['b']]);
    await expect(encoder.inverseTransform([[0, 0]])).rejects.toThrow(/column 0.*row 0/);
  });
});

describe('SimpleImputer', () => {
  it('names a column without any value, or fills it with 0', async () => {
    const table = new data.DataTable({ a: [1, 2], empty: [Number.NaN, Number.NaN] });
    await expect(new SimpleImputer().fit(table)).rejects.toThrow(/column 'empty'.*2 missing values/);
    const filled = await new SimpleImputer({ keepEmptyFeatures: true }).fitTransform(table);
    expect([...filled.numbers('empty')]).toEqual([0, 0]);
  });

  it('refuses the mean of text, with the column', async () => {
    const table = new data.DataTable({ city: ['Bern', null] });
    await expect(new SimpleImputer().fit(table)).rejects.toThrow(/column 'city'/);
    await expect(new SimpleImputer({ strategy: 'constant', fillValue: 3 }).fit(table)).rejects.toThrow(
      code('ERR_ARGUMENT'),
    );
  });

  it('gives a table back for a table, with its names and its text', async () => {
    const table = new data.DataTable({ city: ['Bern', null, 'Bern'], n: [1, Number.NaN, 3] });
    const filled = await new SimpleImputer({ strategy: 'mostFrequent', addIndicator: true }).fitTransform(
      table,
    );
    expect(filled.columnNames).toEqual(['city', 'n', 'missingindicator_city', 'missingindicator_n']);
    expect(filled.text('city')).toEqual(['Bern', 'Bern', 'Bern']);
    expect([...filled.numbers('n')]).toEqual([1, 1, 3]);
    expect([...filled.numbers('missingindicator_city')]).toEqual([0, 1, 0]);
    expect(table.text('city')[1]).toBeNull();
  });

  it('refuses NaN where something else is the mark', async () => {
    await expect(new SimpleImputer({ missingValues: -1 }).fit([[1], [Number.NaN]])).rejects.toThrow(
      code('ERR_NOT_FINITE'),
    );
  });
});

describe('LabelEncoder', () => {
  it('names the row of an unknown class', async () => {
    const encoder = await new LabelEncoder().fit([true, false]);
    expect(encoder.classes).toEqual([false, true]);
    const words = await new LabelEncoder().fit(['a', 'b']);
    await expect(words.transform(['a', 'c'])).rejects.toThrow(/'c' at row 1/);
    await expect(words.inverseTransform([2])).rejects.toThrow(code('ERR_LABEL_RANGE'));
    await expect(new LabelEncoder().transform(['a'])).rejects.toThrow(code('ERR_NOT_FITTED'));
    await expect(new LabelEncoder().fit([])).rejects.toThrow(code('ERR_EMPTY'));
    expect([...(await new LabelEncoder().fitTransform(Int32Array.of(7, -1, 7)))]).toEqual([1, 0, 1]);
  });
});

describe('PolynomialFeatures', () => {
  it('refuses more products than memory can hold', async () => {
    const wide = [new Array<number>(3000).fill(1)];
    await expect(new PolynomialFeatures({ degree: 4 }).fit(wide)).rejects.toThrow(code('ERR_MEMORY'));
    const none = new PolynomialFeatures({ degree: [2, 2], interactionOnly: true, includeBias: false });
    await expect(none.fit([[1]])).rejects.toThrow(code('ERR_ARGUMENT'));
  });
});

describe('pipeline', () => {
  it('names steps after their classes', () => {
    const steps = pipeline(new StandardScaler(), ['fill', new SimpleImputer()], new StandardScaler()).steps;
    expect(steps.map(([name]) => name)).toEqual(['standardScaler-1', 'fill', 'standardScaler-2']);
    expect(() => pipeline(['a', new StandardScaler()], ['a', new StandardScaler()])).toThrow(
      code('ERR_ARGUMENT'),
    );
    expect(() => pipeline(['a__b', new StandardScaler()])).toThrow(code('ERR_ARGUMENT'));
    expect(() => pipeline(7 as never)).toThrow(code('ERR_ARGUMENT'));
  });

  it('reaches parameters of steps by step__param and by objects', async () => {
    const p = pipeline(['fill', new SimpleImputer()], ['scale', new StandardScaler()]);
    const own = p.namedSteps.scale as StandardScaler;
    p.setParams({ fill__strategy: 'median', scale: { withMean: false } });
    expect(p.getParams()).toMatchObject({ fill__strategy: 'median', scale__withMean: false });
    // The user's own estimator is not changed behind their back.
    expect(own.getParams().withMean).toBe(true);
    p.setParams({ scale: new MinMaxScaler() });
    expect(p.namedSteps.scale).toBeInstanceOf(MinMaxScaler);
    expect(() => p.setParams({ fill__strategy: 'mean', scal__withMean: true })).toThrow(
      code('ERR_UNKNOWN_NAME'),
    );
    expect(() => p.setParams({ scale: 7 })).toThrow(code('ERR_ARGUMENT'));
    expect(p.getParams().fill__strategy).toBe('median');
  });

  it('keeps what it has learned when setParams changes a step, until the next fit', async () => {
    const p = await pipeline(['scale', new MinMaxScaler()]).fit([[0], [10]]);
    p.setParams({ scale__featureRange: [0, 100] });
    expect((await p.transform([[5]])).data[0]).toBe(0.5);
    await p.fit([[0], [10]]);
    expect((await p.transform([[5]])).data[0]).toBe(50);
  });

  it('fits copies, and changes nothing when a step fails or the signal says stop', async () => {
    const scaler = new StandardScaler();
    const p = pipeline(scaler, new PolynomialFeatures());
    await p.fit([[1], [3]]);
    await expect(scaler.transform([[1]])).rejects.toThrow(code('ERR_NOT_FITTED'));
    const before = await p.transform([[2]]);
    // The scaler lets NaN pass, the polynomials do not.
    await expect(p.fit([[5], [Number.NaN]])).rejects.toThrow(code('ERR_NOT_FINITE'));
    await expect(p.fit([[5], [6]], undefined, { signal: AbortSignal.abort() })).rejects.toThrow(
      code('ERR_ABORTED'),
    );
    expect(await p.transform([[2]])).toEqual(before);
  });

  it('says which step cannot do what is asked', async () => {
    const p = await pipeline(new StandardScaler()).fit([[1], [3]]);
    await expect(p.predict([[1]])).rejects.toThrow(/StandardScaler, which has none/);
    await expect(pipeline().fit([[1]])).rejects.toThrow(code('ERR_EMPTY'));
  });
});

describe('columnTransformer', () => {
  const table = new data.DataTable({ n: [1, 2, 3], city: ['Bern', null, 'Genf'], m: [4, 5, 6] });
  const encodeCity = () =>
    pipeline(new SimpleImputer({ strategy: 'constant', fillValue: 'nowhere' }), new OneHotEncoder());

  it('takes columns by name and by number, numbers and text', async () => {
    const transformer = columnTransformer([
      ['city', encodeCity(), 'city'],
      ['scale', new MinMaxScaler(), [-1, 'n']],
    ]);
    const { data: values, shape } = await transformer.fitTransform(table);
    expect(shape).toEqual([3, 5]);
    expect([...values]).toEqual([1, 0, 0, 0, 0, 0, 0, 1, 0.5, 0.5, 0, 1, 0, 1, 1]);
    expect(transformer.getFeatureNamesOut()).toEqual([
      'city__city_Bern',
      'city__city_Genf',
      'city__city_nowhere',
      'scale__m',
      'scale__n',
    ]);
    expect(Object.keys(transformer.namedTransformers)).toEqual(['city', 'scale']);
  });

  it('drops the rest, passes it through or transforms it', async () => {
    const part = ['city', encodeCity(), 'city'] as const;
    expect((await columnTransformer([part]).fitTransform(table)).shape).toEqual([3, 3]);
    const passing = columnTransformer([part], { remainder: 'passthrough', verboseFeatureNamesOut: false });
    expect([...(await passing.fitTransform(table)).data.slice(3, 5)]).toEqual([1, 4]);
    expect(passing.getFeatureNamesOut()).toEqual(['city_Bern', 'city_Genf', 'city_nowhere', 'n', 'm']);
    const scaling = columnTransformer([part], { remainder: new MinMaxScaler() });
    expect([...(await scaling.fitTransform(table)).data.slice(3, 5)]).toEqual([0, 0]);
    scaling.setParams({ remainder__featureRange: [1, 2], city__oneHotEncoder__handleUnknown: 'ignore' });
    expect([...(await scaling.fitTransform(table)).data.slice(3, 5)]).toEqual([1, 1]);
  });

  it('names columns that are not there, text that nobody encodes, and names given twice', async () => {
    const absent = columnTransformer([['x', new MinMaxScaler(), ['n', 'town']]]);
    await expect(absent.fit(table)).rejects.toThrow(/'n', 'city', 'm', given 'town'/);
    await expect(columnTransformer([['x', new MinMaxScaler(), 3]]).fit(table)).rejects.toThrow(
      code('ERR_ARGUMENT'),
    );
    await expect(columnTransformer([['x', new MinMaxScaler(), 'a']]).fit([[1]])).rejects.toThrow(
      /X has no names/,
    );
    const textual = columnTransformer([['x', new MinMaxScaler(), 'n']], { remainder: 'passthrough' });
    await expect(textual.fit(table)).rejects.toThrow(/text in column 'city'/);
    const twice = columnTransformer(
      [
        ['a', new MinMaxScaler(), 'n'],
        ['b', new StandardScaler(), 'n'],
      ],
      { verboseFeatureNamesOut: false },
    );
    await twice.fit(table);
    expect(() => twice.getFeatureNamesOut()).toThrow(/'n' twice/);
    await expect(columnTransformer([]).fit(table)).rejects.toThrow(code('ERR_EMPTY'));
    expect(() => columnTransformer([['remainder', 'drop', 0]])).toThrow(code('ERR_ARGUMENT'));
  });
});
