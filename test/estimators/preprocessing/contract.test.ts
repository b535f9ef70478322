import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  columnTransformer,
  data,
  estimatorTypes,
  FunctionTransformer,
  featureUnion,
  loadEstimator,
  MaxAbsScaler,
  MinMaxScaler,
  OneHotEncoder,
  OrdinalEncoder,
  PolynomialFeatures,
  pipeline,
  RobustScaler,
  type RowInput,
  SelectKBest,
  SelectPercentile,
  SimpleImputer,
  StandardScaler,
  type TableInput,
  type TableOutput,
  TargetEncoder,
  VarianceThreshold,
} from 'steepest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** What all transformers of tables have in common. */
interface AnyTransformer {
  readonly type: string;
  fit(x: TableInput, y?: unknown, options?: object): Promise<AnyTransformer>;
  transform(x: TableInput): Promise<TableOutput>;
  transformSync(x: TableInput | RowInput): TableOutput;
  fitTransform(x: TableInput, y?: unknown): Promise<TableOutput>;
  inverseTransform?(x: TableInput): Promise<TableOutput>;
  inverseTransformSync?(x: TableInput | RowInput): TableOutput;
  getFeatureNamesOut(): string[];
  readonly featureNamesIn: readonly string[] | undefined;
  getParams(): object;
  clone(): AnyTransformer;
  save(path: string): Promise<void>;
}

interface Kind {
  title: string;
  make: () => AnyTransformer;
  /** NaN in X: kept where it is, filled or encoded, or refused. */
  nan: 'kept' | 'used' | 'refused';
  /** Whether a categories-like transformer refuses values that the fit did not have. */
  unknown?: 'refused';
  /** False for one that says why it has none; undefined for a class without the method. */
  hasInverse: boolean | undefined;
  /** Needs a target, and `fitTransform` encodes rows by the others. */
  isCrossFitted?: boolean;
  /** Has no column for one that is constant: a table of such columns is refused. */
  dropsConstants?: boolean;
}

/** A target for each row of a table, which most transformers ignore. */
function targetOf(x: unknown): number[] | undefined {
  if (typeof x !== 'object' || x === null) return undefined;
  const rows = Array.isArray(x)
    ? x.length
    : 'shape' in x
      ? (x.shape as number[])[0]!
      : (x as { rows: number }).rows;
  return Array.from({ length: rows }, (_, i) => ((7 * i) % 3) + 0.5);
}

const learn = (transformer: AnyTransformer, x: unknown): Promise<AnyTransformer> =>
  transformer.fit(x as TableInput, targetOf(x));
/** The rows of the fit as `transform` gives them. */
const fitted = async (transformer: AnyTransformer, x: TableInput): Promise<TableOutput> =>
  (await learn(transformer, x)).transform(x);

