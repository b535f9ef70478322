import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { definitions } from '../../scripts/docs/networks.mjs';
import { optionText, tablesIn, withTables } from '../../scripts/docs/tables.mjs';

const page = readFileSync(new URL('../../docs/networks.md', import.meta.url), 'utf8');
const tables = tablesIn(page);

describe('docs/networks.md', () => {
  it('has a table for every registry', () => {
    expect([...tables.keys()].sort()).toEqual(Object.keys(definitions).sort());
  });

  it.each(Object.keys(definitions))('%s: every name, option and default, as the code has them', (table) => {
    // If it fails: node scripts/docs/networks.mjs
    const written = tablesIn(withTables(page, definitions)).get(table);
    expect(tables.get(table)).toEqual(written);
    expect(written!.length).toBeGreaterThan(1);
  });

  it.each(Object.keys(definitions))('%s: words for every row', (table) => {
    expect(tables.get(table)!.filter(({ words }) => words === '')).toEqual([]);
  });
});

describe('tables of options', () => {
  it('write defaults as JavaScript does', () => {
    const written = [
      { name: 'a', isRequired: true },
      { name: 'b' },
      { name: 'c', usual: 'x' },
      { name: 'd', usual: [1, 2.5] },
      { name: 'e', usual: { name: 'elu', alpha: 1e-7 } },
      { name: 'f', usual: false },
    ].map(optionText);
    expect(written).toEqual([
      '`a`',
      '`b?`',
      "`c: 'x'`",
      '`d: [1, 2.5]`',
      "`e: { name: 'elu', alpha: 1e-7 }`",
      '`f: false`',
    ]);
  });

  it('keep the words of rows, and leave new ones without', () => {
    const before = '<!-- table: a -->\n| h | | |\n|---|---|---|\n| `x` | old | \\|words\\| |\n<!-- end -->\n';
    const rows = [
      { name: 'y', options: [] },
      { name: 'x', options: [{ name: 'o' }] },
      { name: 'z', usual: 1 },
    ];
    expect(withTables(before, { a: rows })).toBe(
      '<!-- table: a -->\n| h | | |\n|---|---|---|\n| `y` | | |\n| `x` | `o?` | \\|words\\| |\n| `z` | `1` | |\n<!-- end -->\n',
    );
  });
});
