// The binary for Linux in a program of musl: its loader finds every function, although the file
// names no library. Alpine itself, with Node.js, is a step of .github/workflows/package.yml.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isNodeApi } from '../../prebuild/nodeApi.mjs';
import { prebuildFile, TARGETS } from '../../prebuild/targets.mjs';
import { zig, zigEnvironment } from '../../prebuild/toolchain.mjs';
import { readElf } from '../formats/elf.mjs';
import { Absent, checkEqual, run } from '../lib/check.mjs';
import { here, prebuilds, work } from '../lib/places.mjs';

const LOADERS = { x64: '/lib/ld-musl-x86_64.so.1', arm64: '/lib/ld-musl-aarch64.so.1' };
const NAPI_VERSION = 8;

export function verifyMusl() {
  const loader = LOADERS[process.arch];
  if (process.platform !== 'linux' || !existsSync(loader ?? '')) throw new Absent('musl is not installed');
  const target = TARGETS.find(({ name }) => name === `linux-${process.arch}`);
  const addon = join(prebuilds, prebuildFile(target));
  const folder = join(work, 'musl');
  mkdirSync(folder, { recursive: true });
  const used = readElf(readFileSync(addon)).undefined.filter(isNodeApi);
  const nodeApi = join(folder, 'node-api.h');
  writeFileSync(nodeApi, used.map((name) => `int ${name}(void) { return 1; }\n`).join(''));
  const host = join(folder, 'host');
  const source = join(here, 'programs', 'musl-host.c');
  const options = ['-target', target.zig, '-O2', '-dynamic', '-rdynamic', `-DNODE_API="${nodeApi}"`];
  run(zig(), ['cc', ...options, source, '-o', host], { env: zigEnvironment() });
  checkEqual(run(host, [addon]).trim(), `${NAPI_VERSION} ${NAPI_VERSION}`, 'the versions that it asks for');
  return `${loader} loads it, on two threads`;
}
