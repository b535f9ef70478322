// Networks and TensorFlow.js: what one writes, the other reads, and both compute the same.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../lib/check.mjs';
import { installedFolder } from '../lib/installed.mjs';
import { here } from '../lib/places.mjs';
import { lockedPackages } from '../lib/tools.mjs';

export function verifyTfjs() {
  const folder = lockedPackages('tfjs');
  for (const name of ['sweep.mjs', 'models.mjs']) {
    copyFileSync(join(here, 'tfjs', name), join(folder, name));
  }
  const steepest = join(installedFolder(), 'node_modules/steepest/dist/bundle/cjs/index.js');
  const output = run(process.execPath, ['sweep.mjs', '--package', steepest], { cwd: folder });
  const lines = output.split('\n').filter((line) => line.includes(' networks, '));
  return lines.join('; ');
}
