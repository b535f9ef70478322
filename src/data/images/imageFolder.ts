import { availableParallelism } from 'node:os';
import { Draws, STREAMS } from '../../core/draws.js';
import { SteepestError } from '../../core/errors.js';
import { localPath } from '../../core/localPath.js';
import type { NdArray } from '../../core/ndarray.js';
import { makeRoom } from '../room.js';
import { bytesOfFile, decodeImage, requireSharp } from './decode.js';
import { findImages, type ImageFile } from './files.js';
import {
  type ImageFolderOptions,
  type ImageOptions,
  type ResolvedFolderOptions,
  resolveFolderOptions,
  resolveImageOptions,
} from './options.js';

/** Some images: x [images, height, width, channels], y [images]. */
export interface ImageBatch {
  x: NdArray<Uint8Array>;
  /** Class numbers. */
  y: NdArray<Int32Array>;
  /** The name of each class number. */
  classes: readonly string[];
}

/** Files that are read at a time: decoding takes a core each. */
const AT_ONCE = Math.max(1, Math.min(8, availableParallelism()));

/**
 * Images in files, as a stream of batches that `fit`, `evaluate` and `predict` take in place of x
 * and y. Each iteration decodes them again, in the same order; the next batch is decoded while one
 * is used, so that memory holds two.
 * @example
 * ```ts
 * import { mkdirSync, writeFileSync } from 'node:fs';
 * import sharp from 'sharp';
 * import { data } from 'steepest';
 * const blank = { width: 32, height: 32, channels: 3, background: 'red' } as const;
 * for (const path of ['cats/1.png', 'dogs/1.png']) {
 *   mkdirSync(path.slice(0, 4));
 *   writeFileSync(path, await sharp({ create: blank }).png().toBuffer());
 * }
 * const { train } = await data.imageFolder('.', { size: 28, batchRows: 1 });
 * for await (const { x } of train) {
 *   console.log(x.shape);
 *   // [ 1, 28, 28, 3 ]
 *   // [ 1, 28, 28, 3 ]
 * }
 * ```
 */
export class ImageStream implements AsyncIterable<ImageBatch> {
  /** Paths of the images, in the order of the stream. */
  readonly files: readonly string[];
  /** Height, width and channels of each image. */
  readonly shape: readonly [height: number, width: number, channels: number];

  /** See {@link imageFolder}. */
  constructor(
    private readonly images: readonly ImageFile[],
    /** The name of each class number: the names of the folders, in ascending order. */
    readonly classes: readonly string[],
    private readonly options: ResolvedFolderOptions,
  ) {
    this.files = images.map(({ path }) => path);
    this.shape = [options.height, options.width, options.channels];
  }

  /**
   * Number of images.
   * @example
   * ```ts
   * import { mkdirSync, writeFileSync } from 'node:fs';
   * import sharp from 'sharp';
   * import { data } from 'steepest';
   * const blank = { width: 32, height: 32, channels: 3, background: 'red' } as const;
   * for (const path of ['cats/1.png', 'dogs/1.png']) {
   *   mkdirSync(path.slice(0, 4));
   *   writeFileSync(path, await sharp({ create: blank }).png().toBuffer());
   * }
   * console.log((await data.imageFolder('.', { size: 28 })).train.rows); // 2
   * ```
   */
  get rows(): number {
    return this.images.length;
  }

  /** @throws SteepestError `ERR_DATA_FILE` for a damaged file, with its path; `ERR_DATA_LIMIT` */
  async *[Symbol.asyncIterator](): AsyncGenerator<ImageBatch> {
    const { batchRows } = this.options;
    let next: Promise<ImageBatch> | undefined = this.batch(0, batchRows);
    try {
      for (let begin = 0; next !== undefined; begin += batchRows) {
        const batch: ImageBatch = await next;
        const following = begin + batchRows;
        next = following < this.rows ? this.batch(following, batchRows) : undefined;
        // Its error is for who asks for that batch; until then it must not count as unhandled.
        next?.catch(() => undefined);
        yield batch;
      }
    } finally {
      // Who leaves early leaves no file open.
      await next?.catch(() => undefined);
    }
  }

  /**
   * All images in memory that workers share: for a set that fits, decoded once instead of per
   * epoch.
   * @example
   * ```ts
   * import { mkdirSync, writeFileSync } from 'node:fs';
   * import sharp from 'sharp';
   * import { data } from 'steepest';
   * const blank = { width: 32, height: 32, channels: 3, background: 'red' } as const;
   * for (const path of ['cats/1.png', 'dogs/1.png']) {
   *   mkdirSync(path.slice(0, 4));
   *   writeFileSync(path, await sharp({ create: blank }).png().toBuffer());
   * }
   * const { train } = await data.imageFolder('.', { size: 28 });
   * console.log((await train.load()).x.shape); // [ 2, 28, 28, 3 ]
   * ```
   */
  load(): Promise<ImageBatch> {
    return this.batch(0, this.rows, (bytes) => new Uint8Array(new SharedArrayBuffer(bytes)));
  }

