/** Perceptrons with solver 'lbfgs': against scikit-learn, and what the solver promises. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MLPClassifier, MLPRegressor } from '#steepest/index.js';
import { readFixture } from '../support/fixtures.js';
import { centredNumbers } from '../support/random.js';

type Weights = (number[] | number[][])[];
/** Written by scripts/oracles/perceptrons_lbfgs.py. */
interface Case {
  kind: string;
  hidden: number[];
  weighted: boolean;
  alpha: number;
  y: number[] | number[][];
  start: Weights;
  loss: number;
  /** Only where there is one optimum. */
  weights?: Weights;
}
const fixture = readFixture<{ x: number[][]; cases: Case[] }>('perceptrons_lbfgs');

type Perceptron = MLPRegressor | MLPClassifier;
const LBFGS = { solver: 'lbfgs', activation: 'tanh' } as const;

afterEach(() => {
  vi.restoreAllMocks();
});

/** A fit that warms up from these weights. */
async function startedFrom(
  model: Perceptron,
  start: Weights,
  x: number[][],
  y: number[],
): Promise<Perceptron> {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const saved = (await model.clone().setParams({ maxIter: 1 }).fit(x, y)).toSaved();
  const tensors = Object.fromEntries(
    start.map((rows, i) => [
      `weight.${i}`,
      { data: Float32Array.from(rows.flat()), shape: saved.state!.tensors[`weight.${i}`]!.shape },
    ]),
  );
  return model.clone().fromSaved({ ...saved, state: { ...saved.state!, tensors } });
}

describe("scikit-learn's minimum", () => {
  it.each(fixture.cases)('$kind, hidden layers $hidden, weighted: $weighted', async (given) => {
    const { kind, hidden, weighted, alpha, start, loss, weights } = given;
    const { x } = fixture;
    const y = given.y as number[];
    const params = { ...LBFGS, hiddenLayerSizes: hidden, alpha, tol: 1e-7, maxIter: 2000, warmStart: true };
    const fresh = kind.endsWith('classes') ? new MLPClassifier(params) : new MLPRegressor(params);
    const model = await startedFrom(fresh, start, x, y);
    await model.fit(x, y, weighted ? { sampleWeight: x.map((_, i) => ((i % 5) + 1) / 2) } : {});
    expect(Math.abs(model.bestLoss! / loss - 1)).toBeLessThan(1e-6);
    weights?.forEach((wanted, i) => {
      model.weights[i]!.data.forEach((value, k) => {
        expect(value).toBeCloseTo(wanted.flat()[k]!, 3);
      });
    });
  });
});

function table(rows: number) {
  const next = centredNumbers(2);
  const x = Array.from({ length: rows }, () => [next(), next(), next()]);
  const y = x.map(([a, b, c]) => Math.sin(4 * a!) + b! * c! + next() / 5);
  return { x, y };
}

