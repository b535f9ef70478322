import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OP_KINDS } from '#steepest/kernels/contract.js';
import { ROOT } from '../support/trackedFiles.js';

const KERNELS = join(ROOT, 'native/kernels');

/** Paths below native/kernels, with the paths that each file includes as it writes them. */
const files = readdirSync(KERNELS, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.inl'))
  .map((name) => {
    const text = readFileSync(join(KERNELS, name), 'utf8');
    const included = [...text.matchAll(/^#include "(.*)"$/gm)].map(([, path]) => path!);
    return { name: name.replaceAll('\\', '/'), text, included };
  });

/** A path that a file includes, from native/kernels on. */
const below = (name: string, path: string): string => join(dirname(name), path).replaceAll('\\', '/');

// What is guarded and named here, a compiler proves: `cmake --build build/cmake --target alone`.
describe('a file of native kernels', () => {
  const families = files.filter(({ name }) => !['all.inl', 'kernel.inl'].includes(name));

  it('includes files that there are', () => {
    const missing = files.flatMap(({ name, included }) =>
      included.filter((path) => !existsSync(join(KERNELS, dirname(name), path))).map((path) => [name, path]),
    );
    expect(missing).toEqual([]);
  });

  it('is guarded, and includes what every kernel is written against', () => {
    expect(families.length).toBeGreaterThan(40);
    const bare = families.filter(
      ({ name, text, included }) =>
        !/^#pragma once$/m.test(text) || !included.some((path) => below(name, path) === 'kernel.inl'),
    );
    expect(bare.map(({ name }) => name)).toEqual([]);
  });

  it('has a line in all.inl', () => {
    const all = files.find(({ name }) => name === 'all.inl')!.included;
    expect(families.map(({ name }) => name).filter((name) => !all.includes(name))).toEqual([]);
  });
});

describe('tests of native kernels in C++', () => {
  const folder = join(ROOT, 'native/test');
  const code = readdirSync(folder)
    .filter((name) => /\.(?:cc|h)$/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8').replace(/\/\/.*|\/\*[\s\S]*?\*\//g, ''))
    .join('\n');
  const isTested = (kind: string): boolean =>
    new RegExp(`\\bOpKind::${kind[0]!.toUpperCase()}${kind.slice(1)}\\b`).test(code);

  // CMake alone builds them, so nothing else would miss a kind. Most need a line in kSpecs.
  it('have a case for every kind of op', () => {
    expect(OP_KINDS.filter((kind) => !isTested(kind))).toEqual([]);
    expect(isTested('conv2dRo')).toBe(false);
  });
});

describe('native code outside of its tests', () => {
  // A C library computes these in its own way, and binaries may not import them (wholeBelow, isWhole).
  const LIBRARY = /\bstd::(?:floor|ceil|trunc|round|rint|nearbyint|exp|expm1|log|log1p|pow|tanh)\b/;

  it('rounds and computes without the C library', () => {
    const folder = join(ROOT, 'native');
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (name) => /\.(?:cc|h|inl)$/.test(name) && !/^(?:fuzz|test)[\\/]/.test(name),
    );
    expect(sources.length).toBeGreaterThan(60);
    expect(sources.filter((name) => LIBRARY.test(readFileSync(join(folder, name), 'utf8')))).toEqual([]);
  });
});
