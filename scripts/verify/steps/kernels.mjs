// native/test, which needs no Node.js, compiled by the cross compiler for each platform that this machine can run.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TARGETS } from '../../prebuild/targets.mjs';
import { zig, zigEnvironment } from '../../prebuild/toolchain.mjs';
import { Absent, check, run } from '../lib/check.mjs';
import { emulatorFor } from '../lib/emulators.mjs';
import { root, work } from '../lib/places.mjs';

/** The add-on's own files; the rest knows nothing of Node-API. */
const ADDON = /^native\/(addon|arguments|product)\.cc$/;
const FLAGS = [
  '-std=c++17',
  '-O3',
  '-DNDEBUG',
  '-ffp-contract=off',
  '-fno-exceptions',
  '-fno-rtti',
  '-fno-unroll-loops',
  '-w',
];

function build(target) {
  const folder = join(work, 'kernels');
  mkdirSync(folder, { recursive: true });
  const program = join(folder, `kernel_tests-${target.name}${target.platform === 'win32' ? '.exe' : ''}`);
  const listed = readFileSync(join(root, 'native', 'sources.txt'), 'utf8')
    .trim()
    .split(/\s*\n/);
  const tests = readdirSync(join(root, 'native', 'test')).filter((name) => name.endsWith('.cc'));
  const sources = [
    ...listed.filter((name) => !ADDON.test(name)),
    ...tests.map((name) => `native/test/${name}`),
  ];
  const machine = ['-target', target.zig, `-mcpu=${target.cpu}`];
  run(zig(), ['c++', ...machine, ...FLAGS, ...sources, '-s', '-o', program], {
    cwd: root,
    env: zigEnvironment(),
  });
  return program;
}

export function verifyKernels() {
  const done = [];
  const absent = [];
  for (const target of TARGETS.filter(({ platform }) => platform !== 'darwin')) {
    let launch;
    try {
      launch = emulatorFor(target);
    } catch (error) {
      if (!(error instanceof Absent)) throw error;
      absent.push(`${target.name}: ${error.message}`);
      continue;
    }
    const { command, args, env } = launch(build(target));
    const output = run(command, args, { env: { ...process.env, ...env } });
    check(output.includes('All kernel tests passed.'), `${target.name}: ${output}`);
    const isas = [...output.matchAll(/^(\w+) done/gm)].map(([, isa]) => isa);
    done.push(`${target.name} (${isas.join(', ')})`);
  }
  if (done.length === 0) throw new Absent(absent.join('; '));
  return done.join(', ') + (absent.length > 0 ? `; not here: ${absent.join('; ')}` : '');
}
