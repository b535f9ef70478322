import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Programs of their own: which flags of Node.js a fit bears,
// where it may be started, and that nothing keeps it alive.

const run = promisify(execFile);
const entry = (kind: string) => fileURLToPath(new URL(`../../dist/bundle/${kind}`, import.meta.url));
const CJS = entry('cjs/index.js');
const FIT = `
  const fit = (workers = 2) => {
    const model = sequential({ seed: 1, layers: [layers.dense({ units: 1, inputShape: [1] })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const options = { epochs: 2, workers, progress: false };
    return model.fit([[1], [2]], [[1], [2]], options).then(() => String(model.getWeights()[0].data));
  };`;
const AS_COMMONJS = `const { configure, layers, sequential } = require(${JSON.stringify(CJS)});${FIT}
  fit().then(console.log);`;
const AS_MODULE = `import { createRequire } from 'node:module';
  const { layers, sequential } = createRequire(import.meta.url)(${JSON.stringify(CJS)});${FIT}
  console.log(await fit());`;

let folder: string;
let expected: string;

async function output(flags: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await run(process.execPath, flags, { env: { ...process.env, ...env }, timeout: 30_000 });
  return stdout.trim();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steepest-flags-'));
  await writeFile(join(folder, 'hook.cjs'), '');
  await writeFile(join(folder, 'hook.mjs'), '');
  await writeFile(join(folder, 'program.js'), AS_COMMONJS);
  expected = await output(['-e', AS_COMMONJS]);
  expect(Number(expected)).not.toBeNaN();
});

afterAll(() => rm(folder, { recursive: true }));

const hook = (name: string) => pathToFileURL(join(folder, name)).href;

/** Flags that end a worker thread which inherits them, and others that are often set. */
const FLAGS: Record<string, () => string[]> = {
  'a program given as text in the format that is not the default': () => [
    '--experimental-default-type=module',
    '--input-type=commonjs',
    '-e',
    AS_COMMONJS,
  ],
  'a module given as text': () => ['--input-type=module', '-e', AS_MODULE],
  'hooks and conditions': () => [
    `--require=${join(folder, 'hook.cjs')}`,
    `--import=${hook('hook.mjs')}`,
    '--conditions=development',
    join(folder, 'program.js'),
  ],
  'flags of V8 and of safety': () => [
    '--expose-gc',
    '--max-old-space-size=200',
    '--stack-size=900',
    '--enable-source-maps',
    '--disable-proto=delete',
    '--frozen-intrinsics',
    '--disallow-code-generation-from-strings',
    '-e',
    AS_COMMONJS,
  ],
};

/** The flag left Node.js in version 24. */
const flagNames = Object.keys(FLAGS).filter(
  (name) =>
    !name.includes('not the default') ||
    process.allowedNodeEnvironmentFlags.has('--experimental-default-type'),
);

describe('a fit', () => {
  it.each(flagNames)('bears %s', async (name) => {
    expect(await output(FLAGS[name]!())).toBe(expected);
  });

  it('bears NODE_OPTIONS', async () => {
    const NODE_OPTIONS = `--max-old-space-size=200 --require=${join(folder, 'hook.cjs')} --disable-proto=throw`;
    expect(await output(['-e', AS_COMMONJS], { NODE_OPTIONS })).toBe(expected);
  });

  it('says what is missing where threads are not permitted, in every call', async () => {
    const flag = process.allowedNodeEnvironmentFlags.has('--permission')
      ? '--permission'
      : '--experimental-permission';
    const text = AS_COMMONJS.replace(
      'fit().then(console.log)',
      'const say = (e) => console.log(e.code, e.message.includes("--allow-worker"));' +
        'configure({ maxThreads: 2 }); fit().catch(say); fit().catch(say).then(() => fit()).catch(say)',
    );
    const lines = await output([flag, '--allow-fs-read=*', '--allow-addons', '-e', text]);
    expect(lines.split('\n')).toEqual(Array(3).fill('ERR_WORKER_LOST true'));
  });

  it('runs in the threads and the child processes of a program', async () => {
    const inner = JSON.stringify(
      AS_COMMONJS.replace('console.log', "(w) => require('node:worker_threads').parentPort.postMessage(w)"),
    );
    const threads = `const { Worker } = require('node:worker_threads');
      for (let i = 0; i < 2; i++) new Worker(${inner}, { eval: true }).on('message', console.log);`;
    expect((await output(['-e', threads])).split('\n')).toEqual([expected, expected]);
    const child = `require('node:child_process').fork(${JSON.stringify(join(folder, 'program.js'))});`;
    expect(await output(['--expose-gc', '-e', child])).toBe(expected);
  });

  it('whose thread is ended meanwhile ends with it', async () => {
    const inner = JSON.stringify(
      AS_COMMONJS.replace(
        'fit().then(console.log)',
        "setInterval(() => fit(4), 5); fit().then(() => require('node:worker_threads').parentPort.postMessage(1))",
      ),
    );
    const text = `const { Worker } = require('node:worker_threads');
      const worker = new Worker(${inner}, { eval: true });
      worker.on('message', () => worker.terminate().then(() => console.log('ended')));`;
    expect(await output(['-e', text])).toBe('ended');
  });

  it('lets its program end by itself, with fits that wait and threads that rest', async () => {
    const text = AS_COMMONJS.replace(
      'fit().then(console.log)',
      'configure({ maxThreads: 1, idleTimeoutMs: 1e6 }); for (let i = 0; i < 5; i++) fit(1).then(console.log)',
    );
    expect((await output(['-e', text])).split('\n')).toEqual(Array(5).fill(expected));
  });
});
