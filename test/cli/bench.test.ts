import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type BenchResult, type Section, warningsOf } from '#steepest/cli/bench/bench.js';
import { formatBench } from '#steepest/cli/bench/format.js';
import { kernelCases } from '#steepest/cli/bench/kernels/cases.js';
import { shareOfOthers, startLoad } from '#steepest/cli/bench/load.js';
import { ProgressLine } from '#steepest/cli/bench/progressLine.js';
import { beyondStart, workerCounts } from '#steepest/cli/bench/training.js';
import { type Case, type Row, repeatsFor, takeTurns } from '#steepest/cli/bench/turns.js';
import { selectKernels } from '#steepest/kernels/backend.js';

const command = fileURLToPath(new URL('../../dist/bundle/cjs/cli.js', import.meta.url));
const steepest = (...args: string[]) =>
  spawnSync(process.execPath, [command, 'bench', ...args], { encoding: 'utf8' });

/** Takes so many seconds for each repetition, by its own clock. */
const taking = (name: string, seconds: number, more: Partial<Case> = {}): Case => {
  return { name, unit: 'ms', cores: 1, run: (count) => count * seconds, ...more };
};
const options = { seconds: 60, peakOfCore: () => undefined, onTurn: () => {} };

describe('turns', () => {
  it('repeats a case as often as its turn is long', async () => {
    expect(await repeatsFor(taking('a', 1e-3), 0.1)).toEqual({ count: 100, seconds: expect.closeTo(1e-3) });
    expect((await repeatsFor(taking('slow', 5), 0.1)).count).toBe(1);
    const free = await repeatsFor(taking('free', 0), 0.1);
    expect(free.count).toBeLessThanOrEqual(1e7);
    expect(free.seconds).toBeGreaterThan(0);
  });

  it('go round: a, b, a, b', async () => {
    const names: string[] = [];
    const onTurn = (name: string) => names.push(name);
    const { rows } = await takeTurns([taking('a', 1e-3), taking('b', 1e-3)], { ...options, onTurn });
    expect(rows[0]!.rounds).toBe(25);
    expect(names).toEqual(Array.from({ length: 1 + rows[0]!.rounds }, () => ['a', 'b']).flat());
  });

  it('give figures in the unit of the case, and the share of the greatest peak', async () => {
    const peaks = [1e9, 4e9];
    const peakOfCore = () => peaks.shift() ?? 2e9;
    const cases = [
      taking('rate', 0.5, { unit: 'GFLOP/s', work: 1e9, flops: 1e9, cores: 2 }),
      taking('time', 2e-3, { flops: 2e6 }),
      taking('unknown', 2e-6, { unit: 'µs' }),
    ];
    const { rows, peak } = await takeTurns(cases, { ...options, peakOfCore });
    expect(peak).toBe(4e9);
    // 2 GFLOP/s of two cores of 4; 1 GFLOP/s of one.
    expect(rows[0]).toMatchObject({
      better: 'higher',
      value: expect.closeTo(2),
      share: expect.closeTo(0.25),
    });
    expect(rows[1]).toMatchObject({ better: 'lower', value: expect.closeTo(2), share: expect.closeTo(0.25) });
    expect(rows[2]).toMatchObject({ value: expect.closeTo(2), share: null });
  });

  it('have no share without a peak, and one round where there is no time', async () => {
    const { rows, peak } = await takeTurns([taking('a', 1, { flops: 1 })], { ...options, seconds: 1e-9 });
    expect(peak).toBeNull();
    expect(rows).toMatchObject([{ value: 1000, min: 1000, max: 1000, rounds: 1, share: null }]);
  });
});

