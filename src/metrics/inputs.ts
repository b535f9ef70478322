import { SteepestError } from '../core/errors.js';
import { compareLabels, type Label, refuseContinuous } from '../core/labels.js';
import { isNdArray, type NdArray, type NumberRow, type NumericArray } from '../core/ndarray.js';
import { didYouMean } from '../core/nearest.js';
import { reading, refuseTable } from '../core/refuse.js';
import {
  checkLength,
  isNested,
  readNdArray,
  readNestedRows,
  readNumberList,
  typedNumbers,
} from '../core/rows.js';
import { show } from '../core/show.js';

export type { Label };

/**
 * One class name per sample. A column of a `DataTable` is one too, with null where a value is
 * missing: such rows are refused when they are met, because no class can be made of them.
 */
export type LabelInput = readonly (Label | null)[] | NumericArray | NdArray;
/** One number per sample, or one row of numbers. */
export type ValueInput = readonly number[] | readonly NumberRow[] | NumericArray | NdArray;
/** One weight per sample, 0 or more. */
export type WeightInput = readonly number[] | NumericArray | NdArray;

/** Every score takes weights. */
export interface WeightOption {
  /** One weight per sample, finite and 0 or more; all 1 if left out. */
  sampleWeight?: WeightInput;
}

/** Numbers in rows. */
export interface Values {
  data: ArrayLike<number>;
  rows: number;
  cols: number;
}

function notEmpty(what: string, rows: number): void {
  if (rows > 0) return;
  throw new SteepestError('ERR_EMPTY', {
    expected: `${what} with at least one sample`,
    given: 'none',
    hint: 'Pass some data.',
  });
}

function finite(what: string, data: ArrayLike<number>, cols: number): void {
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue;
    throw new SteepestError('ERR_NOT_FINITE', {
      expected: `finite numbers in ${what}`,
      given: `${data[i]} at row ${Math.floor(i / cols)}, column ${i % cols}`,
      hint: 'Leave such samples out, or find out where they come from.',
    });
  }
}

function fromList(what: string, list: readonly unknown[]): Values {
  if (list.length > 0 && isNested(list)) return readNestedRows(what, list);
  return { data: Float64Array.from(readNumberList(what, list)), rows: list.length, cols: 1 };
}

function fromAny(what: string, input: unknown): Values {
  const typed = typedNumbers(what, input);
  if (typed !== undefined) return { data: typed, rows: typed.length, cols: 1 };
  if (Array.isArray(input)) return fromList(what, input);
  if (isNdArray(input)) return readNdArray(what, input, 1);
  return refuseTable(
    what,
    input,
    'a list of numbers, a list of rows, or { data, shape }',
    'Pass one of these.',
  );
}

/**
 * Finite numbers in rows; a flat list is one column.
 * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_ARGUMENT`, `ERR_EMPTY`, `ERR_NOT_FINITE`
 */
export function readValues(what: string, input: ValueInput): Values {
  const values = reading(what, () => fromAny(what, input));
  notEmpty(what, values.rows);
  finite(what, values.data, values.cols);
  return values;
}

/**
 * One class name per sample.
 * @throws SteepestError `ERR_SHAPE`, `ERR_ARGUMENT` (names of several types, continuous targets),
 * `ERR_EMPTY`, `ERR_NOT_FINITE`
 */
export function readLabels(what: string, input: LabelInput): readonly Label[] {
  return reading(what, () => labelsOf(what, input));
}

function labelsOf(what: string, input: LabelInput): readonly Label[] {
  if (!Array.isArray(input) || isNested(input)) {
    const { data, rows, cols } = readValues(what, input as ValueInput);
    if (cols !== 1) {
      throw new SteepestError('ERR_SHAPE', {
        expected: `${what} with one class per sample`,
        given: `${cols} columns`,
        hint: 'Pass class names or numbers; for probabilities take the most probable class first.',
      });
    }
    refuseContinuous(what, rows, (row) => data[row]);
    return Array.from({ length: rows }, (_, i) => data[i]);
  }
  const labels = input as readonly Label[];
  checkLength(what, labels);
  notEmpty(what, labels.length);
  const type = typeof labels[0];
  labels.forEach((label, i) => {
    if (typeof label !== type || !['number', 'string', 'boolean'].includes(type)) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `${what} to be all numbers, all strings or all booleans`,
        given: `${show(label)} at row ${i}${i > 0 ? ` after ${type}s` : ''}`,
        hint: 'Write all classes the same way.',
      });
    }
  });
  if (type === 'number') {
    finite(what, labels as readonly number[], 1);
    refuseContinuous(what, labels.length, (row) => labels[row]);
  }
  return labels;
}

