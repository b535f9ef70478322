import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SteepestError } from '../core/errors.js';
import { localPath } from '../core/localPath.js';
import type { NdArray } from '../core/ndarray.js';
import { nextTurn } from '../core/nextTurn.js';
import { isList } from '../core/realm.js';
import { withFile } from './byteSource.js';
import { fileError, systemError } from './fileErrors.js';
import { checkReadOptions, type ReadLimits, type ReadOptions } from './limits/readLimits.js';
import { firstPresent } from './present.js';
import { makeRoom } from './room.js';

/** Images of CIFAR-10 with their labels. */
export interface CifarImages {
  /**
   * Pixels 0 … 255, one image per row: [n, 3072], which is 32 rows × 32 columns × red, green, blue,
   * channels last.
   */
  x: NdArray<Uint8Array<SharedArrayBuffer>>;
  /** The class of each image, 0 … 9: [n]. */
  y: NdArray<Int32Array<SharedArrayBuffer>>;
}

const SIDE = 32;
const CHANNELS = 3;
const PIXELS = SIDE * SIDE;
const IMAGE_BYTES = PIXELS * CHANNELS;
const LABEL_BYTES = 1;
const RECORD_BYTES = LABEL_BYTES + IMAGE_BYTES;

/**
 * The classes, in the order of their labels (cs.toronto.edu/~kriz/cifar.html).
 * @example
 * ```ts
 * import { data } from 'steepest';
 * console.log(data.cifar10Classes[3]); // cat
 * ```
 */
export const cifar10Classes: readonly string[] = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

const MAX_TRAIN_FILES = 5;

/**
 * Reads CIFAR-10 in its binary layout: records of a label and the red, green and blue planes of 32
 * × 32 pixels. Converts planes to pixels of three channels.
 * @param paths files, plain or gzipped, read in this order as one data set
 * @param options `limits` apply to each file
 * @throws SteepestError `ERR_DATA_FILE` for a file that is missing, has incomplete records, or has
 *   a label above 9
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { data } from 'steepest';
 * writeFileSync('two.bin', Buffer.alloc(2 * 3073, 3));
 * const { x, y } = await data.readCifar10('two.bin');
 * console.log(x.shape, [...y.data]); // [ 2, 3072 ] [ 3, 3 ]
 * ```
 */
export async function readCifar10(
  paths: string | URL | readonly (string | URL)[],
  options: ReadOptions = {},
): Promise<CifarImages> {
  const limits = checkReadOptions('readCifar10', options);
  const list = (isList(paths) ? paths : [paths]) as readonly (string | URL)[];
  if (list.length === 0) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'at least one CIFAR-10 file',
      given: 'none',
      hint: 'Pass paths such as data_batch_1.bin.',
    });
  }
  // A list may have holes.
  const files = Array.from(list, (path) => localPath('the path of a CIFAR-10 file', path));
  return readFiles(files, limits);
}

async function readFiles(files: readonly string[], limits: ReadLimits): Promise<CifarImages> {
  const parts: Records[] = [];
  for (const file of files) parts.push(await readRecords(file, limits));
  const count = parts.reduce((sum, { images }) => sum + images, 0);
  const all = count * IMAGE_BYTES;
  const x = makeRoom(files.join(', '), all, () => new Uint8Array(new SharedArrayBuffer(all)));
  const y = new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT));
  let image = 0;
  for (const { pieces } of parts) {
    for (const piece of pieces) {
      await nextTurn();
      for (let at = 0; at < piece.length; at += RECORD_BYTES, image++) {
        y[image] = piece[at]!;
        interleave(piece, at + LABEL_BYTES, x, image * IMAGE_BYTES);
      }
    }
  }
  return { x: { data: x, shape: [count, IMAGE_BYTES] }, y: { data: y, shape: [count] } };
}

function checkLabels(path: string, piece: Uint8Array, firstImage: number): void {
  for (let at = 0; at < piece.length; at += RECORD_BYTES) {
    const value = piece[at]!;
    if (value < cifar10Classes.length) continue;
    throw fileError(
      path,
      `to hold labels below ${cifar10Classes.length}`,
      `${value} at image ${firstImage + at / RECORD_BYTES}`,
      'Use a file of CIFAR-10 (not CIFAR-100) in the binary layout.',
    );
  }
}

