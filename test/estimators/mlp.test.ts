import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  LogisticRegression,
  loadEstimator,
  MLPClassifier,
  MLPRegressor,
  SteepestError,
} from '#steepest/index.js';

const { tables } = JSON.parse(
  readFileSync(new URL('../fixtures/logistic.json', import.meta.url), 'utf8'),
) as { tables: Record<string, { x: number[]; shape: [number, number]; y: number[] }> };

function table(name: string) {
  const { x, shape, y } = tables[name]!;
  return { x: { data: Float64Array.from(x), shape }, y, names: y.map((label) => `class ${label}`) };
}

/** y = |x₀| − x₁, which no linear model fits. */
function bent(rows = 400) {
  const data = Float64Array.from({ length: rows * 2 }, (_, i) => Math.sin(i * 12.9898) * 2);
  const y = Float64Array.from({ length: rows }, (_, i) => Math.abs(data[2 * i]!) - data[2 * i + 1]!);
  return { x: { data, shape: [rows, 2] }, y };
}

// Few epochs are enough to see what is to be seen; that the loss still falls is no news.
beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('MLPClassifier', () => {
  it.each(['iris', 'breast_cancer'])('learns %s with string labels', async (name) => {
    const { x, names } = table(name);
    const model = await new MLPClassifier({ hiddenLayerSizes: [16], learningRateInit: 0.01 }).fit(x, names);
    expect(model.classes).toEqual([...new Set(names)].sort());
    expect(await model.score(x, names)).toBeGreaterThan(0.95);
    const { data, shape } = await model.predictProba(x);
    expect(shape).toEqual([names.length, model.classes.length]);
    expect(data.slice(0, shape[1]).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    expect(model.nIter).toBe(model.lossCurve.length);
    expect(model.lossCurve.at(-1)).toBeLessThan(model.lossCurve[0]!);
  });

  it('without hidden layers finds the optimum of logistic regression', async () => {
    const { x, y } = table('iris');
    const rows = y.length;
    // The penalties are the same: alpha/2 / batchSize per row against 1/(2·C·rows).
    const model = new MLPClassifier({
      hiddenLayerSizes: [],
      solver: 'sgd',
      learningRateInit: 0.5,
      momentum: 0.9,
      alpha: 10,
      batchSize: rows,
      maxIter: 3000,
      tol: 0,
      nIterNoChange: 3000,
    });
    await model.fit(x, y);
    const exact = await new LogisticRegression({ C: 0.1, solver: 'newton', tol: 1e-10 }).fit(x, y);
    const expected = (await exact.predictProba(x)).data;
    (await model.predictProba(x)).data.forEach((p, i) => {
      expect(p).toBeCloseTo(expected[i]!, 3);
    });
  });

  it('gives the same bits for 1, 2, 3 and 5 workers', async () => {
    const { x, y } = table('wine');
    const train = async (workers: number) => {
      const model = await new MLPClassifier({ hiddenLayerSizes: [12, 7], maxIter: 5, workers }).fit(x, y);
      return model.weights.flatMap(({ data }) => [...data]);
    };
    const expected = await train(1);
    for (const workers of [2, 3, 5]) expect(await train(workers)).toEqual(expected);
  });

  it('learns epoch by epoch with partialFit, from classes named in advance', async () => {
    const { x, y } = table('iris');
    const model = new MLPClassifier({ hiddenLayerSizes: [8], learningRateInit: 0.02 });
    await expect(model.partialFit(x, y)).rejects.toMatchObject({ code: 'ERR_ARGUMENT' });
    await model.partialFit(x, y, { classes: [0, 1, 2, 3] });
    const first = model.lossCurve[0]!;
    for (let i = 0; i < 20; i++) await model.partialFit(x, y);
    expect(model.lossCurve[0]).toBeLessThan(first / 2);
    expect((await model.predictProba(x)).shape).toEqual([150, 4]);
    await expect(model.partialFit([[1, 2, 3, 4]], [9])).rejects.toMatchObject({ code: 'ERR_LABEL_RANGE' });
  });

  it('goes on where it ended with warmStart, and starts anew without', async () => {
    const { x, y } = table('iris');
    const params = { hiddenLayerSizes: [8], maxIter: 5 };
    const cold = new MLPClassifier(params);
    const warm = new MLPClassifier({ ...params, warmStart: true });
    await cold.fit(x, y);
    await warm.fit(x, y);
    const start = cold.lossCurve[0]!;
    await cold.fit(x, y);
    await warm.fit(x, y);
    expect(cold.lossCurve[0]).toBe(start);
    expect(warm.lossCurve[0]).toBeLessThan(start);
  });

  it('stops when the loss stands still', async () => {
    const { x, y } = table('iris');
    const model = new MLPClassifier({ hiddenLayerSizes: [8], tol: 10, nIterNoChange: 3 });
    await model.fit(x, y);
    // The first epoch counts as an improvement on nothing;
    // three may pass after it, and one more ends training.
    expect(model.nIter).toBe(5);
  });

  it('says so when it has not converged', async () => {
    const { x, y } = table('iris');
    await new MLPClassifier({ hiddenLayerSizes: [4], maxIter: 2 }).fit(x, y);
    expect(vi.mocked(process.emitWarning).mock.calls[0]![0]).toMatch(/2 epochs.*maxIter/);
  });

  it.each([
    [{ hiddenLayerSizes: [0] }],
    [{ hiddenLayerSizes: 100 as unknown as number[] }],
    [{ alpha: -1 }],
    [{ momentum: 1 }],
    [{ validationFraction: 1 }],
    [{ learningRateInit: 0 }],
    [{ activation: 'swish' as 'relu' }],
  ])('refuses %o', (params) => {
    expect(() => new MLPClassifier(params)).toThrow(SteepestError);
  });
});

describe('MLPRegressor', () => {
  it('learns what no line can', async () => {
    const { x, y } = bent();
    const model = new MLPRegressor({ hiddenLayerSizes: [32], learningRateInit: 0.01, maxIter: 300 });
    await model.fit(x, y);
    expect(await model.score(x, y)).toBeGreaterThan(0.98);
    expect(await model.predict(x)).toBeInstanceOf(Float64Array);
  });

  it('predicts several targets at once', async () => {
    const { x, y } = bent();
    const both = {
      data: Float64Array.from({ length: 800 }, (_, i) => (i % 2 ? -1 : 1) * y[i >> 1]!),
      shape: [400, 2],
    };
    const model = await new MLPRegressor({ hiddenLayerSizes: [32], learningRateInit: 0.01 }).fit(x, both);
    expect(await model.predict(x)).toMatchObject({ shape: [400, 2] });
    expect(await model.score(x, both)).toBeGreaterThan(0.95);
  });

  it('travels through a file, weights to the bit', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'steepest-'));
    try {
      const { x, y } = bent();
      const path = join(folder, 'model.safetensors');
      const model = await new MLPRegressor({ hiddenLayerSizes: [5, 3], activation: 'tanh', maxIter: 3 }).fit(
        x,
        y,
      );
      await model.save(path);
      const again = await loadEstimator(path, MLPRegressor);
      expect(again).toBeInstanceOf(MLPRegressor);
      expect(await again.predict(x)).toEqual(await model.predict(x));
      await expect(MLPClassifier.load(path)).rejects.toMatchObject({ code: 'ERR_MODEL_FILE' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    ['ERR_SHAPE', () => new MLPRegressor().fit([[1], [2]], [1])],
    ['ERR_NOT_FINITE', () => new MLPRegressor().fit([[1], [Number.NaN]], [1, 2])],
    ['ERR_NOT_FITTED', () => new MLPRegressor().predict([[1]])],
    ['ERR_ABORTED', () => new MLPRegressor().fit([[1], [2]], [1, 2], { signal: AbortSignal.abort() })],
  ])('says what to do, with %s', async (code, run) => {
    await expect(run()).rejects.toMatchObject({ code });
  });
});
