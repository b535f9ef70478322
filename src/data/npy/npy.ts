import { checkObject } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { localPath } from '../../core/localPath.js';
import type { NdArray, StoredArray } from '../../core/ndarray.js';
import { isTypedArray } from '../../core/realm.js';
import { reading } from '../../core/refuse.js';
import { show } from '../../core/show.js';
import { writeFileAtomic } from '../../io/atomicWrite.js';
import { type ByteSource, withFile } from '../byteSource.js';
import { fileError } from '../fileErrors.js';
import { checkReadOptions, type ReadBudget, type ReadOptions } from '../limits/readLimits.js';
import { makeRoom } from '../room.js';
import { type NpyHeader, npyHeaderBytes, readNpyHeader } from './header.js';
import { HOST_IS_LITTLE_ENDIAN, NPY_TYPES, npyKind, SAME_BYTES } from './types.js';

/** Bytes converted at a time; a multiple of every element's size. */
const PIECE_BYTES = 2 ** 16;
const MOST_BYTES_AT_ONCE = 2 ** 30;

/**
 * Reads an array that numpy.save wrote: NPY versions 1 to 3, either byte order, C or Fortran order,
 * plain or gzipped.
 *
 * | NumPy | here |
 * |---|---|
 * | float32, float64, int32, uint32, uint8 | the same |
 * | float16 | float32 |
 * | bool | uint8, 0 and 1 |
 * | int8, int16, uint16 | int32 |
 * | int64, uint64 | float64; a value beyond ±(2^53 − 1), which float64 cannot hold exactly, is an error |
 *
 * @returns row-major values over shared memory, and the shape; an array of no dimensions has shape
 *   [] and one value
 * @throws SteepestError `ERR_DATA_FILE` if the file is missing, no NPY file, of another dtype, or
 *   shorter or longer than it says; `ERR_DATA_LIMIT`
 * @example
 * ```ts
 * import { data } from 'steepest';
 * await data.writeNpy('x.npy', { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] });
 * const x = await data.readNpy('x.npy');
 * console.log(x.shape, x.data.constructor.name); // [ 2, 2 ] Float32Array
 * ```
 */
export async function readNpy(path: string | URL, options: ReadOptions = {}): Promise<NdArray<StoredArray>> {
  const limits = checkReadOptions('readNpy', options);
  return withFile(localPath('the path of an NPY file', path), limits, readNpySource);
}

/** Reads an NPY file from any source. */
export async function readNpySource(source: ByteSource): Promise<NdArray<StoredArray>> {
  const header = await readNpyHeader(source);
  const { itemBytes, make } = NPY_TYPES.get(header.kind)!;
  const arrayBytes = make(1).BYTES_PER_ELEMENT;
  const length = header.shape.reduce((product, size) => product * size, 1);
  const byteLength = length * itemBytes;
  if (!(byteLength <= source.limit)) {
    throw fileError(
      source.path,
      `to hold ${byteLength} bytes of elements, as its header says`,
      `at most ${source.limit} bytes`,
      'The file is incomplete: download or write it again.',
    );
  }
  const { budget } = source;
  // A column-major array is copied. Bytes decompressed to memory have already been counted.
  const bytes = length * arrayBytes * (header.fortranOrder ? 2 : 1);
  budget.take(Math.max(0, bytes - (source.isCounted ? byteLength : 0)));
  const data = await readElements(source, header, length);
  await source.end(`${byteLength} bytes of elements`);
  return {
    data: header.fortranOrder
      ? await toRowMajor(
          data,
          makeRoom(source.path, data.byteLength, () => make(length)),
          header.shape,
          budget,
        )
      : data,
    shape: header.shape,
  };
}

async function readElements(source: ByteSource, header: NpyHeader, length: number): Promise<StoredArray> {
  const { kind, littleEndian } = header;
  const type = NPY_TYPES.get(kind)!;
  const data = makeRoom(source.path, length * type.itemBytes, () => type.make(length));
  if (SAME_BYTES.has(kind) && (littleEndian === HOST_IS_LITTLE_ENDIAN || type.itemBytes === 1)) {
    // In pieces: an array of bytes ends at 4 GiB in Node.js 20.
    for (let at = 0; at < data.byteLength; at += MOST_BYTES_AT_ONCE) {
      const count = Math.min(MOST_BYTES_AT_ONCE, data.byteLength - at);
      await source.fill(new Uint8Array(data.buffer, at, count), 'elements');
    }
    return data;
  }
  const piece = new Uint8Array(PIECE_BYTES);
  const view = new DataView(piece.buffer);
  const perPiece = PIECE_BYTES / type.itemBytes;
  for (let begin = 0; begin < length; begin += perPiece) {
    if (source.budget.isDue) await source.budget.turn();
    const count = Math.min(perPiece, length - begin);
    await source.fill(piece.subarray(0, count * type.itemBytes), 'elements');
    const mayNotFit = !isTypedArray(data, 'Float32Array') && kind !== 'f8';
    for (let i = 0; i < count; i++) {
      const value = type.get(view, i * type.itemBytes, littleEndian);
      if (mayNotFit && Number.isNaN(value)) {
        throw tooLarge(source.path, header, begin + i, view, i * type.itemBytes);
      }
      data[begin + i] = value;
    }
  }
  return data;
}

