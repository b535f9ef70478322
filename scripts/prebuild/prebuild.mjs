// Builds the binaries that the npm package ships, all on one Linux machine.
//   npm run prebuild                              every target of targets.mjs, and prebuilds/SHA256SUMS
//   npm run prebuild -- linux-x64-musl …          only these, and their lines of SHA256SUMS
//   npm run prebuild -- --check [target …]        builds again from nothing and compares with SHA256SUMS
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { mismatches, writeSums } from './sums.mjs';
import { prebuildFile, targetsNamed } from './targets.mjs';
import { zig, zigEnvironment } from './toolchain.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const require = createRequire(import.meta.url);
const prebuildify = join(dirname(require.resolve('prebuildify/package.json')), 'bin.js');

/** prebuildify wants a version; Node-API binaries do not depend on it. */
const NODE_VERSION = '20.0.0';

/**
 * @param {import('./targets.mjs').Target} target
 * @param {string} out where prebuilds/ is
 * @param {string} work a folder for what lies between
 */
function buildTarget(target, out, work) {
  const staging = join(work, target.name);
  mkdirSync(staging, { recursive: true });
  const args = [
    prebuildify,
    ...['--napi', '-t', NODE_VERSION, '--name', 'steepest'],
    ...['--platform', target.platform, '--arch', target.arch],
    ...['--cwd', staging, '--out', out, '--node-gyp', join(here, 'zig-gyp.mjs')],
  ];
  const env = zigEnvironment(join(work, 'cache'));
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', env });
  if (status !== 0) throw new Error(`${target.name} was not built`);
}

function buildAll(targets, out, work) {
  for (const target of targets) {
    const start = Date.now();
    buildTarget(target, out, work);
    const kilobytes = statSync(join(out, 'prebuilds', prebuildFile(target))).size / 1000;
    const seconds = ((Date.now() - start) / 1000).toFixed(0);
    console.log(`${target.name.padEnd(18)} ${kilobytes.toFixed(0).padStart(6)} kB  ${seconds.padStart(4)} s`);
  }
}

/** Builds into folders that nothing was built in before, so that neither a cache nor a path can help. */
function check(targets) {
  const fresh = mkdtempSync(join(tmpdir(), 'steepest-prebuild-'));
  try {
    buildAll(targets, fresh, join(fresh, 'work'));
    const different = mismatches(targets, join(fresh, 'prebuilds'), join(root, 'prebuilds', 'SHA256SUMS'));
    if (different.length > 0) throw new Error(`Not the same bytes as before: ${different.join(', ')}`);
    console.log(`The same bytes as before: ${targets.length} of ${targets.length}`);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const targets = targetsNamed(positionals);
zig();
if (values.check) {
  check(targets);
} else {
  buildAll(targets, root, join(root, 'build', 'prebuild'));
  writeSums(join(root, 'prebuilds'));
}
