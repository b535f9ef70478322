import { SteepestError } from '../core/errors.js';
import { indexOfNotFinite } from '../core/finite.js';
import { checkLabel, compareLabels, type Label, labelList, refuseContinuous } from '../core/labels.js';
import type { NdArray, NumberRow, NumericArray, WeightInput } from '../core/ndarray.js';
import { didYouMean } from '../core/nearest.js';
import { checkRowCount, refuseNotFinite } from '../core/refuse.js';
import { readNumbers } from '../core/rows.js';
import { show } from '../core/show.js';
import { checkAnyWeight, readWeights as weightsOf } from '../core/weights.js';

export type { Label, WeightInput };

/**
 * One class name per sample. This may be a column of a `DataTable`, in which null marks a missing
 * value. A missing value is not a class, so such a row is rejected when it is reached.
 */
export type LabelInput = readonly (Label | null)[] | NumericArray | NdArray;
/** One number per sample, or one row of numbers per sample. */
export type ValueInput = readonly number[] | readonly NumberRow[] | NumericArray | NdArray;
/** Options that every score accepts. */
export interface WeightOption {
  /** One weight per sample, finite and at least 0. Default: all 1. */
  sampleWeight?: WeightInput;
}

/** A matrix of numbers. */
export interface Values {
  data: ArrayLike<number>;
  rows: number;
  cols: number;
}

/**
 * Reads a matrix of finite numbers. A flat list becomes one column.
 * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_ARGUMENT`, `ERR_EMPTY`, `ERR_NOT_FINITE`
 */
export function readValues(what: string, input: ValueInput): Values {
  const { data, rows, cols, isFlat } = readNumbers(what, input, 'values');
  const i = indexOfNotFinite(data);
  if (i >= 0) refuseNotFinite(what, data[i], Math.floor(i / cols), isFlat ? undefined : i % cols);
  return { data, rows, cols };
}

/**
 * Reads one class name per sample.
 * @throws SteepestError `ERR_SHAPE`, `ERR_ARGUMENT` (names of several types, continuous targets),
 * `ERR_EMPTY`, `ERR_NOT_FINITE`
 */
export function readLabels(what: string, input: LabelInput): readonly Label[] {
  const labels = Array.from(labelList(what, input) as ArrayLike<Label>);
  const type = typeof labels[0];
  for (let row = 0; row < labels.length; row++) checkLabel(what, labels[row], row, type);
  refuseContinuous(what, labels.length, (row) => labels[row]);
  return labels;
}

/**
 * Reads two lists of class names for the same samples.
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

function sameType(what: string, labels: readonly Label[], truth: readonly Label[]): void {
  if (labels.length === 0 || typeof labels[0] === typeof truth[0]) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to name classes as yTrue does, by ${typeof truth[0]}s`,
    given: `${typeof labels[0]}s`,
    hint: 'Write all classes the same way.',
  });
}

/** @throws SteepestError `ERR_SHAPE` */
export function sameRows(what: string, rows: number, expected: number): void {
  checkRowCount(what, rows, 'yTrue', expected);
}

/**
 * Weights of `rows` samples. If none are given, all are 1.
 * @throws SteepestError `ERR_SHAPE`, `ERR_ARGUMENT`
 */
export function readWeights(input: WeightInput | undefined, rows: number): Float64Array {
  if (input === undefined) return new Float64Array(rows).fill(1);
  return checkAnyWeight('sampleWeight', weightsOf('sampleWeight', input, 'yTrue', rows));
}

/** The distinct class names, in ascending order. */
export function uniqueLabels(...lists: readonly (readonly Label[])[]): Label[] {
  const set = new Set<Label>();
  for (const list of lists) for (const label of list) set.add(label);
  return [...set].sort(compareLabels);
}

/** Formats a class name for an error message. */
export function showLabel(label: Label): string {
  return show(label);
}

/**
 * Reads the list of class names in an option.
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
 * Warns that a score is undefined for this data. Node.js prints the warning on stderr, once per
 * call.
 */
export function warnUndefined(message: string): void {
  process.emitWarning(message, { type: 'UndefinedScoreWarning', code: 'STEEPEST_UNDEFINED_SCORE' });
}

/** The score of fewer samples than two, of which it is undefined: NaN, with a warning. */
export function tooFewSamples(score: string, what: 'R²' | 'D²'): number {
  warnUndefined(`${score}: ${what} is not defined for fewer than two samples.`);
  return Number.NaN;
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
