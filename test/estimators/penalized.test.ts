import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import {
  ElasticNet,
  ElasticNetCV,
  enetPath,
  type KernelOptions,
  Lasso,
  LassoCV,
  lassoPath,
  RidgeCV,
  shutdown,
} from '#steepest/index.js';

afterAll(shutdown);

interface Expected {
  coef: number[];
  intercept: number[];
  alpha: number;
  l1Ratio: number;
  /** Every ninth, and all of ridge regression. */
  alphas: number[];
  mse: number[];
  score: number;
}

/** Written by scripts/oracles/penalized.py. */
const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/penalized.json', import.meta.url), 'utf8'),
) as Record<string, Expected>;

/** The same numbers as `table` in scripts/oracles/penalized.py. */
function table(rows: number, cols: number) {
  const x = new Float64Array(rows * cols);
  const both = new Float64Array(rows * 2);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const own = (i * (31 + 12 * j) + (j + 1) * Math.floor(i / 7)) % (97 + 2 * j);
      x[i * cols + j] = (own - 48) / 16 + ((i * 13) % 11) / 8 + j;
    }
    const row = x.subarray(i * cols, (i + 1) * cols);
    both[2 * i] = row[0]! * 3 - row[1]! * 2 + row[2]! + (((i * 37) % 23) - 11) / 4;
    both[2 * i + 1] = row[1]! - row[cols - 1]! + (((i * 29) % 17) - 8) / 2 + 100;
  }
  return {
    x: { data: x, shape: [rows, cols] },
    y: both.filter((_, i) => i % 2 === 0),
    both: { data: both, shape: [rows, 2] },
    sampleWeight: Float64Array.from({ length: rows }, (_, i) => 0.25 + (i % 5) / 2),
  };
}

const long = table(120, 8);
const wide = table(20, 30);
const tight = { tol: 1e-15, maxIter: 100_000 };
const RIDGE_ALPHAS = [0.01, 0.1, 1, 10, 100, 1000];

/** Relative to the largest. */
function expectClose(given: ArrayLike<number>, wanted: readonly number[], within = 1e-6): void {
  expect(given.length).toBe(wanted.length);
  const largest = Math.max(...wanted.map(Math.abs));
  wanted.forEach((value, i) => {
    expect(Math.abs(given[i]! - value), `element ${i}: ${given[i]}, not ${value}`).toBeLessThanOrEqual(
      within * largest,
    );
  });
}

const KERNELS: readonly (KernelOptions & { name: string })[] = [
  { name: 'this machine' },
  { name: 'TypeScript', backend: 'typescript' },
];

