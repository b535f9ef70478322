import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

interface Outcome {
  results: Record<string, unknown>;
  warnings: string[];
}

/** Rejects if the time is up, which only a program that hangs takes. */
async function compute(kind: string, threads: number, streamFirst = ''): Promise<Outcome> {
  const script = (name: string): string => fileURLToPath(new URL(`faults/${name}`, import.meta.url));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--require', script('limitThreads.cjs'), script('computeWithFewer.mjs')],
    {
      env: { ...process.env, FAULT_KIND: kind, FAULT_THREADS: String(threads), STREAM_FIRST: streamFirst },
      timeout: 40_000,
    },
  );
  return JSON.parse(stdout) as Outcome;
}

describe.each(['sync', 'async'])('where the system refuses threads (%s)', (kind) => {
  it.each([1, 2])('%i compute, with the same bits and one warning', async (threads) => {
    const all = await compute(kind, 3);
    const fewer = await compute(kind, threads);
    expect(all.warnings).toEqual([]);
    expect(fewer).toEqual({ ...all, warnings: ['STEEPEST_THREADS'] });
  });

  it('a stream, which cannot begin again, ends with an error; the next call knows', async () => {
    const { firstStream, stream, laterStream } = (await compute(kind, 2, 'yes')).results;
    expect(firstStream).toMatchObject({ code: 'ERR_WORKER_LOST' });
    expect(stream).toEqual(laterStream);
    expect(stream).toHaveProperty('loss');
  });

  it('without a single one every call says why, and the program ends', async () => {
    const { results, warnings } = await compute(kind, 0);
    const cause = expect.stringMatching(/EAGAIN|EMFILE/);
    for (const result of Object.values(results)) expect(result).toEqual({ code: 'ERR_WORKER_LOST', cause });
    expect(Object.keys(results)).toHaveLength(8);
    expect(warnings).toEqual([]);
  });
});
