import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { newShared } from '../../kernels/sharedMemory.js';
import { checkFiniteFeatures, type Features } from '../base/features.js';
import { type Factor, factorFolds, factorRows, isFiniteFactor } from '../leastSquares/factor.js';
import { type Frame, frameOfAll } from '../leastSquares/frame.js';
import type { LeastSquaresInput } from '../leastSquares/input.js';
import type { PassOptions } from '../leastSquares/rowJob.js';
import { triangleOf } from '../leastSquares/small.js';
import { tableSource } from '../leastSquares/source.js';
import type { Fold } from '../selection/folds.js';
import { type CrossValidation, makeFolds } from '../selection/makeFolds.js';

/** Triangles of the rows that a fold trains on and of those that it tests on. */
export interface FoldFactors {
  train: Factor;
  test: Factor;
}

/** The triangle of all rows, and those of the folds. */
export interface CrossFactors {
  all: Factor;
  folds: FoldFactors[];
}

/** The folds of a table. @throws SteepestError `ERR_ARGUMENT` */
export function foldsOfTable({ features, table }: LeastSquaresInput, cv: CrossValidation): readonly Fold[] {
  return makeFolds({ cv }, false, features!.rows, table!.y);
}

/** @throws SteepestError `ERR_ARGUMENT` unless the folds of a stream are a number of them */
function foldsOfStream(cv: CrossValidation): number {
  if (typeof cv === 'number') return cv;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'a number of folds for a stream, whose rows are read once',
    given: show(cv),
    hint: 'Use cv: 5, or pass a table.',
  });
}

/** Consecutive rows? */
const isRange = (rows: Uint32Array): boolean => rows.every((row, i) => row === rows[0]! + i);

function gathered<T extends Float64Array | Float32Array | Uint8Array>(
  data: T,
  cols: number,
  rows: Uint32Array,
): T {
  const Type = data.constructor as new (memory: SharedArrayBuffer) => T;
  const to = new Type(newShared(rows.length * cols * data.BYTES_PER_ELEMENT));
  rows.forEach((row, i) => {
    to.set(data.subarray(row * cols, (row + 1) * cols), i * cols);
  });
  return to;
}

/** The input with some of its rows: in place where they are consecutive. */
export async function rowsOf(input: LeastSquaresInput, rows: Uint32Array): Promise<LeastSquaresInput> {
  const { features, table } = input as {
    features: Features;
    table: { y: Float64Array; weight?: Float64Array };
  };
  const { targets } = input.source;
  const first = rows[0] ?? 0;
  const part = <T extends Float64Array | Float32Array | Uint8Array>(data: T, cols: number): T =>
    isRange(rows)
      ? (data.subarray(first * cols, (first + rows.length) * cols) as T)
      : gathered(data, cols, rows);
  const own: Features = { ...features, rows: rows.length, data: part(features.data, features.cols) };
  const y = part(table.y, targets);
  const weight = table.weight && part(table.weight, 1);
  return {
    ...input,
    features: own,
    table: { y, weight },
    source: await tableSource(own, y, targets, weight),
  };
}

/** True if every row is tested once, and trained on in all other folds. */
function isPartition(folds: readonly Fold[], rows: number): boolean {
  const tested = new Uint8Array(rows);
  for (const { train, test } of folds) {
    if (train.length + test.length !== rows) return false;
    const isTested = new Uint8Array(rows);
    for (const row of test) {
      if (tested[row] !== 0) return false;
      tested[row] = isTested[row] = 1;
    }
    if (train.some((row) => isTested[row] !== 0)) return false;
  }
  return tested.every((flag) => flag === 1);
}

/** The triangle of the rows of several triangles. */
async function joined(factors: readonly Factor[], options: PassOptions): Promise<Factor> {
  const [first] = factors as [Factor];
  if (factors.length === 1) return first;
  const { size } = first;
  const stack = new Float64Array(factors.length * size * size);
  factors.forEach(({ r }, i) => {
    stack.set(r, i * size * size);
  });
  const none = new Float64Array(0);
  const { r } = await triangleOf(stack, factors.length * size, size, none, 0, options.kernels);
  const sum = (of: (factor: Factor) => number): number => factors.reduce((total, f) => total + of(f), 0);
  return { ...first, r, rows: sum((f) => f.rows), weightedRows: sum((f) => f.weightedRows) };
}

