/** Generalised linear models on tables that are hard to fit or that they have to refuse. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { factorDense } from '#steepest/estimators/glm/denseFactor.js';
import {
  GammaRegressor,
  LogisticRegression,
  LogisticRegressionCV,
  PoissonRegressor,
} from '#steepest/index.js';
import { selectKernels } from '#steepest/kernels/backend.js';
import { centredNumbers } from '../support/random.js';

const ROWS = 80;
const next = centredNumbers(3);
const table = Array.from({ length: ROWS }, () => [next(), next(), next()]);
const labels = table.map(([a, b]) => (a! - b! + next() > 0 ? 'yes' : 'no'));
const three = table.map(([a, b]) => ['low', 'middle', 'top'][Math.floor(1.5 + a! - b! + next())]!);
const counts = table.map(([a]) => Math.floor(3 * (1 + a! + next())));
const largest = (values: Iterable<number>): number => Math.max(...[...values].map(Math.abs));

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
});

describe('LogisticRegression', () => {
  it.each(['newton', 'newtonCg'] as const)('ends on classes that a column separates (%s)', async (solver) => {
    const separated = table.map(([a]) => a! > 0);
    const model = new LogisticRegression({ penalty: 'none', solver, tol: 1e-10, maxIter: 200 });
    await model.fit(table, separated);
    expect(await model.score(table, separated)).toBe(1);
    expect(model.coef.data.every(Number.isFinite)).toBe(true);
    expect(() => model.inference()).toThrow(/separate/);
  });

  it.each([2, 3])('predicts the same with constant and repeated columns, %i classes', async (classes) => {
    const y = classes === 2 ? labels : three;
    const wide = table.map((row) => [...row, row[0]!, 7]);
    const params = { penalty: 'none', tol: 1e-10, maxIter: 1000 } as const;
    const plain = (await (await new LogisticRegression(params).fit(table, y)).predictProba(table)).data;
    for (const solver of ['newton', 'newtonCg'] as const) {
      const model = await new LogisticRegression({ ...params, solver }).fit(wide, y);
      const { data } = await model.predictProba(wide);
      expect(largest(data.map((p, i) => p - plain[i]!))).toBeLessThan(1e-7);
      expect(() => model.inference()).toThrow(/depend on each other/);
    }
  });

  it.each(['newton', 'newtonCg'] as const)(
    'has no units: columns times powers of ten (%s)',
    async (solver) => {
      const units = [1e-6, 1, 1e6];
      const means = [100, 0, -3];
      const scaled = table.map((row) => row.map((v, j) => (v + means[j]!) * units[j]!));
      const params = { penalty: 'none', solver, tol: 1e-9, maxIter: 500 } as const;
      const plain = (await (await new LogisticRegression(params).fit(table, three)).predictProba(table)).data;
      const model = await new LogisticRegression(params).fit(scaled, three);
      const { data } = await model.predictProba(scaled);
      expect(largest(data.map((p, i) => p - plain[i]!))).toBeLessThan(1e-4);
    },
  );

  it('explains why there is nothing to infer', async () => {
    const penalised = await new LogisticRegression().fit(table, labels);
    expect(() => penalised.inference()).toThrow(/without a penalty/);
    const descended = await new LogisticRegression({ solver: 'gd', penalty: 'none', maxIter: 3 }).fit(
      table,
      labels,
    );
    expect(() => descended.summary()).toThrow(/an exact solver/);
    const free = await new LogisticRegression({ penalty: 'none' }).fit(table, labels);
    expect(() => free.inference({ level: 1 })).toThrow(/below 1/);
  });

  it('refuses a fold without a class', async () => {
    const y = labels.map((label, i) => (i === 0 ? 'rare' : label));
    const cv = [{ train: Uint32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), test: Uint32Array.of(0) }];
    await expect(new LogisticRegressionCV({ cv, Cs: [1] }).fit(table, y)).rejects.toMatchObject({
      code: 'ERR_LABEL_RANGE',
    });
  });
});

describe('PoissonRegressor and GammaRegressor', () => {
  it('take the logarithm of an exposure as an offset', async () => {
    const exposure = table.map(([, , c]) => 2 + c!);
    const offset = exposure.map(Math.log);
    const first = await new PoissonRegressor({ tol: 1e-10 }).fit(table, counts, { exposure });
    const second = await new PoissonRegressor({ tol: 1e-10 }).fit(table, counts, { offset });
    expect([...first.coef.data]).toEqual([...second.coef.data]);
    expect([...(await first.predict(table, { exposure }))]).toEqual([
      ...(await second.predict(table, { offset })),
    ]);
    const doubled = exposure.map((e) => 2 * e);
    const twice = await first.predict(table, { exposure: doubled });
    const once = await first.predict(table, { exposure });
    expect(largest(twice.map((mean, i) => mean / once[i]! - 2))).toBeLessThan(1e-12);
  });

  it.each([
    ['counts below 0', new PoissonRegressor(), [...counts.slice(1), -1], {}],
    ['amounts of 0', new GammaRegressor(), [...counts.slice(1).map((c) => c + 1), 0], {}],
    [
      'offset and exposure',
      new PoissonRegressor(),
      counts,
      { offset: counts, exposure: counts.map((c) => c + 1) },
    ],
    ['an exposure of 0', new PoissonRegressor(), counts, { exposure: counts.map(() => 0) }],
  ])('refuse %s', async (_what, model, y, options) => {
    await expect(model.fit(table, y, options)).rejects.toMatchObject({ code: 'ERR_ARGUMENT' });
  });

  it('explain why there is nothing to infer', async () => {
    const penalised = await new PoissonRegressor().fit(table, counts);
    expect(() => penalised.inference()).toThrow(/alpha: 0/);
  });
});

it('factorDense solves with matrices of any order', () => {
  for (const order of [1, 8, 63, 64, 65, 150]) {
    const draw = centredNumbers(order);
    const root = Array.from({ length: order * order }, draw);
    const matrix = new Float64Array(order * order);
    for (let i = 0; i < order; i++) {
      for (let j = 0; j < order; j++) {
        let sum = i === j ? 1 : 0;
        for (let k = 0; k < order; k++) sum += root[k * order + i]! * root[k * order + j]!;
        matrix[i * order + j] = sum;
      }
    }
    const factor = factorDense(matrix, order, selectKernels({}))!;
    const b = new Float64Array(factor.size * 2);
    for (let i = 0; i < order; i++) b.set([draw(), draw()], 2 * i);
    const x = b.slice();
    factor.solve(x, 2);
    for (let i = 0; i < order; i++) {
      for (const c of [0, 1]) {
        let sum = -b[2 * i + c]!;
        for (let j = 0; j < order; j++) sum += matrix[i * order + j]! * x[2 * j + c]!;
        expect(Math.abs(sum)).toBeLessThan(1e-10);
      }
    }
  }
  expect(factorDense(Float64Array.of(1, 2, 2, 1), 2, selectKernels({}))).toBeUndefined();
});
