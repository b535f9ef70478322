import { execFileSync, spawnSync } from 'node:child_process';
import * as nodeFiles from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileAtomic } from '#steepest/io/atomicWrite.js';
import { refused } from '../support/folder.js';

const { chmod, chown, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } =
  nodeFiles;
const NEW = Buffer.from('the new content');
const OLD = Buffer.from('what was there before');
const isRoot = process.getuid?.() === 0;

/**
 * Of the superuser, whom nothing stops, a device of the test's
 * own: a fault must not cost the machine its /dev/null.
 */
function nullDevice(): string {
  if (!isRoot) return '/dev/null';
  const device = join(folder, 'null');
  const made = spawnSync('mknod', [device, 'c', '1', '3']);
  // Some containers let nobody make devices, and no device is then replaced either.
  return made.status === 0 ? device : '/dev/null';
}

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steepest-target-'));
  path = join(folder, 'model.safetensors');
});
afterEach(() => rm(folder, { recursive: true }));

const describeLinks = process.platform === 'win32' ? () => undefined : describe;

describe('a file that another program removes meanwhile', () => {
  /** Removes the file before its first call, as when two fits keep the last files of one folder. */
  function removing<Given extends unknown[], Result>(call: (...given: Given) => Promise<Result>) {
    let isThere = true;
    return async (...given: Given): Promise<Result> => {
      if (isThere) await rm(path);
      isThere = false;
      return call(...given);
    };
  }

  it.each([
    { realpath: removing((given: string) => nodeFiles.realpath(given)) },
    { access: removing((given: string, mode: number) => nodeFiles.access(given, mode)) },
  ])('is written anew', async (faulty) => {
    await writeFile(path, OLD);
    await writeFileAtomic(path, NEW, 'ERR_MODEL_FILE', { ...nodeFiles, ...faulty });
    expect(await readFile(path)).toEqual(NEW);
    expect(await readdir(folder)).toEqual(['model.safetensors']);
  });
});

