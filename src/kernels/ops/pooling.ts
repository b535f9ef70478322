/** Pooling of images. */

import { IMAGE_LIMIT } from '../constants.js';
import { ACTIVATION } from './elementwise.js';
import { minus, perElement, scalar, times } from './expression.js';
import { atMost, IMAGE, imageRows, imageSides, images, outSides, side, withinImage } from './rules.js';
import { f32, op, optional, output, type Rule, u8, whole } from './schema.js';

const before = whole(0, IMAGE_LIMIT - 1);
const POOLING = {
  ...IMAGE,
  poolH: side,
  poolW: side,
  strideH: side,
  strideW: side,
  top: before,
  left: before,
  outHeight: side,
  outWidth: side,
};

/** A window has no more elements than a byte can number. */
const WINDOW_LIMIT = 256;

/** Every window has an element inside the image. */
const placed = (): Rule => [
  atMost(scalar('top'), minus(scalar('poolH'), 1), 'padding smaller than a window'),
  atMost(scalar('left'), minus(scalar('poolW'), 1), 'padding smaller than a window'),
  withinImage('H', 'windows that overlap the image'),
  withinImage('W', 'windows that overlap the image'),
];
const numbered = (): Rule =>
  atMost(times(scalar('poolH'), scalar('poolW')), WINDOW_LIMIT, 'windows of at most 256 elements');

const forward = () => ({ operands: { x: f32, y: output(f32) }, scalars: POOLING, flops: perElement('x', 1) });
const backward = () => ({ splits: 'groups' as const, flops: perElement('dx', 1) });
const onImages = (): Rule[] => [placed(), images(imageSides, 'x'), images(outSides, 'y')];
const onRows = (): Rule[] => [placed(), imageRows(imageSides, 'x'), imageRows(outSides, 'y')];

export const poolingOps = {
  /**
   * y[c][p][q] = the largest of x[c][p·strideH − top + i][q·strideW − left + j] over the window's
   * elements inside the image, i then j ascending. It is the first element that no later one
   * exceeds. index = i·poolW + j of this element.
   */
  maxPool2d: op(() => ({
    ...forward(),
    operands: { x: f32, y: output(f32), index: optional(output(u8)) },
    splits: 'groups',
    rules: () => [onImages(), numbered(), images(outSides, 'index')],
  })),
  /**
   * dx[c][h][w] = 0 + dy of each window, p then q ascending, whose index names this element;
   * if `s` (= y) is given, dy is first replaced by derivative(dy as g, s as s).
   */
  maxPool2dBackward: op(() => ({
    ...backward(),
    operands: { dy: f32, index: u8, s: optional(f32), dx: output(f32) },
    scalars: { ...POOLING, ...ACTIVATION },
    rules: () => [placed(), numbered(), images(imageSides, 'dx'), images(outSides, 'dy', 'index', 's')],
  })),
  /**
   * y = (sum over the window's elements inside the image, i then j ascending, from 0) / fl(their
   * number).
   */
  averagePool2d: op(() => ({ ...forward(), splits: 'groups', rules: onImages })),
  /**
   * dx[c][h][w] = 0 + dy / fl(number) of each window that holds the element, p then q ascending.
   */
  averagePool2dBackward: op(() => ({
    ...backward(),
    operands: { dy: f32, dx: output(f32) },
    scalars: POOLING,
    rules: () => [placed(), images(imageSides, 'dx'), images(outSides, 'dy')],
  })),
  /** maxPool2d on rows, then f: y = f(the largest), as in conv2dMaxPool. */
  maxPool2dRows: op(() => ({ ...forward(), scalars: { ...POOLING, ...ACTIVATION }, rules: onRows })),
  /** averagePool2d on rows. */
  averagePool2dRows: op(() => ({ ...forward(), rules: onRows })),
};
