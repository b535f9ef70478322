import { beforeEach, describe, expect, it, vi } from 'vitest';
import { LinearRegression, SGDClassifier, SGDRegressor } from '#steepest/index.js';
import { centredNumbers } from '../support/random.js';

const ROWS = 60;
const COLS = 3;

const next = centredNumbers(1);
const data = Float64Array.from({ length: ROWS * COLS }, () => 2 * next());
const x = { data, shape: [ROWS, COLS] };
const row = (i: number): number[] => [...data.subarray(i * COLS, (i + 1) * COLS)];
const rows = Array.from({ length: ROWS }, (_, i) => row(i));
const numbers = rows.map(([a, b]) => 2 * a! - b! + 1);
const classes = numbers.map((v) => (v > 2 ? 'high' : v > 0 ? 'middle' : 'low'));
const ALL = ['high', 'low', 'middle'];

let warn: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
});

describe('SGDRegressor', () => {
  it('comes near least squares', async () => {
    const line = await new LinearRegression().fit(x, numbers);
    const model = await new SGDRegressor({ alpha: 0, tol: 1e-12, learningRate: 'adaptive' }).fit(x, numbers);
    model.coef.data.forEach((v, j) => {
      expect(v).toBeCloseTo(line.coef.data[j]!, 3);
    });
    expect(await model.score(x, numbers)).toBeGreaterThan(0.999);
    expect(warn).not.toHaveBeenCalled();
  });

  // The first t rows give the weights after t steps.
  it.each(['l2', 'l1', 'elasticnet'] as const)(
    'averages the weights after each step: %s',
    async (penalty) => {
      const params = { penalty, alpha: 0.05, shuffle: false, maxIter: 1, tol: null };
      const averaged = await new SGDRegressor({ ...params, average: 11 }).fit(x, numbers);
      const mean = new Float64Array(COLS + 1);
      for (let t = 11; t <= ROWS; t++) {
        const { coef, intercept } = await new SGDRegressor(params).fit(rows.slice(0, t), numbers.slice(0, t));
        [...coef.data, intercept[0]!].forEach((v, j) => {
          mean[j]! += v / (ROWS - 10);
        });
      }
      [...averaged.coef.data, averaged.intercept[0]!].forEach((v, j) => {
        expect(v).toBeCloseTo(mean[j]!, 12);
      });
    },
  );

  it('goes on averaging and stepping in partialFit, also after a file', async () => {
    const params = { shuffle: false, maxIter: 1, tol: null, average: 20 };
    const whole = await new SGDRegressor(params).fit(x, numbers);
    let parts = new SGDRegressor(params);
    for (const [begin, end] of [
      [0, 10],
      [10, 45],
      [45, ROWS],
    ] as const) {
      await parts.partialFit(rows.slice(begin, end), numbers.slice(begin, end));
      parts = await SGDRegressor.load(parts.toBytes());
    }
    [...parts.coef.data, parts.intercept[0]!].forEach((v, j) => {
      expect(v).toBeCloseTo([...whole.coef.data, whole.intercept[0]!][j]!, 12);
    });
  });

  it('sets coefficients of useless columns to 0 with L1', async () => {
    const { coef } = await new SGDRegressor({ penalty: 'l1', alpha: 0.1 }).fit(x, numbers);
    expect(coef.data[2]).toBe(0);
    expect(coef.data[0]).toBeGreaterThan(0.5);
  });

  it('takes another order in each pass, the same for a seed', async () => {
    const learn = async (params: object) => [
      ...(await new SGDRegressor({ maxIter: 3, tol: null, ...params }).fit(x, numbers)).coef.data,
    ];
    const first = await learn({ seed: 1 });
    expect(await learn({ seed: 1 })).toEqual(first);
    expect(await learn({ seed: 2 })).not.toEqual(first);
    expect(await learn({ shuffle: false })).not.toEqual(first);
  });

  it('holds rows out for early stopping', async () => {
    const model = await new SGDRegressor({ earlyStopping: true, seed: 3 }).fit(x, numbers);
    expect(await model.score(x, numbers)).toBeGreaterThan(0.9);
    expect(model.nIter).toBeLessThan(1000);
    await expect(model.partialFit(x, numbers)).rejects.toMatchObject({ code: 'ERR_ARGUMENT' });
    await expect(model.fit([{ x: rows, y: numbers }])).rejects.toMatchObject({ code: 'ERR_ARGUMENT' });
  });

  it('reads a stream once per pass, and closes it at an abort', async () => {
    let opened = 0;
    let closed = 0;
    async function* batches() {
      opened++;
      try {
        for (let i = 0; i < ROWS; i += 20) yield { x: rows.slice(i, i + 20), y: numbers.slice(i, i + 20) };
      } finally {
        closed++;
      }
    }
    const params = { shuffle: false, maxIter: 4, tol: null };
    const model = await new SGDRegressor(params).fit(batches);
    expect([opened, closed]).toEqual([4, 4]);
    const table = await new SGDRegressor(params).fit(x, numbers);
    expect([...model.coef.data]).toEqual([...table.coef.data]);
    const once = new SGDRegressor({ maxIter: 4 }).fit(batches());
    await expect(once).rejects.toMatchObject({ code: 'ERR_ARGUMENT' });
    const before = [...model.coef.data];
    const stop = new AbortController();
    const aborted = async function* () {
      yield* batches();
      stop.abort();
      yield { x: rows, y: numbers };
    };
    const fit = model.fit(aborted, undefined, { signal: stop.signal });
    await expect(fit).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect([...model.coef.data]).toEqual(before);
    await expect(model.fit([] as never)).rejects.toMatchObject({ code: 'ERR_EMPTY' });
  });

  it('reports divergence, and keeps what it knew', async () => {
    const model = await new SGDRegressor().fit(x, numbers);
    const before = [...model.coef.data];
    model.setParams({ learningRate: 'constant', eta0: 1e300 });
    await expect(model.fit(x, numbers)).rejects.toMatchObject({ code: 'ERR_DIVERGED' });
    expect([...model.coef.data]).toEqual(before);
  });

  it('trains once at a time', async () => {
    const model = new SGDRegressor();
    const first = model.fit(x, numbers);
    await expect(model.partialFit(x, numbers)).rejects.toMatchObject({ code: 'ERR_BUSY' });
    await first;
    await model.partialFit(x, numbers);
  });

  it('lets the event loop run', async () => {
    const big = { data: new Float64Array(200_000 * 10).fill(0.5), shape: [200_000, 10] };
    const order: string[] = [];
    const fit = new SGDRegressor({ maxIter: 2, tol: null }).fit(big, new Float64Array(200_000)).then(() => {
      order.push('fit');
    });
    setTimeout(() => order.push('timer'), 5);
    await fit;
    expect(order[0]).toBe('timer');
  });
});

