// The binary for Linux in a program of musl: its loader finds every function, although the file names no library.
// Alpine itself, with Node.js, is a step of .github/workflows/package.yml.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prebuildFile, TARGETS } from '../../prebuild/targets.mjs';
import { zig } from '../../prebuild/toolchain.mjs';
import { readElf } from '../formats/elf.mjs';
import { Absent, checkEqual, run } from '../lib/check.mjs';
import { here, prebuilds, root, work } from '../lib/places.mjs';

const LOADERS = { x64: '/lib/ld-musl-x86_64.so.1', arm64: '/lib/ld-musl-aarch64.so.1' };
const NAPI_VERSION = 8;

export function verifyMusl() {
  const loader = LOADERS[process.arch];
  if (process.platform !== 'linux' || !existsSync(loader ?? '')) throw new Absent('musl is not installed');
  const target = TARGETS.find(({ name }) => name === `linux-${process.arch}`);
  const addon = join(prebuilds, prebuildFile(target));
  const folder = join(work, 'musl');
  mkdirSync(folder, { recursive: true });
  const nodeApi = readElf(readFileSync(addon)).undefined.filter((name) => /^(napi|node_api)_/.test(name));
  const stubs = join(folder, 'stubs.h');
  writeFileSync(stubs, nodeApi.map((name) => `int ${name}(void) { return 1; }\n`).join(''));
  const host = join(folder, 'host');
  const cache = join(root, 'build', 'prebuild', 'cache');
  const env = { ...process.env, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache };
  const source = join(here, 'programs', 'musl-host.c');
  const options = ['-target', target.zig, '-O2', '-dynamic', '-rdynamic', `-DSTUBS="${stubs}"`];
  run(zig(), ['cc', ...options, source, '-o', host], { env });
  checkEqual(run(host, [addon]).trim(), `${NAPI_VERSION} ${NAPI_VERSION}`, 'the versions that it asks for');
  return `${loader} loads it, on two threads`;
}
