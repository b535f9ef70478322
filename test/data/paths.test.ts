import { access } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { data } from 'steepest';
import { describe, expect, it } from 'vitest';
import { refused, temporaryFolder } from '../support/folder.js';

/** Every function that takes only a path, so that each takes what the others take. */
const array = { data: Float64Array.of(1, 2), shape: [2] };
const readers: Record<string, (path: never) => Promise<unknown>> = {
  loadCifar10: data.loadCifar10,
  loadMnist: data.loadMnist,
  readArrow: data.readArrow,
  readCifar10: data.readCifar10,
  readIdx: data.readIdx,
  readNpy: data.readNpy,
  readNpz: data.readNpz,
  readParquet: data.readParquet,
};
const writers: Record<string, (path: never) => Promise<unknown>> = {
  writeNpy: (path) => data.writeNpy(path, array),
  writeNpz: (path) => data.writeNpz(path, { array }),
  writeSafetensors: (path) => data.writeSafetensors(path, { array }),
};
const files = temporaryFolder();

const noPaths: Record<string, [value: unknown, ...words: string[]]> = {
  null: [null, 'given null'],
  'a number': [3, 'given 3'],
  'an empty text': ['', "''"],
  'a Buffer': [Buffer.from('a.file'), 'Buffer(6)', 'toString()'],
  'an ArrayBuffer': [new ArrayBuffer(8), 'ArrayBuffer'],
  'a promise': [Promise.resolve('x'), 'Put await before it'],
  'a web address': [
    new URL('https://example.org/x'),
    'https://example.org/x',
    'Download',
    'upload it after saving',
  ],
  'a web address as text': ['https://example.org/x', 'Download'],
  'a file address as text': ['file:///x', 'new URL('],
  'an object': [{ path: 'x' }, "{ path: 'x' }"],
  'ten megabytes of address': [`https://${'x'.repeat(1e7)}`, 'Download'],
};

describe.each(Object.entries({ ...readers, ...writers }))('%s', (name, call) => {
  it.each(Object.entries(noPaths))('refuses %s as a path', async (_, [value, ...words]) => {
    const error: Error = await call(value as never).then(
      () => expect.fail('was taken'),
      (thrown: Error) => thrown,
    );
    expect(error).toEqual(refused('ERR_ARGUMENT', 'to be a path or a file: URL', ...words));
    expect(error.message.length).toBeLessThan(500);
  });

  it('takes a file: URL', async () => {
    const path = files.path(`${name} – 1%2.bin`);
    const result = call(pathToFileURL(path) as never);
    if (name in writers) {
      await result;
      await access(path);
    } else {
      await expect(result).rejects.toEqual(refused('ERR_DATA_FILE', path));
    }
  });
});
