/** Decodes an image file by the optional package sharp. */

import { SteepestError } from '../../core/errors.js';
import { messageOf } from '../../core/show.js';
import { showPath } from '../../core/systemErrors.js';
import { fileError, systemError } from '../fileErrors.js';
import { ReadBudget } from '../limits/readLimits.js';
import { openRegular } from '../openRegular.js';
import { loadSharp } from '../peerModules.cjs';
import { peerError } from '../peers.js';
import type { ResolvedImageOptions } from './options.js';

interface Pixels {
  data: Buffer;
  info: { width: number; height: number; channels: number };
}

/** What is used of sharp. */
interface Sharp {
  metadata(): Promise<{ hasAlpha?: boolean }>;
  rotate(): Sharp;
  resize(width: number, height: number, options: object): Sharp;
  removeAlpha(): Sharp;
  toColourspace(space: string): Sharp;
  raw(options: object): Sharp;
  toBuffer(options: object): Promise<Pixels>;
}
type MakeSharp = (bytes: Uint8Array, options: object) => Sharp;

const USUAL_BYTES = 2 ** 30;
/** What a pixel takes while an image is decoded: four channels. */
const PIXEL_BYTES = 4;

/** @throws SteepestError `ERR_MISSING_PEER` without sharp */
export function requireSharp(what: string): MakeSharp {
  try {
    return loadSharp() as MakeSharp;
  } catch (error) {
    throw peerError('sharp', what, error);
  }
}

/** The bytes of a file. @throws SteepestError `ERR_DATA_FILE` */
export async function bytesOfFile(path: string): Promise<Uint8Array> {
  const { file } = await openRegular(path);
  try {
    return await file.readFile();
  } catch (error) {
    throw systemError(path, 'to be readable', error);
  } finally {
    await file.close().catch(() => undefined);
  }
}

/** What sharp is told of its input. */
interface Settings {
  limitInputPixels: number | false;
  failOn: string;
}

async function pixelsOf(
  make: MakeSharp,
  bytes: Uint8Array,
  settings: Settings,
  { height, width, channels, fit }: ResolvedImageOptions,
): Promise<Pixels> {
  let image = make(bytes, settings).rotate();
  const { hasAlpha } = await image.metadata();
  if (hasAlpha === true) {
    // Before it is resized: the colours would be multiplied with their opacity otherwise.
    const whole = await image.removeAlpha().raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    image = make(whole.data, { ...settings, raw: whole.info });
  }
  return await image
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .resize(width, height, { fit, kernel: 'linear', background: '#000', fastShrinkOnLoad: false })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
}

/**
 * Pixels, row by row, channels last. The image is turned upright as its EXIF data say.
 * @param name its path, for messages
 * @throws SteepestError `ERR_DATA_FILE` for what is no whole image; `ERR_DATA_LIMIT`
 */
export async function decodeImage(
  make: MakeSharp,
  name: string,
  bytes: Uint8Array,
  wanted: ResolvedImageOptions,
): Promise<Uint8Array> {
  const { channels, limits } = wanted;
  const budget = new ReadBudget(name, bytes.length, limits);
  const most = limits.bytes ?? USUAL_BYTES;
  const settings: Settings = {
    limitInputPixels: most === Number.POSITIVE_INFINITY ? false : Math.max(1, Math.floor(most / PIXEL_BYTES)),
    failOn: 'warning',
  };
  try {
    const { data, info } = await budget.within(pixelsOf(make, bytes, settings, wanted));
    if (info.channels !== channels) throw new Error(`${info.channels} channels`);
    return data;
  } catch (error) {
    if (error instanceof SteepestError) throw error;
    const reason = messageOf(error).split('\n')[0]!;
    if (!/pixel limit/i.test(reason)) {
      throw fileError(name, 'to be a whole image', reason, 'Replace the file, or remove it.', error);
    }
    throw new SteepestError(
      'ERR_DATA_LIMIT',
      {
        expected: `${showPath(name)} to unpack to at most ${most} bytes`,
        given: 'a larger image',
        hint: `If you trust the file, pass { limits: { bytes: ${4 * most} } } or more.`,
      },
      { cause: error },
    );
  }
}
