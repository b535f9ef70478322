import { log } from '../../kernels/typescript/float64/math.js';
import { type MetricDefinition, wholeNumber } from './definition.js';
import { type ClassHyperparameters, checkClass, emitTally, ofClass, ratio } from './tally.js';

/** Hyperparameters of `rocAuc` and `prAuc`. */
export type AucHyperparameters = ClassHyperparameters & {
  /** Thresholds, evenly spaced from 0 to 1. Default 200, as in Keras. */
  numThresholds: number;
};

/** A threshold below 0 and one above 1 are the ends of both curves. */
const LEAST_THRESHOLDS = 2;
const MOST_THRESHOLDS = 2 ** 16;

/** For each threshold, the sum of weights of positive and of negative targets with outputs above it. */
interface Curve {
  positives: Float64Array;
  negatives: Float64Array;
}

/** The two sums of each bin, added up from the last: no output is above the last threshold. */
function curveOf(sums: Float64Array<ArrayBufferLike>): Curve {
  const bins = sums.length / 2;
  const curve = { positives: new Float64Array(bins + 1), negatives: new Float64Array(bins + 1) };
  for (let i = bins - 1; i >= 0; i--) {
    curve.negatives[i] = curve.negatives[i + 1]! + sums[2 * i]!;
    curve.positives[i] = curve.positives[i + 1]! + sums[2 * i + 1]!;
  }
  return curve;
}

function underCurve(name: string, area: (curve: Curve) => number): MetricDefinition<AucHyperparameters> {
  return {
    name,
    defaults: { ...ofClass.defaults, numThresholds: 200 },
    ranges: { ...ofClass.ranges, numThresholds: wholeNumber(LEAST_THRESHOLDS, MOST_THRESHOLDS) },
    best: 'max',
    targets: ['labels', 'matrix'],
    isTally: true,
    columns: (_, { numThresholds }) => 2 * (numThresholds - 1),
    checkOutputs: (outputs, h) => checkClass(name, outputs, h),
    emit(builder, inputs, { classId, numThresholds }) {
      const bins = numThresholds - 1;
      emitTally(builder, inputs, { label: name, rule: 'spaced', bins, perColumn: false, classId });
    },
    finish: (sums) => area(curveOf(sums)),
  };
}

/**
 * Area under the ROC curve, by the trapezoidal rule over evenly spaced thresholds (Keras's AUC with
 * its defaults). Outputs are probabilities; all columns count as decisions of one kind, or one
 * class does. A target above 0.5 counts as 1.
 */
export const rocAuc: MetricDefinition<AucHyperparameters> = underCurve(
  'rocAuc',
  ({ positives, negatives }) => {
    let area = 0;
    for (let i = 0; i + 1 < positives.length; i++) {
      const width = ratio(negatives[i]!, negatives[0]!) - ratio(negatives[i + 1]!, negatives[0]!);
      area += width * ((ratio(positives[i]!, positives[0]!) + ratio(positives[i + 1]!, positives[0]!)) / 2);
    }
    return area;
  },
);

/**
 * Area under the precision-recall curve over evenly spaced thresholds, with true and false
 * positives interpolated between two of them (Davis & Goadrich 2006; Keras's AUC with curve 'PR').
 */
export const prAuc: MetricDefinition<AucHyperparameters> = underCurve('prAuc', ({ positives, negatives }) => {
  let area = 0;
  for (let i = 0; i + 1 < positives.length; i++) {
    const gained = positives[i]! - positives[i + 1]!;
    const before = positives[i + 1]! + negatives[i + 1]!;
    const after = positives[i]! + negatives[i]!;
    const slope = ratio(gained, after - before);
    const intercept = positives[i + 1]! - slope * before;
    const growth = before > 0 && after > 0 ? log(after / before) : 0;
    area += ratio(slope * (gained + intercept * growth), positives[0]!);
  }
  return area;
});
