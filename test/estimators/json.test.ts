import { deepStrictEqual } from 'node:assert';
import {
  LinearRegression,
  LogisticRegression,
  MinMaxScaler,
  MLPClassifier,
  MLPRegressor,
  type NdArray,
  OneHotEncoder,
  PolynomialFeatures,
  Ridge,
  StandardScaler,
} from 'steepest';
import { describe, expect, it } from 'vitest';

const x = [
  [0, 1],
  [1, 0],
  [1, 1],
  [2, 1],
];
const y = [0.5, 1, 1.5, 2];
const both = y.map((value) => [value, -value]);
const classes = ['p', 'q', 'q', 'p'];
const three = ['a', 'b', 'c', 'a'];
const network = { hiddenLayerSizes: [2], maxIter: 1 };

type Result = Float64Array | NdArray<Float64Array>;

/** What estimators give, by what gave it. */
const RESULTS: readonly (readonly [string, () => Promise<readonly Result[]>])[] = [
  ...[() => new LinearRegression(), () => new Ridge()].flatMap((make) =>
    [y, both].map((targets) => {
      const run = async (): Promise<Result[]> => {
        const model = await make().fit(x, targets);
        return [await model.predict(x), model.coef, model.intercept];
      };
      return [`${make().constructor.name}, ${targets === y ? 'a list' : 'columns'}`, run] as const;
    }),
  ),
  ...[classes, three].map((labels) => {
    const run = async (): Promise<Result[]> => {
      const model = await new LogisticRegression().fit(x, labels as string[]);
      return [
        await model.predictProba(x),
        await model.predictLogProba(x),
        await model.decisionFunction(x),
        model.coef,
      ];
    };
    return [`LogisticRegression, ${new Set(labels).size} classes`, run] as const;
  }),
  ['MLPRegressor', async () => [await (await new MLPRegressor(network).fit(x, y)).predict(x)]],
  ['MLPRegressor, columns', async () => [await (await new MLPRegressor(network).fit(x, both)).predict(x)]],
  ['MLPClassifier', async () => [await (await new MLPClassifier(network).fit(x, classes)).predictProba(x)]],
  ['StandardScaler', async () => [await new StandardScaler().fitTransform(x)]],
  ['MinMaxScaler', async () => [await new MinMaxScaler().fitTransform(x)]],
  ['PolynomialFeatures', async () => [await new PolynomialFeatures().fitTransform(x)]],
  ['OneHotEncoder', async () => [await new OneHotEncoder().fitTransform(x)]],
];

describe('JSON of what estimators give', () => {
  it.each(RESULTS)('%s: lists, not objects of indices', async (_, run) => {
    for (const result of await run()) {
      const back = JSON.parse(JSON.stringify(result)) as number[] | { data: number[]; shape: number[] };
      if ('shape' in result) expect(back).toEqual({ ...result, data: Array.from(result.data) });
      else expect(back).toEqual(Array.from(result));
    }
  });

  it('a list of results is a plain typed array otherwise', async () => {
    const predicted = (await (await new LinearRegression().fit(x, y)).predict(x)) as Float64Array;
    const plain = Float64Array.from(predicted);
    expect(predicted).toEqual(plain);
    expect(predicted).toStrictEqual(plain);
    deepStrictEqual(predicted, plain);
    expect(structuredClone(predicted)).toEqual(plain);
    expect(Object.keys(predicted)).toEqual(Object.keys(plain));
  });
});
