/** What one rank of a search does wrong, all ranks hear of, and none goes on or waits. */

import {
  crossValidate,
  data,
  type FeatureInput,
  FunctionTransformer,
  gridSearch,
  LogisticRegression,
  permutationImportance,
  pipeline,
  type SearchProgress,
  SteepestError,
} from 'steepest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Cluster } from '#steepest/core/clusterOption.js';
import { onAllRanks, outcomesOf, ranksInProcess } from './ranksInProcess.js';

const { x, y } = data.makeBlobs({ nSamples: 60, centers: 2, seed: 1 });
const grid = { C: [0.1, 1, 10] };
const search = (options = {}) => gridSearch(new LogisticRegression(), grid, { cv: 3, ...options });
afterEach(() => void vi.restoreAllMocks());

/** What all ranks reject with: the same. */
async function refusalOf(size: number, run: (cluster: Cluster) => Promise<unknown>): Promise<Error> {
  const outcomes = await outcomesOf(size, run);
  const reasons = outcomes.map((outcome) =>
    outcome.status === 'rejected' ? (outcome.reason as SteepestError) : undefined,
  );
  expect(new Set(reasons.map((error) => error?.message)).size).toBe(1);
  expect(reasons[0]).toBeInstanceOf(Error);
  expect(new Set(reasons.map((error) => error?.constructor.name)).size).toBe(1);
  return reasons[0]!;
}

/** Fits that a rank of one process can tell apart. */
class Marked extends LogisticRegression {
  constructor(
    params: Partial<ReturnType<LogisticRegression['getParams']>> = {},
    readonly onFit: (C: number) => void = () => {},
  ) {
    super(params);
  }

  override async fit(...given: Parameters<LogisticRegression['fit']>): Promise<this> {
    this.onFit(this.getParams().C);
    return super.fit(...given);
  }

  override clone(): this {
    return new Marked(this.getParams(), this.onFit) as this;
  }
}

describe('ranks that were given different things', () => {
  const changed = { data: x.data.slice(), shape: x.shape };
  changed.data[5]! += 1e-9;
  const other = Array.from(y.data, (label, i) => (i === 59 ? 1 - label : label));
  const swapped = [...y.data];

  it.each<[string, (cluster: Cluster) => Promise<unknown>, RegExp]>([
    [
      'X',
      (cluster) => search().fit(cluster.rank === 1 ? changed : x, y, { cluster }),
      /gridSearch\.fit with the same X on every rank, given X: 60 × 2 Float64Array, with hash [0-9a-f]{8} on rank 0 and [0-9a-f]{8} on rank 1/,
    ],
    [
      'y',
      (cluster) => search().fit(x, cluster.rank === 2 ? other : swapped, { cluster }),
      /the same y on every rank, given y: 60 values, with hash .* on rank 2/,
    ],
    [
      'estimator',
      (cluster) => crossValidate(new LogisticRegression({ C: 1 + cluster.rank }), x, y, { cluster }),
      /crossValidate with the same estimator .*LogisticRegression\(\) on rank 0, LogisticRegression\(\{ C: 2 \}\) on rank 1/,
    ],
    [
      'candidates',
      (cluster) => gridSearch(new LogisticRegression(), { C: [1, 2 + cluster.rank] }).fit(x, y, { cluster }),
      /the same candidates on every rank, given candidates: 2 of .*\[1, 2\].* on rank 0, 2 of .*\[1, 3\].* on rank 1/,
    ],
    [
      'folds',
      (cluster) => crossValidate(new LogisticRegression(), x, y, { cluster, cv: 3 + cluster.rank }),
      /the same folds on every rank, given folds: 3 on rank 0, 4 on rank 1/,
    ],
    [
      'scoring',
      (cluster) =>
        crossValidate(new LogisticRegression(), x, y, {
          cluster,
          scoring: cluster.rank === 0 ? 'accuracy' : 'f1',
        }),
      /the same scoring on every rank/,
    ],
    [
      'sampleWeight',
      (cluster) =>
        search().fit(x, y, {
          cluster,
          ...(cluster.rank === 0 ? {} : { sampleWeight: new Float64Array(60).fill(1) }),
        }),
      /the same sampleWeight on every rank, given sampleWeight: none on rank 0, 60 Float64Array on rank 1/,
    ],
    [
      'errorScore',
      (cluster) => search({ errorScore: cluster.rank }).fit(x, y, { cluster }),
      /the same errorScore on every rank, given errorScore: 0 on rank 0, 1 on rank 1/,
    ],
    [
      'calls',
      (cluster) =>
        cluster.rank === 0
          ? search().fit(x, y, { cluster })
          : crossValidate(new LogisticRegression(), x, y, { cluster }),
      /the same calls in the same order on every rank/,
    ],
    [
      'fitted estimator',
      async (cluster) => {
        const model = await new LogisticRegression({ C: 1 + cluster.rank }).fit(x, y);
        return permutationImportance(model.setParams({ C: 1 }), x, y, { cluster });
      },
      /permutationImportance with the same estimator on every rank/,
    ],
  ])('are told of the %s', async (_, run, message) => {
    const outcomes = await outcomesOf(3, run);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ERR_CLUSTER' } });
      expect(String((outcome as PromiseRejectedResult).reason)).toMatch(message);
    }
  });

  it('may have different numbers of threads, and only one of them progress', async () => {
    const all = await onAllRanks(2, (cluster) =>
      gridSearch(new LogisticRegression({ workers: 1 + cluster.rank }), grid, {
        cv: 3,
        nJobs: 1 + cluster.rank,
      }).fit(x, y, { cluster, ...(cluster.rank === 1 ? { progress: () => {} } : {}) }),
    );
    expect(all[0]!.bestScore).toBe(all[1]!.bestScore);
  });
});

