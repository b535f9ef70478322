import * as nodeFiles from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FileSystem, type OpenFile, writeFileAtomic } from '#steepest/io/atomicWrite.js';

const refused = expect.objectContaining({ name: 'SteepestError', code: 'ERR_MODEL_FILE' });
const OLD = Buffer.from('what was there before');
const NEW = Uint8Array.from({ length: 1000 }, (_, i) => i);

const { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } = nodeFiles;

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steepest-atomic-'));
  path = join(folder, 'model.safetensors');
});
afterEach(() => rm(folder, { recursive: true }));

it('writes more than 2 GiB in pieces that Node.js takes', async () => {
  const bytes = new Uint8Array(2 ** 31 + 5);
  const lengths: number[] = [];
  const nothing = async (): Promise<void> => {};
  const file: OpenFile = {
    write: async (_, offset, length) => {
      expect(offset).toBe(lengths.reduce((sum, n) => sum + n, 0));
      lengths.push(length);
      return { bytesWritten: length };
    },
    ...{ chown: nothing, chmod: nothing, sync: nothing, close: nothing },
  };
  const files = { ...hooked(() => {}), open: async () => file, rename: nothing, unlink: nothing };
  await writeFileAtomic(path, bytes, 'ERR_MODEL_FILE', files);
  expect(lengths.reduce((sum, n) => sum + n, 0)).toBe(bytes.length);
  expect(Math.max(...lengths)).toBeLessThan(2 ** 31);
});

/** The real file system, with a hook before every operation and at most `chunk` bytes per write. */
function hooked(before: (operation: string) => void, chunk = Number.POSITIVE_INFINITY): FileSystem {
  return {
    async open(name, flags): Promise<OpenFile> {
      before('open');
      const file = await nodeFiles.open(name, flags);
      let closed = false;
      return {
        write: async (bytes, offset, length) => {
          before('write');
          return file.write(bytes, offset, Math.min(length, chunk));
        },
        chown: async (uid, gid) => {
          before('chown');
          await file.chown(uid, gid);
        },
        chmod: async (mode) => {
          before('chmod');
          await file.chmod(mode);
        },
        sync: async () => {
          before('sync');
          await file.sync();
        },
        close: async () => {
          if (!closed) await file.close();
          closed = true;
          before('close');
        },
      };
    },
    realpath: async (name) => {
      before('realpath');
      return nodeFiles.realpath(name);
    },
    readlink: async (name) => {
      before('readlink');
      return nodeFiles.readlink(name);
    },
    stat: async (name) => {
      before('stat');
      return nodeFiles.stat(name);
    },
    access: async (name, mode) => {
      before('access');
      await nodeFiles.access(name, mode);
    },
    rename: async (from, to) => {
      before('rename');
      await nodeFiles.rename(from, to);
    },
    unlink: (name) => nodeFiles.unlink(name),
  };
}

describe('writeFileAtomic', () => {
  it('writes a new file, replaces an old one and leaves nothing else', async () => {
    await writeFileAtomic(path, OLD);
    expect(await readFile(path)).toEqual(OLD);
    await writeFileAtomic(path, NEW);
    expect(Uint8Array.from(await readFile(path))).toEqual(NEW);
    expect(await readdir(folder)).toEqual(['model.safetensors']);
  });

  it('flushes the file before the rename and the folder after it', async () => {
    const done: string[] = [];
    await writeFileAtomic(
      path,
      NEW,
      'ERR_MODEL_FILE',
      hooked((operation) => done.push(operation)),
    );
    const folderFlush = process.platform === 'win32' ? [] : ['open', 'sync', 'close'];
    expect(done).toEqual([
      ...['stat', 'readlink', 'realpath', 'open', 'write', 'sync', 'close', 'rename'],
      ...folderFlush,
    ]);
  });

  it('goes on after short writes', async () => {
    await writeFileAtomic(
      path,
      NEW,
      'ERR_MODEL_FILE',
      hooked(() => {}, 7),
    );
    expect(Uint8Array.from(await readFile(path))).toEqual(NEW);
  });

  it('gives up when the system takes no more bytes', async () => {
    await writeFile(path, OLD);
    await expect(
      writeFileAtomic(
        path,
        NEW,
        'ERR_MODEL_FILE',
        hooked(() => {}, 0),
      ),
    ).rejects.toEqual(refused);
    expect(await readFile(path)).toEqual(OLD);
    expect(await readdir(folder)).toEqual(['model.safetensors']);
  });

  it.each([true, false])(
    'leaves the old or the new file when any one operation fails (old file: %s)',
    async (exists) => {
      const outcomes: string[] = [];
      for (let failing = 1; outcomes.at(-1) !== 'written'; failing++) {
        await rm(path, { force: true });
        if (exists) await writeFile(path, OLD);
        const failure = Object.assign(new Error('input/output error'), { code: 'EIO' });
        let count = 0;
        const files = hooked(() => {
          if (++count === failing) throw failure;
        }, 400);
        const result: unknown = await writeFileAtomic(path, NEW, 'ERR_MODEL_FILE', files).catch(
          (error: unknown) => error,
        );
        if (result !== undefined) expect(result).toMatchObject({ code: 'ERR_MODEL_FILE', cause: failure });
        const left = await readdir(folder);
        if (left.length > 0) expect(left).toEqual(['model.safetensors']);
        const content = left.length === 0 ? undefined : await readFile(path);
        outcomes.push(result === undefined ? 'written' : content?.equals(NEW) ? 'new' : 'old');
        if (outcomes.at(-1) === 'old') expect(content).toEqual(exists ? OLD : undefined);
        else expect(content).toEqual(Buffer.from(NEW));
      }
      // Up to the rename the old file stays; after it only flushing the folder can fail.
      const beforeRename = exists ? 11 : 10;
      const afterRename = process.platform === 'win32' ? 0 : 3;
      expect(outcomes).toEqual([
        ...new Array(beforeRename).fill('old'),
        ...new Array(afterRename).fill('new'),
        'written',
      ]);
    },
  );

  it('keeps permissions', async () => {
    await writeFile(path, OLD);
    await chmod(path, 0o640);
    const before = (await stat(path)).mode;
    await writeFileAtomic(path, NEW);
    expect((await stat(path)).mode).toBe(before);
  });

  if (process.platform !== 'win32')
    it('replaces what a symbolic link points to', async () => {
      const real = join(folder, 'real');
      await writeFile(real, OLD);
      await symlink('real', path);
      await writeFileAtomic(path, NEW);
      expect(Uint8Array.from(await readFile(real))).toEqual(NEW);
      expect((await readdir(folder)).sort()).toEqual(['model.safetensors', 'real']);
    });

  it('refuses a folder that does not exist, and a folder as the file', async () => {
    await expect(writeFileAtomic(join(folder, 'none', 'x'), NEW)).rejects.toEqual(refused);
    await mkdir(path);
    await expect(writeFileAtomic(path, NEW)).rejects.toEqual(refused);
    expect(await readdir(folder)).toEqual(['model.safetensors']);
  });
});
