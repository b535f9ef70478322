import { join } from 'node:path';
import { localPath } from '../core/localPath.js';
import type { NdArray } from '../core/ndarray.js';
import { isTypedArray } from '../core/realm.js';
import { type ByteSource, withFile } from './byteSource.js';
import * as errors from './fileErrors.js';
import { checkReadOptions, type ReadLimits, type ReadOptions } from './limits/readLimits.js';
import { firstPresent } from './present.js';
import { makeRoom } from './room.js';

/** Arrays that worker threads can read directly: training on them needs no copy. */
export type SharedArray =
  | Uint8Array<SharedArrayBuffer>
  | Int32Array<SharedArrayBuffer>
  | Float32Array<SharedArrayBuffer>
  | Float64Array<SharedArrayBuffer>;

/** Samples and class numbers. */
export interface LabelledImages {
  /** Pixels 0 … 255, one image per row: [n, 784]. */
  x: NdArray<Uint8Array<SharedArrayBuffer>>;
  /** The digit of each image, 0 … 9: [n]. */
  y: NdArray<Int32Array<SharedArrayBuffer>>;
}

/** An element type of IDX, big-endian, and the array that holds it here. */
interface IdxType {
  itemBytes: number;
  /** Bytes of an element of the array. */
  arrayBytes: number;
  make: (length: number) => SharedArray;
  get: (view: DataView, byteOffset: number) => number;
}

const int32s = (length: number): SharedArray => new Int32Array(new SharedArrayBuffer(length * 4));

/**
 * Byte 2 of the magic number. Int8 and int16 become int32, the smallest signed type that arrays
 * here have.
 */
const IDX_TYPES: ReadonlyMap<number, IdxType> = new Map([
  [
    0x08,
    {
      itemBytes: 1,
      arrayBytes: 1,
      make: (n) => new Uint8Array(new SharedArrayBuffer(n)),
      get: (v, at) => v.getUint8(at),
    },
  ],
  [0x09, { itemBytes: 1, arrayBytes: 4, make: int32s, get: (v, at) => v.getInt8(at) }],
  [0x0b, { itemBytes: 2, arrayBytes: 4, make: int32s, get: (v, at) => v.getInt16(at) }],
  [0x0c, { itemBytes: 4, arrayBytes: 4, make: int32s, get: (v, at) => v.getInt32(at) }],
  [
    0x0d,
    {
      itemBytes: 4,
      arrayBytes: 4,
      make: (n) => new Float32Array(new SharedArrayBuffer(n * 4)),
      get: (v, at) => v.getFloat32(at),
    },
  ],
  [
    0x0e,
    {
      itemBytes: 8,
      arrayBytes: 8,
      make: (n) => new Float64Array(new SharedArrayBuffer(n * 8)),
      get: (v, at) => v.getFloat64(at),
    },
  ],
] satisfies [number, IdxType][]);

/** Elements converted at a time. */
const PIECE_ELEMENTS = 2 ** 16;
const MAGIC_BYTES = 4;
const SIZE_BYTES = 4;
/** Maximum rank. Images with channels have four dimensions; this leaves room. */
const MAX_RANK = 8;

function fileError(path: string, expected: string, given: string, hint: string): never {
  throw errors.fileError(path, expected, given, hint);
}

/**
 * Reads an IDX file, the format of MNIST (yann.lecun.com/exdb/mnist): two zero bytes, an element
 * type, a rank, the dimensions and the elements, big-endian. Gzip is recognized by its first bytes,
 * whatever the file's name.
 * @returns an array over shared memory: uint8, int32 (also for int8 and int16), float32 or float64
 * @throws SteepestError `ERR_DATA_FILE` if the file is missing, not an IDX file, or shorter or
 *   longer than its header says; `ERR_DATA_LIMIT`
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { data } from 'steepest';
 * writeFileSync('labels-idx1-ubyte', Buffer.from('00000801000000020703', 'hex'));
 * const labels = await data.readIdx('labels-idx1-ubyte');
 * console.log(labels.shape, [...labels.data]); // [ 2 ] [ 7, 3 ]
 * ```
 */
export async function readIdx(path: string | URL, options: ReadOptions = {}): Promise<NdArray<SharedArray>> {
  const limits = checkReadOptions('readIdx', options);
  return readIdxFile(localPath('the path of an IDX file', path), limits);
}

async function readIdxFile(path: string, limits: ReadLimits): Promise<NdArray<SharedArray>> {
  return withFile(path, limits, async (source) => {
    const { type, shape } = await readHeader(source, path);
    const length = shape.reduce((product, n) => product * n, 1);
    const byteLength = length * type.itemBytes;
    if (byteLength > source.limit) {
      fileError(
        path,
        `to hold ${byteLength} bytes of elements, as its header says`,
        `a file of at most ${source.limit} bytes`,
        'The file is incomplete or not an IDX file: download it again.',
      );
    }
    const data = await readElements(source, type, length);
    await source.end(`${byteLength} bytes of elements`);
    return { data, shape };
  });
}

