import { SteepestError } from '../../core/errors.js';
import { didYouMean } from '../../core/nearest.js';
import { isPlainObject } from '../../core/realm.js';
import { show } from '../../core/show.js';
import type { EncodedLabels, Label } from './labels.js';
import { type ParamSpec, param } from './params.js';

/**
 * Weights of classes: `'balanced'` gives every class the same total weight, Σw / (classes · Σw of
 * the class), where w are the sample weights and classes without any weight do not count. Otherwise
 * an object with a weight per class, by its name (`String(label)`); the default is 1.
 */
export type ClassWeight = 'balanced' | Readonly<Record<string, number>>;

/** The hyperparameter `classWeight`; undefined for equal weights. */
export const classWeightParam: ParamSpec<ClassWeight | undefined> = param.custom<ClassWeight | undefined>(
  undefined,
  (name, value) => {
    if (value === undefined || value === 'balanced') return value;
    const valid =
      isPlainObject(value) &&
      Object.values(value).every((w) => typeof w === 'number' && w >= 0 && w < Number.POSITIVE_INFINITY);
    if (valid) return { ...(value as Record<string, number>) };
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name} to be 'balanced' or an object with a weight of at least 0 for each class`,
      given: show(value),
      hint: "Write { spam: 5 } or 'balanced'.",
    });
  },
);

/** Adds rows' weights to the sums of their classes and, last, to the sum of all. */
export function countClasses(
  { codes }: EncodedLabels,
  weights: Float64Array | undefined,
  sums: Float64Array,
): void {
  const all = sums.length - 1;
  codes.forEach((code, row) => {
    const weight = weights?.[row] ?? 1;
    sums[code] = sums[code]! + weight;
    sums[all] = sums[all]! + weight;
  });
}

/** The weight of each class, from what {@link countClasses} sums. */
export function balancedFrom(sums: Float64Array): Float64Array {
  const ofClass = sums.subarray(0, -1);
  const total = sums.at(-1)!;
  // Rows of weight 0 change nothing, so a class with only such rows does not count.
  const present = ofClass.reduce((count, sum) => count + (sum > 0 ? 1 : 0), 0);
  return ofClass.map((sum) => (sum > 0 ? total / (present * sum) : 0));
}

function balancedWeights(labels: EncodedLabels, weights: Float64Array | undefined): Float64Array {
  const sums = new Float64Array(labels.classes.length + 1);
  countClasses(labels, weights, sums);
  return balancedFrom(sums);
}

/**
 * The weight of each class, from those given by name.
 * @throws SteepestError `ERR_UNKNOWN_NAME` for a class that does not exist
 */
export function namedWeights(
  classes: readonly Label[],
  given: Readonly<Record<string, number>>,
): Float64Array {
  const names = classes.map(String);
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    throw new SteepestError('ERR_UNKNOWN_NAME', {
      expected: `classWeight for the classes ${names.join(', ')}`,
      given: show(name),
      hint: didYouMean(name, names, 'Use the names of classes in y.'),
    });
  }
  return Float64Array.from(names, (name) => given[name] ?? 1);
}

/** A weight per class; undefined if all are 1. */
export function weightsOfClasses(
  labels: EncodedLabels,
  classWeight: ClassWeight | undefined,
  sampleWeight: Float64Array | undefined,
): Float64Array | undefined {
  if (classWeight === undefined) return undefined;
  return classWeight === 'balanced'
    ? balancedWeights(labels, sampleWeight)
    : namedWeights(labels.classes, classWeight);
}

/** A weight per row: its sample weight times its class's. Undefined if all are 1. */
export function rowWeights(
  labels: EncodedLabels,
  classWeight: ClassWeight | undefined,
  sampleWeight: Float64Array | undefined,
): Float64Array | undefined {
  const ofClass = weightsOfClasses(labels, classWeight, sampleWeight);
  if (ofClass === undefined) return sampleWeight;
  return Float64Array.from(labels.codes, (code, row) => ofClass[code]! * (sampleWeight?.[row] ?? 1));
}
