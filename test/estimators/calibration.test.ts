import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CalibratedClassifierCV,
  calibrationCurve,
  crossValidate,
  FixedThresholdClassifier,
  GroupKFold,
  gridSearch,
  LogisticRegression,
  loadEstimator,
  type Matrix,
  type MatrixInput,
  MLPClassifier,
  metrics,
  pipeline,
  Ridge,
  SGDClassifier,
  StandardScaler,
  TunedThresholdClassifierCV,
} from 'steepest';
import { afterAll, describe, expect, it } from 'vitest';
import { readFixture } from '../support/fixtures.js';

interface Sample {
  x: number[][];
  y: number[];
  weights: number[];
}
type Kind = 'multiclass' | 'binary';
interface Fixture extends Record<Kind, Sample> {
  calibrated: Record<
    Kind,
    {
      method: 'sigmoid' | 'isotonic';
      ensemble: boolean;
      weighted: boolean;
      proba: number[][];
      predicted: number[];
    }[]
  >;
  alone: {
    scores: number[];
    y: number[];
    weights: number[] | null;
    at: number[];
    sigmoid: number[];
    isotonic: number[];
  }[];
  reliability: { y: number[]; p: number[]; options: object; probTrue: number[]; probPred: number[] }[];
  tuned: {
    scoring: 'f1';
    responseMethod: 'predictProba';
    bestThreshold: number;
    bestScore: number;
    thresholds: number[];
    scores: number[];
    predicted: number[];
  }[];
  fixed: { threshold: number | 'auto'; posLabel: number; predicted: number[] }[];
}

