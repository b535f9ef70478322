import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** An open file and what it is. */
export interface Opened {
  file: FileHandle;
  stats: Stats;
}

/**
 * Opens whatever lies at a path to read it. It does not wait: to open a pipe without a writer would
 * hold one of the few threads that Node.js has for files, and for as long as nobody writes.
 * @throws the system's errors
 */
export async function openNow(path: string): Promise<Opened> {
  // Windows has no such flag, and no such files.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    return { file, stats: await file.stat() };
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
}

/** What stands at a path that is no file, in the words of messages; undefined for a file. */
export function otherThanFile(stats: Stats): { given: string; hint: string } | undefined {
  if (stats.isFile()) return undefined;
  if (stats.isDirectory()) return { given: 'a folder', hint: 'Name a file in it.' };
  if (stats.isFIFO()) return { given: 'a pipe', hint: 'Write what comes from it to a file, and name that.' };
  const given = stats.isSocket() ? 'a socket' : 'a device, which has no end';
  return { given, hint: 'Name a file.' };
}

/**
 * How many bytes of a file are read: as many as it had when it was opened, so that a file that
 * grows all the while has an end. Those of /proc and the like say 0 and hold something all the same.
 */
export const readableBytes = ({ size }: Stats): number => (size === 0 ? MOST_OF_UNKNOWN : size);

const MOST_OF_UNKNOWN = 2 ** 26;
