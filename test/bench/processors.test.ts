import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeProcessor } from '#steepest/cli/bench/processor.js';
import { readProcessors, saveResult } from '../../bench/lib/results.mjs';
import type { Result } from '../../bench/report/result.mjs';

const cpuinfo = (vendor: string, family: number, model: number, flags = 'fpu avx2') =>
  ['processor\t: 0', `vendor_id\t: ${vendor}`, `cpu family\t: ${family}`, `model\t\t: ${model}`]
    .concat(`model name\t: Some name`, `flags\t\t: ${flags}`, '', 'processor\t: 1', 'model\t: 99', '')
    .join('\n');

describe('the processor', () => {
  test.each([
    ['AMD EPYC', cpuinfo('AuthenticAMD', 25, 17), 'AMD EPYC (Zen 4)', 'amd-epyc-zen-4'],
    ['AMD EPYC', cpuinfo('AuthenticAMD', 25, 1), 'AMD EPYC (Zen 3)', 'amd-epyc-zen-3'],
    ['AMD Ryzen 9 9950X 16-Core Processor', cpuinfo('AuthenticAMD', 26, 68)].concat(
      'AMD Ryzen 9 9950X 16-Core (Zen 5)',
      'amd-ryzen-9-9950x-16-core-zen-5',
    ),
    ['AMD EPYC', cpuinfo('AuthenticAMD', 27, 1)].concat(
      'AMD EPYC (family 27 model 1)',
      'amd-epyc-family-27-model-1',
    ),
    ['Intel(R) Xeon(R) Processor @ 2.20GHz', cpuinfo('GenuineIntel', 6, 143, 'fpu amx_tile amx_int8')].concat(
      'Intel Xeon (family 6 model 143, AMX)',
      'intel-xeon-family-6-model-143-amx',
    ),
    ['Apple M1', '', 'Apple M1', 'apple-m1'],
  ])('%s has a name of its own', (model, text, name, id) => {
    expect(describeProcessor(model!, text)).toMatchObject({ name, id });
  });

  test('its maker is known, where the system says it', () => {
    expect(describeProcessor('x', cpuinfo('GenuineIntel', 6, 1)).vendor).toBe('GenuineIntel');
    expect(describeProcessor('Apple M1').vendor).toBeUndefined();
  });
});

describe('figures', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'steepest-results-'));
  });
  afterAll(() => rmSync(root, { recursive: true }));

  const result = (id: string, suite: string, date: string, quick = false): Result => ({
    suite,
    title: suite,
    about: '',
    command: 'npm run bench:peers',
    quick,
    machine: {
      cpu: id,
      processor: { id, name: id.toUpperCase() },
      cores: 2,
      os: 'Linux',
      kernels: 'native, avx2',
      node: 'v20.0.0',
      steepest: '0.1.0',
      workers: 2,
      date,
      versions: {},
    },
    rows: [],
  });

  test('of each processor are kept by themselves, the latest measured first', () => {
    writeFileSync(join(root, 'notes.txt'), 'no folder');
    saveResult(result('old', 'steps', '2026-01-01'), root);
    saveResult(result('old', 'gemm', '2026-01-02'), root);
    saveResult(result('new', 'steps', '2026-01-03'), root);
    const found = readProcessors(['gemm', 'steps', 'mnist'], root);
    expect(found.map(({ id, name }) => [id, name])).toEqual([
      ['new', 'NEW'],
      ['old', 'OLD'],
    ]);
    expect(found[1]!.results.map(({ suite }) => suite)).toEqual(['gemm', 'steps']);
  });

  test('of a long run stay when a quick one follows, and take its place', () => {
    saveResult(result('third', 'steps', '2026-01-04', true), root);
    const of = (id: string) => readProcessors(['steps'], root).find((one) => one.id === id)!.results;
    expect(of('third')[0]!.quick).toBe(true);
    saveResult(result('third', 'steps', '2026-01-03'), root);
    saveResult(result('third', 'steps', '2026-01-05', true), root);
    expect(of('third').map(({ quick, machine }) => [quick, machine.date])).toEqual([[false, '2026-01-03']]);
  });

  test('there are none where nothing was measured', () => {
    expect(readProcessors(['steps'], join(root, 'missing'))).toEqual([]);
    expect(readProcessors(['mnist'], root)).toEqual([]);
  });
});
