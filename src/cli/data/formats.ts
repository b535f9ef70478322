/** Which kind of data a path holds: by its ending, and by its first bytes where there is doubt. */

import { stat } from 'node:fs/promises';
import { SteepestError } from '../../core/errors.js';
import { showPath } from '../../core/systemErrors.js';
import { fileError, systemError } from '../../data/fileErrors.js';
import { foreignKind } from '../../io/fileKind.js';
import { startOfFile } from '../../io/startOfFile.js';
import type { DataFormat } from './formatNames.js';

export { DATA_FORMATS, type DataFormat } from './formatNames.js';

/** Standard input. */
export const STDIN = '-';

/** Endings of names, the longest first. */
const ENDINGS: readonly (readonly [ending: RegExp, format: DataFormat])[] = [
  [/\.(csv|tsv|tab|txt|data)(\.gz)?$/i, 'csv'],
  [/\.(parquet|pq)$/i, 'parquet'],
  [/\.(arrow|feather|ipc)$/i, 'arrow'],
  [/\.npy$/i, 'npy'],
  [/\.npz$/i, 'npz'],
];

/** First bytes that belong to one format; CSV has none. */
const MAGIC: readonly (readonly [start: string, format: DataFormat])[] = [
  ['PAR1', 'parquet'],
  ['ARROW1', 'arrow'],
  ['\x93NUMPY', 'npy'],
];

const WORDS: Readonly<Record<DataFormat, string>> = {
  csv: 'a CSV table',
  parquet: 'a Parquet file',
  arrow: 'an Arrow file',
  npy: 'a NumPy array',
  npz: 'a NumPy archive',
  images: 'a folder of images',
};

/** Enough to recognise text and every format. */
const LOOKED_AT = 2 ** 16;

/**
 * The format of a path, or of standard input.
 * @param given the format that the user names; it decides, if the first bytes do not contradict it
 * @throws SteepestError `ERR_DATA_FILE` for what cannot be read, or is another format than its
 *   ending or `given` says; `ERR_ARGUMENT` for another format than CSV on standard input
 */
export async function formatOf(path: string, given?: DataFormat): Promise<DataFormat> {
  if (path === STDIN) return onStdin(given);
  const stats = await stat(path).catch((error: unknown) => {
    throw systemError(path, 'to be a file or a folder', error);
  });
  if (stats.isDirectory()) return inFolder(path, given);
  if (given === 'images') {
    throw fileError(path, 'to be a folder of images', 'a file', 'Pass the folder that holds the images.');
  }
  const named = given ?? ENDINGS.find(([ending]) => ending.test(path))?.[1];
  const start = await startOf(path);
  const text = start.toString('latin1', 0, 8);
  const found = MAGIC.find(([magic]) => text.startsWith(magic))?.[1] ?? archiveOf(start);
  if (found !== undefined && named !== undefined && found !== named)
    mismatch(path, named, WORDS[found], found);
  const format = named ?? found ?? 'csv';
  if (format === 'csv') checkText(path, start);
  return format;
}

function onStdin(given: DataFormat | undefined): DataFormat {
  if (given === undefined || given === 'csv') return 'csv';
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'CSV on standard input',
    given: `--format ${given}`,
    hint: 'Write it to a file, and pass its path.',
  });
}

function inFolder(path: string, given: DataFormat | undefined): DataFormat {
  if (given === undefined || given === 'images') return 'images';
  throw fileError(path, `to be ${WORDS[given]}`, 'a folder', 'Pass the path of a file in it.');
}

async function startOf(path: string): Promise<Buffer> {
  try {
    return await startOfFile(path, LOOKED_AT);
  } catch (error) {
    throw systemError(path, 'to be readable', error);
  }
}

/** Of ZIP archives only those with arrays. */
const archiveOf = (start: Buffer): DataFormat | undefined =>
  foreignKind(start)?.format === 'npz' ? 'npz' : undefined;

/** Files of other programs, which would be read as one strange column. */
function checkText(path: string, start: Buffer): void {
  const kind = foreignKind(start);
  if (kind === undefined) mismatch(path, 'csv', 'a safetensors file', undefined);
  if (/^(text|bytes that begin|an empty file|a gzip file)/.test(kind.words)) return;
  mismatch(path, 'csv', kind.words, undefined);
}

function mismatch(path: string, named: DataFormat, words: string, found: DataFormat | undefined): never {
  const hint =
    found === undefined
      ? 'Pass a table, arrays or a folder of images.'
      : `Pass --format ${found}, or rename the file.`;
  throw new SteepestError('ERR_DATA_FILE', {
    expected: `${showPath(path)} to be ${WORDS[named]}`,
    given: words,
    hint,
  });
}
