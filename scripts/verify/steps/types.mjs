// Entries and types: judged by publint and "Are the types wrong?", then compiled into a program
// that uses all of them, by the oldest TypeScript that is supported, the first of a change that
// matters here, and the newest.
import { execFile } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { run } from '../lib/check.mjs';
import { packed } from '../lib/installed.mjs';
import { project, tools } from '../lib/tools.mjs';

/** The first that works; the first with buffers in the types of typed arrays; the newest. */
const VERSIONS = ['5.4', '5.7', '7.0'];
/**
 * Exact or not about undefined, with the types of Node.js or
 * with those of browsers, which are the compiler's default.
 */
const STRICTNESS = [
  { exactOptionalPropertyTypes: true, types: ['node'] },
  { exactOptionalPropertyTypes: true, types: [] },
  { exactOptionalPropertyTypes: false, types: ['node'] },
];

const NODE_FILES = ['api.mts', 'api.cts', 'require.cts'];
/** How the program's modules are resolved and written, and its files. */
const MODULES = {
  nodenext: { options: { module: 'nodenext' }, files: NODE_FILES },
  node16: { options: { module: 'node16' }, files: NODE_FILES },
  bundler: { options: { module: 'esnext', moduleResolution: 'bundler' }, files: ['api.ts'] },
  commonjs: {
    options: { module: 'commonjs', moduleResolution: 'node10' },
    files: ['api.ts', 'require.cts'],
  },
};
/** TypeScript 7 has no `node10`. */
const NEWER_COMMONJS = { options: { module: 'commonjs', moduleResolution: 'bundler' }, files: ['api.ts'] };

/** Every combination. @returns {{ name: string, version: string, config: object }[]} */
function combinations() {
  const all = [];
  for (const version of VERSIONS) {
    for (const [name, usual] of Object.entries(MODULES)) {
      const { options, files } = name === 'commonjs' && version === '7.0' ? NEWER_COMMONJS : usual;
      for (const strictness of STRICTNESS) {
        const compilerOptions = {
          ...{ strict: true, noEmit: true, skipLibCheck: false, target: 'es2022' },
          ...{ noUncheckedIndexedAccess: true, ...strictness, ...options },
        };
        const described = `TypeScript ${version}, ${name}, ${JSON.stringify(strictness)}`;
        all.push({ name: described, version, config: { compilerOptions, files } });
      }
    }
  }
  return all;
}

async function compileAll() {
  const folder = project('types');
  for (const extension of ['mts', 'cts'])
    copyFileSync(join(folder, 'api.ts'), join(folder, `api.${extension}`));
  const waiting = combinations().entries();
  let count = 0;
  const lane = async () => {
    for (const [i, { name, version, config }] of waiting) {
      const file = join(folder, `tsconfig.${i}.json`);
      writeFileSync(file, JSON.stringify(config));
      const tsc = join(folder, '..', 'node_modules', `typescript-${version}`, 'bin', 'tsc');
      await promisify(execFile)(process.execPath, [tsc, '-p', file]).catch(({ stdout }) => {
        throw new Error(`${name}:\n${stdout}`);
      });
      count++;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return count;
}

export async function verifyTypes() {
  const bin = tools();
  run(bin('publint'), ['run', packed(), '--strict']);
  run(bin('attw'), [packed(), '--no-emoji']);
  const count = await compileAll();
  return `publint --strict and attw find nothing; ${count} ways to compile, TypeScript ${VERSIONS.join(', ')}`;
}
