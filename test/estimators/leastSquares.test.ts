import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { studentTwoSided } from '#steepest/estimators/leastSquares/student.js';
import { type KernelOptions, LinearRegression, loadEstimator, Ridge, shutdown } from '#steepest/index.js';

afterAll(shutdown);

interface Solved {
  coef: number[][];
  intercept: number[];
  score: number;
}
interface Case extends Solved {
  table: string;
  targets: number;
  weighted: boolean;
  fitIntercept?: boolean;
}
interface WithRank {
  rank: number;
  singularValues: number[];
}
/** Written by scripts/oracles/least_squares.py. */
interface Fixture {
  tables: Record<string, { x: number[][]; y: number[] }>;
  ols: (Case & WithRank)[];
  ridge: (Case & { alpha: number | number[] })[];
  inference: {
    table: string;
    weighted: boolean;
    standardErrors: number[];
    tValues: number[];
    pValues: number[];
    residualDf: number;
    residualStandardError: number;
    rSquared: number;
  }[];
  dependent: (Solved & WithRank & { x: number[][]; y: number[] })[];
  student: [t: number, df: number, p: number][];
}

const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/least_squares.json', import.meta.url), 'utf8'),
) as Fixture;

const KERNELS: readonly (KernelOptions & { name: string })[] = [
  { name: 'this machine' },
  { name: 'TypeScript', backend: 'typescript' },
];

/** ‖given − wanted‖∞ / ‖wanted‖∞. */
function relativeError(given: Iterable<number>, wanted: readonly number[]): number {
  const scale = Math.max(...wanted.map(Math.abs));
  return Math.max(...[...given].map((v, i) => Math.abs(v - wanted[i]!))) / scale;
}

/** Parameter by parameter: all have their digits, the small ones too. */
function worstRelativeError(given: Iterable<number>, wanted: readonly number[]): number {
  return Math.max(...[...given].map((v, i) => Math.abs(v - wanted[i]!) / Math.abs(wanted[i]!)));
}

function problemOf({ table, targets, weighted }: Pick<Case, 'table' | 'targets' | 'weighted'>) {
  const { x, y } = fixture.tables[table]!;
  return {
    x,
    y: targets === 1 ? y : y.map((value) => [value, Math.sin(value) + value / 3]),
    options: weighted ? { sampleWeight: y.map((_, i) => (i % 7) / 4) } : {},
  };
}

describe.each(KERNELS)('least squares with the kernels of $name', ({ name: _name, ...kernels }) => {
  it.each(fixture.ols)(
    'LinearRegression on $table, $targets targets, weighted $weighted, intercept $fitIntercept',
    async (expected) => {
      const { x, y, options } = problemOf(expected);
      const model = new LinearRegression({ fitIntercept: expected.fitIntercept });
      await model.fit(x, y, { ...options, ...kernels });
      expect(worstRelativeError(model.coef.data, expected.coef.flat())).toBeLessThan(1e-6);
      if (expected.fitIntercept)
        expect(relativeError(model.intercept, expected.intercept)).toBeLessThan(1e-6);
      else expect([...model.intercept]).toEqual(expected.coef.map(() => 0));
      expect(model.rank).toBe(expected.rank);
      expect(worstRelativeError(model.singularValues, expected.singularValues)).toBeLessThan(1e-8);
      expect(await model.score(x, y, options)).toBeCloseTo(expected.score, 9);
    },
  );

  it.each(fixture.ridge)(
    'Ridge on $table, $targets targets, weighted $weighted, alpha $alpha',
    async (expected) => {
      const { x, y, options } = problemOf(expected);
      const model = new Ridge({ alpha: expected.alpha, fitIntercept: expected.fitIntercept ?? true });
      await model.fit(x, y, { ...options, ...kernels });
      expect(worstRelativeError(model.coef.data, expected.coef.flat())).toBeLessThan(1e-6);
      if (expected.fitIntercept ?? true) {
        expect(relativeError(model.intercept, expected.intercept)).toBeLessThan(1e-6);
      }
      expect(await model.score(x, y, options)).toBeCloseTo(expected.score, 9);
    },
  );

  it.each(fixture.dependent)(
    'finds the solution of minimum norm where the rank is $rank',
    async (expected) => {
      const model = await new LinearRegression().fit(expected.x, expected.y, kernels);
      expect(model.rank).toBe(expected.rank);
      expect(relativeError(model.coef.data, expected.coef.flat())).toBeLessThan(1e-10);
      expect(relativeError(model.intercept, expected.intercept)).toBeLessThan(1e-10);
      expect(relativeError(model.singularValues, expected.singularValues)).toBeLessThan(1e-12);
      expect(() => model.inference()).toThrow(/rank/);
    },
  );
});

