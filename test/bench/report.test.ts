import { describe, expect, test } from 'vitest';
import type { Row } from '../../bench/lib/turns.mjs';
import { replaceTable, wrapped } from '../../bench/report/best.mjs';
import { chart } from '../../bench/report/chart.mjs';
import { docsTables } from '../../bench/report/docs.mjs';
import { page } from '../../bench/report/page.mjs';
import { readmeTable } from '../../bench/report/readme.mjs';
import type { Result } from '../../bench/report/result.mjs';
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
  processor: { id: 'some-cpu', name: 'Some <CPU> (Design 7)', caches: { L2: '2048K' } },
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

const processor = (results: Result[], name = 'Some <CPU> (Design 7)') => ({
  id: name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
  name,
  results,
});
const shared = (share: number) => ({ ...figure('steepest', 10), share, cores: 2 });

/** Where the bars of a chart begin and end: of one that is ahead (s1), or behind (s2). */
const bars = (svg: string, series: 's1' | 's2') =>
  [...svg.matchAll(/<g class="focus (s\d)".*?<rect class="mark" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)]
    .filter(([, of]) => of === series)
    .map(([, , x, width]) => ({ left: Number(x), right: Number(x) + Number(width) }));

describe('the page', () => {
  const html = page([processor([result([won, lost, alone])])]);

  test('shows a lost row like the others, its bar left of the line', () => {
    expect(html).toContain('a lost row');
    const [behind] = bars(chart([won, lost]), 's2');
    for (const ahead of bars(chart([won, lost]), 's1')) expect(ahead.left).toBeCloseTo(behind!.right, 0);
    expect(html).toContain('0.500 ×');
  });

  test('cuts no heading, and takes no focus where there is no bar', () => {
    const name = 'the same without native code, and with all else that makes a name a long one';
    const svg = chart([{ ...won, name }]);
    const shown = [...svg.matchAll(/<text class="strong"[^>]*>([^<]*)/g)].map(([, text]) => text);
    expect(shown.join(' ')).toBe(name);
    expect([...svg.matchAll(/tabindex/g)]).toHaveLength(2);
  });

  test('names the columns of figures where there is no room for a table', () => {
    expect(html).toContain('<td class="number" data-column="median">10.0 ms</td>');
    expect(html).toContain('data-column="ahead by">0.500 ×</td>');
    expect(html).not.toMatch(/overflow(-x)?: ?auto|<th[^>]*><\/th>/);
  });

  test('longer bars for larger ratios', () => {
    const [four, eight] = bars(chart([won]), 's1').map(({ left, right }) => right - left);
    expect(eight).toBeGreaterThan(four!);
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
    expect(page([processor([result([disturbed])])])).toContain('unsteady');
  });

  test('needs no other file and follows the colour scheme', () => {
    expect(html).not.toMatch(/(?:src|href)="(?!#)/);
    expect(html).toContain('prefers-color-scheme:dark');
    expect(html).toContain('torch 9.9');
    expect(html).toContain('2026-01-02');
  });

  test('shows each processor by itself, and both beside each other', () => {
    const second = { ...won, peers: [against('Slow', 70, 7)] };
    const both = page([processor([result([won])]), processor([result([second])], 'Another')]);
    expect([...both.matchAll(/<article id="([^"]+)"/g)].map((match) => match[1])).toEqual([
      'some-cpu-design-7-',
      'another',
    ]);
    const [line] = /<tr><th scope="row">a won row.*?<\/tr>/.exec(both)!;
    expect(line).toMatch(/4\.00 ×.*Slow.*7\.00 ×.*Slow/);
    expect(both).toContain('L2 2 MB');
  });

  test('names a machine once, with the libraries that one of its suites had', () => {
    const bare = { ...result([alone]), machine: { ...machine, versions: {} } };
    const text = page([processor([result([won]), bare])]);
    expect(text.match(/<pre>/g)).toHaveLength(1);
    expect(text).toContain('torch 9.9');
  });

  test('shows shares of the limit where they are known', () => {
    expect(html).not.toContain('<th class="number">of the limit</th>');
    const row = { ...won, ours: shared(0.728), roofline: { flops: 1e6, peakOfCore: 237.4e9 } };
    const with_ = page([processor([result([row])])]);
    expect(with_).toContain('73 %');
    expect(with_).toContain('peak of a core 237 GFLOP/s');
  });

  test('a chart where every peer is absent is left out, its reasons are not', () => {
    const nobody = { ...won, peers: [{ name: 'Gone', absent: 'no Python' }] };
    expect(chart([nobody])).toBe('');
    expect(page([processor([result([nobody])])])).toContain('absent: no Python');
  });
});

