/** Convolutions of images and their gradients. */
import { GROUP_IMAGES, IMAGE_LIMIT } from '../constants.js';
import { ACTIVATION } from './elementwise.js';
import {
  cols,
  type Expression,
  minus,
  perElement,
  plus,
  quotient,
  rows,
  scalar,
  times,
} from './expression.js';
import {
  atLeast,
  atMost,
  divides,
  exactly,
  halved,
  IMAGE,
  imageRows,
  imageSides,
  images,
  packedIndex,
  type Sides,
  side,
  vectorOf,
  withinImage,
} from './rules.js';
import { f32, op, optional, output, type Rule, u8, whole } from './schema.js';

/** Rows or columns of padding before the image: at most the extent of a kernel. */
const padding = whole(0, IMAGE_LIMIT ** 2);

/**
 * The scalars of convolution ops: sizes of x, y and the kernel, the kernel's steps, and the rows
 * and columns of padding before x.
 */
export const CONVOLUTION = {
  ...IMAGE,
  outHeight: side,
  outWidth: side,
  kernelH: side,
  kernelW: side,
  strideH: side,
  strideW: side,
  dilationH: side,
  dilationW: side,
  top: padding,
  left: padding,
  groups: side,
};

const reach = (axis: 'H' | 'W') => times(minus(scalar(`kernel${axis}`), 1), scalar(`dilation${axis}`));

/** Every kernel position begins within the image. */
export const placed = (): Rule => [
  atMost(scalar('top'), reach('H'), 'padding within the reach of the kernel'),
  atMost(scalar('left'), reach('W'), 'padding within the reach of the kernel'),
  withinImage('H', 'kernels that begin within the image'),
  withinImage('W', 'kernels that begin within the image'),
];

/** A convolution. The operand `weights` holds its weights or their gradient. */
export const weighted = (weights: string): Rule => {
  const inGroup = quotient(scalar('channels'), scalar('groups'));
  return [
    placed(),
    divides(scalar('groups'), scalar('channels'), 'channels in equal groups'),
    divides(scalar('groups'), cols(weights), 'outputs in equal groups'),
    exactly(rows(weights), times(scalar('kernelH'), scalar('kernelW'), inGroup), 'one for each tap'),
  ];
};

/** The output images of a convolution. */
export const outputSides = (weights: string): Sides => [
  cols(weights),
  scalar('outHeight'),
  scalar('outWidth'),
];
export const pooledSides = (weights: string): Sides => halved(outputSides(weights));
export const hasWindow = (sides: Sides): Rule => [
  atLeast(sides[1], 1, 'at least one window'),
  atLeast(sides[2], 1, 'at least one window'),
];
export const bias = (): Rule => vectorOf('bias', cols('w'), 'one for each output');

/**
 * One multiplication and one addition per kernel element, image and pixel. `share` is the fraction
 * of these products that remains. Images count in whole groups of 16, and taps in the padding are
 * included.
 */
export const taps = (
  kernel: string,
  of: string,
  share: Expression = 1,
  imagesInRow: number = GROUP_IMAGES,
): Expression =>
  times(
    2,
    share,
    rows(kernel),
    cols(kernel),
    times(rows(of), imagesInRow),
    scalar('outHeight'),
    scalar('outWidth'),
  );

/** The parts that an op shares with its Winograd counterpart (winograd.ts). */
export const forward = () => ({
  operands: { x: f32, w: f32, bias: optional(f32), y: output(f32) },
  scalars: { ...CONVOLUTION, ...ACTIVATION },
  splits: 'groups' as const,
  rules: () => [weighted('w'), images(imageSides, 'x'), images(outputSides('w'), 'y'), bias()],
});
export const inputGradient = () => ({
  operands: { dz: f32, w: f32, s: optional(f32), dx: output(f32) },
  scalars: { ...CONVOLUTION, ...ACTIVATION },
  splits: 'groups' as const,
  rules: () => [weighted('w'), images(outputSides('w'), 'dz'), images(imageSides, 'dx', 's')],
});
export const pooled = () => ({
  operands: { x: f32, w: f32, bias: optional(f32), y: output(f32), index: optional(output(u8)) },
  scalars: { ...CONVOLUTION, ...ACTIVATION },
  splits: 'groups' as const,
  rules: () => [
    weighted('w'),
    hasWindow(pooledSides('w')),
    images(imageSides, 'x'),
    images(pooledSides('w'), 'y'),
    bias(),
    packedIndex(pooledSides('w'), 'index'),
  ],
});

const one = whole(1, 1);
const none = whole(0, 0);