describe('a failure on one rank', () => {
  it('before the first fit is that of all', async () => {
    const error = await refusalOf(3, (cluster) =>
      search().fit(x, cluster.rank === 1 ? [0, 1] : y, { cluster }),
    );
    expect(error).toMatchObject({ code: 'ERR_SHAPE', given: '2' });
    expect(error).toBeInstanceOf(SteepestError);
  });

  it('in a fit is that of all, with its class, code and cause', async () => {
    const onFit = (C: number): void => {
      if (C === 10) throw new RangeError('too large', { cause: new TypeError('inner') });
    };
    const error = await refusalOf(2, (cluster) =>
      gridSearch(new Marked({}, onFit), grid).fit(x, y, { cluster }),
    );
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ message: 'too large', cause: { name: 'TypeError', message: 'inner' } });
  });

  it('ends the fits of the others', async () => {
    let fits = 0;
    const slow = async (cluster: Cluster): Promise<unknown> => {
      const onFit = (): void => {
        if (cluster.rank === 1) throw new Error('rank 1');
        fits++;
      };
      const many = { C: Array.from({ length: 4000 }, (_, i) => 1 + i) };
      return gridSearch(new Marked({}, onFit), many, { nJobs: 1 }).fit(x, y, { cluster });
    };
    expect((await refusalOf(2, slow)).message).toBe('rank 1');
    expect(fits).toBeLessThan(8000);
    const before = fits;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(fits).toBe(before);
  });

  it('in the last fit on all rows is that of all', async () => {
    const run = (cluster: Cluster): Promise<unknown> => {
      let fits = 0;
      const onFit = (): void => {
        if (++fits > 1 && cluster.rank === 1) throw new Error('refit');
      };
      // Two fits for two ranks, and then the best.
      return gridSearch(new Marked({}, onFit), { C: [1] }, { cv: 2 }).fit(x, y, { cluster });
    };
    expect((await refusalOf(2, run)).message).toBe('refit');
  });

  it('of progress ends the search on all', async () => {
    const progress = ({ done }: SearchProgress): void => {
      if (done === 4) throw new Error('mine');
    };
    const error = await refusalOf(3, (cluster) => search().fit(x, y, { cluster, progress }));
    expect(error.message).toBe('mine');
  });

  it('that cannot be sent reaches the others as text', async () => {
    const onFit = (): void => {
      throw Object.assign(new Error('odd'), { handle: () => 1, code: 'E_ODD', more: [1, 2] });
    };
    const outcomes = await outcomesOf(2, (cluster) =>
      crossValidate(new Marked({}, onFit), x, y, { cluster, cv: 2 }),
    );
    const [first, second] = outcomes as PromiseRejectedResult[];
    expect(first!.reason).toMatchObject({ message: 'odd', handle: expect.any(Function) });
    expect(second!.reason).toMatchObject({
      message: 'odd',
      code: 'E_ODD',
      more: [1, 2],
      handle: 'the function handle',
    });
  });
});

