import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';

interface Folder {
  path: (name: string) => string;
  /** Writes a file and returns its path. */
  write: (content: string | Uint8Array, name?: string) => Promise<string>;
}

/** A folder for the files of one test file, removed at its end. */
export function temporaryFolder(): Folder {
  let folder = '';
  let count = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'steepest-data-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const path = (name: string): string => join(folder, name);
  async function write(content: string | Uint8Array, name = `table${count++}.csv`): Promise<string> {
    await writeFile(path(name), content);
    return path(name);
  }
  return { path, write };
}

/** Matches a SteepestError of this code whose message has these words, in this order. */
export const refused = (code: string, ...words: string[]): unknown =>
  expect.objectContaining({
    name: 'SteepestError',
    code,
    message: expect.stringMatching(
      new RegExp(words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^]*')),
    ),
  });