/**
 * Two lists of class names that belong together.
 * @throws SteepestError as {@link readLabels}; `ERR_SHAPE`
 */
export function readPair(
  yTrue: LabelInput,
  yPred: LabelInput,
): { truth: readonly Label[]; guess: readonly Label[] } {
  const truth = readLabels('yTrue', yTrue);
  const guess = readLabels('yPred', yPred);
  sameRows('yPred', guess.length, truth.length);
  sameType('yPred', guess, truth);
  return { truth, guess };
}

export function sameType(what: string, labels: readonly Label[], truth: readonly Label[]): void {
  if (labels.length === 0 || typeof labels[0] === typeof truth[0]) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to name classes as yTrue does, by ${typeof truth[0]}s`,
    given: `${typeof labels[0]}s`,
    hint: 'Write all classes the same way.',
  });
}

/** @throws SteepestError `ERR_SHAPE` */
export function sameRows(what: string, rows: number, expected: number): void {
  if (rows === expected) return;
  throw new SteepestError('ERR_SHAPE', {
    expected: `${what} with ${expected} samples, as many as yTrue`,
    given: `${rows}`,
    hint: 'Pass arrays that belong together.',
  });
}

/**
 * Weights of `rows` samples, all 1 if there are none.
 * @throws SteepestError `ERR_SHAPE`, `ERR_ARGUMENT`
 */
export function readWeights(input: WeightInput | undefined, rows: number): Float64Array {
  if (input === undefined) return new Float64Array(rows).fill(1);
  const { data, rows: given, cols } = readValues('sampleWeight', input);
  sameRows('sampleWeight', given * cols, rows);
  let total = 0;
  const weights = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    weights[i] = data[i];
    total += data[i];
    if (data[i] < 0) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'weights of 0 or more',
        given: `${data[i]} at row ${i}`,
        hint: 'Leave samples out by weight 0.',
      });
    }
  }
  if (!(total > 0)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'a sample with a weight above 0',
      given: 'weights that are all 0',
      hint: 'Leave sampleWeight out to weigh all samples alike.',
    });
  }
  return weights;
}

/** The class names that occur, each once, in order. */
export function uniqueLabels(...lists: readonly (readonly Label[])[]): Label[] {
  const set = new Set<Label>();
  for (const list of lists) for (const label of list) set.add(label);
  return [...set].sort(compareLabels);
}

/** A class name as an error shows it. */
export function showLabel(label: Label): string {
  return show(label);
}

/**
 * A list of class names that the caller chose.
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_EMPTY`
 */
export function readLabelOption(labels: LabelInput, truth: readonly Label[]): readonly Label[] {
  const list = readLabels('labels', labels);
  sameType('labels', list, truth);
  if (new Set(list).size !== list.length) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'each class once in labels',
      given: show(list),
      hint: 'Remove the repetition.',
    });
  }
  return list;
}

/**
 * Tells the user that a score is not defined for this data. Node prints it once per call on stderr.
 */
export function warnUndefined(message: string): void {
  process.emitWarning(message, { type: 'UndefinedScoreWarning', code: 'STEEPEST_UNDEFINED_SCORE' });
}

/** @throws SteepestError `ERR_ARGUMENT` */
export function oneOf<T extends string | null>(what: string, value: T, known: readonly T[]): T {
  if (known.includes(value)) return value;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to be one of ${known.map((name) => (name === null ? 'null' : `'${name}'`)).join(', ')}`,
    given: show(value),
    hint: didYouMean(
      value,
      known.filter((name) => name !== null),
      'Use one of these.',
    ),
  });
}
