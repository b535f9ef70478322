// Entries and types, judged by publint and "Are the types wrong?".
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../lib/check.mjs';
import { packed } from '../lib/installed.mjs';
import { here, work } from '../lib/places.mjs';

function tools() {
  const folder = join(work, 'tools');
  mkdirSync(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) {
    copyFileSync(join(here, 'tools', file), join(folder, file));
  }
  const bin = join(folder, 'node_modules', '.bin');
  if (!existsSync(join(bin, 'attw'))) {
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
  }
  return bin;
}

export function verifyTypes() {
  const bin = tools();
  run(join(bin, 'publint'), ['run', packed(), '--strict']);
  // `node16`: resolution as Node.js does it since 12.7; without it subpaths such as steepest/kernels cannot exist.
  run(join(bin, 'attw'), [packed(), '--profile', 'node16', '--no-emoji']);
  return 'publint --strict and attw find nothing';
}
