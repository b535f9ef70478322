/** The images of a folder, with a class for each folder in it. */

import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { SteepestError } from '../../core/errors.js';
import { fileError, systemError } from '../fileErrors.js';

export interface ImageFile {
  path: string;
  /** The number of its class. */
  label: number;
}

export interface ImageFiles {
  classes: readonly string[];
  /** In order of class, then of path. */
  files: readonly ImageFile[];
  /** Files that are no images by their names. */
  ignored: readonly string[];
}

/** Extensions of what sharp reads without further packages. */
const EXTENSIONS = ['.jpg', '.jpeg', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif'];

export const isHidden = (name: string): boolean =>
  name.startsWith('.') || name === 'Thumbs.db' || name === 'desktop.ini';

/** Names in a folder in order of their code units, so that every system gives the same order. */
async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw systemError(folder, 'to be a folder that can be read', error);
  });
  return names.filter((name) => !isHidden(name)).sort();
}

async function isFolder(path: string): Promise<boolean> {
  const stats = await stat(path).catch((error: unknown) => {
    throw systemError(path, 'to be readable', error);
  });
  return stats.isDirectory();
}

/** All files below a folder. */
async function walk(folder: string, into: string[]): Promise<void> {
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    if (await isFolder(path)) await walk(path, into);
    else into.push(path);
  }
}

export const isImage = (path: string): boolean => EXTENSIONS.includes(extname(path).toLowerCase());

/**
 * @throws SteepestError `ERR_DATA_FILE` for a folder that cannot be read, an image outside the
 *   folders of classes, or a class without images; `ERR_EMPTY` without classes
 */
export async function findImages(folder: string): Promise<ImageFiles> {
  const classes: string[] = [];
  const files: ImageFile[] = [];
  const ignored: string[] = [];
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    if (!(await isFolder(path))) {
      if (isImage(path)) {
        const hint = 'Move it into the folder of its class.';
        throw fileError(folder, 'to hold a folder for each class', `the image '${name}' beside them`, hint);
      }
      ignored.push(path);
      continue;
    }
    const found: string[] = [];
    await walk(path, found);
    const images = found.filter(isImage);
    if (images.length === 0) {
      const hint = `Remove the folder, or add images: ${EXTENSIONS.join(', ')}.`;
      throw fileError(path, 'to hold images of its class', 'none', hint);
    }
    files.push(...images.map((image) => ({ path: image, label: classes.length })));
    ignored.push(...found.filter((file) => !isImage(file)));
    classes.push(name);
  }
  if (classes.length === 0) {
    throw new SteepestError('ERR_EMPTY', {
      expected: `'${folder}' to hold a folder for each class`,
      given: 'no folder',
      hint: 'Put the images into folders with the names of their classes: cats/1.jpg, dogs/1.jpg.',
    });
  }
  return { classes, files, ignored };
}
