import {
  crossValidate,
  crossValPredict,
  GroupKFold,
  gridSearch,
  KFold,
  LogisticRegression,
  learningCurve,
  pipeline,
  Ridge,
  type ScorerName,
  StandardScaler,
  StratifiedKFold,
  scorerNames,
  TimeSeriesSplit,
  validationCurve,
} from 'steepest';
import { describe, expect, it } from 'vitest';
import { readFixture } from '../../support/fixtures.js';

interface Validated {
  x: number[][];
  y: number[];
  test: Record<ScorerName, number[]>;
  train: Record<ScorerName, number[]>;
}

interface Predicted {
  predict: number[];
  predictProba: number[][];
  decisionFunction: (number | number[])[];
  weighted: number[][];
}

interface Fixture {
  folds: {
    y: number[];
    kFold: { rows: number; nSplits: number; tests: number[][] }[];
    stratifiedKFold: { nSplits: number; tests: number[][] }[];
    timeSeriesSplit: { rows: number; options: { nSplits: number }; ends: number[][] }[];
    groupKFold: { groups: number[]; nSplits: number; tests: number[][] }[];
  };
  curves: {
    sizes: number[];
    train: number[][];
    test: number[][];
    byC: { values: number[]; train: number[][]; test: number[][] };
  };
  predicted: Record<'multiclass' | 'binary', Predicted>;
  multiclass: Validated;
  binary: Validated;
  numbers: Validated;
  grid: {
    C: number[];
    withStd: boolean[];
    mean: number[];
    std: number[];
    rank: number[];
    bestIndex: number;
    bestScore: number;
    proba: number[][];
  };
}

const { folds, multiclass, binary, numbers, grid, curves, predicted } = readFixture<Fixture>('selection');

const amounts = () => pipeline(new StandardScaler(), new Ridge());
const model = () => pipeline(new StandardScaler(), new LogisticRegression({ tol: 1e-10, maxIter: 2000 }));

function expectNear(
  actual: ArrayLike<number>,
  expected: readonly number[],
  what: string,
  tolerance = 1e-7,
): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i]! - value), `${what}[${i}]: ${actual[i]} for ${value}`).toBeLessThan(tolerance);
  });
}

describe('folds', () => {
  it.each(folds.kFold)('KFold: $rows rows, $nSplits folds', ({ rows, nSplits, tests }) => {
    expect(new KFold({ nSplits }).split(rows).map(({ test }) => [...test])).toEqual(tests);
  });

  it.each(folds.stratifiedKFold)('StratifiedKFold: $nSplits folds', ({ nSplits, tests }) => {
    const made = new StratifiedKFold({ nSplits }).split(folds.y, folds.y);
    expect(made.map(({ test }) => [...test])).toEqual(tests);
  });

  it.each(folds.timeSeriesSplit)('TimeSeriesSplit: $rows rows, $options', ({ rows, options, ends }) => {
    const made = new TimeSeriesSplit(options).split(rows);
    const last = (part: Uint32Array) => [part[0], part[part.length - 1]];
    expect(made.map(({ train, test }) => [...last(train), ...last(test)])).toEqual(ends);
    for (const { train, test } of made) {
      for (const part of [train, test]) expect(part.length).toBe(part[part.length - 1]! - part[0]! + 1);
    }
  });

  it.each(folds.groupKFold)('GroupKFold: $nSplits folds', ({ groups, nSplits, tests }) => {
    const made = new GroupKFold({ nSplits }).split(groups.length, undefined, groups);
    expect(made.map(({ test }) => [...test])).toEqual(tests);
  });
});

describe.each([
  ['three classes', model, multiclass],
  ['two classes', model, binary],
  ['numbers', amounts, numbers],
] as const)('crossValidate on %s', (_, make, { x, y, test, train }) => {
  it('gives every score of every fold', async () => {
    const scoring = Object.keys(test) as ScorerName[];
    const result = await crossValidate(make(), x, y, { cv: 4, scoring, returnTrainScore: true });
    for (const name of scoring) {
      expectNear(result.test[name]!, test[name], `test ${name}`);
      expectNear(result.train![name]!, train[name], `train ${name}`);
    }
  });

  it('has the own score of the estimator by default', async () => {
    const result = await crossValidate(make(), x, y, { cv: 4 });
    expectNear(result.test.score!, test.accuracy ?? test.r2, 'score');
    expect(Object.keys(result.test)).toEqual(['score']);
  });
});

