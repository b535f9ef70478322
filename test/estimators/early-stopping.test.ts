/** Perceptrons that hold rows out, and perceptrons that go on from what they know. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  data,
  loadEstimator,
  MLPClassifier,
  MLPRegressor,
  metrics,
  trainTestSplit,
} from '#steepest/index.js';

const COLS = 6;
const sample = data.makeClassification({
  nSamples: 300,
  nFeatures: COLS,
  nInformative: 4,
  nClasses: 3,
  classSep: 2,
  seed: 5,
});
/** Rows sorted by class, so that the last rows are all of one. */
const order = Array.from(sample.y.data.keys()).sort((a, b) => sample.y.data[a]! - sample.y.data[b]!);
const x = order.map((row) => [...sample.x.data.subarray(row * COLS, (row + 1) * COLS)]);
const classes = order.map((row) => ['red', 'green', 'blue'][sample.y.data[row]!]!);
const numbers = x.map((row) => Math.abs(row[0]!) + row[1]!);
const quick = { hiddenLayerSizes: [8], learningRateInit: 0.02, maxIter: 60 };
const folder = mkdtempSync(join(tmpdir(), 'steepest-early-'));

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('earlyStopping', () => {
  it.each([0.1, 0.29, 0.5])(
    'of a classifier holds out what trainTestSplit would, a share of %d',
    async (share) => {
      const seed = 3;
      const model = new MLPClassifier({ ...quick, earlyStopping: true, validationFraction: share, seed });
      await model.fit(x, classes);
      const [, xHeld, , yHeld] = trainTestSplit(x, classes, { testSize: share, stratify: classes, seed });
      expect(yHeld).toHaveLength(Math.ceil(300 * share));
      const scores = model.validationScores!;
      expect(scores).toHaveLength(model.nIter);
      expect(model.bestValidationScore).toBe(Math.max(...scores));
      expect(await model.score(xHeld, yHeld)).toBe(model.bestValidationScore);
      expect(await model.score(x, classes)).toBeGreaterThan(0.8);
    },
  );

  it('of a regressor goes by R², with the sample weights', async () => {
    const sampleWeight = numbers.map((_, i) => i % 5);
    const model = new MLPRegressor({ ...quick, earlyStopping: true });
    await model.fit(x, numbers, { sampleWeight });
    const [, xHeld, , yHeld, , weights] = trainTestSplit(x, numbers, sampleWeight, { testSize: 0.1 });
    const guess = (await model.predict(xHeld)) as Float64Array;
    expect(metrics.r2Score(yHeld, guess, { sampleWeight: weights })).toBeCloseTo(
      model.bestValidationScore!,
      12,
    );
    expect(model.bestLoss).toBeUndefined();
  });

  it('ends with the best weights, not with the last', async () => {
    // So long a step that scores go up and down.
    const params = { ...quick, learningRateInit: 0.6, earlyStopping: true, nIterNoChange: 20 };
    const model = await new MLPClassifier(params).fit(x, classes);
    const scores = model.validationScores!;
    const best = scores.indexOf(model.bestValidationScore!);
    expect(best).toBeLessThan(scores.length - 1);
    // Training of so many epochs ends with the weights of the last of them.
    const short = await new MLPClassifier({ ...params, maxIter: best + 1 }).fit(x, classes);
    expect(model.weights).toEqual(short.weights);
  });

  it('has the same bits for 1, 2 and 3 workers', async () => {
    const fit = (workers: number) =>
      new MLPClassifier({ ...quick, earlyStopping: true, maxIter: 8, workers }).fit(x, classes);
    const [one, two, three] = await Promise.all([1, 2, 3].map(fit));
    expect(two!.weights).toEqual(one!.weights);
    expect(three!.weights).toEqual(one!.weights);
    expect(three!.validationScores).toEqual(one!.validationScores);
  });

  it('is saved and loaded with its scores', async () => {
    const model = await new MLPRegressor({ ...quick, maxIter: 4, earlyStopping: true }).fit(x, numbers);
    const path = join(folder, 'early.safetensors');
    await model.save(path);
    const again = await loadEstimator(path, MLPRegressor);
    expect(again.validationScores).toEqual(model.validationScores);
    expect(again.bestValidationScore).toBe(model.bestValidationScore);
    expect(again.lossCurve).toEqual(model.lossCurve);
  });

  it.each([1, 2, 4, 9, 10])('refuses %d rows before it trains', async (rows) => {
    const model = new MLPRegressor({ ...quick, earlyStopping: true });
    await expect(model.fit(x.slice(0, rows), numbers.slice(0, rows))).rejects.toMatchObject({
      code: 'ERR_ARGUMENT',
      expected: /hold out/,
    });
  });

  it.each([
    ['a class with one row', [...classes.slice(0, 299), 'lonely'], {}, /two rows of every class/],
    ['fewer rows to hold out than classes', classes, { validationFraction: 0.005 }, /each of the 3 classes/],
    ['too few rows to learn from', classes, { validationFraction: 0.999 }, /one to learn from/],
  ])('refuses %s', async (_, y, params, expected) => {
    const model = new MLPClassifier({ ...quick, earlyStopping: true, ...params });
    await expect(model.fit(x, y)).rejects.toMatchObject({ code: 'ERR_ARGUMENT', expected });
  });

  it('refuses weights that leave nothing on one side', async () => {
    const model = new MLPRegressor({ ...quick, earlyStopping: true });
    const sampleWeight = [1, ...Array<number>(299).fill(0)];
    await expect(model.fit(x, numbers, { sampleWeight })).rejects.toMatchObject({ code: 'ERR_ARGUMENT' });
  });

  it('is nothing for partialFit', async () => {
    const model = new MLPRegressor({ ...quick, earlyStopping: true });
    await expect(model.partialFit(x, numbers)).rejects.toMatchObject({ given: 'earlyStopping: true' });
  });
});

