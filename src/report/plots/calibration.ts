import { SteepestError } from '../../core/errors.js';
import { type CalibrationCurveOptions, calibrationCurve } from '../../estimators/calibration/index.js';
import { brierScoreLoss, type LabelInput, type ValueInput } from '../../metrics/index.js';
import { type ClassScores, readClassScores, type ScoresPlotOptions } from './classScores.js';
import { type CurveOfClass, drawCurves } from './draw/curves.js';
import { fixed, valueText } from './draw/numbers.js';
import { listed, missing } from './rocCurve.js';

/** Options of `calibration`. */
export interface CalibrationPlotOptions
  extends ScoresPlotOptions,
    Pick<CalibrationCurveOptions, 'nBins' | 'strategy'> {}

/** As many bins as people draw; `calibrationCurve` has 5. */
const BINS = 10;

/**
 * Whether probabilities come true: the share of positive rows by the predicted probability, in
 * bins. A calibrated classifier lies on the dashed line. For more than two classes, each is
 * compared with the rest; of more than six, the five with the largest Brier score have a colour.
 *
 * @param yTrue one class per sample
 * @param yProba probabilities: one per sample or two columns for two classes, otherwise one column
 *   per class
 * @param options `nBins` (10) and `strategy` are those of `calibrationCurve`
 * @returns one `<svg>` that stands alone
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`,
 *   `ERR_LABEL_RANGE` for numbers that are no probabilities, `ERR_UNKNOWN_NAME`
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { plots } from 'steepest/report';
 *
 * const svg = plots.calibration([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { nBins: 2 });
 * writeFileSync('calibration.svg', svg);
 * ```
 */
export function calibration(
  yTrue: LabelInput,
  yProba: ValueInput,
  options: CalibrationPlotOptions = {},
): string {
  const title = 'Calibration';
  const input = readClassScores('calibration', yTrue, yProba, options, {
    own: ['nBins', 'strategy'],
    title,
    what: 'yProba',
  });
  for (const { scores } of input.classes) checkProbabilities(scores);
  const { nBins = BINS, strategy } = options;
  const curves = input.classes.map((one) => curveOf(one, { nBins, strategy }));
  return drawCurves({
    ...input.read,
    xName: 'predicted probability',
    yName: 'share of positives',
    description: describe(curves, input.rows, input.absent),
    curves,
    guide: { y0: 0, y1: 1, name: 'calibrated' },
    others: (others) => `Brier ${fixed(Math.max(...others.map(({ score }) => -score)), 3)} at most`,
    hasDots: true,
  });
}

function checkProbabilities(scores: ArrayLike<number>): void {
  for (let row = 0; row < scores.length; row++) {
    if (scores[row] >= 0 && scores[row] <= 1) continue;
    throw new SteepestError('ERR_LABEL_RANGE', {
      expected: 'probabilities from 0 to 1 in yProba',
      given: `${scores[row]} at row ${row}`,
      hint: 'Use predictProba, not decisionFunction.',
    });
  }
}

function curveOf({ name, truth, scores }: ClassScores, options: CalibrationCurveOptions): CurveOfClass {
  const { probTrue, probPred } = calibrationCurve(truth, scores as number[], { ...options, posLabel: true });
  const brier = brierScoreLoss(truth, scores as number[], { posLabel: true });
  const points = Array.from(probPred, (x, i) => ({ x, y: probTrue[i] }));
  const stops = points.map((point) => ({
    ...point,
    text: `predicted ${fixed(point.x, 3)}: ${fixed(100 * point.y, 1)} % positive`,
  }));
  return { name, score: -brier, note: `Brier ${fixed(brier, 3)}`, points, stops };
}

function describe(curves: readonly CurveOfClass[], rows: number, absent: readonly string[]): string {
  const texts = curves.map(({ name, score, points }) => {
    const off = points.reduce(
      (most, point) => (Math.abs(point.y - point.x) > Math.abs(most.y - most.x) ? point : most),
      points[0],
    );
    return `${name}: Brier score ${valueText(-score)}, farthest from the line at ${fixed(off.x, 3)}, of which ${fixed(off.y, 3)} came true`;
  });
  return [`${valueText(rows)} rows.`, listed(texts), missing(absent)].join(' ').trim();
}
