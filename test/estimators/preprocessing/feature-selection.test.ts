import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  data,
  featureScores,
  loadEstimator,
  pipeline,
  Ridge,
  SelectKBest,
  type SelectKBestParams,
  SelectPercentile,
  shutdown,
  VarianceThreshold,
} from 'steepest';
import { afterAll, describe, expect, it } from 'vitest';
import { chiSquareSurvival } from '#steepest/estimators/featureSelection/chiSquared.js';
import { fSurvival } from '#steepest/estimators/featureSelection/fDistribution.js';
import { digammas } from '#steepest/estimators/featureSelection/mutualInformation.js';
import { readFixture } from '../../support/fixtures.js';
import { expectNear, matrix, type Num } from './near.js';

type TargetName = 'numbers' | 'two' | 'three';
type ScoreName = SelectKBestParams['scoreFunc'];

const fixture = readFixture<{
  x: number[][];
  whole: number[][];
  gaps: Num[][];
  targets: Record<TargetName, (number | string)[]>;
  varianceThreshold: { threshold: number; variances: number[]; kept: number[] }[];
  tests: {
    scoreFunc: ScoreName;
    target: TargetName;
    k: number | 'all';
    scores: Num[];
    pvalues: Num[];
    kept: number[];
  }[];
  chi2: { x: 'x' | 'whole'; target: TargetName; scores: Num[]; pvalues: Num[]; kept: number[] }[];
  chiSquare: [x: number, df: number, tail: number][];
  percentiles: { percentile: number; kept: number[] }[];
  information: {
    scoreFunc: ScoreName;
    target: TargetName;
    nNeighbors: number;
    discreteFeatures: boolean;
    x: 'x' | 'whole';
    scores: number[];
  }[];
}>('feature_selection');

const { x, targets } = fixture;
const code = (name: string) => expect.objectContaining({ code: name });

afterAll(shutdown);

describe('VarianceThreshold', () => {
  it.each(fixture.varianceThreshold)('$threshold', async ({ threshold, variances, kept }) => {
    const gaps = matrix(fixture.gaps);
    const selector = await new VarianceThreshold({ threshold }).fit(gaps);
    expectNear(selector.variances, variances);
    expect(selector.getSupport({ indices: true })).toEqual(kept);
    expect(selector.getSupport()).toEqual(variances.map((_, j) => kept.includes(j)));
    const chosen = gaps.map((row) => kept.map((j) => row[j]!));
    expect((await selector.transform(gaps)).toArray()).toEqual(chosen);
    const back = (await selector.inverseTransform(chosen)).toArray();
    expect(back).toEqual(gaps.map((row) => row.map((value, j) => (kept.includes(j) ? value : 0))));
  });

  it('has the names of a table, and refuses to drop every column', async () => {
    const table = new data.DataTable({ same: [1, 1, 1], some: [1, 2, 3], far: [1e8, 1e8 + 1, 1e8 + 2] });
    const selector = await new VarianceThreshold().fit(table);
    expect(selector.getFeatureNamesOut()).toEqual(['some', 'far']);
    expect((await selector.transform(table)).columnNames).toEqual(['some', 'far']);
    const before = selector.getSupport();
    await expect(selector.fit(table.select('same'))).rejects.toThrow(code('ERR_EMPTY'));
    expect(selector.getSupport()).toEqual(before);
    expect(() => new VarianceThreshold({ threshold: -1 })).toThrow(code('ERR_ARGUMENT'));
    expect(() => selector.getSupport({ indexes: true } as never)).toThrow(code('ERR_UNKNOWN_NAME'));
  });
});

describe('featureScores', () => {
  it.each(fixture.tests.filter(({ k }) => k === 1))('$scoreFunc, $target', async (one) => {
    const run = featureScores[one.scoreFunc as 'fClassif'];
    const { scores, pvalues } = await run(x, targets[one.target] as string[]);
    expectNear(scores, one.scores.slice(0, 5), 1e-9);
    one.pvalues.slice(0, 5).forEach((p, j) => {
      expect(pvalues[j]! / (p as number)).toBeCloseTo(1, 9);
    });
  });

  it.each(fixture.chi2)('chi2, $target of $x', async ({ x: name, target, ...expected }) => {
    const table = fixture[name].map((row) => row.map(Math.abs));
    const { scores } = await featureScores.chi2(table, targets[target] as string[]);
    expectNear(scores, expected.scores, 1e-9);
  });

  it.each(fixture.information)('$scoreFunc, $target, $nNeighbors neighbours of $x', async (one) => {
    const { scoreFunc, nNeighbors, discreteFeatures } = one;
    const run = featureScores[scoreFunc as 'mutualInfoClassif'];
    const scores = await run(fixture[one.x], targets[one.target] as string[], {
      nNeighbors,
      discreteFeatures,
    });
    expectNear(scores, one.scores, 1e-9);
  });

  it('take the target by name, and refuse what they do not know', async () => {
    const table = new data.DataTable({ a: [1, 2, 3, 5], b: [0, 1, 0, 1], y: ['u', 'v', 'u', 'v'] });
    const named = await featureScores.fClassif(table, 'y');
    expect(named).toEqual(await featureScores.fClassif(table.drop('y'), ['u', 'v', 'u', 'v']));
    const refused = (work: Promise<unknown>, name: string) => expect(work).rejects.toThrow(code(name));
    await refused(featureScores.chi2(table, 'z'), 'ERR_UNKNOWN_NAME');
    await refused(featureScores.fClassif(table, 'y', { nNeighbors: 3 } as never), 'ERR_UNKNOWN_NAME');
    await refused(featureScores.mutualInfoClassif(table, 'y', { nNeighbors: 0 }), 'ERR_ARGUMENT');
    await refused(featureScores.fRegression([[1], [Number.NaN]], [1, 2]), 'ERR_NOT_FINITE');
    await refused(featureScores.fClassif(table, 'y', { signal: AbortSignal.abort() }), 'ERR_ABORTED');
  });
});