  private async batch(
    begin: number,
    most: number,
    allocate = (bytes: number): Uint8Array => new Uint8Array(bytes),
  ): Promise<ImageBatch> {
    const images = this.images.slice(begin, begin + most);
    const size = this.shape.reduce((product, side) => product * side, 1);
    const bytes = images.length * size;
    const pixels = makeRoom(images[0]!.path, bytes, () => allocate(bytes));
    const make = requireSharp('imageFolder');
    let position = 0;
    let failed = false;
    const errors: unknown[] = [];
    const worker = async (): Promise<void> => {
      while (position < images.length && !failed) {
        const at = position++;
        const { path } = images[at]!;
        try {
          pixels.set(await decodeImage(make, path, await bytesOfFile(path), this.options), at * size);
        } catch (error) {
          failed = true;
          errors[at] = error;
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    // The first in the order of the stream, whichever ended first.
    for (const error of errors) if (error !== undefined) throw error;
    return {
      x: { data: pixels, shape: [images.length, ...this.shape] },
      y: { data: Int32Array.from(images, ({ label }) => label), shape: [images.length] },
      classes: this.classes,
    };
  }
}

/** The images of a folder. */
export interface ImageFolder {
  train: ImageStream;
  /** Undefined without `split`. */
  validation: ImageStream | undefined;
  /** The name of each class number: the names of the folders, in ascending order. */
  classes: readonly string[];
  /** Files that have no extension of images, and are not read. Hidden files are left out. */
  ignored: readonly string[];
}

/**
 * Images in folders, one for each class, which is named as the folder: `cats/1.jpg`, `dogs/7.png`;
 * folders within count too. They are decoded while they are needed, by the package sharp (install
 * it beside steepest). As Keras's `image_dataset_from_directory`, but turned upright as their EXIF
 * data say.
 *
 * The order is drawn by `seed`, and the last `split` of it is for validation.
 * @throws SteepestError `ERR_MISSING_PEER` without sharp; `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME` for
 *   options; `ERR_DATA_FILE`, `ERR_EMPTY` for folders
 * @example
 * ```ts
 * import { mkdirSync, writeFileSync } from 'node:fs';
 * import sharp from 'sharp';
 * import { data } from 'steepest';
 * const blank = { width: 32, height: 32, channels: 3, background: 'red' } as const;
 * for (const path of ['cats/1.png', 'dogs/1.png']) {
 *   mkdirSync(path.slice(0, 4));
 *   writeFileSync(path, await sharp({ create: blank }).png().toBuffer());
 * }
 * const { train, classes } = await data.imageFolder('.', { size: 28 });
 * console.log(train.rows, train.shape, classes); // 2 [ 28, 28, 3 ] [ 'cats', 'dogs' ]
 * ```
 */
export async function imageFolder(folder: string | URL, options: ImageFolderOptions): Promise<ImageFolder> {
  const resolved = resolveFolderOptions(options);
  const path = localPath('the folder of images', folder);
  requireSharp('imageFolder');
  const { classes, files, ignored } = await findImages(path);
  const { split, seed, shuffle } = resolved;
  const order = new Draws(seed, STREAMS.images).permutation(files.length);
  const held = Math.floor(split * files.length);
  if (split > 0 && (held === 0 || held === files.length)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'split to leave an image for training and one for validation',
      given: `${split} of ${files.length}`,
      hint: 'Pass another share, or more images.',
    });
  }
  const stream = (rows: Uint32Array): ImageStream => {
    const chosen = shuffle ? rows : rows.slice().sort();
    return new ImageStream(
      Array.from(chosen, (row) => files[row]!),
      classes,
      resolved,
    );
  };
  const kept = files.length - held;
  return {
    train: stream(order.subarray(0, kept)),
    validation: held > 0 ? stream(order.subarray(kept)) : undefined,
    classes,
    ignored,
  };
}

/**
 * One image as {@link imageFolder} reads it, [1, height, width, channels], to predict: from a path,
 * a `file:` URL or its bytes.
 * @throws SteepestError as {@link imageFolder}
 * @example
 * ```ts
 * import { data } from 'steepest';
 * const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwAD'
 *   + 'hgGAWjR9awAAAABJRU5ErkJggg==';
 * const image = await data.readImage(Buffer.from(png, 'base64'), { size: 28, channels: 1 });
 * console.log(image.shape); // [ 1, 28, 28, 1 ]
 * ```
 */
export async function readImage(
  source: string | URL | Uint8Array,
  options: ImageOptions,
): Promise<NdArray<Uint8Array>> {
  const resolved = resolveImageOptions(options);
  const isBytes = ArrayBuffer.isView(source);
  const name = isBytes ? '<bytes>' : localPath('the path of an image', source);
  const make = requireSharp('readImage');
  const data = await decodeImage(make, name, isBytes ? source : await bytesOfFile(name), resolved);
  return { data: new Uint8Array(data), shape: [1, resolved.height, resolved.width, resolved.channels] };
}
