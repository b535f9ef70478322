import { balancedFrom, type ClassWeight, countClasses, namedWeights } from '../base/classWeights.js';
import { compareLabels, type EncodedLabels, type Label } from '../base/labels.js';
import { ALONE, type Ranks, type Together } from './ranks.js';

/** Classes of the rows of all ranks. */

/** Each rank's classes in one order, and this rank's codes in it. */
export function joinClasses(
  ofRanks: readonly (readonly Label[])[],
  { classes: own, codes }: EncodedLabels,
): EncodedLabels {
  const classes = [...new Set(ofRanks.flat())].sort(compareLabels);
  const places = new Map(classes.map((label, i) => [label, i]));
  const position = own.map((label) => places.get(label)!);
  return { classes, codes: codes.map((code) => position[code]!) };
}

/**
 * A weight per row of this rank, as `rowWeights` gives it for the rows of all. Undefined if all are
 * 1.
 */
export async function jointRowWeights(
  ranks: Ranks | undefined,
  labels: EncodedLabels,
  classWeight: ClassWeight | undefined,
  sampleWeight: Float64Array | undefined,
): Promise<Float64Array | undefined> {
  if (classWeight === undefined) return sampleWeight;
  const together: Together = ranks ?? ALONE;
  const { classes, codes } = labels;
  const none = Array.from({ length: classes.length + 1 }, () => 0);
  const ofClass =
    classWeight === 'balanced'
      ? balancedFrom(await together.inTurn(none, (sums) => countClasses(labels, sampleWeight, sums)))
      : namedWeights(classes, classWeight);
  return Float64Array.from(codes, (code, row) => ofClass[code]! * (sampleWeight?.[row] ?? 1));
}
