// Runs the programs of an installed package under some Node.js and checks what they wrote.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { check, checkEqual, run } from './check.mjs';

/** @typedef {(script: string, ...args: string[]) => { command: string, args: string[], env?: object, stdio?: 'ignore' }} Launcher */

/** @type {(executable: string) => Launcher} */
export const direct =
  (executable) =>
  (...args) => ({ command: executable, args });

function result(folder, launch, script) {
  const output = join(folder, 'result.json');
  rmSync(output, { force: true });
  const { command, args, env, stdio } = launch(join(folder, script), output);
  run(command, args, {
    cwd: folder,
    stdio,
    env: { ...process.env, STEEPEST_BACKEND: '', STEEPEST_ISA: '', ...env },
  });
  check(existsSync(output), `${script} wrote nothing`);
  const written = JSON.parse(readFileSync(output, 'utf8'));
  check(written.error === undefined, written.error);
  return written;
}

/**
 * `import` and `require` of the package, on the main thread and in a worker.
 * @param {string} folder where the package is installed
 * @param {Launcher} launch
 * @param {{ kind: string, target: string | null }} expected
 * @returns {{ bits: string, isa: string, version: string }} the hash of the trained parameters
 */
export function runPrograms(folder, launch, expected) {
  const imported = result(folder, launch, 'train.mjs');
  const required = result(folder, launch, 'require.cjs');
  for (const [what, { kind, target }] of Object.entries({
    'import, main thread': imported.main,
    'import, worker': imported.worker,
    'require, main thread': required.main,
    'require, worker': required.worker,
  })) {
    checkEqual({ kind, target }, expected, what);
  }
  checkEqual(imported.worker, imported.main, 'the training run in a worker');
  checkEqual(imported.main.product, 31, '2·5 + 3·7');
  for (const { finite, refused, kernels } of [required.main, required.worker]) {
    checkEqual({ finite, refused, kernels }, { finite: true, refused: true, kernels: 'function' }, 'require');
  }
  const { bits, isa } = imported.main;
  return { bits, isa, version: imported.version };
}