describe('going on from what was learned', () => {
  const few = x.slice(0, 30);
  const fewNumbers = numbers.slice(0, 30);
  const some = ['a', 'b', 'c'];
  const fewClasses = few.map((_, i) => some[i % 3]!);

  it('takes changed hyper-parameters without forgetting', async () => {
    const model = await new MLPRegressor({ ...quick, maxIter: 30 }).fit(x, numbers);
    const before = await model.score(x, numbers);
    for (const params of [
      { alpha: 0.1 },
      { learningRateInit: 1e-4 },
      { batchSize: 7 },
      { seed: 9 },
      { batchSize: 'auto' },
    ] as const) {
      await model.setParams(params).partialFit(few, fewNumbers);
      expect(await model.score(x, numbers), JSON.stringify(params)).toBeGreaterThan(before - 0.2);
    }
    await model.setParams({ solver: 'sgd', learningRateInit: 1e-5 }).partialFit(few, fewNumbers);
    expect(await model.score(x, numbers)).toBeGreaterThan(before - 0.2);
  });

  it('is as good as one fit where warmStart cuts it in two', async () => {
    const params = { ...quick, shuffle: false, alpha: 0.3, tol: 0 };
    const whole = await new MLPRegressor({ ...params, maxIter: 6 }).fit(x, numbers);
    const parts = new MLPRegressor({ ...params, maxIter: 3, warmStart: true });
    await parts.fit(x, numbers);
    await parts.fit(x, numbers);
    expect(parts.weights).toEqual(whole.weights);
  });

  it('is the same through a file', async () => {
    const path = join(folder, 'on.safetensors');
    const model = await new MLPClassifier(quick).partialFit(few, fewClasses, { classes: some });
    await model.save(path);
    const again = await loadEstimator(path, MLPClassifier);
    for (const rows of [29, 30, 11]) {
      for (const one of [model, again]) await one.partialFit(few.slice(0, rows), fewClasses.slice(0, rows));
    }
    expect(again.weights).toEqual(model.weights);
    expect(again.lossCurve).toEqual(model.lossCurve);
  });

  it('refuses other columns, names, targets, layers and classes, and stays as it was', async () => {
    const table = (names: string[]) =>
      new data.DataTable(names.map((name, j) => [name, few.map((row) => row[j]!)] as const));
    const regressor = new MLPRegressor({ ...quick, maxIter: 3 });
    await regressor.fit(table(['a', 'b', 'c']), fewNumbers);
    const classifier = new MLPClassifier({ ...quick, maxIter: 3 });
    await classifier.fit(few, fewClasses);
    const weights = [regressor.weights, classifier.weights];
    const wide = few.map((row) => [...row, 1]);
    const both = few.map((row) => [row[0]!, row[1]!]);
    const shape = { code: 'ERR_SHAPE' };
    const label = { code: 'ERR_LABEL_RANGE' };
    for (const method of ['partialFit', 'fit'] as const) {
      regressor.setParams({ warmStart: true });
      classifier.setParams({ warmStart: true });
      await expect(regressor[method](wide, fewNumbers)).rejects.toMatchObject(shape);
      await expect(regressor[method](table(['a', 'c', 'd']), fewNumbers)).rejects.toMatchObject(shape);
      await expect(regressor[method](table(['a', 'b', 'c']), both)).rejects.toMatchObject(shape);
      await expect(classifier[method](wide, fewClasses)).rejects.toMatchObject(shape);
      const other = few.map((_, i) => ['a', 'b', 'd'][i % 3]!);
      await expect(classifier[method](few, other)).rejects.toMatchObject(label);
      classifier.setParams({ hiddenLayerSizes: [9] });
      await expect(classifier[method](few, fewClasses)).rejects.toMatchObject({ code: 'ERR_ARGUMENT' });
      classifier.setParams({ hiddenLayerSizes: [8] });
    }
    const renamed = classifier.partialFit(few, fewClasses, { classes: ['a', 'b'] });
    await expect(renamed).rejects.toMatchObject(label);
    await expect(
      classifier.fit(
        few,
        few.map((_, i) => i % 2),
      ),
    ).rejects.toMatchObject(label);
    expect([regressor.weights, classifier.weights]).toEqual(weights);
  });

  it.each(['partialFit', 'fit'] as const)('%s matches columns by name, in any order', async (method) => {
    const table = (order: readonly number[]) =>
      new data.DataTable(order.map((j) => ['abc'[j]!, few.map((row) => row[j]!)] as const));
    const params = { ...quick, maxIter: 3, warmStart: true };
    const trained = async (second: readonly number[]): Promise<unknown> => {
      const model = await new MLPRegressor(params).fit(table([0, 1, 2]), fewNumbers);
      await model[method](table(second), fewNumbers);
      expect(model.featureNamesIn).toEqual(['a', 'b', 'c']);
      return model.weights;
    };
    expect(await trained([2, 0, 1])).toEqual(await trained([0, 1, 2]));
  });

  it('keeps what it had where it is aborted, and refuses a second call beside the first', async () => {
    const model = await new MLPRegressor({ ...quick, maxIter: 3 }).fit(x, numbers);
    const { weights } = model;
    const stop = new AbortController();
    model.setParams({ maxIter: 100_000, warmStart: true, tol: 0, nIterNoChange: 100_000 });
    const fit = model.fit(x, numbers, { signal: stop.signal });
    await expect(model.partialFit(x, numbers)).rejects.toMatchObject({ code: 'ERR_BUSY' });
    stop.abort();
    await expect(fit).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(model.weights).toEqual(weights);
    await model.partialFit(x, numbers);
  });
});