describeLinks('what is no regular file', () => {
  it('writes through /dev/null and leaves it a device', async () => {
    const device = nullDevice();
    await writeFileAtomic(device, NEW);
    expect((await stat(device)).isCharacterDevice()).toBe(true);
    await symlink(device, path);
    await writeFileAtomic(path, NEW);
    expect(await readlink(path)).toBe(device);
    expect((await stat(device)).isCharacterDevice()).toBe(true);
  });

  it('writes through a named pipe, and through a link to one', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await symlink('pipe', path);
    for (const name of [pipe, path]) {
      const [content] = await Promise.all([readFile(pipe), writeFileAtomic(name, NEW)]);
      expect(content).toEqual(NEW);
    }
    expect((await stat(pipe)).isFIFO()).toBe(true);
    expect(await readdir(folder)).toEqual(['model.safetensors', 'pipe']);
  });

  it('refuses sockets, folders and disks, and leaves them', async () => {
    const server = createServer();
    const socket = join(folder, 's');
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    try {
      await expect(writeFileAtomic(socket, NEW)).rejects.toEqual(refused('ERR_MODEL_FILE', 'a socket'));
      expect((await stat(socket)).isSocket()).toBe(true);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    await expect(writeFileAtomic(folder, NEW)).rejects.toEqual(
      refused('ERR_MODEL_FILE', 'EISDIR', 'name a file in it'),
    );
    const no = (): boolean => false;
    const disk = { mode: 0o660, uid: 0, gid: 0, isFile: no, isDirectory: no, isFIFO: no } as const;
    const files = { ...nodeFiles, stat: async () => ({ ...disk, isCharacterDevice: no, isSocket: no }) };
    await expect(writeFileAtomic('/dev/sda', NEW, 'ERR_MODEL_FILE', files)).rejects.toEqual(
      refused('ERR_MODEL_FILE', "'/dev/sda'", 'a block device'),
    );
  });

  it('writes to standard output, be it a pipe or a file with something in it', async () => {
    const url = new URL('../../dist/esm/io/atomicWrite.js', import.meta.url);
    const code = `import { writeFileAtomic } from ${JSON.stringify(fileURLToPath(url))};
      console.log('before');
      await writeFileAtomic('/dev/stdout', Buffer.from('bytes\\n'));
      console.log('after');`;
    const args = ['--input-type=module', '-e', code];
    const shell = `'${process.execPath}' "$@" | cat; '${process.execPath}' "$@" > '${path}'`;
    const { stdout, stderr } = spawnSync('sh', ['-c', shell, 'sh', ...args], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toBe('before\nbytes\nafter\n');
    expect(await readFile(path, 'utf8')).toBe('before\nbytes\nafter\n');
    expect(await readdir(folder)).toEqual(['model.safetensors']);
  });

  it('makes the target of a link that points to nothing, through other links and folders', async () => {
    await mkdir(join(folder, 'real', 'deep'), { recursive: true });
    await symlink('real/deep', join(folder, 'shortcut'));
    // Read from the folder that the link really lies in, `..` is real/, not the folder of the test.
    await symlink('../target', join(folder, 'shortcut', 'inner'));
    await symlink('shortcut/inner', path);
    await writeFileAtomic(path, NEW);
    expect(await readFile(join(folder, 'real', 'target'))).toEqual(NEW);
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
    await writeFileAtomic(path, OLD);
    expect(await readFile(join(folder, 'real', 'target'))).toEqual(OLD);
    expect((await lstat(join(folder, 'real', 'deep', 'inner'))).isSymbolicLink()).toBe(true);
  });

  it('keeps owner and permissions of what a link points to', async () => {
    const target = join(folder, 'target');
    await writeFile(target, OLD);
    await chmod(target, 0o604);
    if (isRoot) await chown(target, 1234, 4321);
    const before = await stat(target);
    await symlink('target', path);
    await writeFileAtomic(path, NEW);
    const { mode, uid, gid } = await stat(target);
    expect({ mode, uid, gid }).toEqual({ mode: before.mode, uid: before.uid, gid: before.gid });
  });
});

describe('names', () => {
  it.each([
    ['255 letters', 'a'.repeat(255)],
    ['255 bytes of other letters', `${'é'.repeat(127)}x`],
    ['255 bytes of emoji', `${'🙂'.repeat(63)}abc`],
    ['spaces and newlines', ' a\n b '],
    ['a leading dash', '-rf'],
  ])('takes %s', async (_, name) => {
    if (process.platform === 'win32' && name.includes('\n')) return;
    const long = join(folder, name);
    await writeFileAtomic(long, OLD);
    await writeFileAtomic(long, NEW);
    expect(await readFile(long)).toEqual(NEW);
    expect(await readdir(folder)).toEqual([name]);
  });

  const cases: Record<string, [name: string, ...words: string[]]> = {
    'a name of 256 bytes': ['a'.repeat(256), 'ENAMETOOLONG', '255 bytes'],
    'a path of ten thousand characters': [`${'d/'.repeat(5000)}x`, 'ENAMETOOLONG', '255 bytes'],
    'a missing folder': ['none/model.safetensors', 'ENOENT', 'Make the folder first', 'none'],
    'a new name with a slash behind it': ['new/', 'ENOENT', 'slash'],
    'a file with a slash behind it': ['file/', 'ENOTDIR', 'slash'],
    'a file in a file': ['file/model.safetensors', 'ENOTDIR', 'no folder'],
    'links in a circle': ['loop', 'ELOOP', 'circle'],
    'a link to a missing folder': ['nowhere', 'ENOENT', 'Make the folder first'],
    'a link to itself': ['self', 'ELOOP', 'circle'],
  };
  it.each(process.platform === 'win32' ? [] : Object.entries(cases))(
    'refuses %s',
    async (_, [name, ...words]) => {
      await writeFile(join(folder, 'file'), OLD);
      await symlink('back', join(folder, 'loop'));
      await symlink('loop', join(folder, 'back'));
      await symlink('self', join(folder, 'self'));
      await symlink('none/at/all', join(folder, 'nowhere'));
      const before = await readdir(folder);
      const error = await writeFileAtomic(`${folder}/${name}`, NEW).catch((thrown: unknown) => thrown);
      expect(error).toEqual(refused('ERR_MODEL_FILE', ...words));
      expect((error as Error).message.length).toBeLessThan(600);
      expect(await readdir(folder)).toEqual(before);
      expect(await readFile(join(folder, 'file'))).toEqual(OLD);
    },
  );
});

describe('causes', () => {
  /** Fails one operation with a system's error. */
  const failing = (operation: 'open' | 'rename' | 'access', code: string) => ({
    ...nodeFiles,
    [operation]: async () => {
      throw Object.assign(new Error(`${code}: words of the system, ${operation} '${path}'`), { code });
    },
  });

  it.each([
    ['open', 'EACCES', 'right to write'],
    ['open', 'EROFS', 'reading only'],
    ['open', 'ENOSPC', 'full'],
    ['open', 'EDQUOT', 'share'],
    ['open', 'EMFILE', 'too many files'],
    ['rename', 'EBUSY', 'mount point'],
    ['rename', 'EXDEV', 'mounted by itself'],
    ['rename', 'EIO', 'fault'],
    ['access', 'EACCES', 'right to write'],
    ['access', 'EPERM', 'protected'],
    ['open', 'EODD', 'Check that the folder exists'],
  ] as const)('tells what to do about %s: %s', async (operation, code, words) => {
    await writeFile(path, OLD);
    const written = writeFileAtomic(path, NEW, 'ERR_DATA_FILE', failing(operation, code));
    await expect(written).rejects.toEqual(
      refused('ERR_DATA_FILE', path, `${code}: words of the system`, words),
    );
    expect(await readFile(path)).toEqual(OLD);
    expect(await readdir(folder)).toEqual(['model.safetensors']);
  });

  if (process.platform !== 'win32' && !isRoot)
    it('leaves a file that is protected', async () => {
      await writeFile(path, OLD);
      await chmod(path, 0o444);
      await expect(writeFileAtomic(path, NEW)).rejects.toEqual(refused('ERR_MODEL_FILE', 'EACCES'));
      expect(await readFile(path)).toEqual(OLD);
    });
});
