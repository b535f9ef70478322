import { checkBoolean, checkInteger, checkKeys, checkObject, checkOptions } from '../core/check.js';
import { checkSeed } from '../core/draws.js';
import { SteepestError } from '../core/errors.js';
import type { Aliases } from '../core/nearest.js';
import { isDate, isList } from '../core/realm.js';
import { show } from '../core/show.js';
import { checkSignal } from '../core/signal.js';
import { pairedRows, type RowsInput, type TargetRows, takeRows } from '../estimators/selection/rows.js';
import type { ImportanceChoice, Rows } from './context.js';
import { checkNames } from './plots/classNames.js';
import type { HistoryInput } from './plots/index.js';
import { readHistory } from './plots/learning/history.js';
import { drawRows } from './sample.js';

/**
 * Samples and targets, or samples with the names of their target columns.
 * @example
 * ```ts
 * import type { ReportRows } from 'steepest/report';
 *
 * const test: ReportRows = [[{ age: 31, rent: 800 }], 'rent'];
 * console.log(test.length); // 2
 * ```
 */
export type ReportRows = readonly [x: RowsInput, y: TargetRows];

/**
 * How `report` computes permutation importance.
 * @example
 * ```ts
 * import type { ReportImportance } from 'steepest/report';
 *
 * const importance: ReportImportance = { repeats: 10, rows: 500 };
 * console.log(importance.repeats); // 10
 * ```
 */
export interface ReportImportance {
  /** How many times each column is shuffled (3). */
  repeats?: number;
  /** Number of test rows that are predicted for each shuffle (at most 1,000). */
  rows?: number;
}

/** Options of `report` and `writeReport`. */
export interface ReportOptions {
  /** A trained network, or a fitted estimator, pipeline or search that predicts. */
  model: object;
  /** Rows that the model was not trained on, as `predict` takes them, with their targets. */
  test: ReportRows;
  /** The rows that it was trained on: for the baseline and the summary of the data. */
  train?: ReportRows;
  /** What `fit` of a network resolved to, or its `history`. Estimators keep their own. */
  history?: HistoryInput;
  /** Names to show for the model's classes, in their order. Default: the model's own. */
  classes?: readonly string[];
  /** The page's title. */
  title?: string;
  /** A text below the title. */
  notes?: string;
  /**
   * The seed with which the model was trained, shown on the page. Also the seed of the rows and
   * shuffles that the page draws (0).
   */
  seed?: number;
  /** The command that trained the model, shown on the page. */
  command?: string;
  /** A date, shown on the page; it has none otherwise. */
  date?: Date | string;
  /**
   * Permutation importance: true computes it, false leaves it out. By default it is there for every
   * model that has no coefficients of its own and at most 200 columns.
   */
  importance?: boolean | ReportImportance;
  /** How many of the worst mistakes are shown (10); 0 for none. */
  mistakes?: number;
  /** The number of rows that are judged, drawn at random from more (100,000). */
  maxRows?: number;
  /** Ends the work; the promise rejects with `ERR_ABORTED`. */
  signal?: AbortSignal;
}

const KEYS = [
  'model',
  'test',
  'train',
  'history',
  'classes',
  'title',
  'notes',
  'seed',
  'command',
  'date',
  'importance',
  'mistakes',
  'maxRows',
  'signal',
] as const;

const ALIASES: Aliases = {
  estimator: 'model',
  network: 'model',
  data: 'test',
  testData: 'test',
  validation: 'test',
  validationData: 'test',
  training: 'train',
  trainData: 'train',
  classNames: 'classes',
  labels: 'classes',
  targetNames: 'classes',
  heading: 'title',
  name: 'title',
  description: 'notes',
  randomState: 'seed',
  permutationImportance: 'importance',
  maxSamples: 'maxRows',
};

const USUAL_ROWS = 100_000;
const USUAL_MISTAKES = 10;
const MOST_MISTAKES = 200;
const USUAL_REPEATS = 3;
const USUAL_IMPORTANCE_ROWS = 1_000;

