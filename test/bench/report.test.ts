import { describe, expect, test } from 'vitest';
import type { Row } from '../../bench/lib/turns.mjs';
import { chart } from '../../bench/report/chart.mjs';
import { page } from '../../bench/report/page.mjs';
import { readmeTable, replaceTable } from '../../bench/report/readme.mjs';
import { SUITES } from '../../bench/suites/index.mjs';

const figure = (name: string, value: number) => ({
  name,
  value,
  min: value * 0.9,
  max: value * 1.1,
  rounds: 3,
});
const against = (name: string, value: number, ratio: number) => ({
  ...figure(name, value),
  ratio: { value: ratio, min: ratio * 0.9, max: ratio * 1.1, rounds: 3 },
});
const machine = {
  cpu: 'Some <CPU>',
  cores: 2,
  os: 'Linux',
  kernels: 'native, avx2',
  node: 'v20.0.0',
  steepest: '0.1.0',
  workers: 2,
  date: '2026-01-02T03:04:05.000Z',
  versions: { torch: '9.9' },
};
const won = {
  name: 'a won row',
  unit: 'ms',
  better: 'lower',
  headline: true,
  ours: figure('steepest', 10),
  peers: [
    against('Slow', 40, 4),
    against('Slower', 80, 8),
    { name: 'Gone', absent: 'it is <not> installed' },
  ],
};
const lost = {
  name: 'a lost row',
  unit: 'ms',
  better: 'lower',
  headline: false,
  ours: figure('steepest', 10),
  peers: [against('Quick', 5, 0.5)],
};
const alone = { ...lost, name: 'a row alone', peers: [] };
const result = (rows: Row[], command = 'npm run bench:peers') => ({
  suite: 'work',
  title: 'Work',
  about: 'What it is.',
  command,
  quick: false,
  machine,
  rows,
});

describe('the page', () => {
  const html = page([result([won, lost, alone])]);

  test('shows a lost row like the others, its bar left of the line', () => {
    expect(html).toContain('a lost row');
    const svg = chart([won, lost]);
    const line = Number(/class="one" d="M([\d.]+)/.exec(svg)?.[1]);
    const bar = /class="lost" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/.exec(svg);
    expect(Number(bar?.[1]) + Number(bar?.[2])).toBeCloseTo(line, 0);
    const ahead = /class="won" x="([\d.]+)"/.exec(svg);
    expect(Number(ahead?.[1])).toBeCloseTo(line, 0);
    expect(html).toContain('0.500 ×');
  });

  test('longer bars for larger ratios', () => {
    const widths = [...chart([won]).matchAll(/class="won".*?width="([\d.]+)"/g)].map((match) =>
      Number(match[1]),
    );
    expect(widths).toHaveLength(2);
    expect(widths[1]).toBeGreaterThan(widths[0]!);
  });

  test('says why a peer is absent, with text escaped', () => {
    expect(html).toContain('absent: it is &lt;not&gt; installed');
    expect(html).not.toContain('<not>');
    expect(html).toContain('Some &lt;CPU&gt;');
  });

  test('lists rows that were compared with nothing', () => {
    expect(html).toContain('a row alone');
    expect(chart([alone])).toBe('');
  });

  test('marks figures whose rounds differ too much', () => {
    expect(html).not.toContain('unsteady');
    const disturbed = { ...won, ours: { ...figure('steepest', 10), max: 30 } };
    expect(page([result([disturbed])])).toContain('unsteady');
  });

  test('needs no other file and follows the colour scheme', () => {
    expect(html).not.toMatch(/(?:src|href)="(?!#)/);
    expect(html).toContain('prefers-color-scheme:dark');
    expect(html).toContain('torch 9.9');
    expect(html).toContain('2026-01-02');
  });

  test('a chart where every peer is absent is left out, its reasons are not', () => {
    const nobody = { ...won, peers: [{ name: 'Gone', absent: 'no Python' }] };
    expect(chart([nobody])).toBe('');
    expect(page([result([nobody])])).toContain('absent: no Python');
  });
});

describe("the README's table", () => {
  test('holds headline rows against the best peer, and every lost row', () => {
    const table = readmeTable([result([won, lost, { ...won, name: 'a minor row', headline: false }])]);
    expect(table).toContain('| a won row | 10.0 ms | 40.0 ms (Slow) | 4.00 × |');
    expect(table).toContain('| a lost row | 10.0 ms | 5.00 ms (Quick) | 0.500 × |');
    expect(table).not.toContain('a minor row');
  });

  test('the best of a row where more is better is the greatest', () => {
    const row = {
      ...won,
      better: 'higher',
      unit: 'GFLOP/s',
      peers: [against('A', 5, 2), against('B', 8, 1.25)],
    };
    expect(readmeTable([result([row])])).toContain('8.00 GFLOP/s (B)');
  });

  test('is left as it is when nothing was compared', () => {
    expect(readmeTable([result([alone])])).toBeUndefined();
  });

  test('replaces what is between the markers and nothing else', () => {
    const readme = 'before\n<!-- bench -->\nold\n<!-- bench -->\nafter\n';
    expect(replaceTable(readme, 'new')).toBe('before\n<!-- bench -->\nnew\n<!-- bench -->\nafter\n');
    expect(() => replaceTable('no markers', 'new')).toThrow(/README/);
  });
});

test('every suite of the registry says what it is and can run', async () => {
  expect(new Set(SUITES.map(({ name }) => name)).size).toBe(SUITES.length);
  for (const { load } of SUITES) {
    const suite = await load();
    expect(suite.title.length * suite.about.length).toBeGreaterThan(0);
    expect(suite.run).toBeTypeOf('function');
  }
});
