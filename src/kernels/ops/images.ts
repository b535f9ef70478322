/** Ops that move images: into groups of 16, to rows, into frames, through windows. */
import { BORDERS, IMAGE_LIMIT } from '../constants.js';
import { ACTIVATION } from './elementwise.js';
import { cols, perElement, plus, rows, scalar, times } from './expression.js';
import { GATHER, gathered, moved, SCALING } from './rows.js';
import {
  atLeast,
  atMost,
  batch,
  batchMatrix,
  exactly,
  IMAGE,
  imageRows,
  imageSides,
  images,
  outSides,
  side,
  vector,
} from './rules.js';
import { choice, f32, finite, flag, i32, op, optional, output, type Rule, whole, word } from './schema.js';

const BY_GROUPS = { splits: 'groups' } as const;
const sourceHolds = (): Rule => exactly(cols('src'), times(...imageSides), 'channels × height × width');

/** A frame around an image. */
const PAD = {
  operands: { x: f32, y: output(f32) },
  scalars: {
    ...IMAGE,
    top: whole(0, IMAGE_LIMIT),
    left: whole(0, IMAGE_LIMIT),
    outHeight: side,
    outWidth: side,
  },
  flops: 0,
};
const framed = (): Rule => [
  atMost(plus(scalar('top'), scalar('height')), scalar('outHeight'), 'a padded image that holds the image'),
  atMost(plus(scalar('left'), scalar('width')), scalar('outWidth'), 'a padded image that holds the image'),
];

const windowGather = () => ({
  operands: { src: GATHER.src, index: GATHER.index, windows: i32, dst: GATHER.dst },
  scalars: { ...IMAGE, outHeight: side, outWidth: side, ...SCALING, fill: finite },
  tableRows: gathered,
  flops: perElement('dst', 2),
  bytes: moved('dst', 'src'),
});
const outSize = plus(scalar('outHeight'), scalar('outWidth'));
const throughWindows = (): Rule => [
  sourceHolds(),
  vector('index'),
  batchMatrix('windows', outSize, 'outHeight + outWidth'),
];

const start = { least: whole(-IMAGE_LIMIT, IMAGE_LIMIT), count: whole(1, 2 * IMAGE_LIMIT) };

