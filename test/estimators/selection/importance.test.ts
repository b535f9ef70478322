import {
  columnTransformer,
  data,
  LogisticRegression,
  OneHotEncoder,
  permutationImportance,
  pipeline,
  Ridge,
} from 'steepest';
import { expect, it } from 'vitest';
import { readFixture } from '../../support/fixtures.js';

const code = (name: string) => expect.objectContaining({ code: name });
interface Means {
  mean: number[];
  std: number[];
}
const { importance } = readFixture<{
  importance: { x: number[][]; y: number[]; weights: number[]; plain: Means; weighted: Means };
}>('calibration');
const { x, y, weights } = importance;
const fitted = await new Ridge().fit(x, y);

it('has scikit-learn’s mean and deviation over many shuffles, with and without weights', async () => {
  const nRepeats = 500;
  for (const [expected, options] of [
    [importance.plain, {}],
    [importance.weighted, { sampleWeight: weights }],
  ] as const) {
    const made = await permutationImportance(fitted, x, y, { scoring: 'r2', nRepeats, seed: 1, ...options });
    expected.mean.forEach((mean, j) => {
      // Five standard errors of our mean, and of that of 4,000 shuffles.
      const within = 5 * expected.std[j]! * Math.sqrt(1 / nRepeats + 1 / 4000) + 1e-9;
      expect(Math.abs(made.importancesMean[j]! - mean), `column ${j}`).toBeLessThan(within);
      expect(Math.abs(made.importancesStd[j]! / expected.std[j]! - 1), `column ${j}`).toBeLessThan(0.3);
    });
  }
});

it('is the same for the same seed and any number of jobs, and prints the most important first', async () => {
  const first = await permutationImportance(fitted, x, y, { seed: 2 });
  const again = await permutationImportance(fitted, x, y, { seed: 2, nJobs: 1 });
  expect(again.importances.data).toEqual(first.importances.data);
  expect(first.importances.shape).toEqual([4, 5]);
  const other = await permutationImportance(fitted, x, y, { seed: 3 });
  expect(other.importances.data).not.toEqual(first.importances.data);
  const lines = String(first).split('\n');
  expect(lines[0]).toMatch(/^column +importance +std$/);
  expect(lines.slice(2).map((line) => line.split(' ')[0])).toEqual(['x0', 'x1', 'x2', 'x3']);
  expect(first.baselineScore).toBe(await fitted.score(x, y));
});

it('takes tables, rows with text and objects, by the names of their columns', async () => {
  const town = y.map((v) => (v > 0 ? 'Bern' : 'Chur'));
  const size = x.map(([v]) => v!);
  const noise = x.map((row) => row[3]!);
  const table = new data.DataTable({ noise, town, size });
  const clf = pipeline(
    columnTransformer([['t', new OneHotEncoder(), ['town']]], { remainder: 'passthrough' }),
    new LogisticRegression(),
  );
  await clf.fit(table, town);
  const named = await permutationImportance(clf, table, town, { seed: 4 });
  expect(named.featureNames).toEqual(['noise', 'town', 'size']);
  expect(named.importancesMean[1]!).toBeGreaterThan(10 * Math.abs(named.importancesMean[0]!));
  const byName = await permutationImportance(clf, table.with('label', town), 'label', { seed: 4 });
  expect(byName.importances.data).toEqual(named.importances.data);
  const objects = await permutationImportance(clf, table.toRows(), town, { seed: 4 });
  expect(objects.importances.data).toEqual(named.importances.data);
  const pairs = ['a', 'b', 'c', 'd'].map((name, j) => [name, x.map((row) => row[j]!)] as const);
  const model = await new Ridge().fit(new data.DataTable(pairs), y);
  const foreign = await permutationImportance(model, x, y, { seed: 2 });
  expect(foreign.featureNames).toEqual(['a', 'b', 'c', 'd']);
  expect(foreign.importances.data).toEqual(
    (await permutationImportance(fitted, x, y, { seed: 2 })).importances.data,
  );
});

it('scores some of the rows only, if asked', async () => {
  const options = { seed: 2, nRepeats: 3 };
  const rows: number[] = [];
  const scoring = (_: object, part: unknown) => {
    rows.push((part as { shape?: number[]; length?: number }).shape?.[0] ?? (part as number[]).length);
    return 0;
  };
  await permutationImportance(fitted, x, y, { ...options, scoring, maxSamples: 0.5 });
  expect(rows).toEqual([60, ...Array(12).fill(30)]);
});

it.each<[string, object, string]>([
  ['several scores', { scoring: ['r2', 'negMaxError'] }, 'ERR_ARGUMENT'],
  ['no repeats', { nRepeats: 0 }, 'ERR_ARGUMENT'],
  ['too many rows', { maxSamples: 61 }, 'ERR_ARGUMENT'],
  ['an unknown score', { scoring: 'r3' }, 'ERR_UNKNOWN_NAME'],
  [
    'weights of a score without weights',
    { scoring: 'negMaxError', sampleWeight: weights },
    'ERR_UNKNOWN_NAME',
  ],
])('refuses %s', async (_, options, name) => {
  await expect(permutationImportance(fitted, x, y, options as never)).rejects.toThrow(code(name));
});

it('asks for a fitted estimator', async () => {
  await expect(permutationImportance(new Ridge(), x, y)).rejects.toThrow(code('ERR_NOT_FITTED'));
});
