import {
  columnTransformer,
  gridSearch,
  LogisticRegression,
  OneHotEncoder,
  pipeline,
  Ridge,
  type RowInput,
  SimpleImputer,
  StandardScaler,
  SteepestError,
} from 'steepest';
import { describe, expect, it } from 'vitest';

const plans = ['a', 'b', 'c'];
const rows = Array.from({ length: 30 }, (_, i) => ({
  tenure: i % 7 === 0 ? null : i % 11,
  plan: i % 5 === 0 ? null : plans[i % 3]!,
  charge: 20 + ((i * 7) % 50),
}));
const churns = rows.map(({ charge }, i) => (charge + ((i * 13) % 20) > 55 ? 'yes' : 'no'));
const prepare = () =>
  columnTransformer([
    [
      'numbers',
      pipeline(new SimpleImputer({ strategy: 'median' }), new StandardScaler()),
      ['tenure', 'charge'],
    ],
    ['plan', new OneHotEncoder({ handleUnknown: 'ignore' }), ['plan']],
  ]);

/** A transformer of the user's own, which has to be waited for. */
class Doubling {
  readonly type: string = 'Doubling';
  async fit(): Promise<this> {
    return this;
  }
  async transform(x: { data: Float64Array; shape: number[] }) {
    return { ...x, data: x.data.map((value) => 2 * value) };
  }
  async fitTransform(x: { data: Float64Array; shape: number[] }) {
    return this.transform(x);
  }
  clone(): this {
    return this;
  }
  getParams(): object {
    return {};
  }
  setParams(): this {
    return this;
  }
  toSaved() {
    return { type: this.type, params: {}, state: undefined };
  }
}

/** The same with a method for callers that do not wait. */
class DoublingAtOnce extends Doubling {
  override readonly type = 'DoublingAtOnce';
  transformSync(x: { data: Float64Array; shape: number[] }) {
    return { ...x, data: x.data.map((value) => 2 * value) };
  }
}

describe('a prediction at once', () => {
  it('of objects with text and gaps has the bits of predict', async () => {
    const model = await pipeline(prepare(), new LogisticRegression()).fit(rows, churns);
    const proba = await model.predictProba(rows);
    expect(model.predictProbaSync(rows)).toEqual(proba);
    const labels: string[] = rows.map((row) => String(model.predictSync(row)[0]));
    expect(labels).toEqual(await model.predict(rows));
    rows.forEach((row, i) => {
      expect(model.predictProbaSync(row).row(0)).toEqual(proba.row(i));
    });
    expect(model.predictProbaSync({ ...rows[1]!, plan: 'never seen' }).rows).toBe(1);
    const { plan: _, ...without } = rows[1]!;
    expect(() => model.predictSync(without)).toThrow(/column 'plan'/);
  });

  it('of rows of cells takes one row with text', async () => {
    const cells = rows.map(({ tenure, plan }) => [plan, tenure ?? 0]);
    const encode = columnTransformer([['plan', new OneHotEncoder(), 0]], { remainder: 'passthrough' });
    const model = await pipeline(encode, new Ridge()).fit(
      cells,
      rows.map(({ charge }) => charge),
    );
    const expected = (await model.predict(cells)) as Float64Array;
    for (const [i, row] of cells.entries()) expect(model.predictSync(row)).toEqual(expected.slice(i, i + 1));
    expect(encode).toBeDefined();
  });

  it('is there for the best estimator of a search, and for transformers at the end', async () => {
    const search = gridSearch(pipeline(prepare(), new LogisticRegression()), {
      logisticRegression__C: [0.1, 1],
    });
    await search.fit(rows, churns);
    expect(search.predictSync(rows)).toEqual(await search.predict(rows));
    expect(search.predictProbaSync(rows[3]!).row(0)).toEqual((await search.predictProba(rows)).row(3));
    const transformer = await pipeline(prepare()).fit(rows);
    expect(transformer.transformSync(rows)).toEqual(await transformer.transform(rows));
  });

  it('needs steps that have one', async () => {
    const x = { data: Float64Array.of(1, 2, 4), shape: [3, 1] };
    const slow = await pipeline(['double', new Doubling() as never], ['ridge', new Ridge()]).fit(
      x,
      [1, 2, 4],
    );
    expect(await slow.predict(x)).toHaveLength(3);
    const error = (() => {
      try {
        slow.predictSync([1]);
      } catch (thrown) {
        return thrown as SteepestError;
      }
    })();
    expect(error).toBeInstanceOf(SteepestError);
    expect([error?.code, error?.expected]).toEqual([
      'ERR_ARGUMENT',
      "step 'double' of a pipeline with transformSync()",
    ]);
    const quick = await pipeline(['double', new DoublingAtOnce() as never], ['ridge', new Ridge()]).fit(
      x,
      [1, 2, 4],
    );
    expect(quick.predictSync(x)).toEqual(await slow.predict(x));
    const scaler = await pipeline(new StandardScaler()).fit(x);
    expect(() => scaler.predictSync([1] as RowInput)).toThrow(/with predictSync\(\)/);
  });
});
