import {
  averagePrecisionScore,
  type LabelInput,
  precisionRecallCurve,
  type ValueInput,
} from '../../metrics/index.js';
import { type ClassScores, readClassScores, type ScoresPlotOptions } from './classScores.js';
import { type CurveOfClass, drawCurves, evenly, thresholdText } from './draw/curves.js';
import { fixed, valueText } from './draw/numbers.js';
import { listed, missing, rangeOf } from './rocCurve.js';

const STOPS = 12;

/**
 * Precision by recall: which share of what is called positive is so, at each share of the positives
 * that is found, with the average precision. For more than two classes, each is compared with the
 * rest; of more than six, the five with the lowest average precision have a colour.
 *
 * @param yTrue one class per sample
 * @param yScore scores or probabilities: one per sample or two columns for two classes, otherwise
 *   one column per class, as `predictProba` returns them
 * @returns one `<svg>` that stands alone
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`,
 *   `ERR_UNKNOWN_NAME`
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { plots } from 'steepest/report';
 *
 * const svg = plots.precisionRecall([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
 * writeFileSync('precision.svg', svg);
 * ```
 */
export function precisionRecall(
  yTrue: LabelInput,
  yScore: ValueInput,
  options: ScoresPlotOptions = {},
): string {
  const title = 'Precision and recall';
  const input = readClassScores('precisionRecall', yTrue, yScore, options, { title });
  const curves = input.classes.map(curveOf);
  const share = input.classes[0].positives / input.rows;
  const isOne = curves.length === 1;
  return drawCurves({
    ...input.read,
    xName: 'recall',
    yName: 'precision',
    description: describe(curves, input.classes, input.rows, input.absent),
    curves,
    ...(isOne ? { guide: { y0: share, y1: share, name: `chance: ${fixed(share, 3)}` } } : {}),
    others: (others) => `average ${rangeOf(others)}`,
  });
}

function curveOf({ name, truth, scores }: ClassScores): CurveOfClass {
  const { precision, recall, thresholds } = precisionRecallCurve(truth, scores as number[], {
    posLabel: true,
    dropIntermediate: true,
  });
  const score = averagePrecisionScore(truth, scores as number[], { posLabel: true });
  // From no recall on; the first point of all, precision 1 without a threshold, is no threshold's.
  const points = Array.from(recall, (x, i) => ({ x, y: precision[i], threshold: thresholds[i] })).reverse();
  const stops = evenly(points.slice(1), STOPS).map((point) => ({
    ...point,
    text: `${thresholdText(point.threshold)}: precision ${fixed(point.y, 3)}, recall ${fixed(point.x, 3)}`,
  }));
  return { name, score, note: `average precision ${fixed(score, 3)}`, points, stops };
}

function describe(
  curves: readonly CurveOfClass[],
  classes: readonly ClassScores[],
  rows: number,
  absent: readonly string[],
): string {
  const texts = curves.map(({ name, score }, i) => {
    const { positives } = classes[i];
    return `${name} (${valueText(positives)} rows, ${fixed((100 * positives) / rows, 1)} %): average precision ${valueText(score)}`;
  });
  return [`${valueText(rows)} rows.`, listed(texts), missing(absent)].join(' ').trim();
}
