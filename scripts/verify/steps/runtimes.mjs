// The installed package under Bun and Deno: native kernels, worker threads, the same bits.
import { Absent, checkEqual } from '../lib/check.mjs';
import { installedFolder } from '../lib/installed.mjs';
import { BUN_VERSION, bun, DENO_VERSION, deno } from '../lib/nodes.mjs';
import { direct, runPrograms } from '../lib/programs.mjs';
import { hostTarget, referenceBits } from '../lib/reference.mjs';

/** What training needs: files, environment, the number of cores, native code. */
const DENO_ARGUMENTS = ['run', '--allow-read', '--allow-write', '--allow-env', '--allow-sys', '--allow-ffi'];

export function verifyRuntimes() {
  if (hostTarget !== 'linux-x64') throw new Absent('Bun and Deno are taken for Linux on x64');
  const launchers = {
    Bun: direct(bun()),
    Deno: (...args) => ({ command: deno(), args: [...DENO_ARGUMENTS, '--node-modules-dir=manual', ...args] }),
  };
  for (const [name, launch] of Object.entries(launchers)) {
    const { bits } = runPrograms(installedFolder(), launch, { kind: 'native', target: hostTarget });
    checkEqual(bits, referenceBits(), `bits under ${name}`);
  }
  return `Bun ${BUN_VERSION}, Deno ${DENO_VERSION}, the same bits`;
}