/** Converts three planes to pixels of three channels. */
function interleave(from: Uint8Array, at: number, to: Uint8Array, into: number): void {
  for (let channel = 0; channel < CHANNELS; channel++) {
    const plane = at + channel * PIXELS;
    for (let i = 0; i < PIXELS; i++) to[into + i * CHANNELS + channel] = from[plane + i]!;
  }
}

/** The records of a file, in pieces of complete records. */
interface Records {
  images: number;
  pieces: Uint8Array[];
}

/** Records per piece: a few milliseconds of work. */
const PIECE_RECORDS = 256;

async function readRecords(path: string, limits: ReadLimits): Promise<Records> {
  return withFile(path, limits, async (source) => {
    const pieces: Uint8Array[] = [];
    let piece = new Uint8Array(0);
    let filled = 0;
    for (;;) {
      if (filled === piece.length) {
        piece = new Uint8Array(PIECE_RECORDS * RECORD_BYTES);
        filled = 0;
        pieces.push(piece);
      }
      const more = await source.upTo(piece.length - filled);
      if (more.length === 0) break;
      source.budget.take(more.length);
      piece.set(more, filled);
      filled += more.length;
    }
    pieces[pieces.length - 1] = piece.subarray(0, filled);
    const whole = (pieces.length - 1) * PIECE_RECORDS;
    const rest = filled % RECORD_BYTES;
    const images = whole + (filled - rest) / RECORD_BYTES;
    if (images > 0 && rest === 0) {
      for (const [k, records] of pieces.entries()) checkLabels(path, records, k * PIECE_RECORDS);
      return { images, pieces };
    }
    throw fileError(
      path,
      `to hold whole records of ${RECORD_BYTES} bytes`,
      whole + filled === 0 ? 'an empty file' : `${images} and ${rest} bytes more`,
      'The file is incomplete or not in the binary layout: download it again.',
    );
  });
}

/**
 * Reads a folder of CIFAR-10's binary version: `data_batch_1.bin` … `data_batch_5.bin`, as many as
 * exist from the first on, and `test_batch.bin`, plain or gzipped.
 * @throws SteepestError `ERR_DATA_FILE` as {@link readCifar10}, and if the first or the test batch
 *   is missing
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { data } from 'steepest';
 * writeFileSync('data_batch_1.bin', Buffer.alloc(2 * 3073, 3));
 * writeFileSync('test_batch.bin', Buffer.alloc(3073, 5));
 * const { train, test } = await data.loadCifar10('.');
 * console.log(train.x.shape, test.x.shape); // [ 2, 3072 ] [ 1, 3072 ]
 * ```
 */
export async function loadCifar10(
  folder: string | URL,
  options: ReadOptions = {},
): Promise<{ train: CifarImages; test: CifarImages }> {
  const limits = checkReadOptions('loadCifar10', options);
  const path = localPath('the folder of CIFAR-10', folder);
  const there = await stat(path).catch((error: unknown) => {
    throw systemError(path, 'to be the folder of CIFAR-10', error);
  });
  if (!there.isDirectory()) {
    throw fileError(path, 'to be a folder', 'a file', 'Read a single file with readCifar10.');
  }
  const batches: (string | undefined)[] = [];
  for (let k = 1; k <= MAX_TRAIN_FILES; k++) batches.push(await present(path, `data_batch_${k}.bin`));
  const train = batches.filter((file) => file !== undefined);
  const gap = batches.indexOf(undefined);
  if (gap >= 0 && gap < train.length) {
    throw fileError(
      join(path, `data_batch_${gap + 1}.bin`),
      'or its .gz to be there, as later batches are',
      'no such file',
      'Download it, or name the files with readCifar10.',
    );
  }
  const test = await present(path, 'test_batch.bin');
  if (train.length === 0 || test === undefined) {
    throw fileError(
      join(path, train.length === 0 ? 'data_batch_1.bin' : 'test_batch.bin'),
      'or its .gz to be there',
      'no such file',
      'Download the binary version of CIFAR-10 into that folder, or give the right one.',
    );
  }
  return { train: await readFiles(train, limits), test: await readFiles([test], limits) };
}

const present = (folder: string, name: string): Promise<string | undefined> =>
  firstPresent(folder, [name, `${name}.gz`]);