describe.each(KERNELS)("scikit-learn's values with the kernels of $name", ({ name: _name, ...kernels }) => {
  const weighted = { sampleWeight: long.sampleWeight };
  const fits = {
    lasso: () => new Lasso({ alpha: 0.5, ...tight }).fit(long.x, long.y, kernels),
    lassoTargets: () => new Lasso({ alpha: 0.5, ...tight }).fit(long.x, long.both, kernels),
    lassoWeighted: () => new Lasso({ alpha: 0.5, ...tight }).fit(long.x, long.y, { ...weighted, ...kernels }),
    lassoOrigin: () => new Lasso({ alpha: 0.5, fitIntercept: false, ...tight }).fit(long.x, long.y, kernels),
    lassoPositive: () => new Lasso({ alpha: 0.1, positive: true, ...tight }).fit(long.x, long.y, kernels),
    lassoWide: () => new Lasso({ alpha: 0.2, ...tight }).fit(wide.x, wide.y, kernels),
    net: () => new ElasticNet({ alpha: 0.3, l1Ratio: 0.4, ...tight }).fit(long.x, long.y, kernels),
    netRidge: () => new ElasticNet({ alpha: 0.3, l1Ratio: 0, ...tight }).fit(long.x, long.y, kernels),
    netWide: () =>
      new ElasticNet({ alpha: 0.3, l1Ratio: 0.6, ...tight }).fit(wide.x, wide.y, {
        sampleWeight: wide.sampleWeight,
        ...kernels,
      }),
    netPositive: () =>
      new ElasticNet({ alpha: 0.3, l1Ratio: 0.6, positive: true, ...tight }).fit(wide.x, wide.y, kernels),
  };
  it.each(Object.entries(fits))('%s', async (name, learn) => {
    const model = await learn();
    expectClose(model.coef.data, fixture[name]!.coef);
    expectClose(model.intercept, fixture[name]!.intercept);
    expect(Math.max(...model.dualGap)).toBeLessThan(1e-9);
  });

  const crossed = {
    lassoCV: () => new LassoCV({ cv: 5, ...tight }).fit(long.x, long.y, kernels),
    lassoCVWeighted: () =>
      new LassoCV({ cv: 4, alphas: 19, eps: 1e-2, ...tight }).fit(long.x, long.y, {
        ...weighted,
        ...kernels,
      }),
    lassoCVOrigin: () =>
      new LassoCV({ cv: 3, alphas: [1, 0.1, 3], fitIntercept: false, ...tight }).fit(long.x, long.y, kernels),
    lassoCVWide: () =>
      new LassoCV({ cv: 4, alphas: 28, ...tight }).fit(wide.x, wide.y, {
        sampleWeight: wide.sampleWeight,
        ...kernels,
      }),
    netCV: () =>
      new ElasticNetCV({ l1Ratio: [0.2, 0.7, 0.95], cv: 5, alphas: 28, ...tight }).fit(
        long.x,
        long.y,
        kernels,
      ),
  };
  it.each(Object.entries(crossed))('%s', async (name, learn) => {
    const model: LassoCV | ElasticNetCV = await learn();
    const wanted = fixture[name]!;
    expect(Math.abs(model.alpha / wanted.alpha - 1)).toBeLessThan(1e-9);
    expectClose(model.coef.data, wanted.coef);
    expectClose(model.intercept, wanted.intercept);
    const alphas = 'data' in model.alphas ? model.alphas.data : model.alphas;
    expectClose(
      [...alphas].filter((_, i) => i % 9 === 0),
      wanted.alphas,
      1e-9,
    );
    const folds = model.msePath.shape.at(-1)!;
    const mean = Array.from({ length: model.msePath.data.length / folds }, (_, i) =>
      model.msePath.data.subarray(i * folds, (i + 1) * folds).reduce((sum, value) => sum + value / folds, 0),
    );
    expectClose(
      mean.filter((_, i) => i % 9 === 0),
      wanted.mse,
    );
    if (model instanceof ElasticNetCV) expect(model.l1Ratio).toBe(wanted.l1Ratio);
  });

  const alphas = RIDGE_ALPHAS;
  const ridges = {
    ridge: () => new RidgeCV({ alphas }).fit(long.x, long.y, kernels),
    ridgeWeighted: () => new RidgeCV({ alphas }).fit(long.x, long.y, { ...weighted, ...kernels }),
    ridgeOrigin: () => new RidgeCV({ alphas, fitIntercept: false }).fit(long.x, long.y, kernels),
    ridgeTargets: () => new RidgeCV({ alphas }).fit(long.x, long.both, kernels),
    ridgePerTarget: () => new RidgeCV({ alphas, alphaPerTarget: true }).fit(long.x, long.both, kernels),
    ridgeScored: () =>
      new RidgeCV({ alphas, scoring: 'r2' }).fit(long.x, long.y, { ...weighted, ...kernels }),
    ridgeWide: () => new RidgeCV({ alphas }).fit(wide.x, wide.y, kernels),
    ridgeFolds: () => new RidgeCV({ alphas, cv: 5 }).fit(long.x, long.y, kernels),
    ridgeFoldsOrigin: () =>
      new RidgeCV({ alphas, cv: 4, fitIntercept: false }).fit(long.x, long.both, kernels),
  };
  it.each(Object.entries(ridges))('%s', async (name, learn) => {
    const model = await learn();
    const wanted = fixture[name]!;
    expect([...new Set(model.alphas)]).toEqual([...new Set(wanted.alphas)]);
    expect(Math.abs(model.bestScore / wanted.score - 1)).toBeLessThan(1e-9);
    expectClose(model.coef.data, wanted.coef, 1e-9);
    expectClose(model.intercept, wanted.intercept, 1e-9);
  });

  it('path', async () => {
    const path = await enetPath(long.x, long.y, { l1Ratio: 0.5, alphas: 20, ...tight, ...kernels });
    const wanted = fixture.path!;
    expectClose(path.alphas, wanted.alphas, 1e-9);
    expect(path.coef.shape).toEqual([20, 8]);
    expectClose(path.coef.data, wanted.coef);
    const lasso = await lassoPath(long.x, long.y, { alphas: [0.5], ...tight, ...kernels });
    expectClose(lasso.coef.data, fixture.lasso!.coef);
    expectClose(lasso.intercepts, fixture.lasso!.intercept);
  });
});