describe('SelectKBest', () => {
  // Of the constant column scikit-learn's scores are NaN, or rounding errors.
  const constant = x.map((row) => [...row, 7]);

  it.each(fixture.tests)('$scoreFunc, $target, k $k', async (one) => {
    const { scoreFunc, k } = one;
    const selector = await new SelectKBest({ scoreFunc, k }).fit(constant, targets[one.target]);
    expectNear(selector.scores.subarray(0, 5), one.scores.slice(0, 5), 1e-9);
    one.pvalues.slice(0, 5).forEach((p, j) => {
      expect(selector.pvalues![j]! / (p as number)).toBeCloseTo(1, 9);
    });
    expect(selector.getSupport({ indices: true })).toEqual(one.kept);
    const path = join(tmpdir(), `steepest-select-${process.pid}.safetensors`);
    await selector.save(path);
    const again = await loadEstimator(path, SelectKBest);
    expect(again.scores).toEqual(selector.scores);
    expect(await again.transform(constant)).toEqual(await selector.transform(constant));
  });

  it.each(fixture.chi2)(
    'chi2 of frequencies, $target of $x',
    async ({ x: name, target, kept, ...expected }) => {
      const table = fixture[name].map((row) => row.map(Math.abs));
      const selector = await new SelectKBest({ scoreFunc: 'chi2', k: 2 }).fit(table, targets[target]);
      expectNear(selector.scores, expected.scores, 1e-9);
      expected.pvalues.forEach((p, j) => {
        if (p === 'NaN') expect(selector.pvalues![j]).toBeNaN();
        else expect(selector.pvalues![j]! / p).toBeCloseTo(1, 9);
      });
      expect(selector.getSupport({ indices: true })).toEqual(kept);
    },
  );

  it.each(fixture.chiSquare)('chi-squared numbers above %d with %i degrees of freedom', (at, df, tail) => {
    expect(chiSquareSurvival(at, df) / tail).toBeCloseTo(1, 11);
  });

  it('refuses negative frequencies, with their place', async () => {
    const table = new data.DataTable({ words: [1, 2, 0], more: [1, -2, 3] });
    const fit = new SelectKBest({ scoreFunc: 'chi2' }).fit(table, ['a', 'b', 'a']);
    await expect(fit).rejects.toThrow(/at least 0.*-2 at row 1, column 'more'/);
    expect(chiSquareSurvival(Number.NaN, 1)).toBeNaN();
    expect([chiSquareSurvival(0, 3), chiSquareSurvival(Number.POSITIVE_INFINITY, 3)]).toEqual([1, 0]);
  });

  it.each(fixture.information)('$scoreFunc, $target, $nNeighbors neighbours of $x', async (one) => {
    const { scoreFunc, nNeighbors, discreteFeatures } = one;
    const table = fixture[one.x];
    for (const seed of [0, 1]) {
      const selector = new SelectKBest({ scoreFunc, nNeighbors, discreteFeatures, seed, k: 2 });
      await selector.fit(table, targets[one.target]);
      expectNear(selector.scores, one.scores, 1e-9);
      expect(selector.pvalues).toBeUndefined();
    }
  });

  it('sees by mutual information what is not linear: a parabola', async () => {
    const rows = Array.from({ length: 200 }, (_, i) => [i / 100 - 0.995, Math.sin(i * 12.9898) * 3]);
    const y = rows.map(([value]) => value! * value!);
    const linear = await new SelectKBest({ scoreFunc: 'fRegression', k: 1 }).fit(rows, y);
    const mutual = await new SelectKBest({ scoreFunc: 'mutualInfoRegression', k: 1 }).fit(rows, y);
    expect(linear.scores[0]).toBeLessThan(0.01);
    expect(mutual.getSupport({ indices: true })).toEqual([0]);
    expect(mutual.scores[0]).toBeGreaterThan(2);
  });

  it('knows the bounds: a perfect correlation, no correlation at all, classes that are one column', async () => {
    const rows = [
      [1, 5, 1],
      [2, 5, -1],
      [3, 5, 1],
      [4, 5, -1],
    ];
    const line = await new SelectKBest({ scoreFunc: 'fRegression', k: 1 }).fit(rows, [1, 2, 3, 4]);
    expect(line.scores[0]).toBeGreaterThan(1e15);
    expect(line.scores[1]).toBe(0);
    expect(line.pvalues![1]).toBe(1);
    const groups = await new SelectKBest({ k: 1 }).fit(rows, ['a', 'b', 'a', 'b']);
    expect(groups.scores[2]).toBe(Number.POSITIVE_INFINITY);
    expect(groups.pvalues![2]).toBe(0);
    expect(groups.getSupport()).toEqual([false, false, true]);
    // Of equal numbers the mutual information is that of two independent variables: 0.
    const none = await new SelectKBest({ scoreFunc: 'mutualInfoClassif', discreteFeatures: [1] }).fit(
      rows,
      [0, 1, 0, 1],
    );
    expect(none.scores[1]).toBe(0);
    const same = await new SelectKBest({ scoreFunc: 'mutualInfoClassif', discreteFeatures: [2], k: 1 }).fit(
      rows,
      [0, 1, 0, 1],
    );
    expect(same.scores[2]).toBeCloseTo(Math.LN2, 14);
  });

  it('works in a pipeline, by name', async () => {
    const table = new data.DataTable(x[0]!.map((_, j) => [`c${j}`, x.map((row) => row[j]!)] as const));
    const model = pipeline(new SelectKBest({ scoreFunc: 'fRegression', k: 2 }), new Ridge());
    await model.fit(table, targets.numbers);
    expect(model.getFeatureNamesOut()).toHaveLength(2);
    expect(model.getFeatureNamesOut()).toContain('c0');
    expect(await model.score(table, targets.numbers)).toBeGreaterThan(0.3);
  });

  it.each<[object, unknown, string]>([
    [{}, undefined, 'ERR_SHAPE'],
    [{}, [1, 2], 'ERR_SHAPE'],
    [{}, ['a', 'a', 'a'], 'ERR_LABEL_RANGE'],
    [{}, [0.5, 1, 2], 'ERR_ARGUMENT'],
    [{ scoreFunc: 'fRegression' }, ['a', 'b', 'c'], 'ERR_ARGUMENT'],
    [
      { scoreFunc: 'fRegression' },
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      'ERR_SHAPE',
    ],
    [{ scoreFunc: 'mutualInfoRegression', discreteFeatures: [2] }, [1, 2, 3], 'ERR_ARGUMENT'],
  ])('refuses %j with y = %j', async (params, y, error) => {
    const selector = await new SelectKBest({ k: 1 }).fit([[1], [2], [4]], [0, 1, 1]);
    const before = selector.scores;
    selector.setParams(params);
    await expect(selector.fit([[1], [2], [3]], y)).rejects.toThrow(code(error));
    expect(selector.scores).toEqual(before);
    await expect(new SelectKBest().fit([[1], [Number.NaN]], [0, 1])).rejects.toThrow(code('ERR_NOT_FINITE'));
  });

  it('refuses parameters that are none', () => {
    const wrong: object[] = [{ k: 0 }, { k: 'some' }, { scoreFunc: 'f_clasif' }, { nNeighbors: 0 }];
    for (const params of [...wrong, { discreteFeatures: [-1] }, { seed: -1 }]) {
      expect(() => new SelectKBest(params as never)).toThrow();
    }
    for (const percentile of [0, 101, '10']) {
      expect(() => new SelectPercentile({ percentile } as never)).toThrow(code('ERR_ARGUMENT'));
    }
  });
});

