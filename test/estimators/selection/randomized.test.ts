import {
  gridSearch,
  LogisticRegression,
  logUniform,
  pipeline,
  RandomizedSearch,
  Ridge,
  randomInteger,
  randomizedSearch,
  StandardScaler,
  uniform,
  validationCurve,
} from 'steepest';
import { describe, expect, it } from 'vitest';

const code = (name: string) => expect.objectContaining({ code: name });
const x = Array.from({ length: 30 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const y = x.map(([a, b], i) => 2 * a! - b! + Math.sin(11 * i));
const drawn = (space: object, options: object) =>
  (
    randomizedSearch(new Ridge(), space as never, options) as unknown as { candidates(): object[] }
  ).candidates();

describe('distributions', () => {
  const many = (distribution: object): number[] =>
    drawn({ alpha: distribution }, { nIter: 4000, seed: 3 }).map(
      (params) => (params as { alpha: number }).alpha,
    );
  const share = (values: number[], is: (v: number) => boolean): number =>
    values.filter(is).length / values.length;

  it('uniform spreads over its range', () => {
    const values = many(uniform(-2, 6));
    expect(values.every((v) => v > -2 && v < 6)).toBe(true);
    for (let i = 0; i < 8; i++) expect(share(values, (v) => Math.floor(v) === i - 2)).toBeCloseTo(1 / 8, 1.5);
  });

  it('logUniform spreads over powers', () => {
    const values = many(logUniform(1e-3, 1e3));
    expect(values.every((v) => v >= 1e-3 && v <= 1e3)).toBe(true);
    for (let e = -3; e < 3; e++) {
      expect(share(values, (v) => Math.floor(Math.log10(v)) === e)).toBeCloseTo(1 / 6, 1.5);
    }
  });

  it('randomInteger includes both ends', () => {
    const values = many(randomInteger(3, 6));
    for (const v of [3, 4, 5, 6]) expect(share(values, (other) => other === v)).toBeCloseTo(1 / 4, 1.5);
    expect(new Set(values)).toEqual(new Set([3, 4, 5, 6]));
  });

  it.each<[string, () => unknown]>([
    ['ends in the wrong order', () => uniform(2, 1)],
    ['text', () => uniform('0' as never, 1)],
    ['an endless range', () => uniform(0, Number.POSITIVE_INFINITY)],
    ['a logarithm of 0', () => logUniform(0, 1)],
    ['parts of integers', () => randomInteger(0.5, 3)],
    ['a distribution that has been changed', () => drawn({ alpha: { ...uniform(0, 1), low: 3 } }, {})],
    ['no list', () => drawn({ alpha: 3 }, {})],
    ['an empty list', () => drawn({ alpha: [] }, {})],
    ['no draws', () => drawn({ alpha: [1] }, { nIter: 0 })],
  ])('refuse %s', (_, call) => {
    expect(call).toThrow(code('ERR_ARGUMENT'));
  });
});

describe('candidates', () => {
  const lists = { alpha: [1, 2, 3, 4, 5], fitIntercept: [true, false] };

  it('of lists are distinct, and all of them if there are no more', () => {
    const some = drawn(lists, { nIter: 7, seed: 1 });
    expect(new Set(some.map((one) => JSON.stringify(one))).size).toBe(7);
    expect(drawn(lists, { nIter: 7, seed: 1 })).toEqual(some);
    expect(drawn(lists, { nIter: 7, seed: 2 })).not.toEqual(some);
    expect(drawn(lists, { nIter: 50 })).toHaveLength(10);
  });

  it('come from one of several objects each', () => {
    const spaces = [{ alpha: uniform(0, 1) }, { alpha: [5], fitIntercept: [false] }];
    const some = drawn(spaces, { nIter: 200 }) as { alpha: number; fitIntercept?: boolean }[];
    const second = some.filter(({ alpha }) => alpha === 5);
    expect(second.length).toBeGreaterThan(60);
    expect(second.length).toBeLessThan(140);
    expect(second.every(({ fitIntercept }) => fitIntercept === false)).toBe(true);
    expect(some.every(({ alpha }) => alpha === 5 || alpha < 1)).toBe(true);
  });

  it('never repeat, from spaces too large to write down', () => {
    const huge = Object.fromEntries(['alpha', 'b', 'c', 'd'].map((name) => [name, [...Array(1000).keys()]]));
    const some = drawn(huge, { nIter: 300 });
    expect(new Set(some.map((one) => JSON.stringify(one))).size).toBe(300);
  });
});

describe('randomizedSearch', () => {
  const space = { ridge__alpha: logUniform(0.01, 100) };
  const model = () => pipeline(new StandardScaler(), new Ridge());

  it('is a search over what it has drawn, for any number of jobs', async () => {
    const search = await randomizedSearch(model(), space, { nIter: 6, seed: 4, cv: 3 }).fit(x, y);
    const alphas = search.results.map(({ params }) => params.ridge__alpha);
    const grid = await gridSearch(model(), { ridge__alpha: alphas }, { cv: 3 }).fit(x, y);
    expect(search.results.map(({ test }) => test)).toEqual(grid.results.map(({ test }) => test));
    expect(search.bestParams).toEqual(grid.bestParams);
    expect(await search.predict(x)).toEqual(await grid.predict(x));
    const alone = await randomizedSearch(model(), space, { nIter: 6, seed: 4, cv: 3, nJobs: 1 }).fit(x, y);
    expect(alone.results.map(({ test }) => test)).toEqual(search.results.map(({ test }) => test));
    expect(alone).toBeInstanceOf(RandomizedSearch);
  });

  it('draws the same again in a clone, and prints what it searches', () => {
    const search = randomizedSearch(model(), space, { nIter: 6, seed: 4 });
    const candidates = (one: object) => (one as { candidates(): object[] }).candidates();
    expect(candidates(search.clone())).toEqual(candidates(search));
    expect(String(search)).toMatch(/RandomizedSearch.*logUniform.*nIter: 6,\s+seed: 4/s);
    const { type, params } = JSON.parse(JSON.stringify(search));
    expect(type).toBe('RandomizedSearch');
    expect(params.paramDistributions.ridge__alpha).toEqual(space.ridge__alpha);
  });

  it('suggests the option that was meant', () => {
    expect(() => randomizedSearch(model(), space, { randomState: 3 } as never)).toThrow(/seed/);
    expect(() => randomizedSearch(model(), space, { nIterations: 3 } as never)).toThrow(/nIter/);
  });

  it('names an unknown parameter before the first fit', async () => {
    const search = randomizedSearch(new Ridge(), { alhpa: uniform(0, 1) });
    await expect(search.fit(x, y)).rejects.toThrow(/alpha/);
  });
});

it('validationCurve refuses an unknown parameter, and prints a table', async () => {
  const labels = y.map((v) => v > 0);
  const options = { paramName: 'C', paramRange: [0.1, 10], cv: 3 };
  const curve = await validationCurve(new LogisticRegression(), x, labels, options);
  expect(String(curve).split('\n')[0]).toMatch(/^ *C +score, train +score +fit ms$/);
  expect(String(curve).split('\n')).toHaveLength(4);
  const wrong = validationCurve(new Ridge(), x, y, { ...options, paramName: 'D' });
  await expect(wrong).rejects.toThrow(code('ERR_UNKNOWN_NAME'));
});