describe('steps of training', () => {
  /** A fit that takes 5 ms to start, the first one 100, and so long for a step. */
  const fits = (perStep: number) => {
    const counts: number[] = [];
    const train = async (steps: number) => {
      counts.push(steps);
      return (counts.length === 1 ? 0.1 : 0.005) + perStep * steps;
    };
    return { counts, run: beyondStart(train) };
  };

  it('count without the start of a fit', async () => {
    expect(await fits(0.01).run(10)).toBeCloseTo(0.1, 12);
  });

  it('are more where a few would vanish beside it', async () => {
    const { counts, run } = fits(1e-5);
    expect(await run(1)).toBeCloseTo(1e-5, 12);
    expect(Math.max(...counts) * 1e-5).toBeGreaterThan(0.0025);
    expect(await fits(0).run(1)).toBe(0);
  });

  it('run on 1, 2, 4 … workers', () => {
    expect(workerCounts(1)).toEqual([1]);
    expect(workerCounts(6)).toEqual([1, 2, 4, 6]);
    expect(workerCounts(8)).toEqual([1, 2, 4, 8]);
  });
});

describe.each(['native', 'typescript'] as const)('kernels, %s', (backend) => {
  it('run, and count the operations of mathematics', async () => {
    const cases = kernelCases(selectKernels({ backend }));
    const flops = (part: string) => cases.find(({ name }) => name.includes(part))!.flops;
    expect(flops('dense 784-128')).toBe(2 * 128 * 784 * 128);
    expect(flops('sgemm')).toBe(2 * 512 ** 3);
    // 10 × 10 windows of 5 × 5 without padding.
    expect(flops('conv 6 → 16')).toBe(2 * 128 * 6 * 16 * 10 ** 2 * 5 ** 2);
    // 32 windows of 3 along each side, of which the first and the last lack one pixel.
    expect(flops('conv 32 → 32')).toBe(2 * 16 * 32 * 32 * (32 * 3 - 2) ** 2);
    // The others take the TypeScript kernels a third of a second each.
    const quick = cases.filter(({ flops: work = 0 }) => backend === 'native' || work < 1e8);
    for (const { run } of quick) expect(await run(1)).toBeGreaterThan(0);
  });
});

const row = (name: string, value: number, more: Partial<Row> = {}): Row => {
  const spread = { value, min: value, max: value, rounds: 3 };
  return { name, unit: 'µs', better: 'lower', ...spread, cores: 1, share: null, ...more };
};
const section = (rows: Row[], id: Section['id'] = 'training'): Section => ({ id, title: 'steps', rows });

describe('the load', () => {
  it('is what other processes took of all cores', () => {
    expect(shareOfOthers({ wall: 10, own: 12, all: 15 }, 2)).toBeCloseTo(0.15, 12);
    // The two are counted in different steps.
    expect(shareOfOthers({ wall: 10, own: 12, all: 11.9 }, 2)).toBe(0);
    expect(shareOfOthers({ wall: 10, own: 12, all: undefined }, 2)).toBeUndefined();
    expect(warningsOf([], undefined)).toEqual([]);
  });

  it('is counted from its start on', () => {
    const load = startLoad();
    const end = performance.now() + 50;
    while (performance.now() < end);
    const { wall, own } = load();
    expect(wall).toBeGreaterThanOrEqual(0.05);
    expect(own).toBeGreaterThan(0);
  });
});

describe('warnings', () => {
  it('name what was disturbed', () => {
    expect(warningsOf([section([row('calm', 1)])], 0.03)).toEqual([]);
    const [busy, unsteady] = warningsOf([section([row('a', 2, { max: 5 }), row('b', 2)])], 0.4);
    expect(busy).toMatch(/busy.* 40 %/);
    expect(unsteady).toMatch(/: a\.$/);
  });
});