const fixture = readFixture<Fixture>('calibration');
const { multiclass, binary } = fixture;
const model = () => new LogisticRegression({ C: 0.05, tol: 1e-11, maxIter: 5000 });
const code = (name: string) => expect.objectContaining({ code: name });
const folder = mkdtempSync(join(tmpdir(), 'steepest-calibration-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Where both sides end their iterations. */
const TOLERANCE = 1e-6;
function expectNear(actual: ArrayLike<number>, expected: readonly number[], what: string): void {
  expect(actual.length, what).toBe(expected.length);
  expected.forEach((value, i) => {
    const error = Math.abs(actual[i]! - value);
    expect(error, `${what}[${i}]: ${actual[i]} for ${value}`).toBeLessThan(
      TOLERANCE * Math.max(1, Math.abs(value)),
    );
  });
}

describe.each(['multiclass', 'binary'] as const)('CalibratedClassifierCV, %s,', (kind) => {
  const { x, y, weights } = fixture[kind];
  it.each(fixture.calibrated[kind])(
    'gives scikit-learn’s probabilities: $method, ensemble $ensemble, weighted $weighted',
    async ({ method, ensemble, weighted, proba, predicted }) => {
      const made = new CalibratedClassifierCV({ estimator: model(), method, ensemble, cv: 3 });
      await made.fit(x, y, weighted ? { sampleWeight: weights } : {});
      expectNear((await made.predictProba(x.slice(0, 12))).data, proba.flat(), 'proba');
      expect(await made.predict(x)).toEqual(predicted);
      expect(made.calibratedClassifiers).toHaveLength(ensemble ? 3 : 1);
    },
  );
});

/** A fitted classifier that says a row's only column. */
const echo = {
  type: 'Echo',
  classes: [0, 1],
  fit: async () => echo,
  clone: () => echo,
  getParams: () => ({}),
  setParams: () => echo,
  toSaved: () => ({ type: 'Echo', params: {}, state: undefined }),
  decisionFunction: async (x: readonly number[][]) => Float64Array.from(x, ([v]) => v!),
};

describe('calibrations of one column', () => {
  it.each(fixture.alone.map((one, i) => ({ i, ...one })))(
    '$i',
    async ({ scores, y, weights, at, ...expected }) => {
      for (const method of ['sigmoid', 'isotonic'] as const) {
        const made = new CalibratedClassifierCV({ estimator: echo as never, method, cv: 'prefit' });
        await made.fit(
          scores.map((v) => [v]),
          y,
          weights === null ? {} : { sampleWeight: weights },
        );
        const proba = await made.predictProba(at.map((v) => [v]));
        expectNear(proba.column(1), expected[method], method);
      }
    },
  );
});

it.each(fixture.reliability)('calibrationCurve: $options', ({ y, p, options, probTrue, probPred }) => {
  const curve = calibrationCurve(y, p, options);
  expectNear(curve.probTrue, probTrue, 'true');
  expectNear(curve.probPred, probPred, 'predicted');
});

it.each<[string, () => unknown, string]>([
  ['three classes', () => calibrationCurve([0, 1, 2], [0, 0, 1]), 'ERR_ARGUMENT'],
  ['words without posLabel', () => calibrationCurve(['a', 'b'], [0, 1]), 'ERR_ARGUMENT'],
  ['scores', () => calibrationCurve([0, 1], [-1, 1]), 'ERR_LABEL_RANGE'],
  ['two columns', () => calibrationCurve([0], [[0, 1]]), 'ERR_SHAPE'],
  ['no bins', () => calibrationCurve([0, 1], [0, 1], { nBins: 0 }), 'ERR_ARGUMENT'],
])('calibrationCurve refuses %s', (_, call, name) => {
  expect(call).toThrow(code(name));
});

describe('thresholds', () => {
  const { x, y } = binary;

  it.each(fixture.tuned)('tuned for $scoring of $responseMethod', async (expected) => {
    const { scoring, responseMethod } = expected;
    const made = new TunedThresholdClassifierCV({
      estimator: model(),
      scoring,
      responseMethod,
      cv: 3,
      thresholds: 40,
    });
    await made.fit(x, y);
    const { thresholds, scores } = made.thresholdResults;
    expectNear(thresholds, expected.thresholds, 'thresholds');
    expectNear(scores, expected.scores, 'scores');
    expectNear([made.bestThreshold, made.bestScore], [expected.bestThreshold, expected.bestScore], 'best');
    expect(await made.predict(x)).toEqual(expected.predicted);
  });

  it.each(fixture.fixed)(
    'fixed at $threshold, for class $posLabel',
    async ({ threshold, posLabel, predicted }) => {
      const made = new FixedThresholdClassifier({ estimator: model(), threshold, posLabel });
      expect(await (await made.fit(x, y)).predict(x)).toEqual(predicted);
    },
  );

  it('take the decision function of a classifier whose loss has no probabilities', async () => {
    const hinge = () => new SGDClassifier({ loss: 'hinge', maxIter: 30, seed: 4 });
    const alone = await (await hinge().fit(x, y)).predict(x);
    for (const estimator of [hinge(), pipeline(hinge())]) {
      const made = new FixedThresholdClassifier({ estimator });
      expect(await (await made.fit(x, y)).predict(x)).toEqual(alone);
      const byName = await crossValidate(estimator, x, y, { cv: 3, scoring: 'rocAuc' });
      const byHand = await crossValidate(estimator, x, y, {
        cv: 3,
        scoring: async (one, rows, truth) =>
          metrics.rocAucScore(
            truth as number[],
            (await one.decisionFunction(rows as MatrixInput)) as Float64Array,
          ),
      });
      expect(byName.test).toEqual(byHand.test);
    }
  });

  it('take functions, fractions of the rows, and fitted estimators', async () => {
    const cost = async (one: { predict(): Promise<unknown> }, _: unknown, truth: unknown) => {
      const { data } = metrics.confusionMatrix(truth as number[], (await one.predict()) as number[], {
        labels: [0, 1],
      });
      return -(data[1]! + 50 * data[2]!);
    };
    const whole = { estimator: model(), scoring: cost, thresholds: [0.8, 0.2, 0.5] } as const;
    const once = await new TunedThresholdClassifierCV({ ...whole, cv: 0.3, refit: false, seed: 2 }).fit(x, y);
    expect([...once.thresholdResults.thresholds]).toEqual([0.2, 0.5, 0.8]);
    expect(once.bestThreshold).toBe(0.2);
    const fitted = await model().fit(x, y);
    const prefit = await new TunedThresholdClassifierCV({ ...whole, estimator: fitted, cv: 'prefit' }).fit(
      x,
      y,
    );
    expect((await prefit.predictProba(x)).data).toEqual((await fitted.predictProba(x)).data);
    await expect(new TunedThresholdClassifierCV({ ...whole, refit: false }).fit(x, y)).rejects.toThrow(
      code('ERR_ARGUMENT'),
    );
  });
});

const MAKE = {
  CalibratedClassifierCV: (inner: object, more: object = {}) =>
    new CalibratedClassifierCV({ estimator: inner as never, cv: 3, ...more }),
  FixedThresholdClassifier: (inner: object, more: object = {}) =>
    new FixedThresholdClassifier({ estimator: inner as never, threshold: 0.4, ...more }),
  TunedThresholdClassifierCV: (inner: object, more: object = {}) =>
    new TunedThresholdClassifierCV({ estimator: inner as never, cv: 3, thresholds: 20, ...more }),
};

/** A hyperparameter of each that is not its default. */
const OTHER: Record<string, object> = {
  CalibratedClassifierCV: { method: 'isotonic' },
  FixedThresholdClassifier: { threshold: 0.3 },
  TunedThresholdClassifierCV: { thresholds: 7 },
};

describe.each(Object.entries(MAKE))('%s', (name, make) => {
  const { x, y } = binary;
  const words = y.map((v) => (v === 1 ? 'yes' : 'no'));
  const inner = () => pipeline(new StandardScaler(), model());
  type Any = ReturnType<typeof make> & { predictProba(rows: unknown): Promise<Matrix> };

  it('is the same for any number of jobs and workers, and for every form of a table', async () => {
    const first = (await make(inner()).fit(x, words)) as Any;
    const expected = await first.predictProba(x);
    const table = { data: Float64Array.from(x.flat()), shape: [x.length, x[0]!.length] };
    const jobs = name === 'FixedThresholdClassifier' ? {} : { nJobs: 1 };
    const alone = (await make(inner(), jobs).fit(table, words)) as Any;
    expect((await alone.predictProba(table)).data).toEqual(expected.data);
    const params = { estimator__logisticRegression__workers: 3 };
    const threads = (await make(inner()).setParams(params).fit(x, words)) as Any;
    expect((await threads.predictProba(x)).data).toEqual(expected.data);
    expect(await threads.predict(x)).toEqual(await first.predict(x));
    expect(first.classes).toEqual(['no', 'yes']);
  });

  it('travels through a file', async () => {
    const made = (await make(inner()).fit(x, words)) as Any;
    const path = join(folder, `${name}.safetensors`);
    await made.save(path);
    const again = (await loadEstimator(path)) as unknown as Any;
    expect(String(again)).toBe(String(made));
    expect(await again.predict(x)).toEqual(await made.predict(x));
    expect((await again.predictProba(x)).data).toEqual((await made.predictProba(x)).data);
    await make(inner()).save(path);
    await expect((await loadEstimator(path)).predict(x)).rejects.toThrow(code('ERR_NOT_FITTED'));
  });

  it('lists, changes and copies its hyperparameters', async () => {
    const made = make(inner());
    const params = made.getParams() as Record<string, unknown>;
    expect(params.estimator__logisticRegression__C).toBe(0.05);
    made.setParams({ estimator__logisticRegression__C: 3 });
    expect(made.getParams()).toMatchObject({ estimator__logisticRegression__C: 3 });
    expect(() => made.setParams({ estimator__logisticRegression__D: 3 })).toThrow(code('ERR_UNKNOWN_NAME'));
    expect(() => made.setParams({ estimater: inner() } as never)).toThrow(/estimator/);
    const copy = (await made.fit(x, words)).clone();
    expect(String(copy)).toBe(String(made));
    await expect(copy.predict(x)).rejects.toThrow(code('ERR_NOT_FITTED'));
  });

  it('names the columns of probabilities as other classifiers do', async () => {
    for (const classes of [y, words]) {
      const alone = await (await inner().fit(x, classes)).predictProba(x);
      const { columnNames } = await ((await make(inner()).fit(x, classes)) as Any).predictProba(x);
      expect(columnNames).toEqual(classes === words ? ['no', 'yes'] : undefined);
      expect(columnNames).toEqual(alone.columnNames);
    }
  });

  it('refuses parameters of a classifier that is missing, and changes nothing', () => {
    const empty = make(undefined as never);
    const before = empty.getParams();
    expect(() => empty.setParams({ ...OTHER[name], estimator__C: 3 })).toThrow(code('ERR_ARGUMENT'));
    expect(empty.getParams()).toEqual(before);
  });

  it('is a classifier to selection, and can be searched', async () => {
    const folds = await crossValidate(make(inner()), x, words, { cv: 3, scoring: ['accuracy', 'rocAuc'] });
    expect(folds.mean.rocAuc).toBeGreaterThan(0.5);
    const grid = { estimator__logisticRegression__C: [0.01, 1] };
    const search = await gridSearch(make(inner()), grid, { cv: 3 }).fit(x, words);
    expect(await search.predict(x)).toHaveLength(x.length);
  });

  it('takes tables and objects, with the name of the target', async () => {
    const rows = x.map(([a, b], i) => ({ a: a!, b: b!, label: words[i]! }));
    const numbers = x.map((row) => row.slice(0, 2));
    const made = (await make(inner()).fit(rows, 'label')) as Any;
    const plain = (await make(inner()).fit(numbers, words)) as Any;
    expect(await made.predict(rows)).toEqual(await plain.predict(numbers));
    expect(await made.score(rows, 'label')).toBe(await plain.score(numbers, words));
    expect(made.featureNamesIn).toEqual(['a', 'b']);
  });

  it('keeps what it knows when a fit is aborted or fails', async () => {
    const made = (await make(inner()).fit(x, words)) as Any;
    const before = await made.predict(x);
    const signal = AbortSignal.abort();
    await expect(made.fit(x, [...words].reverse(), { signal })).rejects.toThrow(code('ERR_ABORTED'));
    await expect(made.fit(x, words.slice(1))).rejects.toThrow(code('ERR_SHAPE'));
    expect(await made.predict(x)).toEqual(before);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    [
      'one class',
      () =>
        make(inner()).fit(
          x,
          y.map(() => 1),
        ),
      'ERR_LABEL_RANGE',
    ],
    [
      'numbers with a fraction',
      () =>
        make(inner()).fit(
          x,
          y.map((v) => v / 2 + 0.25),
        ),
      'ERR_ARGUMENT',
    ],
    ['a regressor', () => make(new Ridge()).fit(x, y), 'ERR_ARGUMENT'],
    ['no estimator', () => make(undefined as never).fit(x, y), 'ERR_ARGUMENT'],
    ['unknown options', () => make(inner()).fit(x, y, { weights: [] } as never), 'ERR_UNKNOWN_NAME'],
  ])('refuses %s', async (_, call, expected) => {
    await expect(call()).rejects.toThrow(code(expected));
  });
});

describe('CalibratedClassifierCV', () => {
  it('calibrates probabilities of a network, and keeps groups together', async () => {
    const { x, y } = binary;
    const groups = y.map((_, i) => i % 11);
    const estimator = new MLPClassifier({ hiddenLayerSizes: [4], maxIter: 5, tol: 1 });
    const made = new CalibratedClassifierCV({ estimator, cv: new GroupKFold({ nSplits: 3 }) });
    await made.fit(x, y, { groups });
    const { data } = await made.predictProba(x);
    expect(data.every((p) => p > 0 && p < 1)).toBe(true);
  });

  it('refuses folds without a class', async () => {
    const { x, y } = multiclass;
    const rare = y.map((v, i) => (i < 2 ? 9 : v));
    const made = new CalibratedClassifierCV({ estimator: model(), cv: 3 });
    await expect(made.fit(x, rare)).rejects.toThrow(code('ERR_ARGUMENT'));
    await expect(new FixedThresholdClassifier({ estimator: model() }).fit(x, y)).rejects.toThrow(
      code('ERR_LABEL_RANGE'),
    );
  });

  it('improves the Brier score of an overconfident classifier', async () => {
    const { x, y } = binary;
    const twice = {
      ...echo,
      decisionFunction: async (rows: readonly number[][]) => Float64Array.from(rows, ([v]) => 20 * v!),
    };
    const scores = x.map(([v]) => [v!]);
    const made = new CalibratedClassifierCV({ estimator: twice as never, cv: 'prefit' });
    await made.fit(scores, y);
    const before = scores.map(([v]) => 1 / (1 + Math.exp(-20 * v!)));
    const after = (await made.predictProba(scores)).column(1);
    expect(metrics.brierScoreLoss(y, after)).toBeLessThan(metrics.brierScoreLoss(y, before));
  });
});