describe('inference', () => {
  it.each(fixture.inference)('on $table, weighted $weighted', async (expected) => {
    const { x, y, options } = problemOf({ ...expected, targets: 1 });
    const model = await new LinearRegression().fit(x, y, options);
    const found = model.inference();
    expect(found.residualDf).toBe(expected.residualDf);
    const flat = (name: 'standardErrors' | 'tValues' | 'pValues'): number[] => [
      ...found[name].intercept,
      ...found[name].coef.data,
    ];
    expect(worstRelativeError(flat('standardErrors'), expected.standardErrors)).toBeLessThan(1e-7);
    expect(worstRelativeError(flat('tValues'), expected.tValues)).toBeLessThan(1e-6);
    expect(relativeError(flat('pValues'), expected.pValues)).toBeLessThan(1e-7);
    expect(found.residualStandardError[0]).toBeCloseTo(expected.residualStandardError, 8);
    expect(found.rSquared[0]).toBeCloseTo(expected.rSquared, 10);
  });

  it('has the p-values of Student’s distribution', () => {
    for (const [t, df, p] of fixture.student) {
      expect(Math.abs(studentTwoSided(t, df) - p), `t ${t}, df ${df}`).toBeLessThanOrEqual(
        1e-10 * p + 1e-300,
      );
      expect(studentTwoSided(-t, df)).toBe(studentTwoSided(t, df));
    }
    expect(studentTwoSided(Number.POSITIVE_INFINITY, 5)).toBe(0);
    expect(studentTwoSided(Number.NaN, 5)).toBeNaN();
  });

  it('is undefined without rows to spare', async () => {
    const model = await new LinearRegression().fit([[1], [2]], [1, 2]);
    expect(() => model.inference()).toThrow(expect.objectContaining({ code: 'ERR_ARGUMENT' }));
  });

  it('prints a table with every parameter', async () => {
    const { x, y } = fixture.tables.diabetes!;
    const model = await new LinearRegression().fit(x, y);
    const lines = model.summary().split('\n');
    expect(lines).toHaveLength(2 + 11 + 1);
    expect(lines[2]).toMatch(/^\(intercept\) /);
    expect(lines[12]).toMatch(/^x9 /);
    expect(lines[13]).toMatch(/431 degrees of freedom, R² 0\.517748$/);
  });
});

describe('a linear model', () => {
  it('predicts a list for a list and rows for rows', async () => {
    const model = new Ridge({ alpha: 0 });
    await model.fit([[0], [1], [2]], [1, 3, 5]);
    const list = await model.predict([[10], [20]]);
    expect(list).toBeInstanceOf(Float64Array);
    expect(relativeError(list as Float64Array, [21, 41])).toBeLessThan(1e-14);
    await model.fit([[0], [1], [2]], [[1], [3], [5]]);
    expect(await model.predict([[10]])).toMatchObject({ shape: [1, 1] });
    await expect(model.predict([[1, 2]])).rejects.toMatchObject({ code: 'ERR_SHAPE' });
    await expect(model.predict([[Number.NaN]])).rejects.toMatchObject({ code: 'ERR_NOT_FINITE' });
  });

  it('comes back from a file as it was', async () => {
    const { x, y } = fixture.tables.wine!;
    for (const model of [new LinearRegression({ tol: 1e-12 }), new Ridge({ alpha: [2] })]) {
      await model.fit(x, y);
      const path = join(tmpdir(), `steepest-linear-${process.pid}.safetensors`);
      await model.save(path);
      const again = (await loadEstimator(path)) as unknown as typeof model;
      expect(again.getParams()).toEqual(model.getParams());
      expect(again.coef).toEqual(model.coef);
      expect(await again.predict(x)).toEqual(await model.predict(x));
      if (!(model instanceof LinearRegression)) continue;
      const restored = again as LinearRegression;
      expect(restored.rank).toBe(model.rank);
      expect(restored.inference()).toEqual(model.inference());
      expect(restored.singularValues).toEqual(model.singularValues);
    }
  });

  it('refuses what it cannot use, with nothing learned', async () => {
    const model = new Ridge({ alpha: [1, 2, 3] });
    await expect(model.fit([[1], [2]], [1, 2])).rejects.toMatchObject({ code: 'ERR_SHAPE' });
    await expect(model.predict([[1]])).rejects.toMatchObject({ code: 'ERR_NOT_FITTED' });
    expect(() => new Ridge({ alpha: -1 })).toThrow(expect.objectContaining({ code: 'ERR_ARGUMENT' }));
    expect(() => new Ridge({ alpha: [] })).toThrow(expect.objectContaining({ code: 'ERR_ARGUMENT' }));
    expect(() => new LinearRegression({ tol: -1 })).toThrow(
      expect.objectContaining({ code: 'ERR_ARGUMENT' }),
    );
    await expect(new LinearRegression().fit([[1], [2]], [1, Number.NaN])).rejects.toMatchObject({
      code: 'ERR_NOT_FINITE',
    });
    await expect(new LinearRegression().fit([[1], [2]], [1, 2, 3])).rejects.toMatchObject({
      code: 'ERR_SHAPE',
    });
  });

  it('takes one row, and a constant column', async () => {
    const one = await new LinearRegression().fit([[3, 4]], [7]);
    expect([...one.coef.data, ...one.intercept]).toEqual([0, 0, 7]);
    expect(one.rank).toBe(0);
    const constant = await new LinearRegression().fit([[5], [5], [5]], [1, 2, 3]);
    expect(constant.coef.data[0]).toBeCloseTo(0, 12);
    expect(constant.intercept[0]).toBeCloseTo(2, 12);
  });
});
