import { checkBoolean, checkKeys, checkObject } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { localPath } from '../../core/localPath.js';
import type { NdArray, StoredArray } from '../../core/ndarray.js';
import { reading } from '../../core/refuse.js';
import { show } from '../../core/show.js';
import { writeFileAtomic } from '../../io/atomicWrite.js';
import { memorySource } from '../byteSource.js';
import { fileError } from '../fileErrors.js';
import { checkReadOptions, type ReadOptions } from '../limits/readLimits.js';
import { npyBytes, readNpySource } from './npy.js';
import { readZip, zipBytes } from './zip.js';

const EXTENSION = '.npy';
/** Maximum arrays in an archive: its directory counts them in 16 bits. */
const MAX_ARRAYS = 65_534;

/** Options of {@link readNpz}. */
export interface ReadNpzOptions extends ReadOptions {}

/** Options of `writeNpz`. */
export interface WriteNpzOptions {
  /** Compress the arrays with Deflate, as numpy.savez_compressed does. Default false. */
  compress?: boolean;
}

/**
 * Reads the arrays that numpy.savez or numpy.savez_compressed wrote, by name; {@link readNpy}
 * documents the conversion of each dtype. Checksums are verified.
 * @throws SteepestError `ERR_DATA_FILE` if the file is missing, damaged, or contains anything else
 * @example
 * ```ts
 * import { data } from 'steepest';
 * await data.writeNpz('set.npz', { y: { data: Int32Array.of(0, 1), shape: [2] } });
 * const { y } = await data.readNpz('set.npz');
 * console.log(y?.shape, [...(y?.data ?? [])]); // [ 2 ] [ 0, 1 ]
 * ```
 */
export async function readNpz(
  path: string | URL,
  options: ReadNpzOptions = {},
): Promise<Record<string, NdArray<StoredArray>>> {
  const limits = checkReadOptions('readNpz', options);
  const file = localPath('the path of an NPZ file', path);
  const arrays = new Map<string, NdArray<StoredArray>>();
  await readZip(file, limits, async (name, content, budget) => {
    if (!name.endsWith(EXTENSION)) {
      throw fileError(file, 'to hold .npy files only', `'${name}'`, 'Use a file that numpy.savez wrote.');
    }
    const key = name.slice(0, -EXTENSION.length);
    arrays.set(key, await readNpySource(memorySource(`${file}' '${name}`, content, budget)));
  });
  return Object.fromEntries(arrays);
}

/**
 * Writes arrays for numpy.load, by name. Writes the file atomically.
 * @throws SteepestError `ERR_ARGUMENT` also for 4 GiB or
 * more; `ERR_SHAPE`; `ERR_DATA_FILE` if it cannot be written
 * @example
 * ```ts
 * import { data } from 'steepest';
 * const x = { data: new Float32Array(6), shape: [2, 3] };
 * await data.writeNpz('set.npz', { x }, { compress: true });
 * console.log(Object.keys(await data.readNpz('set.npz'))); // [ 'x' ]
 * ```
 */
export async function writeNpz(
  path: string | URL,
  arrays: Readonly<Record<string, NdArray>>,
  options: WriteNpzOptions = {},
): Promise<void> {
  checkKeys('the options of writeNpz', options, ['compress'], {
    compressed: 'compress',
    deflate: 'compress',
  });
  const compress = checkBoolean('compress', options.compress ?? false);
  const file = localPath('the path of an NPZ file', path);
  const names = reading('the arrays', () => Object.keys(checkObject('the arrays', arrays)));
  if (names.length === 0 || names.length > MAX_ARRAYS) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `1 to ${MAX_ARRAYS} arrays by name`,
      given: String(names.length),
      hint: 'Write { x, y }.',
    });
  }
  const files = names.map((name) => [`${name}${EXTENSION}`, npyBytes(show(name), arrays[name]!)] as const);
  await writeFileAtomic(file, await zipBytes(files, compress), 'ERR_DATA_FILE');
}
