import { SteepestError } from '../core/errors.js';
import { indexOfNotFinite } from '../core/finite.js';
import { atOnce, eachRange, type InParts } from '../core/inParts.js';
import { isTypedArray } from '../core/realm.js';
import { checkRowCount, countOf, refuseNotFinite } from '../core/refuse.js';
import { type Numbers, numbersInParts, refuseFlat } from '../core/rows.js';
import type { DType } from '../kernels/contract.js';
import { isReadable, newShared } from '../kernels/sharedMemory.js';
import type { ClassInput, SampleInput } from './arrayInputs.js';
import { type ClassTargets, targetsInParts } from './classTargets.js';
import { withoutSampleShapeInParts } from './sampleShape.js';

/** Rows of a data set in memory that worker threads can read. */
export interface Table {
  data: Float32Array<SharedArrayBuffer> | Uint8Array<SharedArrayBuffer> | Int32Array<SharedArrayBuffer>;
  dtype: Extract<DType, 'f32' | 'u8' | 'i32'>;
  rows: number;
  cols: number;
}

/** Returns shared memory of exactly that many bytes, to be overwritten. */
export type Allocate = (bytes: number) => SharedArrayBuffer;

function shapeError(expected: string, given: string, hint: string): never {
  throw new SteepestError('ERR_SHAPE', { expected, given, hint });
}

/** The target values that a loss accepts. */
export interface TargetRange {
  /** For the message: `between 0 and 1`. */
  words: string;
  hint: string;
  /** A new check for one set of rows, which sees its values one after another. */
  begin(): (value: number) => boolean;
}

/** A target outside the loss's range. */
export function targetOutside(what: string, range: TargetRange, value: number, row: number): never {
  throw new SteepestError('ERR_LABEL_RANGE', {
    expected: `${what} ${range.words} for this loss`,
    given: `${value} at row ${row}`,
    hint: range.hint,
  });
}

/** @throws SteepestError unless `label` is a whole number from 0 to classes − 1 */
export function checkLabel(what: string, label: number, classes: number, row: number): void {
  if (Number.isInteger(label) && label >= 0 && label < classes) return;
  if (!Number.isFinite(label)) refuseNotFinite(what, label, row);
  throw new SteepestError('ERR_LABEL_RANGE', {
    expected: `${what} to be whole numbers from 0 to ${classes - 1}, one class per output`,
    given: `${label} at row ${row}`,
    hint: 'Number the classes from 0, or give the last layer more units.',
  });
}

/** @param values the numbers after they were rounded to float32 */
function checkFinite(
  what: string,
  values: Float32Array,
  { data, cols, isFlat, names }: Numbers,
  begin: number,
  end: number,
): void {
  const i = indexOfNotFinite(values, begin, end);
  if (i >= 0)
    refuseNotFinite(
      what,
      data[i],
      Math.floor(i / cols),
      isFlat ? undefined : (names?.[i % cols] ?? i % cols),
    );
}

/**
 * A range of an array that is copied in parts. Between two parts its owner may have transferred or
 * shrunk it.
 * @throws SteepestError `ERR_PROGRAM`
 */
function rangeOf<T extends Float64Array | Uint8Array>(
  what: string,
  values: T,
  begin: number,
  end: number,
): T {
  if (values.length >= end) return values.subarray(begin, end) as T;
  throw new SteepestError('ERR_PROGRAM', {
    expected: `${what} to stay as it is until it has been read`,
    given: 'an array whose memory was transferred or shrunk meanwhile',
    hint: 'Do not change the data while the model reads it.',
  });
}

/**
 * Numbers as float32 in shared memory.
 * @throws SteepestError `ERR_NOT_FINITE`; `ERR_PROGRAM` as {@link rangeOf}
 */
function* copyFinite(
  what: string,
  given: Numbers,
  allocate: Allocate = newShared,
): InParts<Float32Array<SharedArrayBuffer>> {
  const { data: values, rows, cols } = given;
  const data = new Float32Array(allocate(rows * cols * 4));
  yield* eachRange(data.length, (begin, end) => {
    if (Array.isArray(values)) for (let i = begin; i < end; i++) data[i] = values[i] as number;
    else data.set(rangeOf(what, values as Float64Array, begin, end), begin);
    // Checked after rounding: a float64 outside float32's range becomes infinite.
    checkFinite(what, data, given, begin, end);
  });
  return data;
}

/** @throws SteepestError `ERR_SHAPE` */
export function checkInputCols(
  what: string,
  given: Numbers,
  cols: number,
  sampleShape: readonly number[] = [cols],
): void {
  if (given.cols === cols) return;
  if (given.isFlat) refuseFlat(what, given.data, cols);
  const isImages = sampleShape.length > 1;
  shapeError(
    `${what} with ${countOf(cols, 'column')}, the model's inputShape${isImages ? ` [${sampleShape.join(', ')}]` : ''}`,
    countOf(given.cols, 'column'),
    isImages
      ? `Pass { data, shape: [samples, ${sampleShape.join(', ')}] }, or change inputShape.`
      : 'Change inputShape, or the columns of the data.',
  );
}

