/** Probabilities of classes as scores read them: one column per class, or one for two classes. */
import { SteepestError } from '../core/errors.js';
import type { NdArray } from '../core/ndarray.js';
import { isTypedArray } from '../core/realm.js';
import {
  type Label,
  type LabelInput,
  readLabelOption,
  readLabels,
  readValues,
  readWeights,
  sameRows,
  showLabel,
  uniqueLabels,
  type ValueInput,
  type Values,
  type WeightOption,
  warnUndefined,
} from './inputs.js';

/** Options of scores of probabilities. */
export interface ProbabilityOptions extends WeightOption {
  /**
   * The classes of the columns. Required if yTrue does not contain all of them. They are sorted,
   * because the columns are in ascending order of class.
   */
  labels?: LabelInput;
}

/** Minimum distance of probabilities from 0 and 1: the spacing of the array's numbers at 1. */
const EPSILON_64 = 2 ** -52;
const EPSILON_32 = 2 ** -23;

/** True classes and predicted probabilities of the same samples. */
export interface Probabilities {
  rows: number;
  /** Number of classes. */
  classes: number;
  /** The number of the true class of each sample. */
  codes: Int32Array;
  /** The probability of class c for sample i. */
  at(i: number, c: number): number;
  weights: Float64Array;
  /** The spacing of the array's numbers at 1. */
  epsilon: number;
}

/**
 * @param yProba one probability per sample, that of the second class in ascending order, or one
 * column per class in ascending order. Rows that do not add up to 1 cause a warning.
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_NOT_FINITE`, `ERR_LABEL_RANGE` (a class
 * outside `labels`, a probability outside [0, 1]), `ERR_ARGUMENT`
 */
export function readProbabilities(
  score: string,
  yTrue: LabelInput,
  yProba: ValueInput,
  options: ProbabilityOptions,
): Probabilities {
  const truth = readLabels('yTrue', yTrue);
  const proba = readValues('yProba', yProba);
  sameRows('yProba', proba.rows, truth.length);
  const weights = readWeights(options.sampleWeight, truth.length);
  const given = options.labels === undefined ? undefined : readLabelOption(options.labels, truth);
  const classes = uniqueLabels(given ?? truth);
  checkClasses(classes, proba, given !== undefined);
  const epsilon = isFloat32(yProba) ? EPSILON_32 : EPSILON_64;
  checkProbabilities(score, proba, Math.sqrt(epsilon));

  const index = new Map(classes.map((label, i) => [label, i]));
  const codes = Int32Array.from(truth, (label, i) => {
    const code = index.get(label);
    if (code !== undefined) return code;
    throw new SteepestError('ERR_LABEL_RANGE', {
      expected: `classes ${classes.map(showLabel).join(', ')}, as labels says`,
      given: `${showLabel(label)} at row ${i} of yTrue`,
      hint: 'Add it to labels, and a column to yProba.',
    });
  });
  const { data, cols, rows } = proba;
  const at = (i: number, c: number): number =>
    cols > 1 ? data[i * cols + c] : c === 1 ? data[i] : 1 - data[i];
  return { rows, classes: classes.length, codes, at, weights, epsilon };
}

/** The share of each class in the total weight. */
export function classShares({ codes, classes, weights }: Probabilities): Float64Array {
  const shares = new Float64Array(classes);
  let total = 0;
  codes.forEach((code, i) => {
    shares[code] += weights[i];
    total += weights[i];
  });
  return shares.map((share) => share / total);
}

function isFloat32(input: ValueInput): boolean {
  return isTypedArray(input, 'Float32Array') || isTypedArray((input as NdArray).data, 'Float32Array');
}

function checkClasses(classes: readonly Label[], proba: Values, wereGiven: boolean): void {
  const columns = Math.max(proba.cols, 2);
  if (classes.length === columns) return;
  const source = wereGiven ? 'labels' : 'yTrue';
  throw new SteepestError('ERR_SHAPE', {
    expected: `as many classes in ${source} as yProba tells apart, ${columns}`,
    given: `${classes.length}: ${classes.map(showLabel).join(', ')}`,
    hint: 'Set labels to the classes of all columns.',
  });
}

function checkProbabilities(score: string, { data, rows, cols }: Values, tolerance: number): void {
  let warned = false;
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < cols; j++) {
      const p = data[i * cols + j];
      sum += p;
      if (p < 0 || p > 1) {
        throw new SteepestError('ERR_LABEL_RANGE', {
          expected: 'probabilities from 0 to 1 in yProba',
          given: `${p} at row ${i}, column ${j}`,
          hint: 'Use predictProba, not decisionFunction.',
        });
      }
    }
    if (cols > 1 && !warned && Math.abs(sum - 1) > tolerance) {
      warned = true;
      warnUndefined(`${score}: the probabilities of row ${i} add up to ${sum}, not to 1.`);
    }
  }
}
