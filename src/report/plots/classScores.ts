import { SteepestError } from '../../core/errors.js';
import type { Label } from '../../core/labels.js';
import { show } from '../../core/show.js';
import type { LabelInput, ValueInput } from '../../metrics/index.js';
import { readLabels, readValues, sameRows, uniqueLabels, type Values } from '../../metrics/inputs.js';
import { isOneOf, refusePosLabel } from '../../metrics/positiveClass.js';
import { namedClasses } from './classNames.js';
import { type PlotOptions, type ReadOptions, readPlotOptions } from './options.js';

/** Options of `precisionRecall` and `rocCurve`. */
export interface ScoresPlotOptions extends PlotOptions {
  /**
   * Names of the classes: of 0, 1, 2, … where classes are whole numbers, otherwise one for each in
   * ascending order.
   */
  classes?: readonly string[];
  /** Of two classes, the one whose scores are given. Default: the second in ascending order. */
  posLabel?: Label;
}

/** One class against the rest. */
export interface ClassScores {
  name: string;
  /** Whether each row is of the class. */
  truth: boolean[];
  scores: ArrayLike<number>;
  /** How many rows are of the class. */
  positives: number;
}

export interface ScoresInput {
  read: ReadOptions;
  /** The positive class of two, or every class. */
  classes: ClassScores[];
  rows: number;
  /** Classes without a row, or without any other: they have no curve. */
  absent: string[];
}

/**
 * Reads classes and scores: one score per row or two columns for two classes, one column per class
 * for more.
 * @throws SteepestError as the scores of `metrics`; `ERR_UNKNOWN_NAME`
 */
export function readClassScores(
  plot: string,
  yTrue: LabelInput,
  yScore: ValueInput,
  options: ScoresPlotOptions,
  { own = [], title, what = 'yScore' }: { own?: readonly string[]; title: string; what?: string },
): ScoresInput {
  const read = readPlotOptions(plot, options, ['classes', 'posLabel', ...own], title);
  const truth = readLabels('yTrue', yTrue);
  const values = readValues(what, yScore);
  sameRows(what, values.rows, truth.length);
  const present = uniqueLabels(truth);
  if (values.cols <= 2) {
    const positive = positiveOf(present, options, values.cols);
    const all = [ofClass(truth, values, positive.label, values.cols - 1, positive.name)];
    return { read, rows: truth.length, ...withCurve(all) };
  }
  if (options.posLabel !== undefined) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'no posLabel with more than two classes',
      given: show(options.posLabel),
      hint: 'Leave it out: each class is compared with the rest.',
    });
  }
  const named = columnsOf(values.cols, present, yScore, options.classes);
  const all = named.map(({ label, name }, c) => ofClass(truth, values, label, c, name));
  return { read, rows: truth.length, ...withCurve(all) };
}

/** Only what has rows on both sides has a curve. */
function withCurve(all: readonly ClassScores[]): { classes: ClassScores[]; absent: string[] } {
  const has = ({ positives, truth }: ClassScores): boolean => positives > 0 && positives < truth.length;
  const absent = all.filter((one) => !has(one)).map(({ name }) => name);
  if (absent.length < all.length) return { classes: all.filter(has), absent };
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'at least two classes in yTrue',
    given: 'one',
    hint: 'A curve compares the rows of a class with the others: pass rows of both.',
  });
}

function positiveOf(
  present: readonly Label[],
  { posLabel, classes }: ScoresPlotOptions,
  cols: number,
): { label: Label; name: string } {
  if (present.length > 2) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `yScore with ${present.length} columns, one per class`,
      given: String(cols),
      hint: 'Pass what predictProba returns.',
    });
  }
  const named = namedClasses(present, classes);
  if (posLabel === undefined) return named[Math.min(1, named.length - 1)];
  if (!isOneOf(posLabel, present)) refusePosLabel(posLabel, present);
  return named.find(({ label }) => label === posLabel) ?? { label: posLabel, name: String(posLabel) };
}

/** The class of each column: as `classes` or the columns' own names say, or those of yTrue. */
function columnsOf(
  cols: number,
  present: readonly Label[],
  yScore: ValueInput,
  classes: readonly string[] | undefined,
): { label: Label; name: string }[] {
  const { columnNames } = yScore as { columnNames?: readonly string[] };
  const own = columnNames?.length === cols ? columnNames : undefined;
  const given = classes ?? (own?.every((name) => typeof name === 'string') ? own : undefined);
  const ofColumns = (): { label: Label; name: string }[] =>
    present
      .map((label) => given?.indexOf(String(label)))
      .every((column) => column !== undefined && column >= 0)
      ? given!.map((name) => ({ label: present.find((label) => String(label) === name) ?? name, name }))
      : namedClasses(present, given);
  const isCounted =
    given === undefined && present.every((label) => Number(label) >= 0 && Number(label) < cols);
  const named =
    isCounted && typeof present[0] === 'number'
      ? Array.from({ length: cols }, (_, label) => ({ label, name: String(label) }))
      : ofColumns();
  if (named.length === cols) return named;
  throw new SteepestError('ERR_SHAPE', {
    expected: `yScore with ${named.length} columns, one per class`,
    given: String(cols),
    hint: 'Set classes to the names of all columns if yTrue does not hold all of them.',
  });
}

function ofClass(
  truth: readonly Label[],
  { data, rows, cols }: Values,
  positive: Label,
  column: number,
  name: string,
): ClassScores {
  const isPositive = truth.map((label) => label === positive);
  return {
    name,
    truth: isPositive,
    scores: Float64Array.from({ length: rows }, (_, row) => data[row * cols + column]),
    positives: isPositive.reduce((sum, is) => sum + Number(is), 0),
  };
}
