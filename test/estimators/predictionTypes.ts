import {
  crossValPredict,
  data,
  ElasticNet,
  ElasticNetCV,
  type FittedOn,
  gridSearch,
  HuberRegressor,
  type Label,
  Lasso,
  LassoCV,
  LinearRegression,
  LogisticRegression,
  type Matrix,
  MLPRegressor,
  type NdArray,
  PoissonRegressor,
  pipeline,
  QuantileRegressor,
  type Regressor,
  Ridge,
  RidgeCV,
  randomizedSearch,
  SGDRegressor,
  StandardScaler,
  type TargetInput,
  TransformedTargetRegressor,
} from 'steepest';

/**
 * What TypeScript knows of predictions after a fit. Nobody calls it: `npm run typecheck` fails where
 * a line below is accepted or refused wrongly, and where a type is another one than it says.
 */
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Equal<A, B>): void => undefined;

type Vector = Float64Array;
type Columns = Matrix<Float64Array>;
type Either = Vector | Columns;

const x = [[1], [2], [3]];

/** Every form of y, for one class. */
export async function forms(list: number[], rows: number[][], array: NdArray, unsure: TargetInput) {
  const table = new data.DataTable({ a: [1, 2], low: [1, 2], high: [3, 4] });
  const vectors = [
    await (await new Ridge().fit(x, [1, 2, 3])).predict(x),
    await (await new Ridge().fit(x, list)).predict(x),
    await (await new Ridge().fit(x, list as readonly number[])).predict(x),
    await (await new Ridge().fit(x, Float32Array.of(1, 2, 3))).predict(x),
    await (await new Ridge().fit(x, table.numbers('low'))).predict(x),
    await (await new Ridge().fit(x, { data: Int16Array.of(1, 2, 3), shape: [3] })).predict(x),
    await (await new Ridge().fit(table, 'low')).predict(table),
    await (await new Ridge().fit(table, ['low'])).predict(table),
    (await new Ridge().fit(x, list)).predictSync([1]),
    (await new Ridge().fit(table, 'low')).predictSync({ a: 1 }),
  ];
  same<typeof vectors, Vector[]>(true);
  const columns = [
    await (await new Ridge().fit(x, rows)).predict(x),
    await (
      await new Ridge().fit(x, [
        [1, 2],
        [3, 4],
        [5, 6],
      ])
    ).predict(x),
    await (await new Ridge().fit(x, [Float32Array.of(1), Float32Array.of(2)])).predict(x),
    await (await new Ridge().fit(x, { data: Float64Array.of(1, 2, 3), shape: [3, 1] })).predict(x),
    await (await new Ridge().fit(table, ['low', 'high'])).predict(table),
    (await new Ridge().fit(x, rows)).predictSync([1]),
  ];
  same<typeof columns, Columns[]>(true);
  const names: string[] = ['low'];
  const open = await new Ridge().fit(x, array);
  const eithers = {
    array: await open.predict(x),
    sync: open.predictSync([1]),
    unsure: await (await new Ridge().fit(x, unsure)).predict(x),
    both: await (await new Ridge().fit(x, list.length > 2 ? list : rows)).predict(x),
    names: await (await new Ridge().fit(table, names)).predict(table),
    any: await (await new Ridge().fit(x, JSON.parse('[1, 2, 3]'))).predict(x),
    loaded: await (await Ridge.load('file')).predict(x),
  };
  same<typeof eithers, Record<'array' | 'sync' | 'unsure' | 'both' | 'names' | 'any' | 'loaded', Either>>(
    // Not one of them is narrower.
    true,
  );
}

/** Every class that may predict either form. */
export async function classes(y: number[], rows: number[][]) {
  const vectors = [
    await (await new LinearRegression().fit(x, y)).predict(x),
    await (await new RidgeCV().fit(x, y)).predict(x),
    await (await new Lasso().fit(x, y)).predict(x),
    await (await new ElasticNet().fit(x, y)).predict(x),
    await (await new LassoCV().fit(x, y)).predict(x),
    await (await new ElasticNetCV().fit(x, y)).predict(x),
    await (await new MLPRegressor().fit(x, y)).predict(x),
    await (await new MLPRegressor().partialFit(x, y)).predict(x),
    await (await new TransformedTargetRegressor().fit(x, y)).predict(x),
    await (await new PoissonRegressor().fit(x, y)).predict(x),
    await new HuberRegressor().predict(x),
    new HuberRegressor().predictSync(x),
    await new QuantileRegressor().predict(x),
    new QuantileRegressor().predictSync(x),
    await new SGDRegressor().predict(x),
    new SGDRegressor().predictSync(x),
    (await new LinearRegression().fit(x, y)).predictSync(x),
    (await new RidgeCV().fit(x, y)).predictSync(x),
    (await new ElasticNetCV().fit(x, y)).predictSync(x),
    (await new MLPRegressor().fit(x, y)).predictSync(x),
  ];
  same<typeof vectors, Vector[]>(true);
  const columns = [
    await (await new LinearRegression().fit(x, rows)).predict(x),
    await (await new RidgeCV().fit(x, rows)).predict(x),
    await (await new Lasso().fit(x, rows)).predict(x),
    await (await new ElasticNet().fit(x, rows)).predict(x),
    await (await new LassoCV().fit(x, rows)).predict(x),
    await (await new ElasticNetCV().fit(x, rows)).predict(x),
    await (await new MLPRegressor().fit(x, rows)).predict(x),
    await (await new MLPRegressor().partialFit(x, rows)).predict(x),
    await (await new TransformedTargetRegressor().fit(x, rows)).predict(x),
    (await new Lasso().fit(x, rows)).predictSync(x),
    (await new LassoCV().fit(x, rows)).predictSync(x),
    (await new MLPRegressor().fit(x, rows)).predictSync(x),
  ];
  same<typeof columns, Columns[]>(true);
  await new TransformedTargetRegressor().fit(new data.DataTable({ a: [1], b: [2] }), 'b');
}

