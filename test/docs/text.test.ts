import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as steepest from 'steepest';
import * as kernels from 'steepest/kernels';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MOST_COLUMNS = 100;

const markdownIn = (folder: string): string[] =>
  readdirSync(`${ROOT}${folder}`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}${name}`);
const pages = [...markdownIn(''), ...markdownIn('docs/')];
const read = (page: string): string => readFileSync(`${ROOT}${page}`, 'utf8');

/** README and docs: what users read before they write a program. */
const manual = ['README.md', ...markdownIn('docs/')].map(read).join('\n');
const manualOfDocs = markdownIn('docs/').map(read).join('\n');
const isNamed = (name: string, text = manual): boolean => new RegExp(`\\b${name}\\b`).test(text);

/** Lines that a reader has to read on one line: prose, neither code nor a table. */
function proseOf(page: string): string[] {
  let inCode = false;
  return read(page)
    .split('\n')
    .filter((line) => {
      if (line.startsWith('```')) inCode = !inCode;
      return !inCode && !line.startsWith('|');
    });
}

describe('pages', () => {
  it.each(pages)('%s has lines of at most 100 columns', (page) => {
    expect(proseOf(page).filter((line) => [...line].length > MOST_COLUMNS)).toEqual([]);
  });
});

describe('README and docs name', () => {
  const { data, layers, metrics } = steepest;
  it.each(Object.entries({ steepest, kernels, data, layers, metrics }))('all of %s', (_, exported) => {
    expect(Object.keys(exported).length).toBeGreaterThan(2);
    expect(Object.keys(exported).filter((name) => !isNamed(name))).toEqual([]);
  });

  it('all that can be chosen by name', () => {
    const { activationNames, constraintNames, initializerNames, lossNames, metricNames, optimizerNames } =
      steepest;
    const names = [
      activationNames,
      constraintNames,
      initializerNames,
      lossNames,
      metricNames,
      optimizerNames,
    ].flat();
    expect(names.filter((name) => !isNamed(name, read('README.md')))).toEqual([]);
    expect(names.filter((name) => !isNamed(name, manualOfDocs))).toEqual([]);
  });

  it('the codes of all errors and warnings, and no others', () => {
    const sources = readdirSync(`${ROOT}src`, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.c?ts$/.test(file))
      .map((file) => read(`src/${file}`))
      .join('\n');
    const codes = new Set([
      ...[...read('src/core/errors.ts').matchAll(/'(ERR_\w+)'/g)].map(([, code]) => code),
      ...[...sources.matchAll(/code: '(STEEPEST_\w+)'/g)].map(([, code]) => code),
    ]);
    const rows = [...read('docs/errors.md').matchAll(/^\| `(\w+)`/gm)].map(([, code]) => code);
    expect(rows.sort()).toEqual([...codes].sort());
  });
});