it('every name of a score stands above', () => {
  const names = new Set([multiclass, binary, numbers].flatMap(({ test }) => Object.keys(test)));
  // These take the path of others of their kind.
  const averages = /^(precision|recall|f1)(Micro|Macro|Weighted)$/;
  expect(scorerNames.filter((name) => !names.has(name) && !averages.test(name))).toEqual([]);
});

it('gridSearch finds what GridSearchCV finds', async () => {
  const { x, y } = multiclass;
  const search = gridSearch(
    model(),
    { logisticRegression__C: [0.001, 0.03, 1, 100], standardScaler__withStd: [true, false] },
    { cv: 4, scoring: 'negLogLoss' },
  );
  await search.fit(x, y);
  const { results } = search;
  expect(results.map(({ params }) => params.logisticRegression__C)).toEqual(grid.C);
  expect(results.map(({ params }) => params.standardScaler__withStd)).toEqual(grid.withStd);
  expectNear(
    results.map(({ test }) => test.score!.mean),
    grid.mean,
    'mean',
  );
  expectNear(
    results.map(({ test }) => test.score!.std),
    grid.std,
    'std',
  );
  expect(results.map(({ test }) => test.score!.rank)).toEqual(grid.rank);
  expect(search.bestIndex).toBe(grid.bestIndex);
  expect(search.bestScore).toBeCloseTo(grid.bestScore, 7);
  expectNear((await search.predictProba(x.slice(0, 5))).data, grid.proba.flat(), 'proba');
});

/** scikit-learn's L-BFGS is less exact where C is large. */
const CURVES = 1e-6;

describe('crossValPredict', () => {
  it.each([
    ['three classes', multiclass, predicted.multiclass],
    ['two classes', binary, predicted.binary],
  ] as const)('gives the predictions of the other folds on %s', async (_, { x, y }, expected) => {
    expect(await crossValPredict(model(), x, y, { cv: 4 })).toEqual(expected.predict);
    const proba = await crossValPredict(model(), x, y, { cv: 4, method: 'predictProba' });
    expect(proba.shape).toEqual([y.length, expected.predictProba[0]!.length]);
    expectNear(proba.data, expected.predictProba.flat(), 'proba', CURVES);
    const decision = await crossValPredict(model(), x, y, { cv: 4, method: 'decisionFunction' });
    expectNear(
      'data' in decision ? decision.data : decision,
      expected.decisionFunction.flat(),
      'decision',
      CURVES,
    );
    const sampleWeight = y.map((_, i) => 0.5 + (i % 4));
    const weighted = await crossValPredict(model(), x, y, { cv: 4, method: 'predictProba', sampleWeight });
    expectNear(weighted.data, expected.weighted.flat(), 'weighted', CURVES);
  });
});

it('learningCurve and validationCurve give every fold’s scores', async () => {
  const { x, y } = multiclass;
  const options = { cv: 4, scoring: 'negLogLoss' } as const;
  const bySize = await learningCurve(model(), x, y, { ...options, trainSizes: [0.3, 0.55, 1] });
  expect(bySize.map(({ trainSize }) => trainSize)).toEqual(curves.sizes);
  const { values, train, test } = curves.byC;
  const byC = await validationCurve(model(), x, y, {
    ...options,
    paramName: 'logisticRegression__C',
    paramRange: values,
  });
  expect(byC.map(({ value }) => value)).toEqual(values);
  curves.sizes.forEach((_, i) => {
    expectNear(bySize[i]!.train.score!.folds, curves.train[i]!, 'train by size', CURVES);
    expectNear(bySize[i]!.test.score!.folds, curves.test[i]!, 'test by size', CURVES);
    expectNear(byC[i]!.train.score!.folds, train[i]!, 'train by C', CURVES);
    expectNear(byC[i]!.test.score!.folds, test[i]!, 'test by C', CURVES);
  });
});
