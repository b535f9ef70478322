// The package as installed: import and require, main thread
// and worker, native and, without its binaries, TypeScript.
import { join } from 'node:path';
import { check, checkEqual, run } from '../lib/check.mjs';
import { installedFolder, withoutPrebuilds } from '../lib/installed.mjs';
import { direct, runPrograms } from '../lib/programs.mjs';
import { hostTarget, referenceBits } from '../lib/reference.mjs';

const node = direct(process.execPath);
const command = (folder) => join(folder, 'node_modules', '.bin', 'steepest');
const clean = { ...process.env, STEEPEST_BACKEND: '', STEEPEST_ISA: '' };

function doctor(folder) {
  const report = JSON.parse(run(command(folder), ['doctor', '--json'], { cwd: folder, env: clean }));
  checkEqual(report.problems, [], 'steepest doctor: problems');
  checkEqual(report.backend.target, hostTarget, 'steepest doctor: target');
  check(
    report.selfTest.bits.every(({ same }) => same),
    'steepest doctor: other bits',
  );
  const { gemm, peak } = report.selfTest.speed;
  return `${report.isas.join(', ')}; ${gemm.toFixed(0)} GFLOP/s, ${((100 * gemm) / peak).toFixed(0)} % of peak`;
}

/** A user's first command after the install. */
function example(folder) {
  const printed = run(command(folder), ['example', 'backpropagation-step'], { cwd: folder, env: clean });
  check(printed.includes('largest difference between hand and library'), 'steepest example: no result');
}

export function verifyPackage() {
  referenceBits();
  const doctorSays = doctor(installedFolder());
  example(installedFolder());
  const bare = withoutPrebuilds();
  runPrograms(bare, node, { kind: 'typescript', target: null });
  return `${hostTarget} (${doctorSays}), and TypeScript without the binaries`;
}
