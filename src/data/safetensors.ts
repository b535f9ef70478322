import { checkObject } from '../core/check.js';
import { SteepestError } from '../core/errors.js';
import { localPath } from '../core/localPath.js';
import type { NdArray, StoredArray } from '../core/ndarray.js';
import { reading } from '../core/refuse.js';
import { show } from '../core/show.js';
import { writeFileAtomic } from '../io/atomicWrite.js';
import { foreignKind } from '../io/fileKind.js';
import { inTurns, type ModelSource, modelFileError, readBytes } from '../io/modelFile.js';
import { decoding, encodeSafetensors, safetensorsLength } from '../io/safetensors.js';
import { ALL_TYPES } from '../io/safetensorsTypes.js';
import { checkReadOptions, type ReadOptions } from './limits/readLimits.js';

/**
 * Reads the tensors of a safetensors file of any program, by name, in the order of its header.
 * float16 and bfloat16 become float32, integers of 8 and 16 bits int32, those of 64 bits float64.
 *
 * The file may be hostile: every size is checked against the bytes that are there.
 * @param source a path, a `file:` URL, or the file's bytes
 * @param options `limits`: the largest file in bytes and the longest time in milliseconds
 * @throws SteepestError `ERR_DATA_FILE`, also for element types that no array holds exactly;
 *   `ERR_DATA_LIMIT` for a file beyond `limits`
 * @example
 * ```ts
 * import { data } from 'steepest';
 * await data.writeSafetensors('w.st', { b: { data: Float32Array.of(1, 2), shape: [2] } });
 * const { b } = await data.readSafetensors('w.st');
 * console.log(b?.shape, [...(b?.data ?? [])]); // [ 2 ] [ 1, 2 ]
 * ```
 */
export async function readSafetensors(
  source: ModelSource,
  options: ReadOptions = {},
): Promise<Record<string, NdArray<StoredArray>>> {
  const limits = checkReadOptions('readSafetensors', options);
  const wanted = { reader: 'readSafetensors' };
  try {
    return await readBytes(source, wanted, limits, safetensorsLength, async (bytes, name, budget) => {
      const foreign = foreignKind(bytes);
      if (foreign !== undefined) {
        throw modelFileError(`a safetensors file in ${name}`, foreign.words, foreign.hint);
      }
      const { tensors } = await inTurns(`tensors in ${name}`, decoding(bytes, ALL_TYPES), budget);
      return Object.fromEntries(tensors) as Record<string, NdArray<StoredArray>>;
    });
  } catch (error) {
    // The error of all readers of data.
    if (!(error instanceof SteepestError) || error.code !== 'ERR_MODEL_FILE') throw error;
    throw new SteepestError('ERR_DATA_FILE', error, { cause: error.cause ?? error });
  }
}

/**
 * Writes arrays as the tensors of a safetensors file, by name: for `load_file` of Python's
 * safetensors, for example. Writes the file atomically.
 * @param arrays `{ data, shape }` of float32, float64, int32, uint32 or uint8 by name
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_SHAPE`; `ERR_DATA_FILE` if it cannot be written
 * @example
 * ```ts
 * import { data } from 'steepest';
 * const w = { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] };
 * await data.writeSafetensors('w.safetensors', { 'fc1.weight': w });
 * console.log(Object.keys(await data.readSafetensors('w.safetensors'))); // [ 'fc1.weight' ]
 * ```
 */
export async function writeSafetensors(
  path: string | URL,
  arrays: Readonly<Record<string, NdArray>>,
): Promise<void> {
  const file = localPath('the path of a safetensors file', path);
  const bytes = reading('the arrays', () => encodeSafetensors(checkedArrays(arrays)));
  await writeFileAtomic(file, bytes, 'ERR_DATA_FILE');
}

function checkedArrays(arrays: Readonly<Record<string, NdArray>>): Map<string, NdArray> {
  const given = checkObject('the arrays', arrays, 'Write { name: { data, shape } }.');
  const entries = Object.entries(given) as [string, NdArray][];
  for (const [name, array] of entries) {
    const isArray = typeof array === 'object' && array !== null && Array.isArray(array.shape);
    if (isArray && ArrayBuffer.isView(array.data)) continue;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `the array ${show(name)} as { data, shape } with a typed array`,
      given: show(array),
      hint: 'Pass { data, shape }, for example of getWeights.',
    });
  }
  if (entries.length === 0) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'at least one array by name',
      given: show(arrays),
      hint: 'Write { name: { data, shape } }.',
    });
  }
  return new Map(entries);
}
