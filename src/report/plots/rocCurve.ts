import { type LabelInput, rocAucScore, rocCurve as rocPoints, type ValueInput } from '../../metrics/index.js';
import { type ClassScores, readClassScores, type ScoresPlotOptions } from './classScores.js';
import { type CurveOfClass, drawCurves, evenly, thresholdText } from './draw/curves.js';
import { fixed, valueText } from './draw/numbers.js';

/** Points that show their threshold. */
const STOPS = 12;
/** The rate of false alarms at which the description says what is found. */
const FALSE_RATE = 0.1;

/**
 * The receiver operating characteristic: which share of a class is found at each rate of false
 * alarms, with the area under the curve. For more than two classes, each is compared with the rest;
 * of more than six, the five with the smallest area have a colour.
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
 * const svg = plots.rocCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
 * writeFileSync('roc.svg', svg);
 * ```
 */
export function rocCurve(yTrue: LabelInput, yScore: ValueInput, options: ScoresPlotOptions = {}): string {
  const input = readClassScores('rocCurve', yTrue, yScore, options, { title: 'ROC curve' });
  const curves = input.classes.map(curveOf);
  return drawCurves({
    ...input.read,
    xName: 'false positive rate',
    yName: 'true positive rate',
    description: describe(curves, input.classes, input.rows, input.absent),
    curves,
    guide: { y0: 0, y1: 1, name: 'chance' },
    others: (others) => `area ${rangeOf(others)}`,
  });
}

function curveOf({ name, truth, scores }: ClassScores): CurveOfClass {
  const { fpr, tpr, thresholds } = rocPoints(truth, scores as number[], { posLabel: true });
  const score = rocAucScore(truth, scores as number[]);
  const points = Array.from(fpr, (x, i) => ({ x, y: tpr[i], threshold: thresholds[i] }));
  const stops = evenly(points, STOPS).map((point) => ({
    ...point,
    text: `${thresholdText(point.threshold)}: true positive rate ${fixed(point.y, 3)}, false positive rate ${fixed(point.x, 3)}`,
  }));
  return { name, score, note: `area ${fixed(score, 3)}`, points, stops };
}

/** `0.91 to 0.99`. */
export function rangeOf(curves: readonly CurveOfClass[]): string {
  const scores = curves.map(({ score }) => score);
  const [low, high] = [Math.min(...scores), Math.max(...scores)].map((score) => fixed(score, 3));
  return low === high ? low : `${low} to ${high}`;
}

function describe(
  curves: readonly CurveOfClass[],
  classes: readonly ClassScores[],
  rows: number,
  absent: readonly string[],
): string {
  const texts = curves.map(({ name, score, points }, i) => {
    const found = points.reduce((most, { x, y }) => (x <= FALSE_RATE ? Math.max(most, y) : most), 0);
    return `${name} (${valueText(classes[i].positives)} rows): area ${valueText(score)}, true positive rate ${fixed(found, 3)} at a false positive rate of ${FALSE_RATE}`;
  });
  return [`${valueText(rows)} rows.`, listed(texts), missing(absent)].join(' ').trim();
}

/** The first ten of many. */
export function listed(texts: readonly string[]): string {
  const rest = texts.length > 10 ? `; ${texts.length - 10} more classes` : '';
  return `${texts.slice(0, 10).join('; ')}${rest}.`;
}

/** Which classes have no curve. */
export const missing = (absent: readonly string[]): string =>
  absent.length === 0
    ? ''
    : `Without rows: ${absent.slice(0, 10).join(', ')}${absent.length > 10 ? ', …' : ''}.`;
