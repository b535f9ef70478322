import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** An open file and its type. */
export interface Opened {
  file: FileHandle;
  stats: Stats;
}

/**
 * Opens whatever is at a path for reading. It does not wait: opening a pipe without a writer would
 * block one of Node's few file threads until somebody writes.
 * @throws the system's errors
 */
export async function openNow(path: string): Promise<Opened> {
  // Windows has neither the flag nor such files.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    return { file, stats: await file.stat() };
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
}

/** Describes what is at a path if it is not a file; undefined for a file. */
export function otherThanFile(stats: Stats): { given: string; hint: string } | undefined {
  if (stats.isFile()) return undefined;
  if (stats.isDirectory()) return { given: 'a folder', hint: 'Name a file in it.' };
  if (stats.isFIFO()) return { given: 'a pipe', hint: 'Write its output to a file, and name that.' };
  const given = stats.isSocket() ? 'a socket' : 'a device, which has no end';
  return { given, hint: 'Name a file.' };
}

/**
 * How many bytes of a file are read: its size when it was opened, so that a growing file has an
 * end. Files in /proc and similar report size 0 but have content.
 */
export const readableBytes = ({ size }: Stats): number => (size === 0 ? MOST_OF_UNKNOWN : size);

const MOST_OF_UNKNOWN = 2 ** 26;