async function readHeader(source: ByteSource, path: string): Promise<{ type: IdxType; shape: number[] }> {
  const magic = new Uint8Array(MAGIC_BYTES);
  await source.fill(magic, 'the magic number');
  const [zero0, zero1, code, rank] = magic as unknown as [number, number, number, number];
  const type = IDX_TYPES.get(code);
  if (zero0 !== 0 || zero1 !== 0 || type === undefined || rank < 1 || rank > MAX_RANK) {
    fileError(
      path,
      `to start with 00 00, an IDX element type and a rank of 1 to ${MAX_RANK}`,
      [...magic].map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
      'Use an IDX file, such as train-images-idx3-ubyte or its .gz.',
    );
  }
  const sizes = new Uint8Array(rank * SIZE_BYTES);
  await source.fill(sizes, 'the dimensions');
  const view = new DataView(sizes.buffer);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(i * SIZE_BYTES));
  return { type, shape };
}

async function readElements(source: ByteSource, type: IdxType, length: number): Promise<SharedArray> {
  const { budget } = source;
  budget.take(length * type.arrayBytes);
  const data = makeRoom(source.path, length * type.arrayBytes, () => type.make(length));
  if (isTypedArray(data, 'Uint8Array')) {
    await source.fill(data, 'the elements');
    return data;
  }
  const piece = new Uint8Array(Math.min(length, PIECE_ELEMENTS) * type.itemBytes);
  const view = new DataView(piece.buffer);
  for (let begin = 0; begin < length; begin += PIECE_ELEMENTS) {
    if (budget.isDue) await budget.turn();
    const count = Math.min(PIECE_ELEMENTS, length - begin);
    await source.fill(piece.subarray(0, count * type.itemBytes), 'the elements');
    for (let i = 0; i < count; i++) data[begin + i] = type.get(view, i * type.itemBytes);
  }
  return data;
}

const MNIST_SIDE = 28;
const MNIST_CLASSES = 10;

/**
 * Reads MNIST, or a data set in the same four files (Fashion-MNIST, KMNIST), plain or gzipped, from
 * a folder: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte`,
 * `t10k-labels-idx1-ubyte`.
 * @param options `limits` apply to each of the four files
 * @throws SteepestError `ERR_DATA_FILE` if a file is missing, damaged or not of 28 × 28 images and
 *   labels 0 … 9.
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { data } from 'steepest';
 * for (const set of ['train', 't10k']) {
 *   const head = Buffer.from('00000803000000020000001c0000001c', 'hex');
 *   writeFileSync(`${set}-images-idx3-ubyte`, Buffer.concat([head, Buffer.alloc(2 * 784)]));
 *   writeFileSync(`${set}-labels-idx1-ubyte`, Buffer.from('00000801000000020703', 'hex'));
 * }
 * const { train, test } = await data.loadMnist('.');
 * console.log(train.x.shape, [...test.y.data]); // [ 2, 784 ] [ 7, 3 ]
 * ```
 */
export async function loadMnist(
  folder: string | URL,
  options: ReadOptions = {},
): Promise<{ train: LabelledImages; test: LabelledImages }> {
  const limits = checkReadOptions('loadMnist', options);
  const path = localPath('the folder of MNIST', folder);
  return { train: await loadSplit(path, 'train', limits), test: await loadSplit(path, 't10k', limits) };
}

async function loadSplit(
  folder: string,
  split: 'train' | 't10k',
  limits: ReadLimits,
): Promise<LabelledImages> {
  const imagesPath = await findFile(folder, `${split}-images-idx3-ubyte`);
  const labelsPath = await findFile(folder, `${split}-labels-idx1-ubyte`);
  const images = await readIdxFile(imagesPath, limits);
  const labels = await readIdxFile(labelsPath, limits);
  const [count, height, width] = images.shape;
  const hint = 'Give the folder of the four MNIST files.';
  const isImages = images.shape.length === 3 && height === MNIST_SIDE && width === MNIST_SIDE;
  if (!isImages || !isTypedArray(images.data, 'Uint8Array')) {
    fileError(imagesPath, `to hold uint8 images [n, ${MNIST_SIDE}, ${MNIST_SIDE}]`, describe(images), hint);
  }
  if (labels.shape.length !== 1 || labels.shape[0] !== count || !isTypedArray(labels.data, 'Uint8Array')) {
    fileError(labelsPath, `to hold uint8 labels [${count}], one per image`, describe(labels), hint);
  }
  const wrong = labels.data.findIndex((label) => label >= MNIST_CLASSES);
  if (wrong >= 0) {
    const given = `${labels.data[wrong]} at ${wrong}`;
    fileError(labelsPath, `to hold labels below ${MNIST_CLASSES}`, given, hint);
  }
  const y = new Int32Array(new SharedArrayBuffer(labels.data.length * Int32Array.BYTES_PER_ELEMENT));
  y.set(labels.data);
  return {
    x: { data: images.data, shape: [count as number, MNIST_SIDE * MNIST_SIDE] },
    y: { data: y, shape: [count as number] },
  };
}

function describe({ data, shape }: NdArray): string {
  return `${data.constructor.name} [${shape.join(', ')}]`;
}

/** The file as published, decompressed, or as some mirrors spell it. */
async function findFile(folder: string, name: string): Promise<string> {
  const dotted = name.replace('-idx', '.idx');
  const found = await firstPresent(folder, [name, `${name}.gz`, dotted, `${dotted}.gz`]);
  if (found !== undefined) return found;
  const hint = 'Download the four MNIST files into that folder, or give the right one.';
  return fileError(join(folder, name), 'or its .gz to be there', 'no such file', hint);
}
