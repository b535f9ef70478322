import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as steepest from 'steepest';
import { afterAll, describe, expect, it } from 'vitest';
import { ESTIMATORS } from '../../scripts/fuzz/lib/fitted.mjs';
import { type Run, supervise } from '../../scripts/fuzz/lib/supervise.mjs';
import { READERS } from '../../scripts/fuzz/readers/index.mjs';

/** Damaged files of each reader. `scripts/fuzz/readers.mjs` reads as many as one likes. */
const FILES = 200;
/** Models have many parts, of which a file changes few. */
const FILES_OF_MODELS = 800;
const CORPUS = fileURLToPath(new URL('corpus', import.meta.url));

const messages = (run: Run): string[] => run.faults.map(({ message }) => message);
const names = READERS.map(({ name }) => name);

describe.each(names)('%s', (reader) => {
  const runs = ['network', 'estimator'].includes(reader) ? FILES_OF_MODELS : FILES;

  it('refuses damaged files in our words or reads them, without harm', async () => {
    const run = await supervise({ reader, runs, seed: 1 });
    expect(messages(run)).toEqual([]);
    expect(run.files).toBe(runs);
    // Some of both, or the files say nothing.
    const accepted = run.outcomes.accepted ?? 0;
    expect(accepted).toBeGreaterThan(runs / 50);
    expect(runs - accepted).toBeGreaterThan(runs / 50);
  });
});

describe('files that once did harm', () => {
  it.each(readdirSync(CORPUS))('%s', async (reader) => {
    const folder = join(CORPUS, reader);
    const files = readdirSync(folder).map((name) => join(folder, name));
    const run = await supervise({ reader, files });
    expect(messages(run)).toEqual([]);
    expect(run.files).toBe(files.length);
  });
});

describe('the fuzzer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'steepest-fuzz-test-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const limits = { cpuMs: 400, bytes: 250 * 2 ** 20 };
  const readers = new URL('badReaders.mjs', import.meta.url).href;

  it.each<[reader: string, message: string, limits?: object]>([
    ['hangs', 'more than 400 ms of CPU time'],
    ['exits', 'ended with code 7'],
    ['waits', 'no end after 1500 ms', { waitMs: 1500 }],
    ['neverSettles', 'ended with code 13'],
    ['throwsRaw', 'no SteepestError: SyntaxError'],
    ['throwsLate', 'ended with code 1: '],
    ['refusesWrongly', 'code ERR_PROGRAM'],
    ['takesMemory', 'memory: '],
    ['changesItsMind', 'the second reading gives other values'],
  ])('finds a reader that %s, keeps the file, and goes on', async (reader, message, more = {}) => {
    const run = await supervise({ reader, runs: 10, limits: { ...limits, ...more }, readers, keep: folder });
    expect(messages(run)).toEqual([expect.stringContaining(message)]);
    expect(run.faults[0]!.index).toBe(5);
    expect(run.files).toBe(10);
    expect(run.outcomes.ERR_DATA_FILE).toBe(4);
    expect(readFileSync(run.kept[0]!)).toEqual(Buffer.of(5));
  });

  // Handles can be told by file only there.
  if (existsSync('/proc/self/fd')) {
    it('finds files that stay open', async () => {
      const run = await supervise({ reader: 'keepsOpen', runs: 10, limits, readers });
      expect(messages(run)).toEqual([expect.stringMatching(/^1\d open files after 10 files/)]);
    });
  }

  it('finds nothing where nothing is', async () => {
    const run = await supervise({ reader: 'behaves', runs: 10, limits, readers });
    expect(run).toMatchObject({ faults: [], files: 10, outcomes: { accepted: 6, ERR_DATA_FILE: 4 } });
  });

  it('knows every reader that there is', () => {
    const functions = [...Object.entries(steepest), ...Object.entries(steepest.data)]
      .filter(([name, value]) => typeof value === 'function' && /^(?:read|load|csv)/.test(name))
      .map(([name]) => name);
    expect(functions.length).toBeGreaterThan(8);
    expect(READERS.flatMap(({ covers }) => covers).sort()).toEqual(functions.sort());
  });

  it('has an estimator of every kind', () => {
    expect(Object.keys(ESTIMATORS).sort()).toEqual([...steepest.estimatorTypes()].sort());
  });
});