describe('SelectPercentile', () => {
  const tied = x.map(([a, b, c, d]) => [a!, b!, a!, a!, c!, a!, d!]);
  it.each(fixture.percentiles)('$percentile %', async ({ percentile, kept }) => {
    const selector = await new SelectPercentile({ percentile }).fit(tied, targets.three);
    expect(selector.getSupport({ indices: true })).toEqual(kept);
  });
});

it.each([
  // Of 2 and n degrees of freedom the survival function is (1 + 2f/n)^(−n/2), of n and 2 its mirror image.
  [3.7, 2, 11, (1 + (2 * 3.7) / 11) ** -5.5],
  [0.01, 2, 300, (1 + 0.02 / 300) ** -150],
  [0.4, 6, 2, 1 - (1 + 1 / (3 * 0.4)) ** -3],
  [25, 40, 2, 1 - (1 + 1 / (20 * 25)) ** -20],
  [0, 3, 5, 1],
  [Number.POSITIVE_INFINITY, 3, 5, 0],
])('the F distribution beyond %d with %d and %d degrees of freedom', (f, between, within, expected) => {
  expect(fSurvival(f, between, within)).toBeCloseTo(expected, 13);
});

it('the digamma function at whole numbers', () => {
  // DLMF 5.4.14: ψ(1) = −γ, and ψ(n + 1) = ψ(n) + 1/n.
  const psi = digammas(10);
  expect(psi[1]).toBeCloseTo(-0.5772156649015329, 15);
  expect(psi[10]).toBeCloseTo(2.251752589066721, 14);
});
