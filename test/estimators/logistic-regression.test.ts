import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LogisticRegression, loadEstimator, SteepestError } from '#steepest/index.js';
import { availableIsas } from '#steepest/kernels/backend.js';
import { centredNumbers } from '../support/random.js';

/** Three overlapping clouds, from a fixed recipe. */
function clouds(rows = 300, cols = 5) {
  const next = centredNumbers(1);
  const data = new Float64Array(rows * cols);
  const y: string[] = [];
  for (let i = 0; i < rows; i++) {
    const group = i % 3;
    y.push(['blue', 'green', 'red'][group]!);
    for (let j = 0; j < cols; j++) data[i * cols + j] = next() * 3 + (j === group ? 2 : 0);
  }
  return { x: { data, shape: [rows, cols] as [number, number] }, y };
}

const codeOf = async (run: () => Promise<unknown>): Promise<string | undefined> => {
  try {
    await run();
  } catch (error) {
    return error instanceof SteepestError ? error.code : String(error);
  }
  return undefined;
};

describe('LogisticRegression', () => {
  it.each([2 ** 70, 2 ** 200, 2 ** 400])('columns times %d: coefficients divided by it', async (unit) => {
    const { x, y } = clouds();
    const two = y.map((colour) => colour === 'red');
    const options = { fitIntercept: false, penalty: 'none', tol: 1e-8 } as const;
    const plain = await new LogisticRegression(options).fit(x, two);
    const large = { data: x.data.map((value) => value * unit), shape: x.shape };
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const scaled = await new LogisticRegression(options).fit(large, two);
    // A gradient of such columns does not come below `tol`, and the fit says so.
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('StandardScaler'), expect.anything());
    warn.mockRestore();
    scaled.coef.data.forEach((value, j) => {
      expect(value * unit).toBeCloseTo(plain.coef.data[j]!, 6);
    });
  });

  it('learns string labels and gives them back', async () => {
    const { x, y } = clouds();
    const model = await new LogisticRegression().fit(x, y);
    expect(model.classes).toEqual(['blue', 'green', 'red']);
    expect(await model.score(x, y)).toBeGreaterThan(0.7);
    const predicted = await model.predict(x);
    expect(predicted.every((label) => y.includes(label as string))).toBe(true);
    const { data, shape } = await model.predictProba(x);
    expect(shape).toEqual([300, 3]);
    for (let i = 0; i < 300; i++) {
      const row = data.subarray(i * 3, i * 3 + 3);
      expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
      expect(model.classes[row.indexOf(Math.max(...row))]).toBe(predicted[i]);
    }
  });

  it('gives the same bits for any number of workers, kernels and element type of exact values', async () => {
    const { x, y } = clouds(5000, 9);
    const fround = x.data.map(Math.fround);
    const train = async (workers: number, options = {}, data: Float64Array | Float32Array = fround) => {
      const model = new LogisticRegression({ workers, tol: 1e-9, maxIter: 500 });
      await model.fit({ data, shape: x.shape }, y, options);
      return [...model.coef.data, ...model.intercept];
    };
    const expected = await train(1);
    for (const workers of [2, 3, 5]) expect(await train(workers)).toEqual(expected);
    expect(await train(2, {}, Float32Array.from(fround))).toEqual(expected);
    expect(await train(1, { backend: 'typescript' })).toEqual(expected);
    expect(await train(2, { backend: 'typescript', numerics: 'exact' })).toEqual(expected);
    for (const isa of availableIsas()) expect(await train(2, { isa })).toEqual(expected);
  });

  it.each(['newton', 'newtonCg', 'coordinate', 'proximal'] as const)(
    'gives the same bits for any number of workers with %s',
    async (solver) => {
      const { x, y } = clouds(3000, 4);
      const train = async (workers: number) => {
        const model = await new LogisticRegression({ workers, solver, tol: 1e-8, maxIter: 2000 }).fit(x, y);
        return [...model.coef.data, ...model.intercept];
      };
      const expected = await train(1);
      for (const workers of [2, 3, 5]) expect(await train(workers)).toEqual(expected);
    },
  );

  it.each(['newtonCg', 'coordinate'] as const)(
    'gives the same bits for all kernels with %s',
    async (solver) => {
      const { x, y } = clouds(3000, 9);
      const sampleWeight = y.map((_, i) => i % 4);
      const train = async (options = {}) => {
        const model = new LogisticRegression({ workers: 2, solver, tol: 1e-8 });
        await model.fit(x, y, { sampleWeight, ...options });
        return [...model.coef.data, ...model.intercept];
      };
      const expected = await train();
      expect(await train({ backend: 'typescript' })).toEqual(expected);
      for (const isa of availableIsas()) expect(await train({ isa })).toEqual(expected);
    },
  );

  it('reaches a gradient of zero without a penalty, by every solver', async () => {
    const { x, y } = clouds();
    const proba = async (solver: 'lbfgs' | 'newton' | 'newtonCg' | 'coordinate' | 'proximal') => {
      const model = new LogisticRegression({ penalty: 'none', solver, tol: 1e-9, maxIter: 50_000 });
      return (await (await model.fit(x, y)).predictProba(x)).data;
    };
    const expected = await proba('newton');
    for (const solver of ['lbfgs', 'newtonCg', 'coordinate', 'proximal'] as const) {
      const given = await proba(solver);
      expect(Math.max(...given.map((p, i) => Math.abs(p - expected[i]!)))).toBeLessThan(1e-6);
    }
  });

  it.each(['gd', 'sgd'] as const)('comes near the optimum by %s', async (solver) => {
    const { x, y } = clouds();
    const exact = await new LogisticRegression({ C: 0.02, solver: 'newton', tol: 1e-10 }).fit(x, y);
    const learningRate = solver === 'gd' ? 0.3 : 0.003;
    const model = new LogisticRegression({ C: 0.02, solver, learningRate, maxIter: 2000, tol: 1e-8 });
    await model.fit(x, y);
    const expected = (await exact.predictProba(x)).data;
    const worst = Math.max(...(await model.predictProba(x)).data.map((p, i) => Math.abs(p - expected[i]!)));
    expect(worst).toBeLessThan(0.02);
  });

  it('counts a row of weight 2 as two rows, and leaves out rows of weight 0', async () => {
    const { x, y } = clouds(60);
    const cols = x.shape[1];
    const twice = [...Array(60).keys()].flatMap((i) => (i % 4 === 0 ? [] : i % 2 === 0 ? [i, i] : [i]));
    const model = await new LogisticRegression({ solver: 'newton', tol: 1e-12 }).fit(x, y, {
      sampleWeight: y.map((_, i) => (i % 4 === 0 ? 0 : i % 2 === 0 ? 2 : 1)),
    });
    const repeated = await new LogisticRegression({ solver: 'newton', tol: 1e-12 }).fit(
      {
        data: Float64Array.from(twice.flatMap((i) => [...x.data.subarray(i * cols, (i + 1) * cols)])),
        shape: [twice.length, cols],
      },
      twice.map((i) => y[i]!),
    );
    model.coef.data.forEach((v, i) => {
      expect(v).toBeCloseTo(repeated.coef.data[i]!, 9);
    });
  });

  it('starts where it ended, with warmStart', async () => {
    const { x, y } = clouds();
    const model = new LogisticRegression({ warmStart: true, tol: 1e-8, maxIter: 1000 });
    await model.fit(x, y);
    expect(model.nIter).toBeGreaterThan(3);
    await model.fit(x, y);
    expect(model.nIter).toBe(0);
  });

  describe('says what to do', () => {
    afterEach(() => {
      vi.restoreAllMocks();
    });

    it('when it has not converged', async () => {
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
      const { x, y } = clouds();
      await new LogisticRegression({ maxIter: 2, tol: 1e-8 }).fit(x, y);
      expect(warn).toHaveBeenCalledOnce();
      expect(warn.mock.calls[0]![0]).toMatch(/2 iterations.*StandardScaler.*maxIter/);
    });

    it.each([
      ['ERR_LABEL_RANGE', () => new LogisticRegression().fit([[1], [2]], ['a', 'a'])],
      ['ERR_SHAPE', () => new LogisticRegression().fit([[1], [2]], ['a'])],
      ['ERR_ARGUMENT', () => new LogisticRegression().fit([[1], [2]], ['a', 1] as string[])],
      ['ERR_NOT_FINITE', () => new LogisticRegression().fit([[1], [Number.NaN]], ['a', 'b'])],
      [
        'ERR_ARGUMENT',
        () => new LogisticRegression({ penalty: 'l1', solver: 'lbfgs' }).fit([[1], [2]], [0, 1]),
      ],
      [
        'ERR_UNKNOWN_NAME',
        () => new LogisticRegression({ classWeight: { c: 1 } }).fit([[1], [2]], ['a', 'b']),
      ],
      ['ERR_NOT_FITTED', () => new LogisticRegression().predict([[1]])],
      [
        'ERR_ABORTED',
        () => new LogisticRegression().fit([[1], [2]], ['a', 'b'], { signal: AbortSignal.abort() }),
      ],
    ])('with %s', async (code, run) => {
      expect(await codeOf(run)).toBe(code);
    });

    it.each([{ C: 0 }, { C: Number.NaN }, { tol: -1 }, { maxIter: 0.5 }, { l1Ratio: 2 }, { workers: 0 }])(
      'for the parameter %o',
      (params) => {
        expect(() => new LogisticRegression(params)).toThrow(SteepestError);
      },
    );

    it('for names it does not have', () => {
      expect(() => new LogisticRegression({ penality: 'l2' } as object)).toThrow(/penality/);
    });
  });

  it('keeps what it had learned when a later fit fails', async () => {
    const { x, y } = clouds();
    const model = await new LogisticRegression().fit(x, y);
    const before = model.coef.data;
    expect(await codeOf(() => model.fit([[1], [Number.POSITIVE_INFINITY]], ['a', 'b']))).toBe(
      'ERR_NOT_FINITE',
    );
    expect(model.coef.data).toEqual(before);
  });

  it('ends at the next evaluation after an abort', async () => {
    const { x, y } = clouds(3000, 40);
    const controller = new AbortController();
    const model = new LogisticRegression({ workers: 2 });
    const fit = codeOf(() => model.fit(x, y, { signal: controller.signal }));
    controller.abort();
    expect(await fit).toBe('ERR_ABORTED');
    expect(() => model.coef).toThrow(/fit/);
  });

  it('travels through a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'steepest-'));
    try {
      const { x, y } = clouds();
      const path = join(folder, 'model.safetensors');
      const model = await new LogisticRegression({ C: 0.5, workers: 1 }).fit(x, y);
      await model.save(path);
      for (const again of [await LogisticRegression.load(path), await loadEstimator(path)]) {
        expect(again).toBeInstanceOf(LogisticRegression);
        expect(again.getParams()).toEqual(model.getParams());
        const { data } = await (again as LogisticRegression).predictProba(x);
        expect(data).toEqual((await model.predictProba(x)).data);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
