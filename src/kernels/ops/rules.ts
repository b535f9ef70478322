/** The vocabulary of shape rules. Each rule reduces to comparisons of two expressions. */
import { IMAGE_LIMIT, PACKED_INDEX_BYTES } from '../constants.js';
import {
  batchGroups,
  batchRows,
  cols,
  type Expression,
  equals,
  given,
  minus,
  plane,
  plus,
  quotient,
  remainder,
  rows,
  scalar,
  select,
  splitRows,
  times,
} from './expression.js';
import { type Comparison, f32, i32, optional, type Relation, type Rule, whole } from './schema.js';

const comparison =
  (relation: Relation) =>
  (left: Expression, right: Expression, why: string): Comparison => ({ relation, left, right, why });
export const exactly = comparison('exactly');
export const atLeast = comparison('atLeast');
export const atMost = comparison('atMost');

const MAX_ROWS = 'maxRows of the program';

export const vector = (...names: string[]): Rule => names.map((name) => exactly(rows(name), 1, 'a vector'));

/** A vector with this many numbers. */
export const vectorOf = (name: string, count: Expression, why: string): Rule => [
  vector(name),
  exactly(cols(name), count, why),
];

/** A matrix of this shape. */
export const shape = (name: string, [height, width]: readonly Expression[], why: string): Rule => [
  exactly(rows(name), height!, why),
  exactly(cols(name), width!, why),
];

/** Matrices of the same shape. */
export const same = (first: string, ...others: string[]): Rule =>
  others.map((name) => shape(name, [rows(first), cols(first)], `as ${first}`));

/** Mini-batch matrices: enough rows for the mini-batch, and the same number of columns. */
export const batch = (first: string, ...others: string[]): Rule => [
  atLeast(rows(first), splitRows, MAX_ROWS),
  others.map((name) => [
    atLeast(rows(name), splitRows, MAX_ROWS),
    exactly(cols(name), cols(first), `as many as ${first}`),
  ]),
];

/** A column with one value per row of the mini-batch, such as the loss of each row. */
export const column = (name: string): Rule => [
  atLeast(rows(name), splitRows, MAX_ROWS),
  atLeast(cols(name), 1, 'one value per row'),
];

/** A vector with one element per row of the mini-batch. */
export const batchVector = (name: string): Rule => [vector(name), atLeast(cols(name), splitRows, MAX_ROWS)];

/** Matrices with one column per row of the mini-batch, and the same number of rows. */
export const transposedBatch = (first: string, ...others: string[]): Rule => [
  atLeast(cols(first), splitRows, MAX_ROWS),
  others.map((name) => [
    atLeast(cols(name), splitRows, MAX_ROWS),
    exactly(rows(name), rows(first), `as many as ${first}`),
  ]),
];

/** Either class numbers or distributions, exactly one of them: see {@link classes}. */
export const LABELS = { labels: optional(i32), target: optional(f32) };

/** Exactly one of labels and target is present, and it matches the scores. */
export const classes = (scores: string): Rule => [
  exactly(plus(given('labels'), given('target')), 1, 'exactly one of labels and target'),
  batchVector('labels'),
  batch(scores, 'target'),
  atLeast(cols(scores), 1, 'at least one class'),
];

/** The sizes of an operand's images. */
export type Sides = readonly [channels: Expression, height: Expression, width: Expression];
/** The usual scalars of image ops, and their ranges. */
export const side = whole(1, IMAGE_LIMIT);
export const IMAGE = { channels: side, height: side, width: side };
export const imageSides: Sides = [scalar('channels'), scalar('height'), scalar('width')];
export const outSides: Sides = [scalar('channels'), scalar('outHeight'), scalar('outWidth')];
/** Sizes after whole windows of 2 × 2. */
export const halved = ([channels, height, width]: Sides): Sides => [
  channels,
  quotient(height, 2),
  quotient(width, 2),
];

/** Images: enough rows for all groups, and this many elements each. */
export const images = ([channels, height, width]: Sides, ...names: string[]): Rule =>
  names.map((name) => [
    atLeast(rows(name), batchGroups, 'one per 16 rows of the mini-batch'),
    exactly(cols(name), times(channels, plane(height, width)), 'channels × planes of images'),
  ]);

/** Indices of 2 × 2 windows: 2 bits for each image and element. */
export const packedIndex = (sides: Sides, name: string): Rule => [
  atLeast(rows(name), batchGroups, 'one per 16 rows of the mini-batch'),
  exactly(cols(name), times(...sides, PACKED_INDEX_BYTES), 'channels × height × width × 4'),
];

/** Rows of the mini-batch, for an op on groups of rows. */
export const batchMatrix = (name: string, count: Expression, why: string): Rule => [
  atLeast(rows(name), batchRows, MAX_ROWS),
  exactly(cols(name), count, why),
];

/** Images as rows, one per image. */
export const imageRows = (sides: Sides, ...names: string[]): Rule =>
  names.map((name) => batchMatrix(name, times(...sides), 'channels × height × width'));

/**
 * Images with this many channels and `pixels` pixels. If `pixels` is 0: rows with this many
 * columns.
 */
export const samples = (channels: Expression, ...names: string[]): Rule => {
  const pixels = scalar('pixels');
  const width = select(pixels, times(channels, plane(1, pixels)), channels);
  return [
    atLeast(channels, 1, 'at least one channel'),
    names.map((name) => [
      atLeast(rows(name), select(pixels, batchGroups, batchRows), MAX_ROWS),
      exactly(cols(name), width, 'planes of images, or one for each channel'),
    ]),
  ];
};

/** Float64 sums of groups: two per channel. */
export const groupSums = (channels: Expression): Rule => [
  atLeast(rows('sums'), batchGroups, 'one per 16 rows of the mini-batch'),
  exactly(cols('sums'), times(2, channels), 'two for each channel'),
];

/** Vectors with one number per channel. */
export const channelVectors = (channels: Expression, ...names: string[]): Rule =>
  names.map((name) => vectorOf(name, channels, 'one for each channel'));

/** An optional operand that is required if a scalar has this value. */
export const needs = (operand: string, name: string, value: number): Rule =>
  atLeast(given(operand), equals(scalar(name), value), `operand ${operand}, as ${name} says`);

/** The last output begins within the image. The first begins `top` or `left` before the image. */
export const withinImage = (axis: 'H' | 'W', why: string): Rule => {
  const [size, out, before] = axis === 'H' ? ['height', 'outHeight', 'top'] : ['width', 'outWidth', 'left'];
  const last = times(minus(scalar(out), 1), scalar(`stride${axis}`));
  return atMost(minus(last, scalar(before)), minus(scalar(size), 1), why);
};

/** `parts` divides `of` without remainder. */
export const divides = (parts: Expression, of: Expression, why: string): Rule =>
  exactly(remainder(of, parts), 0, why);
