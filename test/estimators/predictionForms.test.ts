import {
  crossValPredict,
  data,
  ElasticNet,
  ElasticNetCV,
  gridSearch,
  Lasso,
  LassoCV,
  LinearRegression,
  MLPRegressor,
  pipeline,
  Ridge,
  RidgeCV,
  StandardScaler,
  shutdown,
  TransformedTargetRegressor,
} from 'steepest';
import { afterAll, describe, expect, it } from 'vitest';

afterAll(() => shutdown());

// The types of predictions (`predictionTypes.ts`) are promises: predictions have these forms.
const ROWS = 12;
const x = Array.from({ length: ROWS }, (_, i) => [i, (i * 5) % 7]);
const list = x.map(([a, b]) => 2 * a! - b! + 1);
const table = data.DataTable.fromRows(x.map(([a, b], i) => ({ a, b, low: list[i]!, high: 3 * list[i]! })));
const numbers = Float64Array.from(list);

type Fit = readonly [x: never, y: never];
const fitOn = (samples: unknown, y: unknown): Fit => [samples as never, y as never];

const VECTORS = {
  list: fitOn(x, list),
  'typed array': fitOn(x, Float32Array.from(list)),
  'shape of rank 1': fitOn(x, { data: numbers, shape: [ROWS] }),
  name: fitOn(table, 'low'),
  'list of one name': fitOn(table, ['low']),
};
const ONE_COLUMN = {
  'rows of one number': fitOn(
    x,
    list.map((value) => [value]),
  ),
  'typed rows': fitOn(
    x,
    list.map((value) => Float64Array.of(value)),
  ),
  'shape of rank 2': fitOn(x, { data: numbers, shape: [ROWS, 1] }),
};
const COLUMNS = {
  ...ONE_COLUMN,
  rows: fitOn(
    x,
    list.map((value) => [value, -value]),
  ),
  names: fitOn(table, ['low', 'high']),
};

const MODELS = {
  LinearRegression: () => new LinearRegression(),
  Ridge: () => new Ridge(),
  RidgeCV: () => new RidgeCV(),
  Lasso: () => new Lasso({ alpha: 0.1 }),
  ElasticNet: () => new ElasticNet({ alpha: 0.1 }),
  MLPRegressor: () => new MLPRegressor({ hiddenLayerSizes: [2], maxIter: 9, nIterNoChange: 1, tol: 1e9 }),
  TransformedTargetRegressor: () => new TransformedTargetRegressor({ transformer: new StandardScaler() }),
  pipeline: () => pipeline(new StandardScaler(), new Ridge()),
  gridSearch: () => gridSearch(new Ridge(), { alpha: [1, 2] }, { cv: 2 }),
};
/** These take one target, which may be a column. */
const SINGLE = {
  LassoCV: () => new LassoCV({ alphas: [0.1, 1], cv: 2 }),
  ElasticNetCV: () => new ElasticNetCV({ alphas: [0.1, 1], cv: 2 }),
};

interface Model {
  fit(x: never, y: never): Promise<{ predict(x: unknown): Promise<unknown> }>;
  predictSync?(x: unknown): unknown;
}

/** A matrix has `column`, a typed array has not. */
const formOf = (prediction: unknown): string =>
  prediction instanceof Float64Array
    ? 'vector'
    : typeof (prediction as { column?: unknown }).column === 'function'
      ? 'columns'
      : String(prediction);

async function formsOf(make: () => unknown, fits: Record<string, Fit>): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const [name, [samples, y]] of Object.entries(fits)) {
    const model = make() as Model;
    const fitted = await model.fit(samples, y);
    const predictions = [await fitted.predict(samples)];
    if (model.predictSync !== undefined) predictions.push(model.predictSync(samples));
    found[name] = predictions.map(formOf);
  }
  return found;
}

const all = (fits: object, form: string, count: number) =>
  Object.fromEntries(Object.keys(fits).map((name) => [name, Array.from({ length: count }, () => form)]));

describe('forms of predictions', () => {
  const makers = Object.entries<() => object>({ ...MODELS, ...SINGLE });
  it.each(makers)('%s predicts the form of its targets', async (name, make) => {
    const count = 'predictSync' in make() ? 2 : 1;
    expect(await formsOf(make, VECTORS)).toEqual(all(VECTORS, 'vector', count));
    const fits = name in SINGLE ? ONE_COLUMN : COLUMNS;
    expect(await formsOf(make, fits)).toEqual(all(fits, 'columns', count));
  });

  it('takes the form of the batches of a stream', async () => {
    const vector = await new LinearRegression().fit([{ x, y: list }]);
    expect(formOf(await vector.predict(x))).toBe('vector');
    const columns = await new Ridge().fit(() => [{ x, y: list.map((value) => [value]) }]);
    expect(formOf(await columns.predict(x))).toBe('columns');
  });

  it('keeps the form in crossValPredict', async () => {
    expect(await crossValPredict(new Ridge(), x, list)).toBeInstanceOf(Float64Array);
    const columns = await crossValPredict(
      new Ridge(),
      x,
      list.map((value) => [value]),
    );
    expect(columns.shape).toEqual([ROWS, 1]);
    const named = await crossValPredict(new Ridge(), table, ['low', 'high']);
    expect(named.shape).toEqual([ROWS, 2]);
    expect(await crossValPredict(new Ridge(), table, ['low'])).toBeInstanceOf(Float64Array);
  });
});