const KINDS: Kind[] = [
  { title: 'StandardScaler', make: () => new StandardScaler(), nan: 'kept', hasInverse: true },
  { title: 'MinMaxScaler', make: () => new MinMaxScaler(), nan: 'kept', hasInverse: true },
  { title: 'MaxAbsScaler', make: () => new MaxAbsScaler(), nan: 'kept', hasInverse: true },
  { title: 'RobustScaler', make: () => new RobustScaler(), nan: 'kept', hasInverse: true },
  {
    title: 'RobustScaler without centring',
    make: () => new RobustScaler({ withCentering: false, quantileRange: [10, 90], unitVariance: true }),
    nan: 'kept',
    hasInverse: true,
  },
  {
    title: 'OneHotEncoder',
    make: () => new OneHotEncoder(),
    nan: 'used',
    unknown: 'refused',
    hasInverse: true,
  },
  {
    title: 'OneHotEncoder with drop',
    make: () => new OneHotEncoder({ drop: 'first' }),
    nan: 'used',
    unknown: 'refused',
    hasInverse: true,
  },
  {
    title: 'OneHotEncoder with infrequent categories',
    make: () => new OneHotEncoder({ maxCategories: 9, drop: 'ifBinary', handleUnknown: 'infrequentIfExist' }),
    nan: 'used',
    hasInverse: true,
  },
  {
    title: 'OrdinalEncoder',
    make: () => new OrdinalEncoder(),
    nan: 'kept',
    unknown: 'refused',
    hasInverse: true,
  },
  {
    title: 'OrdinalEncoder with codes for missing and unknown values',
    make: () =>
      new OrdinalEncoder({
        handleUnknown: 'useEncodedValue',
        unknownValue: -1,
        encodedMissingValue: -2,
        maxCategories: 9,
      }),
    nan: 'used',
    hasInverse: true,
  },
  {
    title: 'TargetEncoder',
    make: () => new TargetEncoder({ cv: 2 }),
    nan: 'used',
    hasInverse: undefined,
    isCrossFitted: true,
  },
  { title: 'SimpleImputer', make: () => new SimpleImputer(), nan: 'used', hasInverse: false },
  {
    title: 'SimpleImputer with indicator',
    make: () => new SimpleImputer({ strategy: 'median', addIndicator: true }),
    nan: 'used',
    hasInverse: true,
  },
  {
    title: 'PolynomialFeatures',
    make: () => new PolynomialFeatures({ degree: 3 }),
    nan: 'refused',
    hasInverse: true,
  },
  {
    title: 'FunctionTransformer',
    make: () => new FunctionTransformer({ func: 'arcsinh' }),
    nan: 'kept',
    hasInverse: true,
  },
  {
    title: 'FunctionTransformer without an inverse',
    make: () => new FunctionTransformer({ func: 'abs' }),
    nan: 'kept',
    hasInverse: false,
  },
  {
    title: 'FeatureUnion',
    make: () =>
      featureUnion([
        ['a', new StandardScaler()],
        ['b', pipeline(new SimpleImputer(), new PolynomialFeatures())],
      ]),
    nan: 'kept',
    hasInverse: undefined,
  },
  {
    title: 'VarianceThreshold',
    make: () => new VarianceThreshold(),
    nan: 'kept',
    hasInverse: true,
    dropsConstants: true,
  },
  {
    title: 'SelectKBest',
    make: () => new SelectKBest({ scoreFunc: 'fRegression', k: 'all' }),
    nan: 'refused',
    hasInverse: true,
  },
  {
    title: 'SelectKBest by mutual information',
    make: () => new SelectKBest({ scoreFunc: 'mutualInfoRegression' }),
    nan: 'refused',
    hasInverse: true,
  },
  {
    title: 'SelectPercentile',
    make: () => new SelectPercentile({ scoreFunc: 'fRegression', percentile: 100 }),
    nan: 'refused',
    hasInverse: true,
  },
  {
    title: 'Pipeline',
    make: () => pipeline(new SimpleImputer({ strategy: 'median' }), new MinMaxScaler()),
    nan: 'used',
    hasInverse: false,
  },
  {
    title: 'Pipeline of scalers',
    make: () => pipeline(new StandardScaler(), new MinMaxScaler()),
    nan: 'kept',
    hasInverse: true,
  },
  {
    title: 'ColumnTransformer',
    make: () => columnTransformer([['scale', new StandardScaler(), 0]], { remainder: 'passthrough' }),
    nan: 'kept',
    hasInverse: true,
  },
];

const X = [
  [1, 5, 2],
  [2, 5, -1],
  [4, 5, 0.5],
  [2, 5, 2],
];

