// Builds of Node.js that npm has, each installed into a folder of its own.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './check.mjs';
import { work } from './places.mjs';

/** Versions that are tested, oldest first. */
export const NODE_VERSIONS = ['20.20.2', '22.23.3', '24.21.0', '26.10.0'];
/** For other platforms. Wine 8 has no memory for the heap of Node.js 24. */
export const NODE_ARM64 = '24.22.0';
export const NODE_WINDOWS = '22.23.3';

export const BUN_VERSION = '1.4.5';
export const DENO_VERSION = '2.9.6';

/** A program that an npm package holds. */
function programOf(name, version, path) {
  const folder = join(work, 'nodes', `${name.replace('/', '+')}-${version}`);
  const executable = join(folder, 'node_modules', name, path);
  if (existsSync(executable)) return executable;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  // It may be for another platform than this one, hence --force.
  run('npm', ['install', '--force', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`], {
    cwd: folder,
  });
  return executable;
}

/**
 * @param {string} platform such as linux-x64, win-x64
 * @returns {string} the path of its executable
 */
export function nodeFor(platform, version) {
  return programOf(`node-${platform}`, version, platform.startsWith('win') ? 'bin/node.exe' : 'bin/node');
}

/** Other runtimes with Node-API, for Linux on x64. */
export const bun = () => programOf('@oven/bun-linux-x64', BUN_VERSION, 'bin/bun');
export const deno = () => programOf('@deno/linux-x64-glibc', DENO_VERSION, 'deno');