describe('SGDClassifier', () => {
  it('tells each class from the others, with labels of any kind', async () => {
    const model = await new SGDClassifier({ loss: 'logLoss', alpha: 1e-3 }).fit(x, classes);
    expect(model.classes).toEqual(ALL);
    expect(model.coef.shape).toEqual([3, COLS]);
    expect(await model.score(x, classes)).toBeGreaterThan(0.7);
    const proba = await model.predictProba(x);
    expect(proba.columnNames).toEqual(ALL);
    for (let i = 0; i < ROWS; i++) expect(proba.row(i).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    const again = await SGDClassifier.load(model.toBytes());
    expect(await again.predict(x)).toEqual(await model.predict(x));
    expect(again.nIter).toBe(model.nIter);
  });

  it.each(['hinge', 'squaredHinge', 'perceptron'] as const)('has no probabilities with %s', async (loss) => {
    const model = await new SGDClassifier({ loss, alpha: 0.01 }).fit(x, classes);
    expect(await model.score(x, classes)).toBeGreaterThan(0.6);
    await expect(model.predictProba(x)).rejects.toThrow(/logLoss.*modifiedHuber/);
    expect(() => model.predictProbaSync(rows[0]!)).toThrow(/logLoss.*modifiedHuber/);
  });

  it('asks for the classes where it does not see all rows', async () => {
    const model = new SGDClassifier({ alpha: 0.01 });
    const batches = [{ x: rows, y: classes }];
    await expect(model.partialFit(x, classes)).rejects.toThrow(/classes/);
    await expect(model.fit(batches)).rejects.toThrow(/classes/);
    await model.partialFit(rows.slice(0, 2), classes.slice(0, 2), { classes: ALL });
    await model.partialFit(x, classes);
    expect(model.classes).toEqual(ALL);
    const other = model.partialFit(x, classes, { classes: ['a', 'b'] });
    await expect(other).rejects.toMatchObject({ code: 'ERR_LABEL_RANGE' });
    await expect(model.partialFit([[1, 2, 3]], ['none'])).rejects.toMatchObject({ code: 'ERR_LABEL_RANGE' });
    await model.fit(batches, undefined, { classes: ALL });
    expect(await model.score(x, classes)).toBeGreaterThan(0.6);
  });

  it('weighs classes, but cannot balance them without all rows', async () => {
    const isHigh = classes.map((c) => c === 'high');
    const plain = await new SGDClassifier({ alpha: 0.01 }).fit(x, isHigh);
    const model = new SGDClassifier({ alpha: 0.01, classWeight: { true: 50 } });
    await model.fit(x, isHigh);
    const count = (labels: readonly unknown[]): number => labels.filter((c) => c === true).length;
    expect(count(await model.predict(x))).toBeGreaterThan(count(await plain.predict(x)));
    model.setParams({ classWeight: 'balanced' });
    await expect(model.partialFit(x, isHigh)).rejects.toThrow(/balanced/);
  });

  it('stops early on stratified rows held out', async () => {
    const model = await new SGDClassifier({ earlyStopping: true, validationFraction: 0.2, alpha: 0.01 }).fit(
      x,
      classes,
    );
    expect(model.nIter).toBeLessThan(200);
    expect(await model.score(x, classes)).toBeGreaterThan(0.6);
  });

  it('starts from the last coefficients with warmStart', async () => {
    const params = { maxIter: 1, tol: null, shuffle: false, learningRate: 'constant' } as const;
    const twice = await new SGDClassifier({ ...params, maxIter: 2 }).fit(x, classes);
    const warm = new SGDClassifier({ ...params, warmStart: true });
    await warm.fit(x, classes);
    await warm.fit(x, classes);
    warm.coef.data.forEach((v, i) => {
      expect(v).toBeCloseTo(twice.coef.data[i]!, 12);
    });
  });

  it.each([
    [{ loss: 'squared_hinge' }, /squaredHinge/],
    [{ learningRate: 'pa1' }, /learningRate/],
    [{ penalty: 'elasticNet' }, /elasticnet/],
    [{ l1Ratio: 2 }, /l1Ratio/],
    [{ average: 0 }, /average/],
    [{ tol: -1 }, /tol/],
    [{ eta0: 0 }, /eta0/],
    [{ validationFraction: 1 }, /validationFraction/],
    [{ randomState: 1 }, /Did you mean 'seed'/],
  ])('refuses %o', (params, message) => {
    expect(() => new SGDClassifier(params as object)).toThrow(message);
  });

  it('refuses alpha 0 with the optimal rate', async () => {
    await expect(new SGDClassifier({ alpha: 0 }).fit(x, classes)).rejects.toThrow(/optimal/);
  });
});