/** Rows from which the frame of all folds is chosen. */
const FRAME_ROWS = 256;

/** The triangle of [X | Y] from that of [1 | X | Y], with 0 as the origin of all columns. */
export async function withoutOnes(factor: Factor, options: PassOptions): Promise<Factor> {
  const { r, size, cols, targets, frame } = factor;
  const width = cols + targets;
  const rows = new Float64Array(size * width);
  for (let i = 0; i < size; i++) rows.set(r.subarray(i * size + 1, (i + 1) * size), i * width);
  for (let j = 0; j < width; j++) rows[j]! += frame.offsets[j]! * r[0]!;
  const none = new Float64Array(0);
  const triangle = await triangleOf(rows, size, width, none, 0, options.kernels);
  const origin = { ...frame, offsets: new Float64Array(width) };
  return { ...factor, r: triangle.r, size: width, ones: 0, frame: origin };
}

/** The folds of test sets that cover all rows: each trains on the others. */
async function crossed(tests: readonly Factor[], options: PassOptions): Promise<CrossFactors> {
  const folds: FoldFactors[] = [];
  for (const test of tests) {
    folds.push({
      test,
      train: await joined(
        tests.filter((other) => other !== test),
        options,
      ),
    });
  }
  return { all: await joined(tests, options), folds };
}

async function tableFactors(
  input: LeastSquaresInput,
  folds: readonly Fold[],
  options: PassOptions,
  given?: Frame,
): Promise<CrossFactors> {
  const { rows } = input.features!;
  const factorOf = async (part: ArrayLike<number>, frame?: Frame): Promise<Factor> =>
    factorRows((await rowsOf(input, Uint32Array.from(part))).source, true, options, frame);
  // One frame for all folds: triangles in different ones cannot be joined.
  const head = { length: Math.min(rows, FRAME_ROWS) };
  const frame = given ?? (await factorOf(Array.from(head, (_, i) => i))).frame;
  if (isPartition(folds, rows)) {
    const tests: Factor[] = [];
    for (const { test } of folds) tests.push(await factorOf(test, frame));
    return crossed(tests, options);
  }
  const all = await factorRows(input.source, true, options, frame);
  const pairs: FoldFactors[] = [];
  for (const { train, test } of folds) {
    pairs.push({ train: await factorOf(train, frame), test: await factorOf(test, frame) });
  }
  return { all, folds: pairs };
}

/**
 * Triangles of [1 | X | Y] for cross-validation, in one pass over the rows. The folds of a stream
 * are made of blocks of consecutive rows, which go to one fold after another.
 * @throws SteepestError `ERR_NOT_FINITE`, `ERR_ARGUMENT`, `ERR_ABORTED`, `ERR_WORKER_LOST`
 */
export async function crossFactors(
  input: LeastSquaresInput,
  cv: CrossValidation,
  options: PassOptions,
): Promise<CrossFactors> {
  const { source, features } = input;
  if (features === undefined) {
    const count = foldsOfStream(cv);
    const tests = await factorFolds(source, true, options, count);
    if (tests.length < count) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `a stream with enough rows for ${count} folds, which are made of whole blocks of rows`,
        given: `${tests[0]!.rows} rows`,
        hint: 'Use fewer folds (cv), or pass a table.',
      });
    }
    if (!tests.every(isFiniteFactor)) notFinite();
    return crossed(tests, options);
  }
  const folds = foldsOfTable(input, cv);
  const factors = await tableFactors(input, folds, options);
  if (isFiniteFactor(factors.all)) return factors;
  checkFiniteFeatures('X', features);
  const frame = await frameOfAll(source, features.rows, true);
  const again = await tableFactors(input, folds, options, frame);
  if (isFiniteFactor(again.all)) return again;
  return notFinite();
}

function notFinite(): never {
  throw new SteepestError('ERR_NOT_FINITE', {
    expected: 'finite numbers whose squares float64 can hold',
    given: 'NaN, an infinity or larger ones',
    hint: 'Fill missing values with SimpleImputer; scale the columns with StandardScaler.',
  });
}
