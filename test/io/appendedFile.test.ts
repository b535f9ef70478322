import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { AppendedFile, readEnds } from '#steepest/io/appendedFile.js';
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const content = (path: string): Promise<string> => readFile(path, 'utf8');

describe('an appended file', () => {
  it('is made with its folders, and holds a piece as soon as it is appended', async () => {
    const path = files.path('new/folders/log.csv');
    const file = await AppendedFile.open(path, { first: bytes('a\n') });
    expect(await content(path)).toBe('a\n');
    for (const piece of ['b\n', '', 'c\n']) await file.append(bytes(piece));
    expect(await content(path)).toBe('a\nb\nc\n');
    expect(await readdir(files.path('new/folders'))).toEqual(['log.csv']);
  });

  it.each([
    [0, ''],
    [4, 'one\n'],
    [8, 'one\ntwo\n'],
    [99, 'one\ntwo\n'],
  ])('keeps %d bytes of an old file', async (keep, kept) => {
    const path = await files.write('one\ntwo\n', `kept-${keep}.csv`);
    const file = await AppendedFile.open(path, { keep, first: bytes('three\n') });
    await file.append(bytes('four\n'));
    expect(await content(path)).toBe(`${kept}three\nfour\n`);
  });

  it('goes on behind what another process appends', async () => {
    const path = files.path('shared.csv');
    const file = await AppendedFile.open(path);
    await file.append(bytes('1\n'));
    await writeFile(path, '2\n', { flag: 'a' });
    await file.append(bytes('3\n'));
    expect(await content(path)).toBe('1\n2\n3\n');
  });

  it('follows links, also to a file that does not exist', async () => {
    await mkdir(files.path('there'));
    await symlink(files.path('there/real.csv'), files.path('link.csv'));
    const file = await AppendedFile.open(files.path('link.csv'), { first: bytes('a\n') });
    await file.append(bytes('b\n'));
    expect(await content(files.path('there/real.csv'))).toBe('a\nb\n');
  });

  it.runIf(process.platform !== 'win32')('writes to devices', async () => {
    const file = await AppendedFile.open('/dev/null', { first: bytes('a\n') });
    await file.append(bytes('b\n'));
    expect(await readEnds('/dev/null')).toBeUndefined();
  });

  it('is refused where a folder or a file is in the way', async () => {
    const path = await files.write('x', 'a-file');
    await mkdir(files.path('a-folder'));
    await expect(AppendedFile.open(`${path}/log.csv`)).rejects.toEqual(
      refused('ERR_DATA_FILE', 'to make the folder', 'name another folder'),
    );
    await expect(AppendedFile.open(`${path}/deeper/log.csv`)).rejects.toEqual(
      refused('ERR_DATA_FILE', 'to make the folder', 'name another folder'),
    );
    await expect(AppendedFile.open(files.path('a-folder'))).rejects.toEqual(
      refused('ERR_DATA_FILE', 'a-folder', 'EISDIR', 'It is a folder'),
    );
  });

  it('says what happened if its folder disappears', async () => {
    const path = files.path('gone/log.csv');
    const file = await AppendedFile.open(path);
    await rm(files.path('gone'), { recursive: true });
    await expect(file.append(bytes('a\n'))).rejects.toEqual(refused('ERR_DATA_FILE', 'gone', 'ENOENT'));
  });
});

describe('the ends of a file', () => {
  it.each([0, 1, 65_535, 65_536, 65_537, 200_000])('of %d bytes', async (size) => {
    const data = Uint8Array.from({ length: size }, (_, i) => (i * 31) & 0xff);
    const path = await files.write(data, `ends-${size}`);
    const most = Math.min(size, 65_536);
    const ends = await readEnds(path);
    expect(ends!.size).toBe(size);
    expect(ends!.start.equals(data.subarray(0, most))).toBe(true);
    expect(ends!.end.equals(data.subarray(size - most))).toBe(true);
  });

  it('are none where there is no file, and no folder', async () => {
    expect(await readEnds(files.path('absent'))).toBeUndefined();
    expect(await readEnds(files.path('no/folder/absent'))).toBeUndefined();
  });
});
