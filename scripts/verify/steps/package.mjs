// The package as installed: import and require, main thread and worker, native and, without its binaries, TypeScript.
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
  return report.isas.join(', ');
}

export function verifyPackage() {
  referenceBits();
  const isas = doctor(installedFolder());
  const bare = withoutPrebuilds();
  runPrograms(bare, node, { kind: 'typescript', target: null });
  return `${hostTarget} (${isas}), and TypeScript without the binaries`;
}