function tooLarge(path: string, header: NpyHeader, index: number, view: DataView, at: number): SteepestError {
  const { kind, littleEndian } = header;
  const value = kind === 'i8' ? view.getBigInt64(at, littleEndian) : view.getBigUint64(at, littleEndian);
  return fileError(
    path,
    'to hold integers within ±(2^53 − 1), which float64 holds exactly',
    `${value} at element ${index}`,
    "If rounding does no harm, convert it in NumPy: array.astype('float64').",
  );
}

/** Elements moved at a time. */
const PIECE_ELEMENTS = 2 ** 16;

/** `data` copied to `into` with the last dimension varying fastest instead of the first. */
async function toRowMajor(
  data: StoredArray,
  into: StoredArray,
  shape: readonly number[],
  budget: ReadBudget,
): Promise<StoredArray> {
  const strides = shape.map((_, k) => shape.slice(0, k).reduce((product, size) => product * size, 1));
  const position = shape.map(() => 0);
  let from = 0;
  for (let begin = 0; begin < into.length; begin += PIECE_ELEMENTS) {
    if (budget.isDue) await budget.turn();
    from = moveElements(data, into, begin, from, shape, strides, position);
  }
  return into;
}

/** Moves a piece that begins at `position`. @returns the source position of the next one */
function moveElements(
  data: StoredArray,
  into: StoredArray,
  begin: number,
  first: number,
  shape: readonly number[],
  strides: readonly number[],
  position: number[],
): number {
  const end = Math.min(into.length, begin + PIECE_ELEMENTS);
  let from = first;
  for (let i = begin; i < end; i++) {
    into[i] = data[from]!;
    // Counts in row-major order; `from` is the position of that element in Fortran order.
    for (let k = shape.length - 1; k >= 0; k--) {
      from += strides[k]!;
      if (++position[k]! < shape[k]!) break;
      from -= strides[k]! * shape[k]!;
      position[k] = 0;
    }
  }
  return from;
}

/** The bytes of an NPY file. @throws SteepestError `ERR_SHAPE`, `ERR_ARGUMENT` */
export function npyBytes(what: string, array: NdArray): Buffer {
  return reading(what, () => checkedBytes(what, array));
}

function checkedBytes(what: string, array: NdArray): Buffer {
  const length = npyKind(array) === undefined ? '…' : String((array as unknown as ArrayLike<number>).length);
  const example = `Write { data, shape: [${length}] }.`;
  const { data, shape } = checkObject(what, array, example) as unknown as NdArray;
  const kind = npyKind(data);
  if (kind === undefined) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${what}.data to be a typed array of numbers`,
      given: show(data),
      hint: 'Pass { data, shape }, or table.toMatrix() of a DataTable.',
    });
  }
  const valid =
    Array.isArray(shape) && Array.from(shape).every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!valid || shape.reduce((product, size) => product * size, 1) !== data.length) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `${what}.shape to have a product of ${data.length}, the number of elements`,
      given: show(shape),
      hint: 'Change shape so that its product is data.length.',
    });
  }
  const header = npyHeaderBytes({ kind, littleEndian: HOST_IS_LITTLE_ENDIAN, shape: [...shape] });
  return Buffer.concat([header, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);
}

/**
 * Writes an array for numpy.load: NPY version 1.0, C order, the
 * array's own element type. Writes the file atomically.
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_SHAPE`; `ERR_DATA_FILE` if it cannot be written
 * @example
 * ```ts
 * import { data } from 'steepest';
 * await data.writeNpy('y.npy', { data: Int32Array.of(0, 1, 1), shape: [3] });
 * console.log([...(await data.readNpy('y.npy')).data]); // [ 0, 1, 1 ]
 * ```
 */
export async function writeNpy(path: string | URL, array: NdArray): Promise<void> {
  const file = localPath('the path of an NPY file', path);
  const bytes = npyBytes('array', array);
  await writeFileAtomic(file, bytes, 'ERR_DATA_FILE');
}
