import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './trackedFiles.js';

/** What of dist/ ships: package.json#files. The types do not run. */
const runs = (path: string) => !/\.(d\.c?ts|map|ts)$|[\\/]types(-before-[\d.]+)?$/.test(path);

/**
 * Makes a folder a package as it is installed, with this checkout's dependencies: the compiled
 * TypeScript, and no binary.
 */
export function installInto(folder: string): void {
  const copy = (path: string, filter: (path: string) => boolean) =>
    cpSync(join(ROOT, path), join(folder, path), { recursive: true, filter });
  copy('package.json', () => true);
  copy('dist/bundle', runs);
  // Of the modules themselves only those that find files by their own place.
  copy('dist/esm', (path) => runs(path) && !path.endsWith('.js'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
}
