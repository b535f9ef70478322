import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

/**
 * Folders from top to bottom: a file may import from its own row and from rows below it. A folder
 * that is not named belongs to the one that it lies in.
 */
const ROWS = [
  ['index.ts', 'kernels/index.ts'],
  ['cli', 'worker'],
  ['report', 'cluster'],
  ['estimators'],
  ['estimators/base', 'estimators/solvers'],
  ['estimators/onnx'],
  ['networks/models'],
  ['networks/exchange'],
  ['networks/callbacks'],
  ['networks/training'],
  ['networks/compile'],
  [
    'networks/layers',
    'networks/losses',
    'networks/optimizers',
    'networks/metrics',
    'networks/initializers',
    'networks/constraints',
    'networks/schedules',
  ],
  ['networks/nodes'],
  ['kernels/calls'],
  ['parallel', 'program'],
  ['data', 'io', 'metrics'],
  ['kernels'],
  ['core'],
];

/** Folders of `src/`, and its index: as many as a reader can keep in mind. */
const MOST_FOLDERS = 14;

/** The row of the nearest folder that has one; -1 for a file outside all of them. */
function rowOf(path: string): number {
  for (let folder = path; folder !== '.'; folder = dirname(folder)) {
    const row = ROWS.findIndex((names) => names.includes(folder));
    if (row >= 0) return row;
  }
  return -1;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /\.c?ts$/.test(file));

function importsOf(file: string): string[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  return [...text.matchAll(/from '([^']+)'|\b(?:require|import)\('([^']+)'\)/g)].map(
    (match) => (match[1] ?? match[2])!,
  );
}

/** The files of `src/` that a file imports. */
function importedFiles(file: string): string[] {
  return importsOf(file)
    .filter((name) => name.startsWith('.'))
    .map((name) => relative(SRC, join(SRC, dirname(file), name)).replaceAll('\\', '/'))
    .map((name) => name.replace(/\.(c?)js$/, '.$1ts'))
    .filter((name) => files.includes(name));
}

describe('imports', () => {
  it('finds the source', () => {
    expect(files.length).toBeGreaterThan(50);
    for (const file of files) expect(rowOf(file), file).toBeGreaterThanOrEqual(0);
    expect(new Set(files.map((file) => file.split('/')[0])).size).toBeLessThanOrEqual(MOST_FOLDERS);
  });

  it.each(files)('%s imports only from its own row and below', (file) => {
    for (const name of importsOf(file).filter((name) => name.startsWith('.'))) {
      const target = relative(SRC, join(SRC, dirname(file), name)).replaceAll('\\', '/');
      if (target.startsWith('..')) continue;
      expect(rowOf(target), `${file} imports ${name}`).toBeGreaterThanOrEqual(rowOf(file));
    }
  });

  it('go in no circle, those of types included', () => {
    const targets = new Map(files.map((file) => [file, importedFiles(file)]));
    const isDone = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      expect(path, `a circle: ${[...path, file].join(' → ')}`).not.toContain(file);
      if (isDone.has(file)) return;
      for (const target of targets.get(file)!) visit(target, [...path, file]);
      isDone.add(file);
    };
    for (const file of files) visit(file, []);
    expect(targets.get('index.ts')).toContain('core/errors.ts');
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
      // The command is a program of its own: no test runner loads it.
      const isLate = !file.startsWith('cli/') && lateImport.test(code);
      expect(isLate, `${file}: import() fails in Jest, use require in a .cts module`).toBe(false);
    }
  });

  it('keeps the add-on in src/kernels', () => {
    for (const file of files) {
      const loads = importsOf(file).some((name) => name.includes('addon.c') || name.endsWith('.node'));
      if (!file.startsWith('kernels/')) expect(loads, file).toBe(false);
    }
  });
});
