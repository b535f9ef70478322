import { data, KFold, LogisticRegression, layers, Ridge, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { divideJobs } from '#steepest/estimators/selection/cluster/division.js';
import { hashOf } from '#steepest/estimators/selection/cluster/valueHash.js';

const loadsOf = (owners: readonly number[], costs: readonly number[], ranks: number): number[] =>
  Array.from({ length: ranks }, (_, rank) =>
    costs.reduce((sum, cost, job) => sum + (owners[job] === rank ? cost : 0), 0),
  );

describe('jobs are divided', () => {
  it.each([1, 2, 3, 5, 8])('evenly over %i ranks if they cost the same', (ranks) => {
    for (const jobs of [1, 4, 7, 30]) {
      const costs = new Array<number>(jobs).fill(1);
      const loads = loadsOf(divideJobs({ costs }, ranks), costs, ranks);
      expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
    }
  });

  it('so that ranks share the folds of each candidate, and what is left over of cheap and dear ones', () => {
    // Five folds of four candidates, each twice as dear as the one before.
    const kinds = Array.from({ length: 20 }, (_, job) => job % 4);
    const owners = divideJobs({ costs: kinds.map(() => 80), kinds }, 2);
    for (let c = 0; c < 4; c++) {
      const own = owners.filter((_, job) => kinds[job] === c);
      // The first four folds belong to the same rank for every candidate.
      expect(own.slice(0, 4)).toEqual([0, 1, 0, 1]);
    }
    expect(owners.slice(16)).toEqual([0, 1, 1, 0]);
    // 75 in all: one rank could not do better than 38 with 5 folds of 8 and so on.
    const loads = loadsOf(
      owners,
      kinds.map((kind) => 2 ** kind),
      2,
    );
    expect(Math.max(...loads)).toBeLessThanOrEqual(39);
  });

  it('longest first if they cost different times', () => {
    // Graham's bound for longest first: 4/3 − 1/(3 · ranks) of the best, which is 90.
    const costs = [10, 20, 30, 40, 50, 60, 25, 35];
    const loads = loadsOf(divideJobs({ costs }, 3), costs, 3);
    expect(Math.max(...loads)).toBeLessThanOrEqual(Math.ceil((270 / 3) * (4 / 3 - 1 / 9)));
    expect(divideJobs({ costs: [1, 9, 1] }, 2)).toEqual([1, 0, 1]);
  });

  it('by rows that differ by one as by equal ones', () => {
    const rows = [80, 81, 80, 80, 81, 80];
    expect(divideJobs({ costs: rows }, 2)).toEqual(divideJobs({ costs: [1, 1, 1, 1, 1, 1] }, 2));
  });

  it('there and back where a candidate has fewer folds than there are ranks', () => {
    const kinds = [0, 1, 0, 1];
    expect(divideJobs({ costs: [1, 1, 1, 1], kinds }, 3)).toEqual([0, 2, 1, 2]);
  });
});

describe('the hash of a value', () => {
  const network = (seed: number) =>
    sequential({ seed, layers: [layers.dense({ units: 1, inputShape: [2] })] }).compile({
      loss: 'meanSquaredError',
    });
  const ring = (value: number): unknown => {
    const list: unknown[] = [value];
    list.push(list);
    return list;
  };
  const table = (name: string) => new data.DataTable({ [name]: ['x', null], size: [1, Number.NaN] });
  const PAIRS: Record<string, [unknown, unknown, other: unknown]> = {
    numbers: [1, 1, 2],
    'zeros with a sign': [-0, -0, 0],
    'numbers and texts': [1, 1, '1'],
    nothing: [undefined, undefined, null],
    'lists of numbers': [
      [1, 2.5],
      [1, 2.5],
      [1, 2.25],
    ],
    'long lists': [new Array(20_000).fill(1), new Array(20_000).fill(1), new Array(20_001).fill(1)],
    'lists of texts': [
      ['a', 'bc'],
      ['a', 'bc'],
      ['ab', 'c'],
    ],
    'rows of cells': [[[1, 'a']], [[1, 'a']], [[1, 'b']]],
    'typed arrays': [Float64Array.of(1), Float64Array.of(1), Float32Array.of(1)],
    'parts of memory': [Float64Array.of(0, 1).subarray(1), Float64Array.of(1), Float64Array.of(0)],
    matrices: [
      { data: [1, 2], shape: [2, 1] },
      { shape: [2, 1], data: [1, 2] },
      { data: [1, 2], shape: [1, 2] },
    ],
    tables: [table('a'), table('a'), table('b')],
    dates: [new Date(5), new Date(5), new Date(6)],
    sets: [new Set([1]), new Set([1]), new Set([2])],
    functions: [(a: number) => a, (a: number) => a, (a: number) => -a],
    estimators: [new Ridge({ alpha: 2 }), new Ridge({ alpha: 2 }), new Ridge({ alpha: 3 })],
    'estimators of two classes': [new Ridge(), new Ridge(), new LogisticRegression()],
    splits: [new KFold({ seed: 1 }), new KFold({ seed: 1 }), new KFold({ seed: 2 })],
    networks: [network(1), network(1), network(2)],
    rings: [ring(1), ring(1), ring(2)],
  };

  it.each(Object.entries(PAIRS))('tells %s apart', async (_, [value, same, other]) => {
    expect(await hashOf(value)).toBe(await hashOf(same));
    expect(await hashOf(value)).not.toBe(await hashOf(other));
    expect(await hashOf({ nested: [value] })).not.toBe(await hashOf({ nested: [other] }));
  });

  it('depends on no number of threads', async () => {
    const one = new LogisticRegression({ workers: 1 });
    expect(await hashOf(one)).toBe(await hashOf(new LogisticRegression({ workers: 2 })));
  });
});
