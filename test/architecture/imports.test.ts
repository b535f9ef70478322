import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

/** Folders from top to bottom: a file may import from its own row and from rows below it. */
const ROWS = [
  ['index.ts'],
  ['cli'],
  ['estimators'],
  ['models', 'blas'],
  ['training'],
  ['parallel'],
  ['compile'],
  ['layers', 'losses', 'optimizers', 'metrics', 'initializers'],
  ['program'],
  ['data', 'io', 'scores', 'solvers'],
  ['kernels'],
  ['core'],
];

const rowOf = (file: string): number => ROWS.findIndex((row) => row.includes(file.split('/')[0]!));

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /\.c?ts$/.test(file));

function importsOf(file: string): string[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  return [...text.matchAll(/from '([^']+)'|require\('([^']+)'\)/g)].map((match) => (match[1] ?? match[2])!);
}

describe('imports', () => {
  it('finds the source', () => {
    expect(files.length).toBeGreaterThan(50);
    for (const file of files) expect(rowOf(file), file).toBeGreaterThanOrEqual(0);
  });

  it.each(files)('%s imports only from its own row and below', (file) => {
    for (const name of importsOf(file).filter((name) => name.startsWith('.'))) {
      const target = relative(SRC, join(SRC, dirname(file), name)).replaceAll('\\', '/');
      if (target.startsWith('..')) continue;
      expect(rowOf(target), `${file} imports ${name}`).toBeGreaterThanOrEqual(rowOf(file));
    }
  });

  it('keeps threads and Piscina in src/parallel', () => {
    for (const file of files) {
      const foreign = importsOf(file).filter((name) => name === 'piscina');
      if (!file.startsWith('parallel/')) expect(foreign, file).toEqual([]);
    }
  });

  it('asks for classes, waits and loads in ways that hold in test runners', () => {
    const builtIn = /instanceof (?:Error|Date|DataView|SharedArrayBuffer|(?:Big)?(?:Float|U?[Ii]nt)\d+\w*)\b/;
    const globalTimer = /(?<![\w.])(?:setTimeout|setInterval|setImmediate)\b/;
    const lateImport = /\bawait import\(/;
    for (const file of files.filter((name) => name.endsWith('.ts'))) {
      const code = readFileSync(join(SRC, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
      const takesTimers = code.includes('/timers.js') || file === 'core/timers.ts';
      if (file !== 'core/realm.ts')
        expect(builtIn.exec(code)?.[0], `${file}: see core/realm.ts`).toBeUndefined();
      if (!takesTimers) expect(globalTimer.exec(code)?.[0], `${file}: see core/timers.ts`).toBeUndefined();
      expect(lateImport.test(code), `${file}: import() fails in Jest, use require in a .cts module`).toBe(
        false,
      );
    }
  });

  it('keeps the add-on in src/kernels', () => {
    for (const file of files) {
      const loads = importsOf(file).some((name) => name.includes('addon.c') || name.endsWith('.node'));
      if (!file.startsWith('kernels/')) expect(loads, file).toBe(false);
    }
  });
});