export const imageOps = {
  /**
   * **Images** lie in groups of 16. Their matrix has one row per group. Element c·imagePlane(H, W)
   * + (h·W + w)·16 + l of a row is channel c of pixel (h, w) of image 16·group + l.
   * Ops on images are split by `groups`. Lanes past the R-th image are set to zero when images are
   * gathered and when gradients are converted from rows.
   *
   * dst = rows of `src` (channels last: column (h·W + w)·C + c) as images. Rows are selected as in
   * gatherRows. If scaled = 1, each element becomes fma(x, scale, offset).
   */
  gatherImages: op(() => ({
    ...BY_GROUPS,
    operands: GATHER,
    scalars: { ...IMAGE, ...SCALING },
    tableRows: gathered,
    rules: () => [images(imageSides, 'dst'), sourceHolds(), vector('index')],
    flops: perElement('dst', 2),
    bytes: moved('dst', 'src'),
  })),
  /** y[c][top + h][left + w] = x[c][h][w]; the rest of y (outHeight × outWidth) is 0. */
  padImages: op(() => ({
    ...PAD,
    ...BY_GROUPS,
    rules: () => [framed(), images(imageSides, 'x'), images(outSides, 'y')],
  })),
  /**
   * **Images as rows**: one row per image, element (h·W + w)·C + c.
   * If a program has no gradients and its mini-batches would leave most of a group of 16 empty,
   * images keep this layout. padRows, conv2dRows, maxPool2dRows and averagePool2dRows then replace
   * padImages, conv2d, maxPool2d and averagePool2d. They do the same arithmetic in the same order,
   * so an image has the same bits in both layouts.
   *
   * padImages on rows.
   */
  padRows: op(() => ({
    ...PAD,
    rules: () => [framed(), imageRows(imageSides, 'x'), imageRows(outSides, 'y')],
  })),
  /** y[r][(h·W + w)·C + c] = image r of x, for the R rows of the mini-batch. */
  imagesToRows: op(() => ({
    ...BY_GROUPS,
    operands: { x: f32, y: output(f32) },
    scalars: IMAGE,
    rules: () => [images(imageSides, 'x'), imageRows(imageSides, 'y')],
    flops: 0,
  })),
  /** The inverse, 0 in lanes past R; with `s` (images), derivative(value as g, s as s). */
  rowsToImages: op(() => ({
    ...BY_GROUPS,
    operands: { x: f32, s: optional(f32), y: output(f32) },
    scalars: { ...IMAGE, ...ACTIVATION },
    rules: () => [imageRows(imageSides, 'x'), images(imageSides, 's', 'y')],
    flops: 0,
  })),
  /**
   * db[0][o] = tree of 16 lanes; lane l is the sum of dz[o][p][q] over groups, p, q, ascending,
   * from 0. Range: channels o.
   */
  channelSums: op(() => ({
    operands: { dz: f32, db: output(f32) },
    scalars: { height: side, width: side },
    range: cols('db'),
    rules: () => [vector('db'), images([cols('db'), scalar('height'), scalar('width')], 'dz')],
    flops: perElement('dz', 1),
  })),
  /**
   * **Windows** map each row and column of an output image (outHeight × outWidth) to a row and
   * column of an input image (height × width). windows[r] = outHeight row numbers, then outWidth
   * column numbers; −1 means none. New windows are drawn for each row r of the mini-batch, from
   * words of Threefry-2x32-20 with key (seed, stream):
   * (u, v) of counter (step, 2r): top = ⌊u·topCount / 2³²⌋ + topLeast;
   * left = ⌊v·leftCount / 2³²⌋ + leftLeast; (u′, v′) of counter (step, 2r + 1): rows are mirrored
   * if flipRows = 1 and u′ ≥ 2³¹, columns if flipCols = 1 and v′ ≥ 2³¹.
   * Output row p is input row q = top + (mirrored ? outHeight − 1 − p : p);
   * outside the image, with n = height: −1 (constant); the nearest;
   * m = q mod 2n, m < n ? m : 2n − 1 − m (reflect: d c b a | a b c d | d c b a); q mod n (wrap).
   * Columns likewise. `before` holds windows drawn earlier, if any. Row q then becomes row
   * before[r][q] of the image that those windows refer to, and column q becomes column
   * before[r][height + q].
   */
  drawWindows: op(() => ({
    operands: { before: optional(i32), windows: output(i32) },
    scalars: {
      height: side,
      width: side,
      outHeight: side,
      outWidth: side,
      topLeast: start.least,
      topCount: start.count,
      leftLeast: start.least,
      leftCount: start.count,
      border: choice(BORDERS),
      flipRows: flag,
      flipCols: flag,
      seed: word,
      stream: word,
    },
    rules: () => [
      batch('windows'),
      exactly(cols('windows'), outSize, 'outHeight + outWidth'),
      atLeast(rows('before'), rows('windows'), 'as many as windows'),
      exactly(cols('before'), plus(scalar('height'), scalar('width')), 'height + width'),
    ],
    flops: perElement('windows', 2),
  })),
  /**
   * gatherRows through windows: dst[r][(p·outWidth + q)·C + c] = x[(windows[r][p]·width +
   * windows[r][outHeight + q])·C + c], x the row of `src` that gatherRows selects, scaled as there.
   * If either window is negative, the result is `fill`, not scaled.
   * A window past the image counts as an index out of range.
   */
  gatherWindows: op(() => ({
    ...windowGather(),
    rules: () => [
      throughWindows(),
      batch('dst'),
      exactly(cols('dst'), times(...outSides), 'channels × outHeight × outWidth'),
    ],
  })),
  /** The same with images as output, in the layout of gatherImages: 0 in lanes past R. */
  gatherImageWindows: op(() => ({
    ...windowGather(),
    ...BY_GROUPS,
    rules: () => [throughWindows(), images(outSides, 'dst')],
  })),
};
