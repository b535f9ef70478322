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
import { readFixture } from '../../support/fixtures.js';
import { expectNear, matrix, type Num } from './near.js';

type Text = string | null;

interface Fixture {
  x: Num[][];
  weights: number[];
  beyond: Num[][];
  standardScaler: {
    withMean: boolean;
    withStd: boolean;
    weighted: boolean;
    mean: Num[];
    var: Num[] | null;
    scale: Num[] | null;
    transformed: Num[][];
  }[];
  minMaxScaler: {
    featureRange: [number, number];
    clip: boolean;
    dataMin: Num[];
    dataMax: Num[];
    scale: Num[];
    min: Num[];
    transformed: Num[][];
  }[];
  oneHotEncoder: {
    cases: {
      x: (Num | Text)[][];
      drop: null | 'first' | 'ifBinary' | string[];
      categories: (Num | Text)[][];
      transformed: number[][];
      names: string[] | null;
    }[];
    unknown: { x: string[][]; transformed: number[][] };
  };
  labelEncoder: { classes: string[]; codes: number[] };
  simpleImputer: {
    cases: {
      strategy: 'mean' | 'median' | 'mostFrequent' | 'constant';
      addIndicator: boolean;
      statistics: number[];
      transformed: number[][];
    }[];
    text: { strategy: 'mostFrequent' | 'constant'; transformed: string[][] }[];
    marked: { x: number[][]; transformed: number[][] };
  };
  polynomialFeatures: {
    x: number[][];
    cases: {
      degree: number | [number, number];
      interactionOnly: boolean;
      includeBias: boolean;
      powers: number[][];
      names: string[];
      transformed: number[][];
    }[];
  };
  columnTransformer: { transformed: Num[][]; names: string[] };
}

const fixture = readFixture<Fixture>('preprocessing');
const x = matrix(fixture.x);

describe('StandardScaler', () => {
  it.each(fixture.standardScaler)('withMean $withMean, withStd $withStd, weighted $weighted', async (one) => {
    const { withMean, withStd, weighted } = one;
    const scaler = new StandardScaler({ withMean, withStd });
    await scaler.fit(x, undefined, weighted ? { sampleWeight: fixture.weights } : {});
    expectNear(scaler.mean, one.mean);
    // The column at 1e7 has a variance near 1, of which scikit-learn keeps fewer digits.
    if (one.var !== null) expectNear(scaler.var, one.var, 1e-8);
    if (one.scale !== null) expectNear(scaler.scale, one.scale, 1e-8);
    expectNear(await scaler.transform(x), one.transformed, 1e-7);
  });

  it('learns the same in pieces as at once', async () => {
    const whole = await new StandardScaler().fit(x);
    const pieces = new StandardScaler();
    for (const [begin, end] of [
      [0, 3],
      [3, 4],
      [4, 20],
      [20, x.length],
    ])
      await pieces.partialFit(x.slice(begin, end));
    expectNear(pieces.mean, [...whole.mean], 1e-14);
    expectNear(pieces.var, [...whole.var], 1e-8);
    expect([...pieces.nSamplesSeen]).toEqual([24, 24, 24, 21, 24]);
  });

  it('keeps the variance of numbers far from 0', async () => {
    // Of 0, 1, …, 9 the variance is 8.25 exactly, wherever they are.
    const far = Array.from({ length: 10 }, (_, i) => [2 ** 49 + i]);
    expect((await new StandardScaler().fit(far)).var[0]).toBe(8.25);
  });
});

describe('MinMaxScaler', () => {
  it.each(fixture.minMaxScaler)('range $featureRange, clip $clip', async (one) => {
    const scaler = await new MinMaxScaler({ featureRange: one.featureRange, clip: one.clip }).fit(x);
    expectNear(scaler.dataMin, one.dataMin);
    expectNear(scaler.dataMax, one.dataMax);
    expectNear(scaler.scale, one.scale);
    expectNear(scaler.min, one.min);
    expectNear(await scaler.transform(matrix(fixture.beyond)), one.transformed, 1e-8);
  });

  it('learns the same in pieces as at once', async () => {
    const whole = await new MinMaxScaler().fit(x);
    const pieces = new MinMaxScaler();
    for (const [begin, end] of [
      [0, 3],
      [3, 4],
      [4, x.length],
    ])
      await pieces.partialFit(x.slice(begin, end));
    expect(pieces.dataMin).toEqual(whole.dataMin);
    expect(pieces.dataMax).toEqual(whole.dataMax);
  });
});