describe('the tables', () => {
  const machine = {
    cpu: 'X',
    processor: { id: 'x', name: 'Processor X', vendor: undefined, caches: { L2: '2048K' } },
    cores: 2,
    memoryGiB: 8,
    os: 'Linux',
    kernels: 'native, avx2',
    node: 'v20.0.0',
    steepest: '0.1.0',
    date: '2026-01-02T03:04:05.000Z',
  };
  const result: BenchResult = {
    machine,
    workers: 2,
    seconds: { asked: 60, taken: 58.6 },
    shareOfOthers: 0,
    peakOfCore: 123.4,
    sections: [
      section([row('a', 50, { share: 0.5 }), row('b', 5, { rounds: 1 }), row('c', 5, { min: 1 })]),
      section([row('one', 8), row('two', 5, { cores: 2 })], 'scaling'),
    ],
    warnings: ['The machine is busy.'],
  };
  const text = formatBench(result);

  it('are aligned, and Markdown', () => {
    const tables = text.split('\n\n').filter((part) => part.startsWith('|'));
    expect(tables).toHaveLength(2);
    for (const table of tables)
      expect(new Set(table.split('\n').map((line) => line.length)).size, table).toBe(1);
    expect(text).toMatch(/\| -+ \| -+: \| -+: \| -+: \|\n\| a +\| +50\.0 µs \| +50 % \| +50\.0 – 50\.0 \|/);
    expect(text).toMatch(/\| b +\| +5\.00 µs \| +\| +one round \|/);
    expect(text).toMatch(/1\.00 – 5\.00 !/);
    expect(text).toMatch(/\| two +\| 5\.00 µs \| +1\.60 × \|/);
  });

  it('say what machine it was, and what to mistrust', () => {
    expect(text).toContain('- Processor X, 2 cores, L2 2 MB');
    expect(text).toContain('- steepest 0.1.0 · 2026-01-02 · 59 s');
    expect(text).toContain('peak of a core 123 GFLOP/s');
    expect(text).toMatch(/\nWarning: The machine is busy\.\n$/);
    expect(formatBench({ ...result, peakOfCore: null })).not.toMatch(/peak of a core|[Oo]f the limit:/);
  });
});

describe('the progress line', () => {
  /** What is written to a terminal of so many columns, or to a log. */
  function written(isTTY: boolean): string {
    let text = '';
    const write = (part: string) => {
      text += part;
      return true;
    };
    const out = { isTTY, columns: 40, write } as unknown as NodeJS.WriteStream;
    const line = new ProgressLine(60, out);
    line.show('steps', '', 0);
    line.show('steps', 'a case with a name that is longer than the line', 12.9);
    line.show('kernels', '', 30);
    line.clear();
    return text;
  }

  it('changes in place on a terminal, and is gone at the end', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes of a terminal
    const lines = written(true).split(/\r\x1b\[2K/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes of a terminal
    const shown = lines.map((line) => line.replace(/\x1b\[\d+m/g, ''));
    expect(shown[1]).toBe('  0 of 60 s · steps');
    expect(shown[2]).toMatch(/^ {2}12 of 60 s · steps · a case/);
    expect(Math.max(...shown.map((line) => line.length))).toBeLessThan(40);
    expect(shown.at(-1)).toBe('');
  });

  it('is a line for each section in a log', () => {
    expect(written(false)).toBe('measuring: steps\nmeasuring: kernels\n');
  });
});

describe('steepest bench', () => {
  it('prints one JSON object, and says on stderr what it measures', () => {
    const { status, stdout, stderr } = steepest('--seconds', '0.1', '--workers', '1', '--json');
    expect(status).toBe(0);
    const result: BenchResult = JSON.parse(stdout);
    expect(result).toMatchObject({ workers: 1, seconds: { asked: 0.1 }, machine: { node: process.version } });
    expect(result.sections.map(({ id }) => id)).toEqual([
      'training',
      'prediction',
      'estimators',
      'scaling',
      'kernels',
    ]);
    for (const { rows } of result.sections)
      for (const { name, value, min, max, rounds } of rows) {
        expect(Math.min(value, min), name).toBeGreaterThan(0);
        expect(value, name).toBeGreaterThanOrEqual(min);
        expect(max, name).toBeGreaterThanOrEqual(value);
        expect(rounds, name).toBeGreaterThan(0);
      }
    expect(stderr.split('\n').filter(Boolean)).toEqual(
      result.sections.map(({ title }) => `measuring: ${title}`),
    );
  });

  it.each([
    [['--seconds', '0'], /--seconds takes a number above 0/],
    [['--workers', '512'], /on this machine, not '512'/],
  ])('refuses %j before it measures', (args, message) => {
    const { status, stdout, stderr } = steepest(...args);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('measuring');
  });
});
