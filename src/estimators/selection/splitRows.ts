/**
 * Draws rows to train on and rows to hold out: for `trainTestSplit` and for early stopping of
 * perceptrons. Sizes and fractions are as in scikit-learn; the random draws differ.
 */
import { Draws, STREAMS } from '../../core/draws.js';
import { SteepestError } from '../../core/errors.js';
import { atOnce, eachRange, type InParts } from '../../core/inParts.js';
import { show } from '../../core/show.js';
import type { EncodedLabels } from '../base/labels.js';

/** Row indices, in the order they are taken. */
export interface RowSplit {
  train: Uint32Array;
  test: Uint32Array;
}

/** The sizes of both parts. */
export interface SplitCounts {
  train: number;
  test: number;
}

/** A fraction above 0 and below 1, or a number of rows. */
export interface SplitSizes {
  testSize?: number | undefined;
  trainSize?: number | undefined;
}

const DEFAULT_TEST_SIZE = 0.25;

function refuse(expected: string, given: string, hint: string): never {
  throw new SteepestError('ERR_ARGUMENT', { expected, given, hint });
}

/**
 * The size of the test part is rounded up, that of the training part down. @throws SteepestError
 * `ERR_ARGUMENT`
 */
export function splitCounts(
  rows: number,
  { testSize, trainSize }: SplitSizes,
  defaultTestSize = DEFAULT_TEST_SIZE,
): SplitCounts {
  const count = (name: string, size: number, round: (n: number) => number): number => {
    if (Number.isInteger(size) && size >= 1 && size < rows) return size;
    if (typeof size === 'number' && size > 0 && size < 1) return round(size * rows);
    return refuse(
      `${name} as a share above 0 and below 1, or a number of rows from 1 to ${rows - 1}`,
      show(size),
      'For example 0.2 for a fifth of the rows.',
    );
  };
  const given = testSize === undefined && trainSize === undefined ? defaultTestSize : testSize;
  const asked = given === undefined ? undefined : count('testSize', given, Math.ceil);
  const train = trainSize === undefined ? rows - asked! : count('trainSize', trainSize, Math.floor);
  const test = asked ?? rows - train;
  if (train >= 1 && test >= 1 && train + test <= rows) return { train, test };
  return refuse(
    `at least one row to learn from and one to test on, and no more than ${rows} together`,
    `${train} and ${test}`,
    'Change testSize or trainSize, or pass more rows.',
  );
}

/** The first rows, and those after them. */
export function orderedSplit({ train, test }: SplitCounts): RowSplit {
  const order = Uint32Array.from({ length: train + test }, (_, row) => row);
  return { train: order.slice(0, train), test: order.slice(train) };
}

/** Rows drawn from all of them. */
export function randomSplit(rows: number, counts: SplitCounts, seed: number): RowSplit {
  return atOnce(splitting(rows, counts, seed));
}

/** {@link randomSplit} in parts. */
export const splitting = (rows: number, counts: SplitCounts, seed: number): InParts<RowSplit> =>
  drawing(new Draws(seed, STREAMS.split), rows, counts);

/** {@link randomSplit} by the next draws of a sequence. */
export const drawSplit = (draws: Draws, rows: number, counts: SplitCounts): RowSplit =>
  atOnce(drawing(draws, rows, counts));

function* drawing(draws: Draws, rows: number, { train, test }: SplitCounts): InParts<RowSplit> {
  const order = yield* draws.permuting(rows);
  return { test: order.slice(0, test), train: order.slice(test, test + train) };
}

/**
 * Stratified draw: both parts get each class's share, to within one row.
 * @throws SteepestError `ERR_ARGUMENT` for a class with one row, or a part with fewer rows than
 *   there are classes
 */
export function stratifiedSplit(labels: EncodedLabels, counts: SplitCounts, seed: number): RowSplit {
  return atOnce(splittingStratified(labels, counts, seed));
}

