import { afterAll, describe, expect, it, vi } from 'vitest';
import {
  ElasticNet,
  ElasticNetCV,
  KFold,
  Lasso,
  LassoCV,
  lassoPath,
  Ridge,
  RidgeCV,
  type RowBatch,
  shutdown,
} from '#steepest/index.js';
import { problem, shared } from './leastSquaresData.js';

afterAll(shutdown);

const COLS = 5;
/** Three blocks of rows at this width, the last one not whole. */
const ROWS = 40_000;
const BLOCK_ROWS = 16_384;
const { x, y, weight: sampleWeight } = problem(ROWS, COLS, 1);
const X = { data: shared(x), shape: [ROWS, COLS] };
const few = { data: x.slice(0, 60 * COLS), shape: [60, COLS] };
const fewY = y.slice(0, 60);

async function* batches(size = 7777): AsyncIterable<RowBatch> {
  for (let first = 0; first < ROWS; first += size) {
    const last = Math.min(ROWS, first + size);
    yield {
      x: { data: x.slice(first * COLS, last * COLS), shape: [last - first, COLS] },
      y: y.slice(first, last),
      sampleWeight: sampleWeight.slice(first, last),
    };
  }
}

describe('penalised models', () => {
  it('have the same bits for any number of workers, for tables and streams', async () => {
    const models = [
      (workers: number) => new Lasso({ alpha: 0.1, workers }),
      (workers: number) => new ElasticNet({ alpha: 0.1, workers }),
      (workers: number) => new LassoCV({ alphas: 7, cv: 3, workers }),
      (workers: number) => new RidgeCV({ workers }),
    ];
    for (const make of models) {
      const expected = [...(await make(1).fit(X, y, { sampleWeight })).coef.data];
      for (const workers of [2, 3, 7]) {
        expect([...(await make(workers).fit(X, y, { sampleWeight })).coef.data]).toEqual(expected);
      }
    }
    for (const make of models.slice(0, 2)) {
      const expected = [...(await make(1).fit(X, y, { sampleWeight })).coef.data];
      for (const workers of [1, 2, 3]) {
        expect([...(await make(workers).fit(batches())).coef.data]).toEqual(expected);
      }
    }
  });

  it('leave out each row of a stream that can be opened again, with the same bits', async () => {
    const weights = sampleWeight.map((w, i) => (i % 50 === 0 ? 0 : w));
    async function* weighted(size: number): AsyncIterable<RowBatch> {
      let first = 0;
      for await (const batch of batches(size)) {
        yield { ...batch, sampleWeight: weights.slice(first, first + size) };
        first += size;
      }
    }
    const alphas = [0.001, 0.1, 10, 1000];
    for (const scoring of [undefined, 'r2'] as const) {
      const table = await new RidgeCV({ alphas, scoring }).fit(X, y, { sampleWeight: weights });
      for (const size of [999, 7777, ROWS]) {
        const stream = await new RidgeCV({ alphas, scoring }).fit(() => weighted(size));
        expect([...stream.coef.data]).toEqual([...table.coef.data]);
        expect([stream.alpha, stream.bestScore]).toEqual([table.alpha, table.bestScore]);
      }
    }
  });

  it('notice a stream that has other rows the second time, and an abort between the two', async () => {
    let opened = 0;
    const shrinking = () => (opened++ === 0 ? batches() : batches(20_000));
    async function* first(stream: AsyncIterable<RowBatch>): AsyncIterable<RowBatch> {
      for await (const batch of stream) {
        yield batch;
        return;
      }
    }
    const shorter = new RidgeCV().fit(() => (opened === 0 ? shrinking() : first(shrinking())));
    await expect(shorter).rejects.toMatchObject({
      code: 'ERR_ARGUMENT',
      message: expect.stringMatching(/same 40000 rows.*20000/),
    });
    const controller = new AbortController();
    let passes = 0;
    const aborted = new RidgeCV().fit(
      () => {
        if (passes++ === 1) controller.abort();
        return batches();
      },
      undefined as never,
      { signal: controller.signal },
    );
    await expect(aborted).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(passes).toBe(2);
  });

  it('make the folds of a stream of blocks of rows in turn', async () => {
    const all = Array.from({ length: ROWS }, (_, i) => i);
    const isFirst = (i: number): boolean => Math.floor(i / BLOCK_ROWS) % 2 === 0;
    const halves = [all.filter(isFirst), all.filter((i) => !isFirst(i))].map((rows) =>
      Uint32Array.from(rows),
    );
    const cv = [
      { test: halves[0]!, train: halves[1]! },
      { test: halves[1]!, train: halves[0]! },
    ];
    const alphas = [0.001, 0.1, 10, 1000];
    const table = await new RidgeCV({ alphas, cv }).fit(X, y, { sampleWeight });
    const stream = await new RidgeCV({ alphas, cv: 2 }).fit(batches());
    expect(stream.alpha).toBe(table.alpha);
    expect(stream.bestScore).toBeCloseTo(table.bestScore, 12);
    const lasso = await new LassoCV({ alphas: 5, cv }).fit(X, y, { sampleWeight });
    const streamed = await new LassoCV({ alphas: 5, cv: 2 }).fit(batches());
    [...lasso.msePath.data].forEach((value, i) => {
      expect(Math.abs(streamed.msePath.data[i]! / value - 1)).toBeLessThan(1e-9);
    });
    expect(streamed.alpha).toBeCloseTo(lasso.alpha, 12);
  });

  it('take shuffled folds, and folds that do not cover all rows', async () => {
    const shuffled = await new RidgeCV({ cv: new KFold({ nSplits: 4, shuffle: true }) }).fit(few, fewY);
    expect(shuffled.bestScore).toBeGreaterThan(0.9);
    const past = Array.from({ length: 40 }, (_, i) => i);
    const folds = [
      { train: Uint32Array.from(past.slice(0, 20)), test: Uint32Array.from(past.slice(20, 30)) },
      { train: Uint32Array.from(past.slice(0, 30)), test: Uint32Array.from(past.slice(30, 40)) },
    ];
    const grown = await new LassoCV({ cv: folds, alphas: 5 }).fit(few, fewY);
    expect(grown.msePath.shape).toEqual([5, 2]);
    // The error of a fold is that of a Lasso that has seen its training rows only.
    const { train, test } = folds[1]!;
    const own = new Lasso({ alpha: grown.alphas[2]! });
    await own.fit({ data: few.data.slice(0, train.length * COLS), shape: [30, COLS] }, fewY.slice(0, 30));
    const rows = { data: few.data.slice(30 * COLS, 40 * COLS), shape: [test.length, COLS] };
    const predicted = (await own.predict(rows)) as Float64Array;
    const error = predicted.reduce((sum, value, i) => sum + (value - fewY[30 + i]!) ** 2 / test.length, 0);
    expect(Math.abs(grown.msePath.data[2 * 2 + 1]! / error - 1)).toBeLessThan(1e-3);
  });

  it('are Ridge where alpha is chosen', async () => {
    const chosen = await new RidgeCV({ alphas: [3], cv: 4 }).fit(few, fewY);
    const ridge = await new Ridge({ alpha: 3 }).fit(few, fewY);
    chosen.coef.data.forEach((value, j) => {
      expect(Math.abs(value / ridge.coef.data[j]! - 1)).toBeLessThan(1e-12);
    });
  });

  it('warn where maxIter ends a descent', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const model = await new Lasso({ alpha: 0.01, tol: 1e-12, maxIter: 1 }).fit(few, fewY);
    expect(model.nIter[0]).toBe(1);
    expect(warn.mock.calls[0]?.[1]).toMatchObject({ code: 'STEEPEST_NOT_CONVERGED' });
    warn.mockRestore();
  });

  it.each([
    [
      'a generator, which leave-one-out cannot read twice',
      () => new RidgeCV().fit(batches()),
      'ERR_ARGUMENT',
    ],
    ['a list of folds for a stream', () => new LassoCV({ cv: [] }).fit(batches()), 'ERR_ARGUMENT'],
    ['more folds than blocks of a stream', () => new LassoCV({ cv: 5 }).fit(batches()), 'ERR_ARGUMENT'],
    ['more folds than rows', () => new LassoCV({ cv: 61 }).fit(few, fewY), 'ERR_ARGUMENT'],
    ['an alpha of 0 for leave-one-out', () => new RidgeCV({ alphas: [0, 1] }).fit(few, fewY), 'ERR_ARGUMENT'],
    ['no alphas', async () => new RidgeCV({ alphas: [] }), 'ERR_ARGUMENT'],
    ['a path without an L1 part', () => new ElasticNetCV({ l1Ratio: 0 }).fit(few, fewY), 'ERR_ARGUMENT'],
    ['an l1Ratio above 1', async () => new ElasticNet({ l1Ratio: 2 }), 'ERR_ARGUMENT'],
    ['a parameter of another name', async () => new LassoCV({ nAlphas: 5 } as object), 'ERR_UNKNOWN_NAME'],
    ['an option of another name', () => lassoPath(few, fewY, { ratio: 1 } as object), 'ERR_UNKNOWN_NAME'],
    [
      'several targets of one path',
      () => new LassoCV().fit(few, { data: few.data, shape: [60, COLS] }),
      'ERR_SHAPE',
    ],
    [
      'squares beyond float64',
      () => new Lasso().fit({ data: few.data.map((v) => v * 1e200), shape: few.shape }, fewY),
      'ERR_NOT_FINITE',
    ],
  ])('refuse %s', async (_what, run, code) => {
    await expect((async () => run())()).rejects.toMatchObject({ code });
  });

  it('end with an abort', async () => {
    const signal = AbortSignal.abort();
    await expect(new LassoCV().fit(X, y, { signal })).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  });
});
