import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { layers, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { temporaryName } from '#steepest/io/leftovers.js';
import { temporaryFolder } from '../support/folder.js';

const folder = temporaryFolder();
const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
const HOUR_MS = 3_600_000;

/** A folder of its own, and the names of temporary files in it. */
async function fresh(name: string) {
  const path = folder.path(name);
  await mkdir(path);
  const left = async () => (await readdir(path)).filter((file) => file !== 'model.safetensors').sort();
  const save = () => model.save(`${path}/model.safetensors`);
  const put = async (file: string, hours = 0) => {
    await writeFile(`${path}/${file}`, 'x');
    const time = (Date.now() - hours * HOUR_MS) / 1000;
    await utimes(`${path}/${file}`, time, time);
  };
  return { path, left, save, put };
}

/** A process that begins a save and never ends it. */
const STUCK = `
  import * as files from 'node:fs/promises';
  const { writeFileAtomic } = await import(process.argv[1]);
  const open = async (path, flags) => {
    const file = await files.open(path, flags);
    return { ...file, chown: async () => {}, chmod: async () => {}, sync: async () => {}, close: async () => {},
      write: async (bytes, at, length) => {
        await file.write(bytes, at, length - 1);
        console.log('writing');
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      } };
  };
  await writeFileAtomic(process.argv[2], new Uint8Array(1000), undefined, { ...files, open });
`;

describe('temporary files of saves', () => {
  it.runIf(process.platform === 'linux')(
    'are removed once their process is dead, and not before',
    async () => {
      const { path, left, save } = await fresh('killed');
      const script = pathToFileURL('dist/esm/io/atomicWrite.js').href;
      const child = spawn(process.execPath, ['--input-type=module', '-e', STUCK, script, `${path}/other`]);
      await once(child.stdout, 'data');
      const during = await left();
      expect(during).toEqual([expect.stringMatching(new RegExp(`^\\.steepest-[0-9a-f]{16}-${child.pid}-`))]);
      await save();
      expect(await left()).toEqual(during);
      child.kill('SIGKILL');
      await once(child, 'exit');
      await save();
      expect(await left()).toEqual([]);
    },
  );

  it('of other machines and earlier releases are removed after a day', async () => {
    const { left, save, put } = await fresh('old');
    const foreign = `.steepest-${'0'.repeat(16)}-1-${'a'.repeat(12)}.tmp`;
    const young = `.steepest-${'0'.repeat(16)}-999999-${'b'.repeat(12)}.tmp`;
    const nameless = `.steepest-${'c'.repeat(12)}.tmp`;
    await put(foreign, 25);
    await put(young, 23);
    await put(nameless, 25);
    await save();
    expect(await left()).toEqual([young]);
  });

  it.runIf(process.platform === 'linux')('of this process stay, however old', async () => {
    const { left, save, put } = await fresh('own');
    const name = await temporaryName();
    await put(name, 100);
    await save();
    expect(await left()).toEqual([name]);
  });

  it('are all that is removed', async () => {
    const { path, left, save, put } = await fresh('others');
    const names = [
      '.steepest-notes.tmp',
      `x.steepest-${'c'.repeat(12)}.tmp`,
      `.steepest-${'c'.repeat(12)}.tmp2`,
    ];
    for (const name of names) await put(name, 100);
    const directory = `.steepest-${'d'.repeat(12)}.tmp`;
    await mkdir(`${path}/${directory}`);
    await utimes(`${path}/${directory}`, 1, 1);
    await save();
    expect(await left()).toEqual([...names, directory].sort());
  });

  it('do not harm saves side by side', async () => {
    const { path, left } = await fresh('beside');
    await Promise.all(Array.from({ length: 40 }, (_, i) => model.save(`${path}/${i}.safetensors`)));
    expect((await left()).length).toBe(40);
    expect((await left()).every((name) => /^\d+\.safetensors$/.test(name))).toBe(true);
  });
});
