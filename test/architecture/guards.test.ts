import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, trackedFiles } from '../support/trackedFiles.js';

/** What has one definition, and the file that it is in. Kernels check programs by themselves. */
const HOMES: Record<string, string> = {
  ...Object.fromEntries(
    ['isNames', 'isNumbers', 'isFlag', 'isCount', 'isSize'].map((name) => [name, 'src/core/guards.ts']),
  ),
  ...Object.fromEntries(
    ['refuseNotFinite', 'checkNotEmpty', 'checkRowCount', 'refuseTable'].map((name) => [
      name,
      'src/core/refuse.ts',
    ]),
  ),
  readNumbers: 'src/core/rows.ts',
  labelList: 'src/core/labels.ts',
  checkWeight: 'src/core/weights.ts',
  abortedError: 'src/core/abort.ts',
  checkAborted: 'src/core/abort.ts',
};

const files = trackedFiles().filter((path) => /^src\/(?!kernels\/).*\.ts$/.test(path));
const sources = files.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')] as const);

it.each(Object.entries(HOMES))('%s is defined once', (name, home) => {
  const definition = new RegExp(`\\b(?:const|function) ${name}\\b`);
  expect(sources.filter(([, text]) => definition.test(text)).map(([path]) => path)).toEqual([home]);
});