/** Everything that the caller chose, checked. */
export interface Choices {
  model: unknown;
  test: Rows;
  train: Rows | undefined;
  history: HistoryInput | undefined;
  classes: readonly string[] | undefined;
  title: string | undefined;
  notes: string | undefined;
  seed: number;
  givenSeed: number | undefined;
  command: string | undefined;
  date: string | undefined;
  importance: ImportanceChoice | undefined;
  mistakes: number;
  signal: AbortSignal | undefined;
}

/**
 * Checks the options, and draws the rows.
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`, `ERR_SHAPE`, `ERR_EMPTY`
 */
export function readReportOptions(what: string, given: ReportOptions): Choices {
  const example = 'Write { model, test: [x, y] }.';
  checkKeys(`options of ${what}`, checkOptions(`options of ${what}`, given, example), KEYS, ALIASES);
  checkSignal('signal', given.signal);
  const seed = given.seed === undefined ? 0 : checkSeed(given.seed);
  const maxRows = checkInteger('maxRows', given.maxRows ?? USUAL_ROWS);
  if (given.history !== undefined) readHistory(given.history);
  const mistakes = checkInteger('mistakes', given.mistakes ?? USUAL_MISTAKES, 0);
  if (mistakes > MOST_MISTAKES) bad(`mistakes to be at most ${MOST_MISTAKES}`, mistakes, 'Show fewer.');
  return {
    model: given.model,
    test: readRows('test', given.test, maxRows, seed),
    train: given.train === undefined ? undefined : readRows('train', given.train, maxRows, seed),
    history: given.history,
    classes: given.classes === undefined ? undefined : checkNames('classes', given.classes),
    title: optionalText('title', given.title),
    notes: optionalText('notes', given.notes),
    seed,
    givenSeed: given.seed,
    command: optionalText('command', given.command),
    date: readDate(given.date),
    importance: readImportance(given.importance),
    mistakes,
    signal: given.signal,
  };
}

function bad(expected: string, given: unknown, hint: string): never {
  throw new SteepestError('ERR_ARGUMENT', { expected, given: show(given), hint });
}

function readRows(what: string, given: unknown, most: number, seed: number): Rows {
  if (!isList(given) || given.length !== 2) bad(`${what} to be a pair`, given, `Write ${what}: [x, y].`);
  const [givenX, givenY] = given as unknown as ReportRows;
  const { x, y, rows } = pairedRows(givenX, givenY);
  const targets = targetNames(givenX, givenY, x);
  const drawn = drawRows(rows, most, seed);
  if (drawn === undefined) return { x, y, rows, drawn, given: rows, targets };
  const taken = { x: takeRows(x, drawn) as RowsInput, y: takeRows(y, drawn) as RowsInput };
  return { ...taken, rows: drawn.length, drawn, given: rows, targets };
}

/** The names in y, if they named columns of x; those of y's own columns otherwise. */
function targetNames(givenX: RowsInput, y: TargetRows, x: RowsInput): readonly string[] | undefined {
  if (typeof y === 'string') return [y];
  if (x !== givenX) return y as readonly string[];
  const { columnNames } = y as { columnNames?: readonly string[] };
  return Array.isArray(columnNames) ? columnNames : undefined;
}

function optionalText(what: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  return bad(`${what} to be a string`, value, `Write ${what} in quotes.`);
}

function readDate(date: unknown): string | undefined {
  if (date === undefined || typeof date === 'string') return date;
  if (!isDate(date) || Number.isNaN(date.getTime()))
    bad('date to be a Date or a string', date, 'Write new Date().');
  return date.toISOString().slice(0, 10);
}

function readImportance(given: unknown): ImportanceChoice | undefined {
  const usual = { repeats: USUAL_REPEATS, rows: USUAL_IMPORTANCE_ROWS };
  if (given === undefined) return { ...usual, isAsked: false };
  if (typeof given === 'boolean')
    return checkBoolean('importance', given) ? { ...usual, isAsked: true } : undefined;
  const options = checkObject('importance', given, 'Write importance: true, or { repeats: 5 }.');
  checkKeys('importance', options, ['repeats', 'rows'], { nRepeats: 'repeats', maxSamples: 'rows' });
  return {
    repeats: checkInteger('importance.repeats', options.repeats ?? usual.repeats),
    rows: checkInteger('importance.rows', options.rows ?? usual.rows),
    isAsked: true,
  };
}
