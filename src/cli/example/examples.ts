// The examples in the package: programs under examples/. The first comment of each says what it
// does.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { packageFolder } from '../../core/packageInfo.cjs';

export const examplesFolder = join(packageFolder, 'examples');

const EXTENSION = '.mjs';

/** Names that `steepest example` accepts, in alphabetical order. */
export function exampleNames(): string[] {
  return readdirSync(examplesFolder)
    .filter((file) => file.endsWith(EXTENSION))
    .map((file) => file.slice(0, -EXTENSION.length))
    .sort();
}

export const exampleFile = (name: string): string => join(examplesFolder, name + EXTENSION);

/** The first line of an example: a sentence. */
export function exampleSummary(name: string): string {
  const [line = ''] = readFileSync(exampleFile(name), 'utf8').split('\n', 1);
  return line.replace(/^\/\/ /, '');
}

/** Everything that an example's module reads: imports, and files located with `import.meta.url`. */
const BESIDE = /(?:from |import\(|new URL\()'(\.\.?\/[^']+)'/g;

/** The files of an example, itself first, as paths relative to the examples folder. */
export function exampleSources(name: string): string[] {
  const found = [exampleFile(name)];
  // The list grows during the iteration.
  for (const file of found) {
    if (!file.endsWith(EXTENSION)) continue;
    for (const [, path] of readFileSync(file, 'utf8').matchAll(BESIDE)) {
      const target = resolve(dirname(file), path as string);
      if (!found.includes(target)) found.push(target);
    }
  }
  return found.map((file) => relative(examplesFolder, file));
}
