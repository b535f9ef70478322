// What a user's tests do with the package, for any test runner: `define` is given the package as the runner loads it.
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const fixture = require('./tables.json');

const X = [[0], [1], [2], [3]];

/** What a column should hold, with null for NaN. */
const cells = (column) => Array.from(column, (value) => (Number.isNaN(value) ? null : value));

function network({ layers, sequential }) {
  const model = sequential({ seed: 1, layers: [layers.dense({ units: 1, inputShape: [1] })] });
  model.compile({ optimizer: { name: 'sgd', learningRate: 0.1 }, loss: 'meanSquaredError' });
  return model;
}

function defineNetworks({ steepest, kernels, test, expect, timers }, folder) {
  test('a network is trained, predicts, is saved and loaded', async () => {
    const { backend, load, SteepestError } = steepest;
    expect(backend().kind).toBe('native');
    const model = network(steepest);
    const { history } = await model.fit(X, [0, 1, 2, 3], { epochs: 30, workers: 2 });
    expect(history.loss.at(-1)).toBeLessThan(0.1);
    const predicted = await model.predict(X);
    expect(predicted.data).toBeInstanceOf(Float32Array);
    const file = join(folder(), 'model.safetensors');
    await model.save(file);
    expect((await (await load(file)).predict(X)).data).toEqual(predicted.data);
    const refused = await model.fit([[1, 2]], [0]).catch((error) => error);
    expect(refused).toBeInstanceOf(SteepestError);
    expect(refused).toBeInstanceOf(Error);
    await expect(load('/not/there')).rejects.toMatchObject({ code: 'ERR_MODEL_FILE' });
  });

  test('a stream trains under fake timers', async () => {
    timers.fake();
    try {
      const batches = function* () {
        for (let i = 0; i < 4; i++) yield { x: [[i], [i + 1]], y: [i, i + 1] };
      };
      const { history } = await network(steepest).fit(batches, { epochs: 2, batchSize: 2, workers: 2 });
      expect(history.loss).toHaveLength(2);
    } finally {
      timers.real();
    }
  });

  test('a fit is aborted', async () => {
    const controller = new AbortController();
    const callbacks = [{ onEpochEnd: () => controller.abort() }];
    const fit = network(steepest).fit(X, [0, 1, 2, 3], {
      epochs: 1000,
      signal: controller.signal,
      callbacks,
    });
    await expect(fit).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  });

  test('kernels compute', () => {
    const c = new Float32Array(1);
    kernels.sgemm({ m: 1, n: 1, k: 2, a: Float32Array.of(2, 3), b: Float32Array.of(5, 7), c });
    expect(c[0]).toBe(31);
  });
}

function defineEstimators({ steepest, test, expect }, folder) {
  test('estimators are fitted, searched, saved and loaded', async () => {
    const { gridSearch, loadEstimator, LogisticRegression, pipeline, StandardScaler } = steepest;
    const y = ['a', 'a', 'a', 'b', 'b', 'b'];
    const x = { data: Float64Array.of(0, 1, 2, 10, 11, 12), shape: [6, 1] };
    const model = pipeline(new StandardScaler(), new LogisticRegression());
    const search = gridSearch(model, { logisticRegression__C: [0.1, 1] }, { cv: 3 });
    await search.fit(x, y);
    expect(await search.predict(x)).toEqual(y);
    const file = join(folder(), 'estimator.safetensors');
    await search.save(file);
    expect(await (await loadEstimator(file)).predict([[1], [11]])).toEqual(['a', 'b']);
  });
}

function defineFiles({ steepest, test, expect }, folder) {
  const { data } = steepest;
  test('CSV is read, quoted and not', async () => {
    const file = join(folder(), 'table.csv');
    writeFileSync(file, 'a,b,y\n1,"x,y",0\n2,z,1\n3,"z",1\n');
    const { x, y } = await data.csv(file, { target: 'y' }).load();
    expect(Array.from(x.data)).toEqual([1, 0, 2, 1, 3, 1]);
    expect(Array.from(y.data)).toEqual([0, 1, 1]);
  });

  test.each(['parquet', 'arrow'])('%s is read', async (kind) => {
    for (const bytes of Object.values(fixture[kind])) {
      const file = join(folder(), `table.${kind}`);
      writeFileSync(file, Buffer.from(bytes, 'base64'));
      const table = await (kind === 'parquet' ? data.readParquet(file) : data.readArrow(file));
      for (const [name, values] of Object.entries(fixture.values)) {
        expect(cells(table.column(name))).toEqual(values);
      }
    }
    writeFileSync(join(folder(), 'damaged'), 'PAR1, but no more of it');
    const damaged = kind === 'parquet' ? data.readParquet : data.readArrow;
    await expect(damaged(join(folder(), 'damaged'))).rejects.toMatchObject({ code: 'ERR_DATA_FILE' });
  });
}

/**
 * @param runner `{ steepest, kernels, test, expect, beforeAll, afterAll, timers }`
 */
exports.define = (runner) => {
  let path;
  runner.beforeAll(() => {
    path = mkdtempSync(join(tmpdir(), 'steepest-runner-'));
  });
  runner.afterAll(() => rmSync(path, { recursive: true }));
  defineNetworks(runner, () => path);
  defineEstimators(runner, () => path);
  defineFiles(runner, () => path);
};
