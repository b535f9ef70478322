import {
  crossValidate,
  gridSearch,
  KFold,
  LogisticRegression,
  pipeline,
  Ridge,
  type ScorerName,
  StandardScaler,
  StratifiedKFold,
  scorerNames,
} from 'steepest';
import { describe, expect, it } from 'vitest';
import { readFixture } from '../../support/fixtures.js';

interface Validated {
  x: number[][];
  y: number[];
  test: Record<ScorerName, number[]>;
  train: Record<ScorerName, number[]>;
}

interface Fixture {
  folds: {
    y: number[];
    kFold: { rows: number; nSplits: number; tests: number[][] }[];
    stratifiedKFold: { nSplits: number; tests: number[][] }[];
  };
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

const { folds, multiclass, binary, numbers, grid } = readFixture<Fixture>('selection');

const amounts = () => pipeline(new StandardScaler(), new Ridge());
const model = () => pipeline(new StandardScaler(), new LogisticRegression({ tol: 1e-10, maxIter: 2000 }));

function expectNear(actual: ArrayLike<number>, expected: readonly number[], what: string): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i]! - value), `${what}[${i}]: ${actual[i]} for ${value}`).toBeLessThan(1e-7);
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
