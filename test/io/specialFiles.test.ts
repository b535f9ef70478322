import { execFileSync, spawn } from 'node:child_process';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { data, layers, load, loadEstimator, Sequential, sequential } from 'steepest';
import { beforeAll, describe, expect, it } from 'vitest';
import { readWhole } from '#steepest/io/readWhole.js';
import { safetensorsLength } from '#steepest/io/safetensors.js';
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
const model = sequential({ layers: [layers.dense({ units: 100, inputShape: [300] })], seed: 7 });

/** What reads one file, of whatever kind. */
const READERS: Record<string, (path: string) => Promise<unknown>> = {
  load: (path) => load(path, Sequential),
  loadEstimator: (path) => loadEstimator(path),
  csv: (path) => data.csv(path).load(),
  readNpy: (path) => data.readNpy(path),
  readNpz: (path) => data.readNpz(path),
  readSafetensors: (path) => data.readSafetensors(path),
  readIdx: (path) => data.readIdx(path),
  readParquet: (path) => data.readParquet(path),
  readArrow: (path) => data.readArrow(path),
  readCifar10: (path) => data.readCifar10(path),
};
const codeOf = (name: string): string => (name.startsWith('load') ? 'ERR_MODEL_FILE' : 'ERR_DATA_FILE');

/** A pipe with a name, and a process that writes to it what a command of the shell prints. */
function pipeOf(name: string, command: string): string {
  const path = files.path(name);
  execFileSync('mkfifo', [path]);
  spawn('sh', ['-c', `${command} > '${path}'`], { stdio: 'ignore' });
  return path;
}

beforeAll(() => model.save(files.path('model')));

describe.skipIf(process.platform === 'win32')('what is no file', () => {
  it.each(Object.keys(READERS))('is refused at once by %s: devices, folders, sockets', async (name) => {
    const socket = files.path(`socket-${name}`);
    const server = createServer().listen(socket);
    await mkdir(files.path(`folder-${name}`));
    for (const path of ['/dev/zero', '/dev/null', files.path(`folder-${name}`), socket]) {
      await expect(READERS[name]!(path), path).rejects.toEqual(refused(codeOf(name)));
    }
    server.close();
  });

  it.each(Object.keys(READERS).filter((name) => !/^load|Safetensors/.test(name)))(
    'is refused at once by %s: a pipe that nobody writes to',
    async (name) => {
      const path = files.path(`pipe-${name}`);
      execFileSync('mkfifo', [path]);
      await expect(READERS[name]!(path)).rejects.toEqual(refused('ERR_DATA_FILE', 'a pipe'));
    },
  );
});

describe.skipIf(process.platform === 'win32')('load from a pipe', () => {
  it('reads a model to its end', async () => {
    const path = pipeOf('whole', `cat '${files.path('model')}'`);
    expect((await load(path, Sequential)).getWeights()).toEqual(model.getWeights());
  });

  it('waits for what comes slowly', async () => {
    const command = `sleep 0.1; head -c 100 '${files.path('model')}'; sleep 0.1; tail -c +101 '${files.path('model')}'`;
    const path = pipeOf('slow', `(${command})`);
    expect((await load(path, Sequential)).getWeights()).toEqual(model.getWeights());
  });

  it('stops where bytes without end are no model, or more than one', async () => {
    await expect(load(pipeOf('endless', 'yes'), Sequential)).rejects.toEqual(
      refused('ERR_MODEL_FILE', 'text'),
    );
    const command = `(cat '${files.path('model')}'; yes)`;
    await expect(load(pipeOf('too-long', command), Sequential)).rejects.toEqual(
      refused('ERR_MODEL_FILE', 'more'),
    );
    // A header of 100 bytes that is none.
    const broken = pipeOf('broken', `(printf 'd\\0\\0\\0\\0\\0\\0\\0{'; yes)`);
    await expect(load(broken, Sequential)).rejects.toEqual(refused('ERR_MODEL_FILE'));
  });

  it('gives up after a time without a byte', async () => {
    const nobody = files.path('nobody');
    execFileSync('mkfifo', [nobody]);
    const silent = pipeOf('silent', `(head -c 100 '${files.path('model')}'; sleep 2)`);
    for (const path of [nobody, silent]) {
      await expect(readWhole(path, safetensorsLength, () => {}, 50)).rejects.toMatchObject({
        given: expect.stringMatching(/without a byte/),
      });
    }
  });
});

it('load reads no more of a file than its header says, and one byte', async () => {
  const bytes = await readFile(files.path('model'));
  const longer = await files.write(bytes, 'longer');
  await appendFile(longer, Buffer.alloc(200_000));
  expect((await readWhole(longer, safetensorsLength)).length).toBe(bytes.length + 1);
  await expect(load(longer, Sequential)).rejects.toEqual(
    refused('ERR_MODEL_FILE', 'as the header says, given more'),
  );
});
