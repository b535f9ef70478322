import { checkBoolean, checkKeys } from '../../core/check.js';
import { checkSeed, Draws, STREAMS } from '../../core/draws.js';
import { SteepestError } from '../../core/errors.js';
import { encodeLabels, type LabelInput } from '../base/labels.js';
import { type RowsInput, type RowsOf, sameRowCount, takeRows } from './rows.js';

export interface SplitOptions {
  /** Share of rows to test on, above 0 and below 1, or their number. 0.25, or what trainSize leaves, by default. */
  testSize?: number;
  /** Share or number of rows to learn from; the rest by default. */
  trainSize?: number;
  /** Mix rows first (true). Without, the first rows are learned from and the last ones tested on. */
  shuffle?: boolean;
  /** Chooses the order. 0 by default. */
  seed?: number;
  /** One class per row: both parts get each class's share, to within one row. */
  stratify?: LabelInput;
}

const DEFAULT_TEST_SIZE = 0.25;

/**
 * Splits rows at random into some to learn from and some to test on; arrays that belong together are split alike.
 * Rows come as the same kind of thing: list, typed array, `{ data, shape }` or `DataTable`.
 *
 * @returns train and test rows of each array in turn
 * @throws SteepestError `ERR_SHAPE` for arrays of different lengths, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`
 */
export function trainTestSplit<A extends RowsInput>(
  a: A,
  options?: SplitOptions,
): [train: RowsOf<A>, test: RowsOf<A>];
export function trainTestSplit<A extends RowsInput, B extends RowsInput>(
  a: A,
  b: B,
  options?: SplitOptions,
): [aTrain: RowsOf<A>, aTest: RowsOf<A>, bTrain: RowsOf<B>, bTest: RowsOf<B>];
export function trainTestSplit<A extends RowsInput, B extends RowsInput, C extends RowsInput>(
  a: A,
  b: B,
  c: C,
  options?: SplitOptions,
): [
  aTrain: RowsOf<A>,
  aTest: RowsOf<A>,
  bTrain: RowsOf<B>,
  bTest: RowsOf<B>,
  cTrain: RowsOf<C>,
  cTest: RowsOf<C>,
];
export function trainTestSplit(...args: readonly (RowsInput | SplitOptions | undefined)[]): unknown[];
export function trainTestSplit(...args: readonly (RowsInput | SplitOptions | undefined)[]): unknown[] {
  const last = args[args.length - 1];
  const hasOptions = last === undefined || isOptions(last);
  const options = (hasOptions ? (last ?? {}) : {}) as SplitOptions;
  const arrays = (hasOptions ? args.slice(0, -1) : args) as readonly RowsInput[];
  checkKeys('options of trainTestSplit', options, ['testSize', 'trainSize', 'shuffle', 'seed', 'stratify']);
  if (arrays.length === 0) {
    throw new SteepestError('ERR_EMPTY', {
      expected: 'at least one array to split',
      given: 'none',
      mend: 'Write trainTestSplit(X, y, { testSize: 0.2 }).',
    });
  }
  const rows = sameRowCount(arrays.map((array, i) => [`array ${i}`, array] as const));
  const { train, test } = choose(rows, options);
  return arrays.flatMap((array) => [takeRows(array, train), takeRows(array, test)]);
}

function isOptions(value: RowsInput | SplitOptions): value is SplitOptions {
  const isPlain = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isPlain && !ArrayBuffer.isView(value) && !('shape' in value) && !('columnNames' in value);
}

function refuse(expected: string, given: string, mend: string): never {
  throw new SteepestError('ERR_ARGUMENT', { expected, given, mend });
}

/** How many rows go where: shares of the test part are rounded up and of the other down, as in scikit-learn. */
function sizes(rows: number, { testSize, trainSize }: SplitOptions): { train: number; test: number } {
  const count = (name: string, size: number, round: (n: number) => number): number => {
    if (Number.isInteger(size) && size >= 1 && size < rows) return size;
    if (size > 0 && size < 1) return round(size * rows);
    return refuse(
      `${name} as a share above 0 and below 1, or a number of rows from 1 to ${rows - 1}`,
      String(size),
      'Choose another size.',
    );
  };
  const given = testSize === undefined && trainSize === undefined ? DEFAULT_TEST_SIZE : testSize;
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

function choose(rows: number, options: SplitOptions): { train: Uint32Array; test: Uint32Array } {
  const { train, test } = sizes(rows, options);
  const shuffle = checkBoolean('shuffle', options.shuffle ?? true);
  const draws = new Draws(checkSeed(options.seed ?? 0), STREAMS.split);
  if (options.stratify !== undefined) {
    if (!shuffle) refuse('shuffle with stratify', 'shuffle: false', 'Leave shuffle out.');
    return stratified(rows, train, test, options.stratify, draws);
  }
  if (!shuffle) {
    const order = Uint32Array.from({ length: train + test }, (_, row) => row);
    return { train: order.slice(0, train), test: order.slice(train) };
  }
  const order = draws.permutation(rows);
  return { test: order.slice(0, test), train: order.slice(test, test + train) };
}

function stratified(
  rows: number,
  train: number,
  test: number,
  labels: LabelInput,
  draws: Draws,
): { train: Uint32Array; test: Uint32Array } {
  const { codes, classes } = encodeLabels('stratify', labels);
  if (codes.length !== rows) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `stratify with one class per row, ${rows}`,
      given: `${codes.length}`,
      mend: 'Pass one class per row.',
    });
  }
  const members = classes.map((): number[] => []);
  codes.forEach((code, row) => {
    members[code]!.push(row);
  });
  const rare = members.findIndex(({ length }) => length < 2);
  if (rare >= 0) {
    refuse(
      'at least two rows of every class, one for each part',
      `one of class ${JSON.stringify(classes[rare])}`,
      'Remove it, or join rare classes.',
    );
  }
  if (Math.min(train, test) < classes.length) {
    refuse(
      `both parts to have a row for each of the ${classes.length} classes`,
      `${train} and ${test} rows`,
      'Change testSize.',
    );
  }
  const counts = members.map(({ length }) => length);
  const testCounts = apportion(test, counts);
  const trainCounts = apportion(
    train,
    counts.map((n, c) => n - testCounts[c]!),
  );
  const chosen = { train: [] as number[], test: [] as number[] };
  members.forEach((own, c) => {
    const order = draws.permutation(own.length);
    const at = (i: number): number => own[order[i]!]!;
    for (let i = 0; i < testCounts[c]!; i++) chosen.test.push(at(i));
    for (let i = 0; i < trainCounts[c]!; i++) chosen.train.push(at(testCounts[c]! + i));
  });
  const mix = (list: number[]): Uint32Array => draws.permutation(list.length).map((i) => list[i]!);
  return { train: mix(chosen.train), test: mix(chosen.test) };
}

/** `total` dealt out in proportion to `counts`, none above its count: whole parts, then the largest remainders. */
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
