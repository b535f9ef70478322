import { gridSearch, LogisticRegression, type SearchProgress } from 'steepest';
import { afterEach, describe, expect, it, vi } from 'vitest';

const x = Array.from({ length: 30 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const y = x.map(([a, b]) => (a! + b! > 0 ? 'yes' : 'no'));
const grid = { C: [0.1, 1, 10] };
const make = (nJobs = 2) => gridSearch(new LogisticRegression(), grid, { cv: 4, nJobs });
afterEach(() => void vi.restoreAllMocks());

describe('progress of a search', () => {
  it('is a call for every fit, with its scores', async () => {
    const seen: SearchProgress[] = [];
    const search = await make().fit(x, y, { progress: (fit) => void seen.push(fit) });
    expect(seen.map(({ done, total }) => [done, total])).toEqual(
      Array.from({ length: 12 }, (_, i) => [i + 1, 12]),
    );
    for (const { params, test } of search.results) {
      const ofCandidate = seen.filter((fit) => fit.params.C === params.C);
      const inOrder = ofCandidate.sort((a, b) => a.fold - b.fold);
      expect(inOrder.map(({ fold }) => fold)).toEqual([0, 1, 2, 3]);
      expect(inOrder.map(({ scores }) => scores.score)).toEqual([...test.score!.folds]);
    }
  });

  it('is a line for each with true, and nothing by default', async () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    await make(1).fit(x, y);
    expect(write).not.toHaveBeenCalled();
    await make(1).fit(x, y, { progress: true });
    const lines = write.mock.calls.map(([text]) => String(text));
    expect(lines).toHaveLength(12);
    expect(lines[0]).toMatch(/^1\/12 · C 0\.1 · fold 1 · score [01]\.\d{4} · \d+\.\d s\n$/);
    expect(lines.at(-1)).toMatch(/^12\/12 · C 10 · fold 4 · /);
  });

  it('ends the search with what the function throws', async () => {
    const thrown = new Error('mine');
    const progress = ({ done }: SearchProgress): void => {
      if (done === 3) throw thrown;
    };
    await expect(make().fit(x, y, { progress })).rejects.toBe(thrown);
  });

  it.each([1, 'yes', null, {}])('%j is refused before the first fit', async (progress) => {
    const fit = make().fit(x, y, { progress: progress as never });
    await expect(fit).rejects.toMatchObject({ code: 'ERR_ARGUMENT' });
  });
});
