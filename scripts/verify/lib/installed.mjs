// The package as a user gets it: packed, then installed into an empty folder with no script run and no compiler in reach.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { check, run } from './check.mjs';
import { here, root, work } from './places.mjs';

/** Programs that would let an install compile something. */
const COMPILERS = ['cc', 'gcc', 'clang', 'c++', 'g++', 'make', 'python3', 'python', 'cmake', 'zig'];

let tarball;
let installed;

/** `npm pack`, once. @returns {string} the path of the .tgz */
export function packed() {
  if (tarball === undefined) {
    const folder = join(work, 'pack');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const output = run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root });
    // An array of one, or since npm 12 an object by name.
    const [{ filename }] = Object.values(JSON.parse(output));
    tarball = join(folder, filename);
  }
  return tarball;
}

/** A PATH with Node.js, npm and a shell, but nothing that compiles. */
function poorPath(folder) {
  const bin = join(folder, 'path');
  mkdirSync(bin);
  for (const name of ['node', 'npm', 'npx', 'sh', 'env']) {
    const found = run('which', [name]).trim();
    symlinkSync(found, join(bin, name));
  }
  for (const name of COMPILERS) check(!existsSync(join(bin, name)), `${name} is on the PATH`);
  return bin;
}

/** Installs the packed package into a new folder, once, and puts the programs there. @returns {string} the folder */
export function installedFolder() {
  if (installed !== undefined) return installed;
  const folder = mkdtempSync(join(tmpdir(), 'steepest-verify-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const env = { ...process.env, PATH: poorPath(folder) };
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', packed()], { cwd: folder, env });
  for (const name of readdirSync(join(here, 'programs'))) {
    copyFileSync(join(here, 'programs', name), join(folder, name));
  }
  installed = folder;
  return folder;
}

let bare;

/** The same files, without the native binaries; made once. */
export function withoutPrebuilds() {
  if (bare !== undefined) return bare;
  const folder = installedFolder();
  const copy = join(dirname(folder), `${folder.split('/').pop()}-bare`);
  run('cp', ['-r', folder, copy]);
  process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
  rmSync(join(copy, 'node_modules', 'steepest', 'prebuilds'), { recursive: true });
  bare = copy;
  return copy;
}