const plain = (table: TableOutput): number[][] => {
  const { data: values, shape } = 'shape' in table ? table : table.toMatrix();
  return Array.from({ length: shape[0]! }, (_, i) => [
    ...values.subarray(i * shape[1]!, (i + 1) * shape[1]!),
  ]);
};
const code = (name: string) => expect.objectContaining({ code: name });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steepest-transformers-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe.each(KINDS)('$title', (kind) => {
  const { title, make, nan, hasInverse, isCrossFitted, dropsConstants } = kind;
  it('gives the same when fitted again, and from fitTransform', async () => {
    const transformer = make();
    const first = plain(await fitted(transformer, X));
    expect(plain(await transformer.transform(X))).toEqual(first);
    await learn(transformer, [
      [7, 8, 9],
      [1, 2, 3],
    ]);
    await learn(transformer, X);
    expect(plain(await transformer.transform(X))).toEqual(first);
    const atOnce = make();
    const given = plain(await atOnce.fitTransform(X, targetOf(X)));
    if (isCrossFitted) expect(given).not.toEqual(first);
    else expect(given).toEqual(first);
    expect(plain(await atOnce.transform(X))).toEqual(first);
  });

  it('transforms at once with the same bits: a row by position or by name, or a table', async () => {
    const table = data.DataTable.fromRows(X.map(([a, b, c]) => ({ a: a!, b: b!, c: c! })));
    const transformer = await learn(make(), table);
    const all = plain(await transformer.transform(table));
    expect(plain(transformer.transformSync(table))).toEqual(all);
    for (const [i, [a, b, c]] of X.entries()) {
      for (const row of [X[i]!, Float64Array.from(X[i]!), { c, a, b }, [X[i]!], [{ b, c, a, d: 'x' }]]) {
        expect(plain(transformer.transformSync(row as RowInput))).toEqual([all[i]]);
      }
    }
    expect(() => make().transformSync(X)).toThrow(code('ERR_NOT_FITTED'));
    expect(() => transformer.transformSync([1, 2])).toThrow(code('ERR_SHAPE'));
  });

  it('leaves X as it is', async () => {
    const flat = { data: Float64Array.from(X.flat()), shape: [4, 3] };
    const before = structuredClone(flat);
    const transformer = await learn(make(), flat);
    const result = await transformer.transform(flat);
    expect(flat).toEqual(before);
    if ('data' in result) expect(result.data).not.toBe(flat.data);
    const nested = structuredClone(X);
    await fitted(make(), nested);
    expect(nested).toEqual(X);
  });

  it('gives the same for lists, float64, float32 and named columns', async () => {
    const expected = plain(await fitted(make(), X));
    const table = data.DataTable.fromRows(X.map(([a, b, c]) => ({ a: a!, b: b!, c: c! })));
    for (const input of [
      { data: Float64Array.from(X.flat()), shape: [4, 3] },
      { data: Float32Array.from(X.flat()), shape: [4, 3] },
      table,
    ]) {
      expect(plain(await fitted(make(), input))).toEqual(expected);
    }
  });

  it('takes one row, one column and a constant column', async () => {
    for (const x of [[[3, 1, 2]], [[3], [4], [6]], [[2], [2], [2]]]) {
      if (dropsConstants && x.every((row) => row.join() === x[0]!.join())) {
        await expect(fitted(make(), x)).rejects.toThrow(code('ERR_EMPTY'));
        continue;
      }
      const result = plain(await fitted(make(), x));
      expect(result.length).toBe(x.length);
      expect(result.flat().every(Number.isFinite)).toBe(true);
    }
  });

  it(`NaN is ${nan}, infinity is refused`, async () => {
    const holed = [
      [1, 5, 2],
      [Number.NaN, 6, 3],
      [4, 7, 4],
    ];
    if (nan === 'refused') {
      await expect(learn(make(), holed)).rejects.toThrow(code('ERR_NOT_FINITE'));
    } else {
      const result = plain(await fitted(make(), holed));
      expect(result[1]!.some(Number.isNaN)).toBe(nan === 'kept');
      expect([...result[0]!, ...result[2]!].every(Number.isFinite)).toBe(true);
    }
    const infinite = [
      [1, 5, 2],
      [2, 5, Number.POSITIVE_INFINITY],
    ];
    // The column transformer hands its last columns on as they are: what they may hold is for the next step to say.
    if (title !== 'ColumnTransformer') {
      await expect(learn(make(), infinite)).rejects.toThrow(/infinity|Infinity at row 1, column 2/i);
      const learned = await learn(make(), X);
      await expect(learned.transform(infinite)).rejects.toThrow(code('ERR_NOT_FINITE'));
    }
  });

  it('refuses to transform before fit, and anything but the columns of the fit', async () => {
    await expect(make().transform(X)).rejects.toThrow(code('ERR_NOT_FITTED'));
    const backward = make().inverseTransform?.(X);
    if (backward) await expect(backward).rejects.toThrow(code('ERR_NOT_FITTED'));
    expect(() => make().getFeatureNamesOut()).toThrow(code('ERR_NOT_FITTED'));
    const learned = await learn(make(), X);
    await expect(learned.transform(X.map((row) => row.slice(1)))).rejects.toThrow(code('ERR_SHAPE'));
    const named = await learn(make(), new data.DataTable({ age: [1, 2], b: [3, 4] }));
    const misspelt = new data.DataTable({ b: [1, 2], agee: [3, 4] });
    await expect(named.transform(misspelt)).rejects.toThrow(code('ERR_SHAPE'));
    await expect(named.transform(misspelt)).rejects.toThrow(/column 'age'.*Did you mean 'age' by 'agee'/);
  });

  it('matches columns by name, in any order and form, and leaves out others and the target', async () => {
    const table = new data.DataTable({ a: [1, 2, 4, 2], b: [3, 4, 3, 4], c: [5, 6, 5, 5] });
    const other = new data.DataTable({ c: [5, 6, 5, 5], spare: [9, 9, 9, 8], b: [3, 4, 3, 4] }).with(
      'a',
      [1, 2, 4, 2],
    );
    const learned = await learn(make(), table);
    expect(learned.featureNamesIn).toEqual(['a', 'b', 'c']);
    const result = await learned.transform(table);
    expect(result.columnNames).toEqual(learned.getFeatureNamesOut());
    const expected = plain(result);
    const objects = other.toRows().map((row, i) => (i % 2 === 0 ? row : { ...table.toRows()[i] }));
    for (const x of [other, other.toRows(), objects, table.toMatrix()]) {
      expect(plain(await learned.transform(x as TableInput))).toEqual(expected);
    }
    const targeted = await make().fit(other.drop('spare').with('y', [0, 1, 0, 1]).toRows(), 'y');
    expect([...targeted.featureNamesIn!].sort()).toEqual(['a', 'b', 'c']);
    const unnamed = await learn(make(), X);
    expect(unnamed.featureNamesIn).toBeUndefined();
    await expect(unnamed.transform(table.toRows() as TableInput)).rejects.toThrow(/no names.*no order/);
    expect(() => make().featureNamesIn).toThrow(code('ERR_NOT_FITTED'));
  });

  it('refuses what is no table', async () => {
    await expect(learn(make(), [])).rejects.toThrow(code('ERR_EMPTY'));
    await expect(learn(make(), [[1, 2], [3]])).rejects.toThrow(code('ERR_RAGGED'));
    await expect(learn(make(), [1, 2] as never)).rejects.toThrow(code('ERR_SHAPE'));
    await expect(learn(make(), null as never)).rejects.toThrow(code('ERR_SHAPE'));
  });

  it('keeps what it has learned when a fit fails', async () => {
    const transformer = await learn(make(), X);
    const before = plain(await transformer.transform(X));
    await expect(learn(transformer, [[1, 2], [3]])).rejects.toThrow(code('ERR_RAGGED'));
    expect(plain(await transformer.transform(X))).toEqual(before);
  });

  it('names as many columns as it gives', async () => {
    const transformer = make();
    const result = plain(await fitted(transformer, X));
    const names = transformer.getFeatureNamesOut();
    expect(names.length).toBe(result[0]!.length);
    expect(new Set(names).size).toBe(names.length);
  });

  it('is the same after save and load, and a clone has learned nothing', async () => {
    const transformer = await learn(make(), X);
    const path = join(folder, `${title}.safetensors`);
    await transformer.save(path);
    const loaded = (await loadEstimator(path)) as unknown as AnyTransformer;
    expect(loaded.type).toBe(transformer.type);
    expect(plain(await loaded.transform(X))).toEqual(plain(await transformer.transform(X)));
    expect(loaded.getFeatureNamesOut()).toEqual(transformer.getFeatureNamesOut());
    const Class = transformer.constructor as unknown as { load(path: string): Promise<AnyTransformer> };
    expect(plain(await (await Class.load(path)).transform(X))).toEqual(plain(await transformer.transform(X)));
    const clone = transformer.clone();
    await expect(clone.transform(X)).rejects.toThrow(code('ERR_NOT_FITTED'));
    expect(plain(await fitted(clone, X))).toEqual(plain(await transformer.transform(X)));
    // Before the fit there is something to keep, too.
    await make().save(path);
    const fresh = (await loadEstimator(path)) as unknown as AnyTransformer;
    expect(plain(await fitted(fresh, X))).toEqual(plain(await transformer.transform(X)));
  });

  it(hasInverse ? 'comes back by inverseTransform' : 'says that it has no inverse', async () => {
    const transformer = await learn(make(), X);
    if (transformer.inverseTransform === undefined || hasInverse === undefined) {
      const found = [transformer.inverseTransform, transformer.inverseTransformSync, hasInverse];
      expect(found).toEqual([undefined, undefined, undefined]);
      return;
    }
    if (!hasInverse) {
      const once = await transformer.transform(X);
      await expect(transformer.inverseTransform(once)).rejects.toThrow(code('ERR_ARGUMENT'));
      return;
    }
    const there = await transformer.transform(X);
    const back = plain(await transformer.inverseTransform(there));
    expect(plain(transformer.inverseTransformSync!(there))).toEqual(back);
    plain(there).forEach((row, i) => {
      expect(plain(transformer.inverseTransformSync!(row as RowInput))).toEqual([back[i]]);
    });
    expect(() => transformer.inverseTransformSync!([1])).toThrow(code('ERR_SHAPE'));
    expect(() => make().inverseTransformSync!([1])).toThrow(code('ERR_NOT_FITTED'));
    back.flat().forEach((value, i) => {
      const isDropped = dropsConstants && i % 3 === 1;
      expect(value).toBeCloseTo(isDropped ? 0 : X.flat()[i]!, 12);
    });
    await expect(transformer.inverseTransform([[1]])).rejects.toThrow(code('ERR_SHAPE'));
  });
});

