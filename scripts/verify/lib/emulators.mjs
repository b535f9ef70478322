// How to start a program of another platform here.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Absent, program } from './check.mjs';
import { work } from './places.mjs';

/** Debian's libc6-arm64-cross and libstdc++6-arm64-cross put an arm64 system's libraries here. */
const ARM64_SYSTEM = '/usr/aarch64-linux-gnu';

/** @returns {import('./programs.mjs').Launcher} for Linux on arm64 */
export function underQemu() {
  const qemu = program('qemu-aarch64', 'qemu-aarch64-static');
  if (!existsSync(join(ARM64_SYSTEM, 'lib', 'ld-linux-aarch64.so.1'))) {
    throw new Absent('libc6-arm64-cross is not installed');
  }
  return (executable, ...args) => ({ command: qemu, args: ['-L', ARM64_SYSTEM, executable, ...args] });
}

/** Wine maps the whole file system to drive Z. */
const windowsPath = (path) => (path.startsWith('/') ? `Z:${path.replaceAll('/', '\\')}` : path);

/** @returns {import('./programs.mjs').Launcher} for Windows on x64 */
export function underWine() {
  const wine = program('wine64', 'wine');
  const env = {
    WINEPREFIX: join(work, 'wine'),
    WINEDEBUG: '-all',
    // Node.js does not know Wine's version of Windows.
    NODE_SKIP_PLATFORM_CHECK: '1',
  };
  return (executable, ...args) => ({ command: wine, args: [executable, ...args.map(windowsPath)], env });
}

/**
 * @param {import('../../prebuild/targets.mjs').Target} target
 * @throws Absent if its programs cannot run here
 */
export function emulatorFor({ platform, arch }) {
  if (platform === process.platform && arch === process.arch) {
    return (executable, ...args) => ({ command: executable, args });
  }
  if (platform === 'linux' && arch === 'arm64') return underQemu();
  if (platform === 'win32' && arch === 'x64') return underWine();
  throw new Absent('no emulator');
}
