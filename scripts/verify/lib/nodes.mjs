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

/**
 * @param {string} platform such as linux-x64, win-x64
 * @returns {string} the path of its executable
 */
export function nodeFor(platform, version) {
  const name = `node-${platform}`;
  const folder = join(work, 'nodes', `${name}-${version}`);
  const file = platform.startsWith('win') ? 'node.exe' : 'node';
  const executable = join(folder, 'node_modules', name, 'bin', file);
  if (existsSync(executable)) return executable;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  // It is for another platform than this one, hence --force.
  run('npm', ['install', '--force', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`], {
    cwd: folder,
  });
  return executable;
}
