import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  columnTransformer,
  data,
  MLPRegressor,
  OneHotEncoder,
  pipeline,
  Ridge,
  SimpleImputer,
  StandardScaler,
  trainTestSplit,
} from 'steepest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realData } from '../support/dataFolder.js';
import { readFixture } from '../support/fixtures.js';

const path = realData('housing', 'housing.csv');

interface Fixture {
  rows: number;
  missing: number;
  features: string[];
  coef: number[];
  intercept: number;
  trainR2: number;
  testR2: number;
}

describe('a table from a file, through a pipeline', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'steepest-housing-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const rooms = (handleUnknown: 'error' | 'ignore') =>
    pipeline(
      columnTransformer([
        ['numbers', pipeline(new SimpleImputer({ strategy: 'median' }), new StandardScaler()), ['rooms']],
        ['ocean', new OneHotEncoder({ handleUnknown }), 'ocean'],
      ]),
      new Ridge({ alpha: 1e-9 }),
    );

  it('fills, encodes and fits; a category of later rows is an error or zeros', async () => {
    const file = join(folder, 'houses.csv');
    // price = 10·rooms + 100 at the bay; the median of the rooms that are known is 3.
    const lines = ['1,BAY,110', '5,BAY,150', ',BAY,130', '2,INLAND,20', '4,INLAND,40', '7,ISLAND,0'];
    await writeFile(file, ['rooms,ocean,price', ...lines, ''].join('\n'));
    const table = await data.csv(file, { types: { ocean: 'text' } }).table();
    const x = table.drop('price');
    const y = table.numbers('price');
    const model = await rooms('ignore').fit(x.slice(0, 5), y.slice(0, 5));
    const predicted = (await model.predict(x.slice(0, 5))) as Float64Array;
    predicted.forEach((value, i) => {
      expect(value).toBeCloseTo(y[i]!, 5);
    });
    expect(((await model.predict(x.slice(5))) as Float64Array).length).toBe(1);
    const strict = await rooms('error').fit(x.slice(0, 5), y.slice(0, 5));
    await expect(strict.predict(x.slice(5))).rejects.toThrow(/column 'ocean'.*'ISLAND' at row 0/);
    expect(model.getFeatureNamesOut()).toEqual(['numbers__rooms', 'ocean__ocean_BAY', 'ocean__ocean_INLAND']);
  });

  // The file is not part of this repository.
  if (path !== undefined) {
    it('gives the coefficients and R² of the same pipeline in scikit-learn, on California housing', async () => {
      const fixture = readFixture<Fixture>('housing');
      const table = await data.csv(path, { types: { ocean_proximity: 'text' } }).table();
      expect(table.rows).toBe(fixture.rows);
      const x = table.drop('median_house_value');
      const y = table.numbers('median_house_value');
      const rows = Array.from(y, (_, i) => i);
      const part = (list: number[]) => [x.take(list), Float64Array.from(list, (i) => y[i]!)] as const;
      const [xTrain, yTrain] = part(rows.filter((i) => i % 5 !== 0));
      const [xTest, yTest] = part(rows.filter((i) => i % 5 === 0));
      const numbers = x.namesOf('numeric');
      const missing = numbers.reduce((sum, name) => sum + x.numbers(name).filter(Number.isNaN).length, 0);
      expect(missing).toBe(fixture.missing);
      const model = pipeline(
        columnTransformer([
          ['numbers', pipeline(new SimpleImputer({ strategy: 'median' }), new StandardScaler()), numbers],
          ['ocean', new OneHotEncoder({ handleUnknown: 'ignore' }), 'ocean_proximity'],
        ]),
        new Ridge({ alpha: 1 }),
      );
      await model.fit(xTrain, yTrain);
      // scikit-learn numbers the columns, we name them.
      expect(model.getFeatureNamesOut().length).toBe(fixture.features.length);
      const { coef } = model.last;
      fixture.coef.forEach((value, j) => {
        expect(Math.abs(coef.data[j]! - value)).toBeLessThan(1e-7 * Math.abs(value));
      });
      expect(await model.score(xTrain, yTrain)).toBeCloseTo(fixture.trainR2, 10);
      expect(await model.score(xTest, yTest)).toBeCloseTo(fixture.testR2, 10);
    });

    it.each(['native', 'typescript'] as const)(
      'a small MLPRegressor does better, %s',
      async (backend) => {
        const table = await data.csv(path, { types: { ocean_proximity: 'text' } }).table();
        const x = table.drop('median_house_value');
        // A network wants targets near 1.
        const y = table.numbers('median_house_value').map((value) => value / 100_000);
        const [xTrain, xTest, yTrain, yTest] = trainTestSplit(x, y, { testSize: 0.2, seed: 7 });
        const model = pipeline(
          columnTransformer([
            [
              'numbers',
              pipeline(new SimpleImputer({ strategy: 'median' }), new StandardScaler()),
              x.namesOf('numeric'),
            ],
            ['ocean', new OneHotEncoder(), 'ocean_proximity'],
          ]),
          new MLPRegressor({ hiddenLayerSizes: [32, 16], learningRateInit: 3e-3, tol: 1e-3, seed: 1 }),
        );
        await model.fit(xTrain, yTrain, { backend });
        expect(await model.score(xTest, yTest)).toBeGreaterThan(0.75);
      },
      60_000,
    );
  }
});