/** {@link stratifiedSplit} in parts. */
export const splittingStratified = (
  labels: EncodedLabels,
  counts: SplitCounts,
  seed: number,
): InParts<RowSplit> => drawingStratified(new Draws(seed, STREAMS.split), labels, counts);

/** {@link stratifiedSplit} by the next draws of a sequence. */
export const drawStratified = (draws: Draws, labels: EncodedLabels, counts: SplitCounts): RowSplit =>
  atOnce(drawingStratified(draws, labels, counts));

function* drawingStratified(
  draws: Draws,
  labels: EncodedLabels,
  { train, test }: SplitCounts,
): InParts<RowSplit> {
  const members = yield* membersOf(labels);
  const counts = members.map(({ length }) => length);
  checkMembers(labels, counts, { train, test });
  const testCounts = apportion(test, counts);
  const trainCounts = apportion(
    train,
    counts.map((n, c) => n - testCounts[c]!),
  );
  const chosen = { train: new Uint32Array(train), test: new Uint32Array(test) };
  let [toTrain, toTest] = [0, 0];
  for (const [c, own] of members.entries()) {
    const order = yield* draws.permuting(own.length);
    const [held, known] = [testCounts[c]!, trainCounts[c]!];
    yield* eachRange(held + known, (begin, end) => {
      for (let i = begin; i < end; i++) {
        if (i < held) chosen.test[toTest++] = own[order[i]!]!;
        else chosen.train[toTrain++] = own[order[i]!]!;
      }
    });
  }
  return { train: yield* mixed(draws, chosen.train), test: yield* mixed(draws, chosen.test) };
}

/** The rows of each class, in order. */
function* membersOf({ codes, classes }: EncodedLabels): InParts<Uint32Array[]> {
  const counts = new Uint32Array(classes.length);
  yield* eachRange(codes.length, (begin, end) => {
    for (let row = begin; row < end; row++) counts[codes[row]!]!++;
  });
  const members = Array.from(counts, (count) => new Uint32Array(count));
  const found = new Uint32Array(classes.length);
  yield* eachRange(codes.length, (begin, end) => {
    for (let row = begin; row < end; row++) {
      const code = codes[row]!;
      members[code]![found[code]!++] = row;
    }
  });
  return members;
}

/** @throws SteepestError `ERR_ARGUMENT` for too few rows of a class, or in a part */
function checkMembers(
  { classes }: EncodedLabels,
  counts: readonly number[],
  { train, test }: SplitCounts,
): void {
  const rare = counts.indexOf(1);
  if (rare >= 0) {
    refuse(
      'at least two rows of every class, one for each part',
      `one of class ${show(classes[rare])}`,
      'Remove it, or merge rare classes.',
    );
  }
  const present = counts.filter((count) => count > 0).length;
  if (Math.min(train, test) < present) {
    refuse(
      `both parts to have a row for each of the ${present} classes`,
      `${train} and ${test} rows`,
      'Change the share that is held out, or pass more rows.',
    );
  }
}

/** The same rows in random order. */
function* mixed(draws: Draws, rows: Uint32Array): InParts<Uint32Array> {
  const order = yield* draws.permuting(rows.length);
  yield* eachRange(order.length, (begin, end) => {
    for (let i = begin; i < end; i++) order[i] = rows[order[i]!]!;
  });
  return order;
}

/**
 * Distributes `total` in proportion to `counts`, none above its count: whole parts first, then the
 * largest remainders.
 */
function apportion(total: number, counts: readonly number[]): number[] {
  const all = counts.reduce((sum, n) => sum + n, 0);
  const exact = counts.map((n) => (total * n) / all);
  const parts = exact.map(Math.floor);
  const byRemainder = counts
    .map((_, c) => c)
    .sort((a, b) => exact[b]! - parts[b]! - (exact[a]! - parts[a]!) || a - b);
  const left = total - parts.reduce((sum, n) => sum + n, 0);
  for (const c of byRemainder.slice(0, left)) parts[c]!++;
  return parts;
}
