import { checkBoolean, checkInteger, checkKeys, checkList, checkObject } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import type { NdArray } from '../../core/ndarray.js';
import { checkRowCount, reading } from '../../core/refuse.js';
import { EDGE, svgOf } from './draw/drawing.js';
import { valueText } from './draw/numbers.js';
import { at, fitText, textAt, titled, widest } from './draw/text.js';
import { pngUri } from './images/png.js';
import { type ImageRange, type ImageStack, readImages, shrunk } from './images/read.js';
import { checkText, type PlotOptions, readPlotOptions } from './options.js';

/**
 * What stands below an image.
 * @example
 * ```ts
 * import { plots } from 'steepest/report';
 *
 * const caption: plots.ImageCaption = { text: 'cat', note: 'is a dog', isWrong: true };
 * const image = { data: new Float32Array(64).fill(0.5), shape: [1, 8, 8] };
 * console.log(plots.images(image, { captions: [caption] }).includes('✗ cat')); // true
 * ```
 */
export interface ImageCaption {
  text: string;
  /** A second line, smaller in weight. */
  note?: string;
  /** Frames the image and puts a cross before the text. */
  isWrong?: boolean;
}

/** Options of `images`. */
export interface ImagesOptions extends PlotOptions {
  /** A caption per image: a text, or text and note. */
  captions?: readonly (string | ImageCaption)[];
  /** What is black and what is white. Default: 0 and 255 for bytes, otherwise 0 and 1. */
  range?: ImageRange;
  /** Images of one row. Default: as many as have room. */
  columns?: number;
}

const MOST_IMAGES = 400;
/** All pictures together have at most so many bytes before they are compressed. */
const MOST_BYTES = 130_000;
/** What each takes besides its pixels. */
const BYTES_AROUND = 200;
/** How wide an image is shown: as its caption asks for, within these. */
const CELL = 64;
const WIDEST_CELL = 110;
const BETWEEN = 10;
const LINE = 15;
const OWN = ['captions', 'range', 'columns'];

/**
 * Images in rows, each with its caption. Large ones are made smaller, so that a drawing has at most
 * about 200 KB: pixels are averaged.
 *
 * @param input `{ data, shape: [images, height, width, channels] }`, at most 400; without the last
 *   axis they are grey
 * @returns one `<svg>` that stands alone
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { plots } from 'steepest/report';
 *
 * const pixels = Uint8Array.of(0, 255, 255, 0, 255, 0, 0, 255);
 * const two = { data: pixels, shape: [2, 2, 2] };
 * const svg = plots.images(two, { captions: ['first', 'second'] });
 * writeFileSync('images.svg', svg);
 * ```
 */
export function images(input: NdArray, options: ImagesOptions = {}): string {
  const read = readPlotOptions('images', options, OWN, 'Images');
  const stack = readImages(input, options.range);
  if (stack.count > MOST_IMAGES) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `at most ${MOST_IMAGES} images`,
      given: String(stack.count),
      hint: 'Choose some of them.',
    });
  }
  const captions = reading('captions', () => readCaptions(options.captions, stack.count));
  const room = read.width - 2 * EDGE + BETWEEN;
  const words = captions.flatMap(({ text, note = '', isWrong }) => [isWrong ? `✗ ${text}` : text, note]);
  const wanted = Math.max(CELL, widest(words, WIDEST_CELL) - BETWEEN + 4);
  const usual = Math.max(1, Math.floor(room / (wanted + BETWEEN)));
  const columns = options.columns === undefined ? usual : checkInteger('columns', options.columns);
  const cell = Math.max(8, room / columns - BETWEEN);
  const lines = Math.max(0, ...captions.map(({ text, note }) => (note ? 2 : text === '' ? 0 : 1)));
  const high = (cell * stack.height) / stack.width;
  const step = high + lines * LINE + BETWEEN + (lines > 0 ? 4 : 0);
  const by = factorOf(stack);
  const parts = captions.map((caption, i) => {
    const [x, y] = [EDGE + (i % columns) * (cell + BETWEEN), 6 + Math.floor(i / columns) * step];
    return imageOf(pngUri(shrunk(stack.of(i), by)), caption, { x, y, cell, high, number: i + 1 });
  });
  const wrong = captions.filter(({ isWrong }) => isWrong).length;
  const listed = captions.flatMap(({ text, note }) =>
    text === '' ? [] : [note ? `${text} (${note})` : text],
  );
  const size = `${stack.width} × ${stack.height} pixels`;
  return svgOf({
    ...read,
    height: 6 + Math.ceil(stack.count / columns) * step,
    description: `${valueText(stack.count)} images of ${size}${wrong > 0 ? `, ${wrong} of them wrong` : ''}. ${listed.join(', ')}`,
    parts,
  });
}

/** By how much images are made smaller, so that all have room. */
function factorOf({ count, height, width, channels }: ImageStack): number {
  for (let by = 1; ; by++) {
    const pixels = Math.max(1, Math.floor(height / by)) * Math.max(1, Math.floor(width / by));
    if ((pixels * channels + BYTES_AROUND) * count <= MOST_BYTES || by > Math.max(height, width)) return by;
  }
}

interface ImagePlace {
  x: number;
  y: number;
  cell: number;
  high: number;
  number: number;
}

function imageOf(uri: string, caption: ImageCaption, { x, y, cell, high, number }: ImagePlace): string {
  const { text, note = '', isWrong = false } = caption;
  const line = isWrong ? `✗ ${text}` : text;
  const said = [line === '' ? `image ${number}` : line, note].filter((part) => part !== '').join(', ');
  const middle = x + cell / 2;
  const below = y + high + LINE;
  const frame = isWrong
    ? `<rect class="wrong" x="${at(x - 2)}" y="${at(y - 2)}" width="${at(cell + 4)}" height="${at(high + 4)}" rx="3"/>`
    : '';
  return [
    `<g${isWrong ? ' class="s2"' : ''}>${titled(said)}`,
    `<image class="pixels" x="${at(x)}" y="${at(y)}" width="${at(cell)}" height="${at(high)}" preserveAspectRatio="none" href="${uri}"/>${frame}`,
    line === ''
      ? ''
      : textAt(middle, below, fitText(line, cell + BETWEEN - 4), {
          anchor: 'middle',
          of: isWrong ? 'name' : '',
        }),
    note === ''
      ? ''
      : textAt(middle, below + LINE, fitText(note, cell + BETWEEN - 4), { anchor: 'middle', of: 'soft' }),
    '</g>',
  ].join('');
}

/** @throws SteepestError `ERR_ARGUMENT`, `ERR_SHAPE`, `ERR_UNKNOWN_NAME` */
function readCaptions(given: unknown, count: number): ImageCaption[] {
  if (given === undefined) return Array.from({ length: count }, () => ({ text: '' }));
  const list = checkList('captions', given);
  checkRowCount('captions', list.length, 'images', count);
  return list.map((one, i) => {
    if (typeof one === 'string') return { text: one };
    const caption = checkObject(`captions[${i}]`, one, "Write 'text' or { text, note }.");
    checkKeys(`captions[${i}]`, caption, ['text', 'note', 'isWrong'], { caption: 'text', wrong: 'isWrong' });
    return {
      text: checkText(`captions[${i}].text`, caption.text),
      note: caption.note === undefined ? undefined : checkText(`captions[${i}].note`, caption.note),
      isWrong:
        caption.isWrong === undefined ? false : checkBoolean(`captions[${i}].isWrong`, caption.isWrong),
    };
  });
}