it.each(KINDS.filter(({ unknown }) => unknown === 'refused'))(
  '$title names column and row of an unknown category',
  async ({ make }) => {
    const learned = await make().fit(new data.DataTable({ a: [1, 2], city: ['Bern', 'Genf'] }));
    const other = new data.DataTable({ a: [1, 2, 1], city: ['Bern', 'Genf', 'Chur'] });
    await expect(learned.transform(other)).rejects.toThrow(code('ERR_LABEL_RANGE'));
    await expect(learned.transform(other)).rejects.toThrow(/column 'city'.*'Bern', 'Genf'.*'Chur' at row 2/);
  },
);

it('covers every transformer of tables that can be saved', () => {
  const covered = new Set(KINDS.map(({ make }) => make().type));
  const transformers = [
    'ColumnTransformer',
    'FeatureUnion',
    'FunctionTransformer',
    'MaxAbsScaler',
    'MinMaxScaler',
    'OneHotEncoder',
    'OrdinalEncoder',
    'Pipeline',
    'PolynomialFeatures',
    'RobustScaler',
    'SelectKBest',
    'SelectPercentile',
    'SimpleImputer',
    'StandardScaler',
    'TargetEncoder',
    'VarianceThreshold',
  ];
  expect([...covered].sort()).toEqual(transformers);
  expect(estimatorTypes()).toEqual(expect.arrayContaining(transformers));
});
