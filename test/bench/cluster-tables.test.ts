import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readResults, tables } from '../../bench/cluster/table.mjs';
import { ROOT } from '../support/trackedFiles.js';

test('docs/cluster.md has the tables of bench/cluster/results.json', () => {
  const [, between] = readFileSync(join(ROOT, 'docs/cluster.md'), 'utf8').split('<!-- model -->\n');
  expect(between).toBe(tables(readResults()));
  expect(between).not.toMatch(/object|undefined|NaN/);
});