export const convolutionOps = {
  /**
   * Convolution ("Deep Learning", Goodfellow et al., eq. 9.6) of images x (channels × height ×
   * width) with weights w (kernelH·kernelW·I × O). I is the number of channels in one of the
   * `groups`. The rows of w are in the order (i·kernelW + j)·I + c.
   * Tap (i, j) of output pixel (p, q) reads pixel (p·strideH − top + i·dilationH, q·strideW −
   * left + j·dilationW) of x; **taps outside the image are left out of every chain**.
   * y is outHeight × outWidth.
   *
   * z[o][p][q] = one chain acc = fma(x[c][at the tap], w[i][j][c][o], acc), over the channels c of
   * o's group ascending, then i, then j, from 0 or bias[0][o]. y = f(z).
   */
  conv2d: op(() => ({ ...forward(), flops: taps('w', 'y') })),
  /**
   * The input gradient of conv2d: dx[c][h][w] = one chain acc = fma(dz[o][p][q],
   * w[i][j][c][o], acc) over the outputs o of c's group ascending, then the taps (i, j) that read
   * (h, w) for some (p, q) of dz, i ascending, then j, from 0.
   * Then, if `s` is given, derivative(acc as g, s as s).
   */
  conv2dInput: op(() => ({ ...inputGradient(), flops: taps('w', 'dz') })),
  /**
   * The weight gradient of conv2d: dw[(i, j, c)][o] = tree of 16 lanes;
   * lane l is one chain fma(x[c][at the tap], dz[o][p][q], lane) over groups of images, then p,
   * then q, all ascending, from 0. (x[c]: channel c of o's group.) Range: rows of dw.
   */
  conv2dWeights: op(() => ({
    operands: { x: f32, dz: f32, dw: output(f32) },
    scalars: CONVOLUTION,
    range: rows('dw'),
    rules: () => [weighted('dw'), images(imageSides, 'x'), images(outputSides('dw'), 'dz')],
    flops: taps('dw', 'dz'),
  })),
  /**
   * conv2d, then a 2 × 2 max pooling without overlap, then f.
   * y[o][p][q] = f(m). m is the largest of z[o][2p][2q], z[o][2p][2q+1], z[o][2p+1][2q],
   * z[o][2p+1][2q+1] in this order, as in maxPool2d. y is ⌊outHeight/2⌋ × ⌊outWidth/2⌋.
   * index records which of the four it was (0 … 3), in 2 bits. For image l of the group at element
   * e = (o, p, q), bit 0 is bit l of the 16-bit word 2e, and bit 1 is bit l of the word 2e + 1.
   * Words are little-endian.
   */
  conv2dMaxPool: op(() => ({ ...pooled(), flops: taps('w', 'y') })),
  /**
   * The gradient of conv2dMaxPool with respect to z (channels × height × width). At the element
   * that index names, dz = dy; if `s` (= y) is given, derivative(dy as g, s as s) is applied first.
   * dz is 0 at all other elements.
   */
  maxPool2x2Backward: op(() => ({
    operands: { dy: f32, index: u8, s: optional(f32), dz: output(f32) },
    scalars: { ...IMAGE, ...ACTIVATION },
    splits: 'groups',
    rules: () => [
      hasWindow(halved(imageSides)),
      images(imageSides, 'dz'),
      images(halved(imageSides), 'dy', 's'),
      packedIndex(halved(imageSides), 'index'),
    ],
    flops: perElement('dz', 1),
  })),
  /**
   * The weight gradient of conv2dMaxPool, from the gradient dy with respect to its maxima m.
   * Strides, dilations and groups are 1, there is no padding, and kernels are at most 5 elements
   * wide.
   * dw[(i, j, c)][o] = tree of 16 lanes. Lane l is one chain fma(x[c][at the tap], dy[o][P][Q],
   * lane) over groups of images, then P, then Q, all ascending, from 0. The tap is that of the
   * element of the window (P, Q) that index names for image l. Range: rows of dw.
   */
  conv2dMaxPoolWeights: op(() => ({
    operands: { x: f32, dy: f32, index: u8, dw: output(f32) },
    // The tiles require that every tap is inside the image and that all steps are 1.
    scalars: {
      ...CONVOLUTION,
      kernelW: whole(1, 5),
      strideH: one,
      strideW: one,
      dilationH: one,
      dilationW: one,
      top: none,
      left: none,
      groups: one,
    },
    range: rows('dw'),
    rules: () => [
      weighted('dw'),
      atMost(plus(scalar('outHeight'), reach('H')), scalar('height'), 'kernels within the image'),
      atMost(plus(scalar('outWidth'), reach('W')), scalar('width'), 'kernels within the image'),
      hasWindow(pooledSides('dw')),
      images(imageSides, 'x'),
      images(pooledSides('dw'), 'dy'),
      packedIndex(pooledSides('dw'), 'index'),
    ],
    // One product per window of four elements.
    flops: taps('dw', 'dy', 1 / 4),
  })),
  /** conv2d on rows, with the same chains. */
  conv2dRows: op(() => ({
    ...forward(),
    splits: 'rows',
    rules: () => [weighted('w'), imageRows(imageSides, 'x'), imageRows(outputSides('w'), 'y'), bias()],
    flops: taps('w', 'y', 1, 1),
  })),
};
