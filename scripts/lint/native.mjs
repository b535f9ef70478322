// npm run lint:native: clang-tidy, with the checks of .clang-tidy, over the add-on and its tests.
//   npm run lint:native                        every file of native/sources.txt and native/test/
//   npm run lint:native -- native/addon.cc …   only these
// Takes clang-tidy from $CLANG_TIDY, from .venv/ or from PATH.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const require = createRequire(import.meta.url);

const HINT = `clang-tidy is not there. Install it, as CI does, in .venv/:
  python3 -m venv .venv && .venv/bin/pip install -r scripts/lint/requirements.txt
or name one in the variable CLANG_TIDY.`;

function clangTidy() {
  const folder = process.platform === 'win32' ? '.venv/Scripts' : '.venv/bin';
  const places = [process.env.CLANG_TIDY, join(root, folder, 'clang-tidy'), 'clang-tidy'];
  return places.find((path) => path && spawnSync(path, ['--version']).status === 0);
}

/** As binding.gyp compiles, with more warnings. Headers of Node.js are not ours to check. */
function flags() {
  return [
    ...['-std=c++17', '-ffp-contract=off', '-fno-exceptions', '-fno-rtti'],
    ...['-DNAPI_VERSION=8', '-DNAPI_DISABLE_CPP_EXCEPTIONS', '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS'],
    ...['-isystem', require('node-api-headers').include_dir],
    ...['-isystem', dirname(require.resolve('node-addon-api/napi.h'))],
    ...['-Wall', '-Wextra', '-Wshadow', '-Wconversion', '-Wno-sign-conversion', '-Wimplicit-fallthrough'],
    // Where the checkers put words together, formats are constants of the call.
    '-Wno-format-security',
  ];
}

function sources() {
  const listed = readFileSync(join(root, 'native/sources.txt'), 'utf8').trim().split(/\s*\n/);
  const tests = readdirSync(join(root, 'native/test')).filter((name) => name.endsWith('.cc'));
  return [...listed, ...tests.map((name) => `native/test/${name}`)];
}

/** @returns {Promise<boolean>} whether nothing was found in the file */
function lint(tool, file) {
  return new Promise((resolve) => {
    const child = spawn(tool, ['--quiet', file, '--', ...flags()], { cwd: root });
    let found = '';
    child.stdout.on('data', (text) => {
      found += text;
    });
    // "12 warnings generated", which counts those of other people's headers too.
    let failure = '';
    child.stderr.on('data', (text) => {
      failure += text;
    });
    child.on('close', (status) => {
      if (status !== 0) process.stdout.write(found || failure);
      resolve(status === 0);
    });
  });
}

const tool = clangTidy();
if (tool === undefined) {
  console.error(HINT);
  process.exit(1);
}
const named = process.argv.slice(2);
const waiting = named.length > 0 ? named : sources();
const missing = waiting.filter((file) => !existsSync(join(root, file)));
if (missing.length > 0) {
  console.error(`No such file in ${root}: ${missing.join(', ')}`);
  process.exit(1);
}
const count = waiting.length;
let failed = 0;
const work = async () => {
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    if (!(await lint(tool, file))) failed++;
  }
};
await Promise.all(Array.from({ length: availableParallelism() }, work));
console.log(
  failed === 0 ? `clang-tidy: ${count} files, nothing found` : `clang-tidy: ${failed} of ${count} files`,
);
process.exitCode = failed === 0 ? 0 : 1;