/** Pipelines and searches that end in one. */
export async function composed(y: number[], rows: number[][]) {
  const chain = pipeline(new StandardScaler(), new Ridge());
  same<Awaited<ReturnType<typeof chain.predict>>, Either>(true);
  const grid = gridSearch(chain, { ridge__alpha: [1, 2] });
  const random = randomizedSearch(new Lasso(), { alpha: [1, 2] }, { nIter: 2 });
  const vectors = [
    await (await chain.clone().fit(x, y)).predict(x),
    (await chain.clone().fit(x, y)).predictSync([1]),
    await (await pipeline(new StandardScaler(), pipeline(new Ridge())).fit(x, y)).predict(x),
    await (await grid.fit(x, y)).predict(x),
    await (await random.fit(x, y)).predict(x),
    await (await pipeline(new StandardScaler(), new PoissonRegressor()).fit(x, rows)).predict(x),
  ];
  same<typeof vectors, Vector[]>(true);
  const columns = [
    await (await chain.clone().fit(x, rows)).predict(x),
    (
      await chain.clone().fit(x, [
        [1, 2],
        [3, 4],
        [5, 6],
      ])
    ).predictSync([1]),
    await (await chain.clone().fit(new data.DataTable({ a: [1], b: [2], c: [3] }), ['b', 'c'])).predict(x),
    (await grid.fit(x, rows)).predictSync(x),
  ];
  same<typeof columns, Columns[]>(true);
  const outOfFold = [await crossValPredict(new Ridge(), x, y), await crossValPredict(chain, x, y)];
  const matrices = [await crossValPredict(new Ridge(), x, rows), await crossValPredict(grid, x, rows)];
  same<[typeof outOfFold, typeof matrices], [Vector[], Columns[]]>(true);
  const either = await crossValPredict(new Ridge(), x, y.length > 3 ? y : rows);
  const classed = await crossValPredict(new LogisticRegression(), x, y);
  same<[typeof either, typeof classed], [Either, Label[]]>(true);
  const labels = await (await pipeline(new LogisticRegression()).fit(x, y)).predict(x);
  same<typeof labels, Label[]>(true);
}

/** Streams: the type of y in their batches. */
export async function streams(file: data.CsvDataset) {
  const lists = [{ x, y: [1, 2, 3] }];
  async function* tables() {
    yield { x, y: [[1], [2], [3]] };
  }
  const vector = await (await new LinearRegression().fit(lists)).predict(x);
  const fromFunction = await (await new Lasso().fit(() => lists)).predict(x);
  const columns = await (await new Ridge().fit(tables())).predict(x);
  const either = await (await new RidgeCV({ cv: 3 }).fit(file.batches(10))).predict(x);
  same<
    [typeof vector, typeof fromFunction, typeof columns, typeof either],
    [Vector, Vector, Columns, Either]
  >(true);
}

/** What a type promises stays true. */
export async function again(y: number[], rows: number[][], array: NdArray) {
  const model = await new Ridge().fit(x, y);
  const plain: Ridge = model;
  const regressor: Regressor = model;
  const named: FittedOn<Ridge, number[]> = model;
  const loaded = (await Ridge.load('file')) as FittedOn<Ridge, number[]>;
  const copy = await (await model.clone().fit(x, y)).predict(x);
  const changed = await model.setParams({ alpha: 2 }).predict(x);
  same<[typeof copy, typeof changed], [Vector, Vector]>(true);
  // @ts-expect-error predict of this model returns a list, and would return a matrix
  await model.fit(x, rows);
  // @ts-expect-error it might
  await model.fit(x, array);
  const wide = await new Ridge().fit(x, rows);
  // @ts-expect-error predict of this model returns a matrix, and would return a list
  await wide.fit(x, y);
  // @ts-expect-error the other form
  const wrong: FittedOn<Ridge, number[]> = wide;
  // @ts-expect-error the form is not known
  const unknown: FittedOn<Ridge, number[]> = new Ridge();
  // @ts-expect-error text is no number
  await new Ridge().fit(x, [['a']]);
  class Own extends Ridge {
    readonly own = 1;
  }
  const { own } = await new Own().fit(x, y);
  same<typeof own, 1>(true);
  return [plain, regressor, named, loaded, wrong, unknown];
}