describe('OneHotEncoder', () => {
  it.each(fixture.oneHotEncoder.cases)('drop $drop', async (one) => {
    const rows = one.x.map((row) => row.map((value) => (value === 'NaN' ? Number.NaN : value)));
    const encoder = new OneHotEncoder(one.drop === null ? {} : { drop: one.drop });
    expectNear(await encoder.fitTransform(rows), one.transformed);
    const categories = one.categories.map((list) =>
      list.map((value) => (value === 'NaN' ? Number.NaN : value)),
    );
    expect(encoder.categories).toEqual(categories);
    if (one.names !== null) {
      expect(encoder.getFeatureNamesOut()).toEqual(one.names);
    }
    const back = await encoder.inverseTransform(await encoder.transform(rows));
    expect(back.toRows().map((row) => Object.values(row))).toEqual(rows);
  });

  it('gives zeros for unknown categories if told so', async () => {
    const { x: rows, transformed } = fixture.oneHotEncoder.unknown;
    const encoder = new OneHotEncoder({ handleUnknown: 'ignore' });
    await encoder.fit(fixture.oneHotEncoder.cases[0]!.x as Text[][]);
    expectNear(await encoder.transform(rows), transformed);
  });
});

it('LabelEncoder', async () => {
  const encoder = await new LabelEncoder().fit(['b', 'a', 'é', 'Z', 'a']);
  expect(encoder.classes).toEqual(fixture.labelEncoder.classes);
  expect([...(await encoder.transform(['Z', 'é', 'a']))]).toEqual(fixture.labelEncoder.codes);
  expect(await encoder.inverseTransform([0, 3])).toEqual(['Z', 'é']);
});

describe('SimpleImputer', () => {
  it.each(fixture.simpleImputer.cases)('$strategy, addIndicator $addIndicator', async (one) => {
    const { strategy, addIndicator } = one;
    const imputer = new SimpleImputer({ strategy, addIndicator });
    const filled = await imputer.fitTransform(x);
    expectNear(filled as { data: Float64Array; shape: readonly number[] }, one.transformed);
    expectNear(imputer.statistics as number[], one.statistics);
  });

  it.each(fixture.simpleImputer.text)('text with $strategy', async ({ strategy, transformed }) => {
    const table = await new SimpleImputer({ strategy }).fitTransform(
      fixture.oneHotEncoder.cases[0]!.x as Text[][],
    );
    expect(table).toBeInstanceOf(data.DataTable);
    expect(table.toRows().map((row) => Object.values(row))).toEqual(transformed);
  });

  it('takes another mark of missing values', async () => {
    const { x: rows, transformed } = fixture.simpleImputer.marked;
    expectNear(await new SimpleImputer({ missingValues: -1 }).fitTransform(rows), transformed);
  });
});

describe('PolynomialFeatures', () => {
  it.each(fixture.polynomialFeatures.cases)(
    'degree $degree, interactionOnly $interactionOnly, includeBias $includeBias',
    async ({ degree, interactionOnly, includeBias, powers, names, transformed }) => {
      const made = new PolynomialFeatures({ degree, interactionOnly, includeBias });
      expectNear(await made.fitTransform(fixture.polynomialFeatures.x), transformed);
      expectNear(made.powers, powers);
      expect(made.getFeatureNamesOut()).toEqual(names);
    },
  );
});

it('columnTransformer', async () => {
  const { transformed, names } = fixture.columnTransformer;
  const transformer = columnTransformer(
    [
      ['fill', pipeline(new SimpleImputer({ strategy: 'median' }), new StandardScaler()), [3, 0]],
      ['powers', new PolynomialFeatures({ includeBias: false }), 4],
      ['gone', 'drop', 1],
    ],
    { remainder: 'passthrough' },
  );
  expectNear(await transformer.fitTransform(x), transformed);
  expectNear(await transformer.transform(x), transformed);
  expect(transformer.getFeatureNamesOut()).toEqual(names);
});
