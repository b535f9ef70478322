// Programs of npm that judge or use the package (tools/package.json),
// with the packed package installed beside them.
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './check.mjs';
import { installedFolder } from './installed.mjs';
import { here, root, work } from './places.mjs';

/**
 * Installs the packages of a folder with a lock file, unless they are there as it says.
 * @param {string} from where the folder is
 * @returns {string} the folder in which they are
 */
export function lockedPackages(name, from = here) {
  const folder = join(work, name);
  mkdirSync(folder, { recursive: true });
  const done = join(folder, 'installed.json');
  const lock = join(from, name, 'package-lock.json');
  if (existsSync(done) && readFileSync(done, 'utf8') === readFileSync(lock, 'utf8')) return folder;
  rmSync(done, { force: true });
  for (const file of ['package.json', 'package-lock.json']) {
    copyFileSync(join(from, name, file), join(folder, file));
  }
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
  copyFileSync(lock, done);
  return folder;
}

const folder = join(work, 'tools');

/**
 * Installs the tools.
 * @returns {(name: string) => string} their executables
 */
export function tools() {
  lockedPackages('tools');
  return (name) => join(folder, 'node_modules', '.bin', name);
}

/** Packages of a node_modules folder, those of scopes as @scope/name. */
function packagesIn(modules) {
  const names = readdirSync(modules).filter((name) => !name.startsWith('.'));
  return names.flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(modules, name)).map((part) => `${name}/${part}`) : [name],
  );
}

let withPackage = false;

/**
 * A project that has the tools and the package as installed.
 * @param {string} name a folder of projects/, copied anew
 * @param {readonly string[]} extra other files of the repository that it reads, put beside its own
 * @returns {string} its folder
 */
export function project(name, extra = []) {
  tools();
  if (!withPackage) {
    const from = join(installedFolder(), 'node_modules');
    for (const each of packagesIn(from)) {
      rmSync(join(folder, 'node_modules', each), { recursive: true, force: true });
      cpSync(join(from, each), join(folder, 'node_modules', each), { recursive: true });
    }
    withPackage = true;
  }
  const target = join(folder, name);
  rmSync(target, { recursive: true, force: true });
  cpSync(join(here, 'projects', name), target, { recursive: true });
  for (const file of extra) copyFileSync(join(root, file), join(target, file.split('/').pop()));
  return target;
}
