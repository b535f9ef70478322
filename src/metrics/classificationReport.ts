import { type Align, alignColumns } from '../core/alignColumns.js';
import { SteepestError } from '../core/errors.js';
import { isNames } from '../core/guards.js';
import { show } from '../core/show.js';
import {
  type Label,
  type LabelInput,
  readLabelOption,
  readPair,
  readWeights,
  uniqueLabels,
  type WeightOption,
} from './inputs.js';
import { checkScoreOptions } from './options.js';
import {
  averageOf,
  countClasses,
  ratios,
  readZeroDivision,
  sumCounts,
  type ZeroDivision,
} from './precisionRecall.js';

/** Options of `classificationReport`. */
export interface ClassificationReportOptions extends WeightOption {
  /** The classes to report, in this order. Default: all that occur. */
  labels?: LabelInput;
  /** Display names of the classes in the table. */
  targetNames?: readonly string[];
  /** Decimal places in the table. Default 2. */
  digits?: number;
  /** As in `precisionScore`. */
  zeroDivision?: ZeroDivision;
}

/**
 * One row of the report. `support` is the number (or sum of weights) of true samples.
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * const report = metrics.classificationReport(['cat', 'dog', 'dog'], ['cat', 'dog', 'cat']);
 * const average: metrics.ReportRow = report.macroAverage;
 * console.log(average.support, average.recall); // 3 0.75
 * ```
 */
export interface ReportRow {
  precision: number;
  recall: number;
  f1Score: number;
  support: number;
}

/**
 * What `classificationReport` returns: a row per class, averages, and `toString` for a printed
 * table.
 */
export interface ClassificationReport {
  classes: readonly (ReportRow & { label: Label; name: string })[];
  /**
   * Share of correct predictions. Absent if `labels` omits a class that occurs; `microAverage` is
   * then present.
   */
  accuracy?: number;
  /** Present if `accuracy` is absent. */
  microAverage?: ReportRow;
  macroAverage: ReportRow;
  weightedAverage: ReportRow;
  /** The report as a text table. */
  toString(): string;
}

const DEFAULT_DIGITS = 2;
const MOST_DIGITS = 20;

/**
 * Precision, recall, F1 and support per class, with averages. `String(report)` formats it as a
 * table.
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_ARGUMENT`
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * const report = metrics.classificationReport(['cat', 'dog', 'dog'], ['cat', 'dog', 'cat']);
 * const [cat, dog] = report.classes;
 * console.log(cat!.precision, dog!.recall, report.accuracy!.toFixed(3)); // 0.5 0.5 0.667
 * ```
 */
export function classificationReport(
  yTrue: LabelInput,
  yPred: LabelInput,
  options: ClassificationReportOptions = {},
): ClassificationReport {
  checkScoreOptions('classificationReport', options, ['labels', 'targetNames', 'digits', 'zeroDivision']);
  const { truth, guess } = readPair(yTrue, yPred);
  const weights = readWeights(options.sampleWeight, truth.length);
  const zeroDivision = readZeroDivision(options.zeroDivision);
  const digits = readDigits(options.digits);
  const present = uniqueLabels(truth, guess);
  const labels = options.labels === undefined ? present : readLabelOption(options.labels, truth);
  const names = readNames(options.targetNames, labels);
  const counts = countClasses(truth, guess, weights, labels);
  const precision = ratios('precision', counts, zeroDivision);
  const recall = ratios('recall', counts, zeroDivision);
  const f1 = ratios('f1', counts, zeroDivision);
  const supports = counts.map(({ actual }) => actual);
  const support = supports.reduce((sum, value) => sum + value, 0);
  const averaged = (by?: readonly number[]): ReportRow => ({
    precision: averageOf(precision, by),
    recall: averageOf(recall, by),
    f1Score: averageOf(f1, by),
    support,
  });
  const all = [sumCounts(counts)];
  const micro: ReportRow = {
    precision: ratios('precision', all, zeroDivision)[0],
    recall: ratios('recall', all, zeroDivision)[0],
    f1Score: ratios('f1', all, zeroDivision)[0],
    support,
  };
  const isComplete = present.every((label) => labels.includes(label));
  const report = {
    classes: labels.map((label, i) => ({
      label,
      name: names[i],
      precision: precision[i],
      recall: recall[i],
      f1Score: f1[i],
      support: supports[i],
    })),
    ...(isComplete ? { accuracy: micro.precision } : { microAverage: micro }),
    macroAverage: averaged(),
    weightedAverage: averaged(supports),
  };
  return { ...report, toString: () => print(report, digits) };
}

function readDigits(digits = DEFAULT_DIGITS): number {
  if (Number.isInteger(digits) && digits >= 0 && digits <= MOST_DIGITS) return digits;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `digits to be a whole number from 0 to ${MOST_DIGITS}`,
    given: show(digits),
    hint: 'Leave it out for 2.',
  });
}

function readNames(names: readonly string[] | undefined, labels: readonly Label[]): readonly string[] {
  if (names === undefined) return labels.map(String);
  if (isNames(names) && names.length === labels.length) return names;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `a list of ${labels.length} targetNames, one per class`,
    given: show(names),
    hint: 'Name every class, or set labels to the classes that you name.',
  });
}

function print(report: Omit<ClassificationReport, 'toString'>, digits: number): string {
  const cells = (name: string, row: ReportRow): string[] => [
    name,
    row.precision.toFixed(digits),
    row.recall.toFixed(digits),
    row.f1Score.toFixed(digits),
    showSupport(row.support),
  ];
  const { accuracy, microAverage, macroAverage, weightedAverage } = report;
  const rows = report.classes.map((row) => cells(row.name, row));
  rows.push(['', '', '', '', '']);
  if (accuracy !== undefined) {
    rows.push(['accuracy', '', '', accuracy.toFixed(digits), showSupport(macroAverage.support)]);
  }
  if (microAverage !== undefined) rows.push(cells('micro average', microAverage));
  rows.push(cells('macro average', macroAverage), cells('weighted average', weightedAverage));
  const align: Align[] = ['left', 'right', 'right', 'right', 'right'];
  return alignColumns(['class', 'precision', 'recall', 'F1', 'support'], rows, align);
}

/** Few enough significant digits to hide the rounding error of a sum of weights. */
const SUPPORT_DIGITS = 12;
const showSupport = (support: number): string => String(Number(support.toPrecision(SUPPORT_DIGITS)));
