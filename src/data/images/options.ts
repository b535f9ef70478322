/** Options of images from files. */

import { checkBoolean, checkInteger, checkKeys, checkNumber } from '../../core/check.js';
import { checkSeed } from '../../core/draws.js';
import { SteepestError, unknownName } from '../../core/errors.js';
import { isList } from '../../core/realm.js';
import { show } from '../../core/show.js';
import { checkLimits, type ReadLimits } from '../limits/readLimits.js';

/** How an image becomes an array of one size. */
export interface ImageOptions {
  /** Height and width in pixels; one number for a square. */
  size: number | readonly [height: number, width: number];
  /** 3 for red, green, blue, or 1 for grey. Default 3. Transparency is dropped. */
  channels?: 1 | 3;
  /**
   * For an image of another shape: 'fill' stretches it, 'cover' keeps its proportions and cuts what
   * is too much, 'contain' keeps them and fills up with black. Default 'fill', as in Keras.
   */
  fit?: 'fill' | 'cover' | 'contain';
  /** `bytes` of one unpacked image, by default 1 GiB; `timeMs` of decoding one. */
  limits?: ReadLimits;
}

/** Options of {@link imageFolder}. */
export interface ImageFolderOptions extends ImageOptions {
  /** The share of images for validation, chosen at random by `seed`. Default: none. */
  split?: number;
  /** Default 0. */
  seed?: number;
  /**
   * Whether the order of images is drawn by `seed`; else it is that of their paths. Default true.
   */
  shuffle?: boolean;
  /** Images per batch. Default 32. */
  batchRows?: number;
}

export interface ResolvedImageOptions {
  height: number;
  width: number;
  channels: 1 | 3;
  fit: 'fill' | 'cover' | 'contain';
  limits: ReadLimits;
}

export interface ResolvedFolderOptions extends ResolvedImageOptions {
  split: number;
  seed: number;
  shuffle: boolean;
  batchRows: number;
}

const IMAGE_NAMES = ['size', 'channels', 'fit', 'limits'];
const FOLDER_NAMES = [...IMAGE_NAMES, 'split', 'seed', 'shuffle', 'batchRows'];
/** Names in Keras and torchvision. */
const ALIASES = {
  imageSize: 'size',
  targetSize: 'size',
  resize: 'size',
  colorMode: 'channels',
  cropToAspectRatio: 'fit',
  padToAspectRatio: 'fit',
  validationSplit: 'split',
  subset: 'split',
  batchSize: 'batchRows',
  randomState: 'seed',
};
const FITS = ['fill', 'cover', 'contain'] as const;
const USUAL_BATCH_ROWS = 32;

function sizeOf(size: unknown): { height: number; width: number } {
  const sides = isList(size) ? size : [size, size];
  if (sides.length !== 2) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'size to be [height, width], or one number',
      given: show(size),
      hint: 'Write size: [64, 64].',
    });
  }
  return { height: checkInteger('size', sides[0]), width: checkInteger('size', sides[1]) };
}

function resolve(options: ImageOptions): ResolvedImageOptions {
  const { channels = 3, fit = 'fill' } = options;
  if (channels !== 1 && channels !== 3) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'channels to be 3 (colour) or 1 (grey)',
      given: show(channels),
      hint: 'Leave it out for colour.',
    });
  }
  if (!FITS.includes(fit)) unknownName('fit', fit, FITS, { stretch: 'fill', crop: 'cover', pad: 'contain' });
  return { ...sizeOf(options.size), channels, fit, limits: checkLimits(options.limits) };
}

/** @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME` */
export function resolveImageOptions(options: ImageOptions): ResolvedImageOptions {
  checkKeys('the options of readImage', options, IMAGE_NAMES, ALIASES);
  return resolve(options);
}

/** @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME` */
export function resolveFolderOptions(options: ImageFolderOptions): ResolvedFolderOptions {
  checkKeys('the options of imageFolder', options, FOLDER_NAMES, ALIASES);
  const { split = 0, seed = 0, shuffle = true, batchRows = USUAL_BATCH_ROWS } = options;
  return {
    ...resolve(options),
    split: checkNumber('split', split, 'a share from 0 up to, not including, 1', (v) => v >= 0 && v < 1),
    seed: checkSeed(seed),
    shuffle: checkBoolean('shuffle', shuffle),
    batchRows: checkInteger('batchRows', batchRows),
  };
}
