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
const FILES = 100;
/** Models have many parts, of which a file changes few. */
const FILES_OF_MODELS = 500;
const CORPUS = fileURLToPath(new URL('corpus', import.meta.url));

const messages = (run: Run): string[] => run.faults.map(({ message }) => message);
const names = READERS.map(({ name }) => name);

/** Files that once did harm. */
function corpusOf(reader: string): string[] {
  const folder = join(CORPUS, reader);
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

describe.each(names)('%s', (reader) => {
  const isModel = ['network', 'estimator', 'keras', 'tfjs', 'onnx'].includes(reader);
  const runs = isModel ? FILES_OF_MODELS : FILES;

  it('refuses damaged files in our words or reads them, without harm', async () => {
    const files = corpusOf(reader);
    const run = await supervise({ reader, files, runs, seed: 1 });
    expect(messages(run)).toEqual([]);
    expect(run.files).toBe(files.length + runs);
    // Some of both, or the files say nothing.
    const accepted = run.outcomes.accepted ?? 0;
    expect(accepted).toBeGreaterThan(runs / 50);
    expect(run.files - accepted).toBeGreaterThan(runs / 50);
  });
});

describe('the fuzzer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'steepest-fuzz-test-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('finds every harm that a reader does, keeps the file, and goes on', async () => {
    const run = await supervise({
      reader: 'bad',
      runs: 13,
      limits: { cpuMs: 6000, waitMs: 9000, bytes: 250 * 2 ** 20 },
      readers: new URL('badReaders.mjs', import.meta.url).href,
      keep: folder,
    });
    const harm = [
      [2, /^hang: /],
      [3, 'ended with code 7'],
      [4, 'no end after 9000 ms'],
      [5, 'ended with code 13'],
      [6, 'no SteepestError: SyntaxError'],
      [7, 'ended with code 1: '],
      [8, 'code ERR_PROGRAM'],
      [9, /^memory: /],
      [10, 'the second reading gives other values'],
      // Which files are open, only Linux tells.
      ...(existsSync('/proc/self/fd') ? [[12, /^1\d open files/] as const] : []),
    ] as const;
    expect(run.faults).toEqual(
      harm.map(([index, message]) =>
        expect.objectContaining({ index, message: expect.stringMatching(message) }),
      ),
    );
    expect(run.files).toBe(13);
    expect(run.outcomes).toMatchObject({ ERR_DATA_FILE: 1 });
    expect(run.kept.map((path) => readFileSync(path)[0])).toEqual(harm.map(([index]) => index));
  });

  it('knows every corpus', () => {
    expect(names).toEqual(expect.arrayContaining(readdirSync(CORPUS)));
  });

  it('knows every reader that there is', () => {
    // fromArrow takes a table that is in memory.
    const isReader = /^(?:read|load|csv|from(?!Arrow)[A-Z])/;
    const functions = [...Object.entries(steepest), ...Object.entries(steepest.data)]
      .filter(([name, value]) => typeof value === 'function' && isReader.test(name))
      .map(([name]) => name);
    expect(functions.length).toBeGreaterThan(8);
    expect(READERS.flatMap(({ covers }) => covers).sort()).toEqual(functions.sort());
  });

  it('has an estimator of every kind', () => {
    expect(Object.keys(ESTIMATORS).sort()).toEqual([...steepest.estimatorTypes()].sort());
  });
});
