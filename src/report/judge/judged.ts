/** What a model said of rows beside what is true of them: all that the scores and charts need. */

/** Rows of one class each. Classes are numbers: places in `names`. */
export interface JudgedClasses {
  kind: 'classes';
  rows: number;
  /** The classes of the model in its order, then those that only the test has. */
  names: readonly string[];
  /** How many the model knows. */
  known: number;
  truth: Int32Array;
  guess: Int32Array;
  /** Probabilities, rows × known; undefined for a model that has none. */
  proba: Float64Array | undefined;
  /** What takes their place: one score per row for two classes, otherwise rows × known. */
  scores: Float64Array | undefined;
}

/** Rows to each of which several of the labels may apply. */
export interface JudgedLabels {
  kind: 'labels';
  rows: number;
  names: readonly string[];
  /** 0 or 1, rows × labels. */
  truth: Uint8Array;
  guess: Uint8Array;
  /** Rows × labels. */
  proba: Float64Array;
}

/** Rows of numbers. */
export interface JudgedValues {
  kind: 'values';
  rows: number;
  /** Names of the targets. */
  names: readonly string[];
  /** Rows × targets. */
  truth: Float64Array;
  guess: Float64Array;
}

export type Judged = JudgedClasses | JudgedLabels | JudgedValues;

/** Names that the caller knows; those of the model are used otherwise. */
export interface GivenNames {
  classes: readonly string[] | undefined;
  targets: readonly string[] | undefined;
}

/** Every `step`-th number from `first` on: a column of a matrix. */
export function columnOf<T extends Float64Array | Uint8Array>(data: T, first: number, step: number): T {
  const length = Math.ceil((data.length - first) / step);
  const Type = data.constructor as new (length: number) => T;
  const column = new Type(length);
  for (let i = 0, at = first; i < length; i++, at += step) column[i] = data[at]!;
  return column;
}

/**
 * How likely each row is of a class: its probability or, without any, its score. Undefined if the
 * model gives neither for the class.
 */
export function likelihood(judged: JudgedClasses, k: number): Float64Array | undefined {
  const { proba, scores, known } = judged;
  if (k >= known) return undefined;
  if (proba !== undefined) return columnOf(proba, k, known);
  if (scores === undefined) return undefined;
  if (known > 2) return columnOf(scores, k, known);
  return k === 1 ? scores : scores.map((score) => -score);
}

/** Probabilities of which each row sums to 1 in float64, as those in float32 do not. */
export function normalised(proba: Float64Array, classes: number): Float64Array {
  const shares = new Float64Array(proba.length);
  for (let from = 0; from < proba.length; from += classes) {
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += proba[from + k]!;
    for (let k = 0; k < classes; k++) shares[from + k] = sum > 0 ? proba[from + k]! / sum : 1 / classes;
  }
  return shares;
}
