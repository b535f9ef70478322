// The installed package in users' tests: Jest, which runs
// modules in a realm of its own, and every pool of vitest.
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { check, run } from '../lib/check.mjs';
import { project, tools } from '../lib/tools.mjs';

/** A run that does not end by itself, because something is left open, is killed and fails. */
const PATIENCE_MS = 120_000;
const POOLS = ['forks', 'threads', 'vmForks', 'vmThreads'];
const TESTS = 8;

/** Runs a test runner; checks that all tests passed. */
function runTests(folder, what, command, args, env, tests) {
  const clean = { ...process.env, STEEPEST_BACKEND: '', STEEPEST_ISA: '', ...env };
  const output = run('sh', ['-c', `"$0" "$@" 2>&1`, command, ...args], {
    cwd: folder,
    env: clean,
    timeout: PATIENCE_MS,
  });
  const report = stripVTControlCharacters(output);
  check(!/did not exit|force exited|open handle/i.test(report), `${what} does not end by itself:\n${report}`);
  const passed = new RegExp(`Tests:? +${tests} passed`).test(report);
  check(passed, `${what}: expected ${tests} tests to pass:\n${report}`);
}

function runJest(folder, bin) {
  const config = (extra) =>
    JSON.stringify({ rootDir: '.', testEnvironment: 'node', transform: {}, ...extra });
  const jest = (what, extra, env, tests) =>
    runTests(folder, what, bin('jest'), ['--config', config(extra), '--maxWorkers=2'], env, tests);
  const commonjs = { testMatch: ['**/*.test.cjs'] };
  jest('Jest', commonjs, {}, 2 * TESTS);
  jest('Jest in worker threads', { ...commonjs, workerThreads: true }, {}, 2 * TESTS);
  copyFileSync(join(folder, 'runner.jest.mjs'), join(folder, 'runner.mjs'));
  const modules = { testMatch: ['**/*.test.mjs'], moduleFileExtensions: ['mjs', 'cjs', 'js', 'json'] };
  jest('Jest with ES modules', modules, { NODE_OPTIONS: '--experimental-vm-modules' }, TESTS);
}

function runVitest(folder, bin) {
  copyFileSync(join(folder, 'runner.vitest.mjs'), join(folder, 'runner.mjs'));
  copyFileSync(join(folder, 'modules.test.mjs'), join(folder, 'more.test.mjs'));
  writeFileSync(join(folder, 'vitest.config.mjs'), "export default { test: { include: ['*.test.mjs'] } };\n");
  for (const pool of POOLS) {
    const args = ['run', '--pool', pool, '--maxWorkers=2'];
    runTests(folder, `vitest, ${pool}`, bin('vitest'), args, {}, 2 * TESTS);
  }
}

export function verifyTestRunners() {
  const bin = tools();
  const folder = project('runners', ['test/fixtures/tables.json']);
  runJest(folder, bin);
  runVitest(folder, bin);
  return `Jest (CommonJS, worker threads, ES modules) and vitest (${POOLS.join(', ')})`;
}
