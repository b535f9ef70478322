import { checkInteger } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import {
  type LabelInput,
  oneOf,
  readLabels,
  readValues,
  sameRows,
  showLabel,
  uniqueLabels,
  type ValueInput,
} from '../../metrics/inputs.js';
import { isOneOf, refusePosLabel, usualPositive } from '../../metrics/positiveClass.js';
import { checkOptions } from '../base/fitOptions.js';
import type { Label } from '../base/labels.js';

/** Options of `calibrationCurve`. */
export interface CalibrationCurveOptions {
  /** The class whose probability yProba has. Optional for the numbers 0/1 or −1/1, and booleans. */
  posLabel?: Label;
  /** Number of bins (5). Empty ones are left out. */
  nBins?: number;
  /** Bins of equal width (default), or with about the same number of rows. */
  strategy?: 'uniform' | 'quantile';
}

/** One value for each bin that is not empty, in ascending order. */
export interface CalibrationCurve {
  /** The share of positive rows. */
  probTrue: Float64Array;
  /** The mean predicted probability. */
  probPred: Float64Array;
}

/**
 * How often what is predicted with a probability comes true: the two are equal for a calibrated
 * classifier.
 * @param yProba one probability per row, that of the positive class
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_NOT_FINITE`, `ERR_ARGUMENT`;
 *   `ERR_LABEL_RANGE` for numbers that are no probabilities
 * @example
 * ```ts
 * import { calibrationCurve } from 'steepest';
 * const labels = [0, 0, 1, 0, 1, 1];
 * const proba = [0.1, 0.1, 0.1, 0.8, 0.8, 0.8];
 * const { probPred, probTrue } = calibrationCurve(labels, proba, { nBins: 2 });
 * // Where it says 0.10, a third are 1; where it says 0.80, two thirds.
 * for (const [bin, said] of probPred.entries()) {
 *   console.log(said.toFixed(2), probTrue[bin]!.toFixed(2));
 *   // 0.10 0.33
 *   // 0.80 0.67
 * }
 * ```
 */
export function calibrationCurve(
  yTrue: LabelInput,
  yProba: ValueInput,
  options: CalibrationCurveOptions = {},
): CalibrationCurve {
  checkOptions('calibrationCurve', options, ['posLabel', 'nBins', 'strategy']);
  const nBins = checkInteger('nBins', options.nBins ?? 5);
  const strategy = oneOf('strategy', options.strategy ?? 'uniform', ['uniform', 'quantile']);
  const truth = readLabels('yTrue', yTrue);
  const { data, rows, cols } = readValues('yProba', yProba);
  sameRows('yProba', rows, truth.length);
  if (cols !== 1) {
    throw new SteepestError('ERR_SHAPE', {
      expected: 'yProba with one probability per row, that of the positive class',
      given: `${cols} columns`,
      hint: 'Pass the second column of predictProba.',
    });
  }
  const positive = positiveOf(options.posLabel, uniqueLabels(truth));
  const wrong = Array.prototype.findIndex.call(data, (p: number) => !(p >= 0 && p <= 1));
  if (wrong >= 0) {
    throw new SteepestError('ERR_LABEL_RANGE', {
      expected: 'probabilities from 0 to 1 in yProba',
      given: `${data[wrong]} at row ${wrong}`,
      hint: 'Use predictProba, not decisionFunction.',
    });
  }
  const edges = strategy === 'uniform' ? evenEdges(nBins) : quantileEdges(Float64Array.from(data), nBins);
  const [counts, sums, hits] = [new Float64Array(nBins), new Float64Array(nBins), new Float64Array(nBins)];
  for (let i = 0; i < rows; i++) {
    let bin = 0;
    while (bin < nBins - 1 && edges[bin + 1]! < data[i]!) bin++;
    counts[bin]!++;
    sums[bin]! += data[i]!;
    if (truth[i] === positive) hits[bin]!++;
  }
  const filled = Array.from(counts.keys()).filter((bin) => counts[bin]! > 0);
  return {
    probTrue: Float64Array.from(filled, (bin) => hits[bin]! / counts[bin]!),
    probPred: Float64Array.from(filled, (bin) => sums[bin]! / counts[bin]!),
  };
}

const evenEdges = (nBins: number): number[] => Array.from({ length: nBins + 1 }, (_, i) => i * (1 / nBins));

/**
 * Quantiles, linear between neighbours, rounded as by NumPy: where one falls on a number or just
 * below it decides to which bin that number belongs.
 */
function quantileEdges(values: Float64Array, nBins: number): number[] {
  const sorted = values.sort();
  const last = sorted.length - 1;
  return Array.from({ length: nBins + 1 }, (_, i) => {
    const percent = (i === nBins ? 1 : i * (1 / nBins)) * 100;
    const at = (percent / 100) * last;
    const low = Math.floor(at);
    const [a, b] = [sorted[low]!, sorted[Math.min(low + 1, last)]!];
    const t = at - low;
    return t < 1 / 2 ? a + (b - a) * t : b - (b - a) * (1 - t);
  });
}

/**
 * @throws SteepestError `ERR_ARGUMENT` for more than two classes, or none that counts as positive
 */
function positiveOf(posLabel: Label | undefined, present: readonly Label[]): Label {
  if (present.length > 2) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'two classes',
      given: `${present.length}: ${present.map(showLabel).join(', ')}`,
      hint: 'Compare each class with the rest.',
    });
  }
  if (posLabel === undefined) return usualPositive(present) ?? refusePosLabel(posLabel, present);
  return isOneOf(posLabel, present) ? posLabel : refusePosLabel(posLabel, present);
}
