import {
  data,
  OneHotEncoder,
  type OneHotEncoderParams,
  OrdinalEncoder,
  type OrdinalEncoderParams,
} from 'steepest';
import { describe, expect, it } from 'vitest';
import { readFixture } from '../../support/fixtures.js';
import { expectNear, type Num } from './near.js';

type Value = string | number;

interface Case<P> {
  params: Partial<P>;
  categories: Value[][];
  infrequent: (Value[] | null)[] | null;
  names: string[];
  transformed: Num[][];
  new: Num[][] | null;
}

const fixture = readFixture<{
  cells: Value[][];
  newCells: Value[][];
  ordinalEncoder: Case<OrdinalEncoderParams>[];
  oneHotEncoder: Case<OneHotEncoderParams>[];
}>('transformers');

/** A gap is NaN in the fixture's columns of text, too. */
const holed = (rows: readonly (readonly Value[])[]) =>
  rows.map((row) => row.map((value) => (value === 'NaN' ? Number.NaN : value)));
/** Categories of a column; here a gap among text is null. */
const listed = (list: readonly Value[]) => {
  const gap = typeof list[0] === 'string' ? null : Number.NaN;
  return list.map((value) => (value === 'NaN' ? gap : value));
};
const withGaps = <P extends { categories?: unknown }>(params: P): P =>
  Array.isArray(params.categories)
    ? { ...params, categories: (params.categories as Value[][]).map(listed) }
    : params;

const cells = holed(fixture.cells);
const newCells = holed(fixture.newCells);
const code = (name: string) => expect.objectContaining({ code: name });

function compare(encoder: OrdinalEncoder | OneHotEncoder, one: Case<object>): void {
  expect(encoder.categories).toEqual(one.categories.map(listed));
  expect(encoder.getFeatureNamesOut()).toEqual(one.names);
  const infrequent = one.infrequent?.map((list) => (list === null ? undefined : listed(list)));
  expect(encoder.infrequentCategories).toEqual(infrequent ?? one.categories.map(() => undefined));
}

describe('OrdinalEncoder', () => {
  it.each(fixture.ordinalEncoder)('$params', async (one) => {
    const encoder = await new OrdinalEncoder(withGaps(one.params)).fit(cells);
    compare(encoder, one);
    const rows = cells.slice(0, one.transformed.length);
    expectNear(await encoder.transform(rows), one.transformed);
    if (one.new !== null) expectNear(await encoder.transform(newCells), one.new);
    else await expect(encoder.transform(newCells)).rejects.toThrow(code('ERR_LABEL_RANGE'));
  });

  it('comes back: infrequent and unknown categories as such', async () => {
    const table = new data.DataTable({
      town: ['Bern', 'Bern', 'Chur', 'Zug', null, 'Bern'],
      n: [1, 1, 1, 2, 3, Number.NaN],
    });
    const encoder = await new OrdinalEncoder({
      minFrequency: 2,
      handleUnknown: 'useEncodedValue',
      unknownValue: -1,
    }).fit(table);
    const other = new data.DataTable({ town: ['Zug', 'Olten', null, 'Bern'], n: [1, 3, 7, Number.NaN] });
    const back = await encoder.inverseTransform(await encoder.transform(other));
    expect(back.columnNames).toEqual(['town', 'n']);
    expect(back.text('town')).toEqual(['infrequent_sklearn', null, null, 'Bern']);
    expect([...back.numbers('n')]).toEqual([1, Number.NaN, Number.NaN, Number.NaN]);
    await expect(encoder.inverseTransform([[0.5, 0]])).rejects.toThrow(/column 'town'.*0.5 at row 0/);
    await expect(encoder.inverseTransform([[0, 9]])).rejects.toThrow(code('ERR_LABEL_RANGE'));
  });

  it('keeps the codes of the fit when parameters change, also in a file', async () => {
    const encoder = await new OrdinalEncoder({ encodedMissingValue: -5 }).fit([['a'], [null], ['b']]);
    encoder.setParams({ encodedMissingValue: -7, handleUnknown: 'useEncodedValue', unknownValue: -9 });
    expect([...(await encoder.transform([[null], ['b']])).data]).toEqual([-5, 1]);
    await expect(encoder.transform([['c']])).rejects.toThrow(code('ERR_LABEL_RANGE'));
  });

  it.each<[object, RegExp]>([
    [{ handleUnknown: 'useEncodedValue' }, /unknownValue together with/],
    [{ unknownValue: -1 }, /unknownValue together with/],
    [{ handleUnknown: 'useEncodedValue', unknownValue: 1 }, /unknownValue to be no code .*uses 0 to 1/],
    [{ encodedMissingValue: 0 }, /encodedMissingValue to be no code/],
    [{ categories: [['a', 'b'], ['c']] }, /2 entries|1 entries/],
  ])('refuses to fit with %j', async (params, message) => {
    await expect(new OrdinalEncoder(params).fit([['a'], ['b'], [null]])).rejects.toThrow(message);
    expect(() => new OrdinalEncoder({ ...params, minFrequency: 1.5 })).toThrow(code('ERR_ARGUMENT'));
    expect(() => new OrdinalEncoder({ ...params, maxCategories: 0 })).toThrow(code('ERR_ARGUMENT'));
    expect(() => new OrdinalEncoder({ handleUnknown: 'ignore' } as never)).toThrow(code('ERR_UNKNOWN_NAME'));
  });
});

describe('OneHotEncoder with infrequent categories', () => {
  const threeOf = (rows: readonly (readonly Value[])[]) => rows.map((row) => row.slice(0, 3));

  it.each(fixture.oneHotEncoder)('$params', async (one) => {
    const encoder = await new OneHotEncoder(one.params).fit(threeOf(cells));
    compare(encoder, one);
    const rows = threeOf(cells).slice(0, one.transformed.length);
    expectNear(await encoder.transform(rows), one.transformed);
    expectNear(await encoder.transform(threeOf(newCells)), one.new!);
  });

  it('comes back, with the word that scikit-learn has for them', async () => {
    const rows = [
      ['a', 1],
      ['a', 1],
      ['b', 2],
      ['c', 1],
      ['a', 3],
    ];
    const encoder = await new OneHotEncoder({ minFrequency: 2, drop: 'first' }).fit(rows);
    const back = await encoder.inverseTransform(await encoder.transform(rows));
    expect(back.text('x0')).toEqual(['a', 'a', 'infrequent_sklearn', 'infrequent_sklearn', 'a']);
    expect([...back.numbers('x1')]).toEqual([1, 1, Number.NaN, 1, Number.NaN]);
    expect(encoder.getFeatureNamesOut()).toEqual(['x0_infrequent_sklearn', 'x1_infrequent_sklearn']);
  });

  it('drops no single infrequent category', async () => {
    const encoder = new OneHotEncoder({ minFrequency: 2, drop: ['b'] });
    await expect(encoder.fit([['a'], ['a'], ['b']])).rejects.toThrow(/frequent category of column 0.*'b'/);
    const other = await new OneHotEncoder({ minFrequency: 2, drop: ['a'] }).fit([['a'], ['a'], ['b']]);
    expect(other.getFeatureNamesOut()).toEqual(['x0_infrequent_sklearn']);
  });
});