describe('errorScore', () => {
  it('counts failed fits of all ranks, and warns of each once', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const run = (options: object) => {
      const onFit = (C: number): void => {
        if (C === 1) throw new Error('no');
      };
      return gridSearch(new Marked({}, onFit), grid, { cv: 4, errorScore: Number.NaN }).fit(x, y, options);
    };
    const alone = await run({});
    expect(warn).toHaveBeenCalledTimes(4);
    warn.mockClear();
    for (const { results, bestParams } of await onAllRanks(3, (cluster) => run({ cluster }))) {
      expect(bestParams).toEqual(alone.bestParams);
      expect([...results[1]!.test.score!.folds]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
      expect(results[0]!.test).toEqual(alone.results[0]!.test);
    }
    expect(warn).toHaveBeenCalledTimes(4);
    expect(warn.mock.calls[0]![0]).toBe('A fit failed and counts as NaN: Error: no');
  });
});

describe('an AbortSignal', () => {
  it.each([0, 1])('of rank %i ends the search on all', async (rank) => {
    const controller = new AbortController();
    const onFit = (): void => controller.abort(new Error('enough'));
    const error = await refusalOf(2, (cluster) =>
      gridSearch(new Marked({}, onFit), grid).fit(x, y, {
        cluster,
        ...(cluster.rank === rank ? { signal: controller.signal } : {}),
      }),
    );
    expect(error).toMatchObject({ code: 'ERR_ABORTED', cause: { message: 'enough' } });
  });

  it('that has aborted before is heard by all', async () => {
    const error = await refusalOf(2, (cluster) =>
      search().fit(x, y, { cluster, ...(cluster.rank === 1 ? { signal: AbortSignal.abort() } : {}) }),
    );
    expect(error).toMatchObject({ code: 'ERR_ABORTED', cause: { name: 'AbortError' } });
  });
});

describe('progress', () => {
  it('of rank 0 counts the fits of all ranks', async () => {
    const seen: SearchProgress[][] = [[], [], []];
    const all = await onAllRanks(3, (cluster) =>
      search().fit(x, y, { cluster, progress: (fit) => void seen[cluster.rank]!.push(fit) }),
    );
    expect(seen[1]).toEqual([]);
    expect(seen[2]).toEqual([]);
    expect(seen[0]!.map(({ done, total }) => `${done} of ${total}`)).toEqual(
      Array.from({ length: 9 }, (_, i) => `${i + 1} of 9`),
    );
    for (const { params, test } of all[0]!.results) {
      const fits = seen[0]!.filter((fit) => fit.params.C === params.C).sort((a, b) => a.fold - b.fold);
      expect(fits.map(({ scores }) => scores.score)).toEqual([...test.score!.folds]);
    }
  });
});

describe('arguments', () => {
  it.each([{}, 1, 'rank', null])('%j is no cluster', async (cluster) => {
    const options = { cluster: cluster as never };
    await expect(search().fit(x, y, options)).rejects.toMatchObject({ code: 'ERR_ARGUMENT' });
    await expect(crossValidate(new LogisticRegression(), x, y, options)).rejects.toMatchObject({
      code: 'ERR_ARGUMENT',
      hint: expect.stringContaining('await cluster()'),
    });
  });

  it('of fit are refused by the function that makes a search, with a hint', () => {
    expect(() => gridSearch(new LogisticRegression(), grid, { cluster: {} } as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_UNKNOWN_NAME',
        hint: 'It is an option of fit: gridSearch(…).fit(X, y, { cluster }).',
      }),
    );
  });

  it('a second call at the same time is refused', async () => {
    const { clusters } = ranksInProcess(2);
    const first = Promise.all(clusters.map((cluster) => search().fit(x, y, { cluster })));
    await expect(search().fit(x, y, { cluster: clusters[0]! })).rejects.toMatchObject({ code: 'ERR_BUSY' });
    const [a, b] = await first;
    expect(a!.bestScore).toBe(b!.bestScore);
  });

  it('returnEstimator needs estimators that can be saved', async () => {
    const shift = (rows: FeatureInput) => rows;
    const model = () => pipeline(new FunctionTransformer({ func: shift as never }), new LogisticRegression());
    for (const one of [model, search]) {
      const run = (cluster: Cluster) => crossValidate(one(), x, y, { cluster, returnEstimator: true });
      expect(await refusalOf(2, run)).toMatchObject({ code: 'ERR_ARGUMENT', expected: /can be saved/ });
    }
  });

  it('a cluster of one rank sends nothing', async () => {
    const { clusters, gathers } = ranksInProcess(1);
    await search().fit(x, y, { cluster: clusters[0]! });
    expect(gathers()).toBe(0);
  });
});
