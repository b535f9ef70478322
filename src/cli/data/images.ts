/** Images in a folder: with a class for each sub-folder, or without classes. */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { NdArray } from '../../core/ndarray.js';
import { fileError, systemError } from '../../data/fileErrors.js';
import { bytesOfFile, requireSharp } from '../../data/images/decode.js';
import { findImages, isHidden, isImage } from '../../data/images/files.js';
import { ImageStream } from '../../data/images/imageFolder.js';
import { resolveFolderOptions } from '../../data/images/options.js';

/** The size that images are read in. */
export interface ImageShape {
  size: readonly [height: number, width: number];
  channels: 1 | 3;
}

export interface ReadImages extends ImageShape {
  /** Paths, in the order of the rows. */
  files: readonly string[];
  /** [images, height, width, channels] */
  x: NdArray<Uint8Array>;
  /** The name of each image's folder; undefined for a folder without folders. */
  labels: readonly string[] | undefined;
  /** Names of the folders, in ascending order. */
  classes: readonly string[] | undefined;
  /** Files that are no images by their names. */
  ignored: readonly string[];
}

/** Images that are looked at for their size. */
const LOOKED_AT = 64;
/** Larger images are made smaller: a small network does not need more. */
const LARGEST_SIDE = 64;

/**
 * Reads all images of a folder.
 * @param shape the size to read them in; by default their own, if all have the same small one
 * @throws SteepestError `ERR_MISSING_PEER` without sharp; `ERR_DATA_FILE`, `ERR_EMPTY`
 */
export async function readImages(folder: string, shape?: Partial<ImageShape>): Promise<ReadImages> {
  requireSharp('a folder of images');
  const found = (await hasFolders(folder)) ? await findImages(folder) : await looseImages(folder);
  const { classes, files, ignored } = found;
  const own = shape?.size !== undefined && shape.channels !== undefined ? undefined : await shapeOf(files);
  const size = shape?.size ?? own!.size;
  const channels = shape?.channels ?? own!.channels;
  const options = resolveFolderOptions({ size, channels, shuffle: false });
  const { x } = await new ImageStream(files, classes, options).load();
  return {
    files: files.map(({ path }) => path),
    x,
    labels: classes.length === 0 ? undefined : files.map(({ label }) => classes[label]!),
    classes: classes.length === 0 ? undefined : classes,
    ignored,
    size,
    channels,
  };
}

async function hasFolders(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw systemError(folder, 'to be a folder that can be read', error);
  });
  // A link may lead to a folder: findImages looks at what it leads to.
  return entries.some((entry) => !isHidden(entry.name) && (entry.isDirectory() || entry.isSymbolicLink()));
}

async function looseImages(folder: string): ReturnType<typeof findImages> {
  const names = (await readdir(folder)).filter((name) => !isHidden(name)).sort();
  const images = names.filter(isImage);
  if (images.length === 0) {
    const hint = 'Pass a folder with images, or with a folder of images for each class.';
    throw fileError(folder, 'to hold images', 'none', hint);
  }
  return {
    classes: [],
    files: images.map((name) => ({ path: join(folder, name), label: 0 })),
    ignored: names.filter((name) => !isImage(name)).map((name) => join(folder, name)),
  };
}

/** What is used of sharp's description of an image. */
interface Described {
  width?: number;
  height?: number;
  channels?: number;
  space?: string;
}

/** The images' own size if they agree and are small, or a square that is; grey if all are. */
async function shapeOf(files: readonly { path: string }[]): Promise<ImageShape> {
  const make = requireSharp('a folder of images') as unknown as (bytes: Uint8Array) => {
    metadata(): Promise<Described>;
  };
  const step = Math.max(1, Math.floor(files.length / LOOKED_AT));
  const seen: Described[] = [];
  for (let i = 0; i < files.length; i += step) {
    const { path } = files[i]!;
    const described = await make(await bytesOfFile(path))
      .metadata()
      .catch((error: unknown) => {
        throw fileError(path, 'to be an image', 'something else', 'Replace the file, or remove it.', error);
      });
    seen.push(described);
  }
  const [{ width = 0, height = 0 } = {}] = seen;
  const isSame = seen.every((one) => one.width === width && one.height === height);
  const isSmall = Math.max(width, height) <= LARGEST_SIDE;
  return {
    size: isSame && isSmall ? [height, width] : [LARGEST_SIDE, LARGEST_SIDE],
    channels: seen.every(({ space }) => space === 'b-w' || space === 'grey16') ? 1 : 3,
  };
}