describe("the README's table", () => {
  const tables = (...rows: Row[]) => readmeTable([processor([result(rows)])]);

  test('holds headline rows against the best peer, and counts the lost rows', () => {
    const table = tables(won, lost, { ...won, name: 'a minor row', headline: false }, alone);
    expect(table).toContain('| a won row | 10.0 ms | 40.0 ms (Slow) | 4.00 × |');
    expect(table).not.toContain('a lost row');
    expect(table).not.toContain('a minor row');
    expect(table?.replaceAll('\n', ' ')).toContain(
      'Of all 3 rows, steepest is behind the best of the others in 1 of 3 in “Work” (0.500 × at worst).',
    );
    expect(tables(won)).toContain('ahead of the best of the others in all 1 rows');
  });

  test('says what a row is about where the row does not', () => {
    const { subject } = SUITES.find(({ name }) => name === 'gemm')!;
    expect(readmeTable([processor([{ ...result([won]), suite: 'gemm' }])])).toContain(
      `| ${subject}: a won row |`,
    );
  });

  test('the best of a row where more is better is the greatest', () => {
    const row = {
      ...won,
      better: 'higher',
      unit: 'GFLOP/s',
      peers: [against('A', 5, 2), against('B', 8, 1.25)],
    };
    expect(tables(row)).toContain('8.00 GFLOP/s (B)');
  });

  test('say what share of the limit was reached', () => {
    const table = tables({ ...won, ours: shared(0.46) }, { ...lost, name: 'a headline', headline: true });
    expect(table).toContain('| a won row | 10.0 ms | 46 % | 40.0 ms (Slow) | 4.00 × |');
    expect(table).toContain('| a headline | 10.0 ms |  | 5.00 ms (Quick) | 0.500 × |');
  });

  test('is of the first processor that was compared, which it names, with the day', () => {
    const idle = processor([result([alone], 'npm run bench')], 'Another');
    const both = readmeTable([idle, processor([result([won])]), processor([result([lost])], 'A third')]);
    expect(both?.match(/^\| {2}\| steepest/gm)).toHaveLength(1);
    expect(both).toContain('**Some <CPU> (Design 7)**, 2 cores');
    expect(both).toContain('2026-01-02');
  });

  test('take no quick run, and nothing that was compared with nobody', () => {
    expect(tables(alone)).toBeUndefined();
    expect(readmeTable([processor([{ ...result([won]), quick: true }])])).toBeUndefined();
  });
});

describe('the tables of docs/benchmarks.md', () => {
  test('have a column for each library, in its best form', () => {
    const row = {
      ...won,
      ours: shared(0.46),
      peers: [
        against('Torch, 1 thread', 50, 5),
        against('Torch, 2 threads', 30, 3),
        against('Jax, 2 cores', 40, 4),
        { name: 'Gone, 1 core', absent: 'no <such> thing' },
      ],
    };
    const text = docsTables([processor([result([row])])]);
    expect(text).toContain('|  | steepest | of the limit | Torch | Jax | Gone | ahead of the best |');
    expect(text).toContain(
      '| a won row | 10.0 ms | 46 % | 30.0 (2 threads) | 40.0 (2 cores) | absent | 3.00 × |',
    );
    expect(text).toContain('- Gone, 1 core is absent: no <such> thing');
    expect(text).toContain('### Some <CPU> (Design 7)');
    expect(text).toContain('(`npm run bench:peers -- --only work`)');
  });

  test('show rows that were compared with nothing, crossed where their names say so', () => {
    const at = (name: string, value: number) => ({ ...alone, name, ours: figure('steepest', value) });
    const rows = [at('left; first', 1), at('right; first', 2), at('left; second', 3), at('plain', 4)];
    const text = docsTables([processor([result(rows, 'npm run bench')])]);
    expect(text).toContain('| ms | left | right |\n| --- | --- | --- |\n| first | 1.00 | 2.00 |');
    expect(text).toContain('| second | 3.00 |  |');
    expect(text).toContain('| plain | 4.00 ms |');
  });

  test('take no quick run', () => {
    expect(docsTables([processor([{ ...result([won]), quick: true }])])).toBeUndefined();
  });
});

describe('documents', () => {
  test('change between the markers and nowhere else', () => {
    const text = 'before\n<!-- bench -->\nold\n<!-- bench -->\nafter\n';
    expect(replaceTable(text, 'new')).toBe('before\n<!-- bench -->\nnew\n<!-- bench -->\nafter\n');
    expect(() => replaceTable('no markers', 'new', 'docs/x.md')).toThrow(/docs\/x\.md/);
  });

  test('have lines of at most 100 columns', () => {
    const words = Array.from({ length: 60 }, (_, i) => 'x'.repeat(1 + (i % 13)));
    const lines = wrapped(words.join(' '));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(lines.join(' ')).toBe(words.join(' '));
    // The next word would not have fitted.
    lines.slice(1).forEach((line, i) => {
      expect(lines[i]!.length + 1 + line.split(' ')[0]!.length).toBeGreaterThan(100);
    });
  });
});

test('suites go from what users do to matrix products', () => {
  const names = SUITES.map(({ name }) => name);
  expect(names[0]).toBe('mnist');
  expect(names.slice(-2)).toEqual(['kernels', 'gemm']);
});

test('every suite of the registry says what it is and can run', async () => {
  expect(new Set(SUITES.map(({ name }) => name)).size).toBe(SUITES.length);
  for (const { load } of SUITES) {
    const suite = await load();
    expect(suite.title.length * suite.about.length).toBeGreaterThan(0);
    expect(suite.run).toBeTypeOf('function');
  }
});