/**
 * @param hintOneColumn the hint if there is one column instead of several
 * @throws SteepestError `ERR_SHAPE`
 */
export function checkTargetCols(
  what: string,
  given: Numbers,
  cols: number,
  hintOneColumn = 'Change the last layer or the targets.',
): void {
  if (given.cols === cols) return;
  shapeError(
    `${what} with ${countOf(cols, 'column')}${cols === 1 ? '' : ', one per output'}`,
    countOf(given.cols, 'column'),
    given.cols === 1 ? hintOneColumn : 'Change the last layer or the targets.',
  );
}

/** @throws SteepestError `ERR_SHAPE` */
export function checkLabelCols(what: string, given: Numbers): void {
  if (given.cols === 1) return;
  shapeError(
    `${what} with one class number per sample`,
    countOf(given.cols, 'column'),
    'For one-hot rows use categoricalCrossentropy.',
  );
}

/**
 * Samples as a table of float32 or uint8. Shared memory is used directly; uint8 stays uint8.
 * @throws SteepestError for anything but `cols` finite numbers per row.
 */
export function inputTable(
  what: string,
  input: SampleInput,
  cols: number,
  sampleShape: readonly number[] = [cols],
): Table {
  return atOnce(inputTableInParts(what, input, cols, sampleShape));
}

/** The same in parts. @param allocate where numbers that are not shared are copied to */
export function* inputTableInParts(
  what: string,
  input: SampleInput,
  cols: number,
  sampleShape: readonly number[] = [cols],
  allocate?: Allocate,
): InParts<Table> {
  const matrix = yield* withoutSampleShapeInParts(what, input, sampleShape);
  const numbers = yield* numbersInParts(what, matrix, 'samples');
  checkInputCols(what, numbers, cols, sampleShape);
  return { ...(yield* toShared(what, numbers, allocate)), rows: numbers.rows, cols };
}

function* toShared(
  what: string,
  given: Numbers,
  allocate: Allocate = newShared,
): InParts<Pick<Table, 'data' | 'dtype'>> {
  const { data: values, rows, cols } = given;
  if (isTypedArray(values, 'Uint8Array')) {
    if (isReadable(values)) return { data: values as Uint8Array<SharedArrayBuffer>, dtype: 'u8' };
    const data = new Uint8Array(allocate(rows * cols));
    yield* eachRange(data.length, (begin, end) => data.set(rangeOf(what, values, begin, end), begin));
    return { data, dtype: 'u8' };
  }
  if (isTypedArray(values, 'Float32Array') && isReadable(values)) {
    yield* eachRange(rows * cols, (begin, end) => checkFinite(what, values, given, begin, end));
    return { data: values as Float32Array<SharedArrayBuffer>, dtype: 'f32' };
  }
  return { data: yield* copyFinite(what, given, allocate), dtype: 'f32' };
}

/** What targets belong to, in errors, and how many rows it has. */
export interface Belonging {
  of: string;
  rows: number;
}

/** Which targets a table of values may hold. */
export interface TargetSpec {
  cols: number;
  range?: TargetRange | undefined;
  /** The hint if there is one column instead of several. */
  hintOneColumn?: string | undefined;
  /** How class names become values. */
  classes: ClassTargets;
}

/** One row of values per sample, as float32. A flat list counts as one column. */
export function* targetTableInParts(
  what: string,
  input: ClassInput,
  { cols, range, hintOneColumn, classes }: TargetSpec,
  belonging: Belonging,
): InParts<Table> {
  const numbers = yield* targetsInParts(what, input, classes);
  checkTargetCols(what, numbers, cols, hintOneColumn);
  checkRowCount(what, numbers.rows, belonging.of, belonging.rows);
  const data = yield* copyFinite(what, numbers);
  if (range !== undefined) {
    const accepts = range.begin();
    yield* eachRange(data.length, (begin, end) => {
      for (let i = begin; i < end; i++) {
        if (!accepts(data[i]!)) targetOutside(what, range, data[i]!, Math.floor(i / cols));
      }
    });
  }
  return { data, dtype: 'f32', rows: numbers.rows, cols };
}

/** Finite numbers as float32. @throws SteepestError `ERR_NOT_FINITE` */
export function valueTable(what: string, numbers: Numbers): Table & { data: Float32Array } {
  const { rows, cols } = numbers;
  return { data: atOnce(copyFinite(what, numbers)), dtype: 'f32', rows, cols };
}

/** Class numbers 0 … classes − 1, one per sample, as int32. */
export function* labelTableInParts(
  what: string,
  input: ClassInput,
  count: number,
  classes: ClassTargets,
  belonging: Belonging,
): InParts<Table> {
  const numbers = yield* targetsInParts(what, input, classes);
  checkLabelCols(what, numbers);
  const { rows } = numbers;
  checkRowCount(what, rows, belonging.of, belonging.rows);
  const data = new Int32Array(newShared(rows * 4));
  yield* eachRange(rows, (begin, end) => {
    for (let i = begin; i < end; i++) {
      const label = numbers.data[i] as number;
      checkLabel(what, label, count, i);
      data[i] = label;
    }
  });
  return { data, dtype: 'i32', rows, cols: 1 };
}
