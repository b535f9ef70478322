import { probability } from '../../core/definition.js';
import type { MetricDefinition } from './definition.js';
import { type ClassHyperparameters, checkClass, countedColumns, emitTally, ofClass, ratio } from './tally.js';

/** Hyperparameters of `precision` and `recall`. */
export type DecisionHyperparameters = ClassHyperparameters & {
  /** A probability above it is a yes. Default 0.5. */
  threshold: number;
};

/** Sums of weights for each pair of decision and target. */
interface Counts {
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
}

/** Bins of a decision: no and yes. */
const DECISIONS = 2;
/** Sums of one group of columns: for each decision those of negative and of positive targets. */
const SUMS = 2 * DECISIONS;

/** The counts of the i-th group of columns. */
function countsOf(sums: Float64Array<ArrayBufferLike>, i = 0): Counts {
  const [, falseNegatives, falsePositives, truePositives] = sums.subarray(i * SUMS, (i + 1) * SUMS);
  return {
    truePositives: truePositives!,
    falsePositives: falsePositives!,
    falseNegatives: falseNegatives!,
  };
}

function ofDecisions(
  name: string,
  score: (counts: Counts) => number,
): MetricDefinition<DecisionHyperparameters> {
  return {
    name,
    defaults: { ...ofClass.defaults, threshold: 0.5 },
    ranges: { ...ofClass.ranges, threshold: probability },
    best: 'max',
    targets: ['labels', 'matrix'],
    isTally: true,
    columns: () => SUMS,
    checkOutputs: (outputs, h) => checkClass(name, outputs, h),
    emit(builder, inputs, { classId, threshold }) {
      const perColumn = false;
      emitTally(builder, inputs, {
        label: name,
        rule: 'above',
        threshold,
        bins: DECISIONS,
        perColumn,
        classId,
      });
    },
    finish: (sums) => score(countsOf(sums)),
  };
}

/**
 * Share of the outputs above the threshold whose target is 1, over all rows and columns or one
 * class (Keras's Precision); 0 if there are none. A target above 0.5 counts as 1.
 */
export const precision: MetricDefinition<DecisionHyperparameters> = ofDecisions(
  'precision',
  ({ truePositives, falsePositives }) => ratio(truePositives, truePositives + falsePositives),
);

/**
 * Share of the targets of 1 whose output is above the threshold, over all rows and columns or one
 * class (Keras's Recall); 0 if there are none.
 */
export const recall: MetricDefinition<DecisionHyperparameters> = ofDecisions(
  'recall',
  ({ truePositives, falseNegatives }) => ratio(truePositives, truePositives + falseNegatives),
);

/** Hyperparameters of `f1`. */
export type F1Hyperparameters = ClassHyperparameters & {
  /**
   * An output above it is a yes. If left out, the largest output of a row is the only yes; with a
   * single output column, it is 0.5.
   */
  threshold: number | undefined;
};

/**
 * The harmonic mean of precision and recall of each class, averaged over the classes (Keras's
 * F1Score with average 'macro'); with `classId` that of one class. A class without yes and without
 * targets counts 0.
 */
export const f1: MetricDefinition<F1Hyperparameters> = {
  name: 'f1',
  defaults: { ...ofClass.defaults, threshold: undefined },
  ranges: { ...ofClass.ranges, threshold: probability },
  best: 'max',
  targets: ['labels', 'matrix'],
  isTally: true,
  columns: (outputs, h) => SUMS * countedColumns(outputs, h),
  checkOutputs: (outputs, h) => checkClass('f1', outputs, h),
  emit(builder, inputs, { classId, threshold = inputs.prediction.cols === 1 ? 0.5 : undefined }) {
    const rule = threshold === undefined ? 'largest' : 'above';
    emitTally(builder, inputs, {
      label: 'f1',
      rule,
      ...(threshold === undefined ? {} : { threshold }),
      bins: DECISIONS,
      perColumn: true,
      classId,
    });
  },
  finish(sums) {
    const classes = sums.length / SUMS;
    let total = 0;
    for (let i = 0; i < classes; i++) {
      const { truePositives, falsePositives, falseNegatives } = countsOf(sums, i);
      total += ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives);
    }
    return total / classes;
  },
};