describe("solver 'lbfgs'", () => {
  it('has the same bits for every number of workers and on the exact kernels', async () => {
    // Several chunks of rows.
    const { x, y } = table(5000);
    const params = { ...LBFGS, hiddenLayerSizes: [6], maxIter: 8 };
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const fits = await Promise.all(
      [1, 2, 3, 7].map((workers) => new MLPRegressor({ ...params, workers }).fit(x, y)),
    );
    for (const { weights, lossCurve } of fits) {
      expect(weights).toEqual(fits[0]!.weights);
      expect(lossCurve).toEqual(fits[0]!.lossCurve);
    }
    const few = { ...params, maxIter: 3, workers: 2 };
    const [native, exact] = await Promise.all([
      new MLPRegressor(few).fit(x.slice(0, 300), y.slice(0, 300), { numerics: 'exact' }),
      new MLPRegressor(few).fit(x.slice(0, 300), y.slice(0, 300), {
        backend: 'typescript',
        numerics: 'exact',
      }),
    ]);
    expect(exact.weights).toEqual(native.weights);
  });

  it('finds the least squares of 20,000 rows', async () => {
    const next = centredNumbers(3);
    const x = Array.from({ length: 20_000 }, () => [next(), next()]);
    const y = x.map(([a, b]) => 2 * a! - 3 * b! + 0.5);
    const params = { ...LBFGS, hiddenLayerSizes: [], alpha: 0, tol: 1e-7 };
    const model = await new MLPRegressor(params).fit(x, y);
    const [kernel, bias] = model.weights;
    expect(kernel!.data[0]).toBeCloseTo(2, 3);
    expect(kernel!.data[1]).toBeCloseTo(-3, 3);
    expect(bias!.data[0]).toBeCloseTo(0.5, 3);
    expect(model.nIter).toBeLessThan(30);
  });

  it('has a loss that falls with every iteration, and goes on from there', async () => {
    const { x, y } = table(200);
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const model = new MLPRegressor({ ...LBFGS, hiddenLayerSizes: [8], maxIter: 12, warmStart: true });
    await model.fit(x, y);
    expect(model.nIter).toBe(12);
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/^MLPRegressor stopped after 12 iterations /), {
      type: 'ConvergenceWarning',
      code: 'STEEPEST_NOT_CONVERGED',
    });
    const first = model.lossCurve;
    expect([...first].sort((a, b) => b - a)).toEqual(first);
    const again = await MLPRegressor.load(model.toBytes());
    await model.fit(x, y);
    await again.fit(x, y);
    expect(again.weights).toEqual(model.weights);
    expect(model.lossCurve[0]).toBeLessThan(first.at(-1)!);
    expect(model.bestLoss).toBe(model.lossCurve.at(-1));
  });

  it('ends after the iteration that exceeds maxFun', async () => {
    const { x, y } = table(200);
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const model = await new MLPRegressor({ ...LBFGS, hiddenLayerSizes: [8], maxFun: 5 }).fit(x, y);
    expect(model.nIter).toBeGreaterThan(0);
    expect(model.nIter).toBeLessThanOrEqual(5);
    expect(warn).toHaveBeenCalledOnce();
  });

  it('ends when the signal aborts, with what it had learned before', async () => {
    const { x, y } = table(3000);
    const model = await new MLPRegressor({ ...LBFGS, hiddenLayerSizes: [] }).fit(x, y);
    const before = model.weights;
    model.setParams({ hiddenLayerSizes: [50, 50], maxIter: 10_000, tol: 0 });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    const fit = model.fit(x, y, { signal: controller.signal });
    await expect(fit).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(model.weights).toEqual(before);
  });

  it('can be followed by another solver', async () => {
    const { x, y } = table(200);
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const model = new MLPClassifier({ ...LBFGS, hiddenLayerSizes: [8], warmStart: true });
    const labels = y.map((v) => (v > 0 ? 'high' : 'low'));
    await model.fit(x, labels);
    const reached = model.bestLoss!;
    await model.setParams({ solver: 'adam', maxIter: 2 }).partialFit(x, labels);
    expect(model.bestLoss).toBeLessThan(reached + 0.1);
    expect(await model.score(x, labels)).toBeGreaterThan(0.9);
  });

  it('names numbers beyond float32', async () => {
    const { x } = table(20);
    const y = x.map(() => 3e38);
    const fit = new MLPRegressor({ ...LBFGS, hiddenLayerSizes: [2] }).fit(x, y);
    await expect(fit).rejects.toMatchObject({ code: 'ERR_DIVERGED' });
  });

  it.each([
    [{ earlyStopping: true }, {}, /earlyStopping/],
    [{ batchSize: 32 }, {}, /batchSize/],
    [{}, { callbacks: [] }, /callbacks/],
  ])('refuses %o with fit options %o', async (params, options, message) => {
    const { x, y } = table(20);
    const fit = new MLPRegressor({ ...LBFGS, ...params }).fit(x, y, options);
    await expect(fit).rejects.toMatchObject({
      code: 'ERR_ARGUMENT',
      message: expect.stringMatching(message),
    });
  });

  it('refuses partialFit', async () => {
    const { x, y } = table(20);
    const fit = new MLPRegressor(LBFGS).partialFit(x, y);
    await expect(fit).rejects.toThrow(/partialFit with solver 'adam' or 'sgd'/);
  });
});
