import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/trackedFiles.js';

/** What a new process has loaded after some code: files of the bundle, and modules of Node.js. */
function loadedBy(code: string): { files: string[]; builtins: string[] } {
  const report = `${code};
    const files = Object.keys(require.cache).map((file) => require('path').basename(file));
    const builtins = process.moduleLoadList.map((name) => name.replace('NativeModule ', ''));
    console.log(JSON.stringify({ files, builtins }))`;
  const { stdout } = spawnSync(process.execPath, ['-e', report], { cwd: ROOT, encoding: 'utf8' });
  return JSON.parse(stdout) as { files: string[]; builtins: string[] };
}

const bundle = join(ROOT, 'dist/bundle/cjs/index.js');
const LATE =
  /^(typescriptKernels|exactKernels|ops|exchange|training|models|files|leastSquares|overRanks|readers|solving|tables)-/;

describe('importing the package', () => {
  it('loads no readers of files, kernels, tables of ops, nor what trains or solves', () => {
    const { files } = loadedBy(`require(${JSON.stringify(bundle)})`);
    expect(files).toContain('index.js');
    expect(files.filter((file) => LATE.test(file))).toEqual([]);
  });

  it('loads no module of Node.js that only some calls need', () => {
    const bare = loadedBy('0').builtins;
    const { builtins } = loadedBy(`require(${JSON.stringify(bundle)})`);
    const added = builtins.filter((name) => !bare.includes(name));
    const late = ['crypto', 'stream', 'v8', 'worker_threads', 'zlib'];
    expect(added.filter((name) => late.includes(name))).toEqual([]);
  });

  it('loads no table of ops in threads that train, nor what only the main thread runs', () => {
    const worker = join(ROOT, 'dist/bundle/cjs/worker.js');
    const { files } = loadedBy(`require(${JSON.stringify(worker)})`);
    expect(files).toContain('worker.js');
    expect(files.filter((file) => LATE.test(file))).toEqual([]);
  });

  it('loads no TypeScript kernels where the add-on computes', () => {
    const code = `process.env.STEEPEST_BACKEND = 'native';
      require(${JSON.stringify(bundle)}).backend()`;
    const { files } = loadedBy(code);
    expect(files).toContain('steepest.node');
    expect(files.filter((file) => LATE.test(file))).toEqual([]);
  });

  it('loads no exact kernels where the fast ones compute', () => {
    const { files } = loadedBy(`process.env.STEEPEST_BACKEND = 'typescript';
      const { layers, sequential } = require(${JSON.stringify(bundle)});
      sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] }).predictSync([1])`);
    expect(files).toContainEqual(expect.stringMatching(/^typescriptKernels-/));
    expect(files).not.toContainEqual(expect.stringMatching(/^exactKernels-/));
  });

  it('loads readers when one is first asked for', () => {
    const { files } = loadedBy(`require(${JSON.stringify(bundle)}).data.csv`);
    expect(files.filter((file) => LATE.test(file))).toEqual([expect.stringMatching(/^readers-/)]);
  });

  it('loads formats of other programs when one is first asked for', () => {
    const code = `const { layers, sequential } = require(${JSON.stringify(bundle)});
      const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
      model.predictSync([1])`;
    const exchange = expect.stringMatching(/^exchange-/);
    expect(loadedBy(code).files).not.toContainEqual(exchange);
    expect(loadedBy(`${code}; model.toOnnx()`).files).toContainEqual(exchange);
    const ridge = `const ridge = new (require(${JSON.stringify(bundle)}).Ridge)(); ridge.toBytes()`;
    expect(loadedBy(ridge).files).not.toContainEqual(exchange);
    // It has learned nothing.
    expect(loadedBy(`${ridge}; try { ridge.toOnnx() } catch {}`).files).toContainEqual(exchange);
  });
});
