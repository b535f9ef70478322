/** Searches as users run them: processes under each launcher of this machine. */
import { beforeAll, describe, expect, it } from 'vitest';
import { launch, launchers, printedBy } from '../support/cluster/launch.js';

const program = `
import { createHash } from 'node:crypto';
import { crossValidate, data, gridSearch, LogisticRegression, randomizedSearch, logUniform } from 'steepest';
import { cluster } from 'steepest/cluster';
const c = await cluster({ alone: true, timeoutMs: 30_000 });
const { x, y } = data.makeClassification({ nSamples: 300, nFeatures: 6, nInformative: 3, seed: 3 });
const options = { cluster: c };
const grid = { C: [0.01, 1, 100] };
const search = await gridSearch(new LogisticRegression(), grid, { cv: 4 }).fit(x, y, options);
const space = { C: logUniform(0.01, 10) };
const drawn = await randomizedSearch(new LogisticRegression(), space, { nIter: 3, seed: 1 }).fit(x, y, options);
const scores = await crossValidate(new LogisticRegression(), x, y, { ...options, nJobs: 2, returnEstimator: true });
const hash = createHash('sha256');
for (const { test } of [...search.results, ...drawn.results]) hash.update(test.score.folds);
for (const model of [search.bestEstimator, drawn.bestEstimator, ...scores.estimators]) hash.update(model.toBytes());
const other = await crossValidate(new LogisticRegression({ C: 1 + c.rank }), x, y, options).catch(({ code }) => code);
console.log(JSON.stringify({ bits: hash.update(scores.test.score).digest('hex'), size: c.size, other }));
await c.close();
`;

interface Said {
  bits: string;
  size: number;
  other: unknown;
}

describe('a search', () => {
  let alone: Said;
  beforeAll(async () => {
    [alone] = (await printedBy<Said>(program, { ranks: 1 })) as [Said];
  });

  const cases = launchers().flatMap((launcher) =>
    (launcher === 'local' ? [2, 3, 5] : [2]).map((ranks) => [launcher, ranks] as const),
  );
  it.each(cases)('under %s gives the bits of one process on %i ranks', async (launcher, ranks) => {
    const { bits } = alone;
    const all = await printedBy<Said>(program, { ranks, launcher });
    expect(all).toEqual(Array.from({ length: ranks }, () => ({ bits, size: ranks, other: 'ERR_CLUSTER' })));
  });

  it.each(launchers())('that fails on one rank under %s ends the job with its error', async (launcher) => {
    const failing = `
import { data, gridSearch, LogisticRegression } from 'steepest';
import { cluster } from 'steepest/cluster';
const c = await cluster();
class Failing extends LogisticRegression {
  async fit(...given) {
    if (c.rank === 1) throw new RangeError('of rank 1 only');
    return super.fit(...given);
  }
}
const { x, y } = data.makeBlobs({ centers: 2, seed: 1 });
await gridSearch(new Failing(), { C: [1, 2] }).fit(x, y, { cluster: c });
`;
    const { code, timedOut, stderr } = await launch(failing, { ranks: 2, launcher });
    expect({ failed: code !== 0, timedOut }).toEqual({ failed: true, timedOut: false });
    expect(stderr).toContain('RangeError: of rank 1 only');
  });

  it('of the example prints what one process does, on its first rank', async () => {
    const said = async (ranks: number): Promise<string[]> => {
      const { code, ranks: all } = await launch('examples/cluster-search.mjs', {
        ranks,
        args: ['--folds', '3'],
      });
      expect(code).toBe(0);
      return all.map(({ stdout }) => stdout);
    };
    // Without durations.
    const table = (text: string): string => text.replace(/^18 fits .*$| +\d+$|^[\d.]+ s,.*$|─+$/gm, '');
    const [alone] = await said(1);
    const [first, second] = await said(2);
    expect(first).toContain('18 fits on 2 processes (local)');
    expect(table(first!)).toBe(table(alone!));
    expect(table(first!)).toMatch(/C = [\d.]+: 9\d\.\d\d % of 359 digits held out are read right/);
    expect(second).toBe('');
  });
});
