/** The target: which column it is, and whether it has classes or numbers. */

import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { listed, unknownColumn } from '../../core/unknownColumn.js';
import { type Column, isDateColumn, isNumericColumn } from '../../data/column.js';
import { isMissing } from '../../data/table/view.js';
import type { Label } from '../../estimators/base/labels.js';
import { takeRows } from '../../estimators/selection/rows.js';
import { countsOf, type Targets, type Task } from './dataset.js';

/** Whole numbers with at most so many different values are classes. */
const MOST_NUMBER_CLASSES = 20;
/** Fewer rows leave nothing to learn from or to score with. */
const LEAST_ROWS = 10;
const MOST_CLASSES = 1000;

function refuse(expected: string, given: string, hint: string): never {
  throw new SteepestError('ERR_ARGUMENT', { expected, given, hint });
}

/** @throws SteepestError `ERR_UNKNOWN_NAME` with the names that there are */
export function checkTargetName(
  target: string | undefined,
  names: readonly string[],
  source: string,
): string {
  if (target === undefined) {
    refuse(
      `--target, the column of ${show(source)} to predict`,
      `none; its columns are ${listed(names)}`,
      `Write for example --target ${show(names.at(-1))}.`,
    );
  }
  if (!names.includes(target)) throw unknownColumn(`--target, a column of ${show(source)},`, target, names);
  return target;
}

/** A target that was read: the rows that have one, and their values. */
export interface ReadTarget {
  task: Task;
  y: Targets;
  classes: readonly Label[] | undefined;
  /** Positions of the rows with a target; undefined if all have. */
  kept: Uint32Array | undefined;
}

/**
 * @param name for messages
 * @throws SteepestError `ERR_ARGUMENT` for too few rows, one class only, or a task that the values
 *   do not fit
 */
export function readTarget(name: string, column: Column, wanted: Task | 'auto'): ReadTarget {
  const kept = presentRows(column);
  const rows = kept?.length ?? column.length;
  if (rows < LEAST_ROWS) {
    const given = `${rows} of ${column.length}`;
    refuse(`at least ${LEAST_ROWS} rows with a value of '${name}'`, given, 'Pass more rows.');
  }
  const present = kept === undefined ? column : takeRows(column as readonly string[], kept);
  const counts = countsOf(present as readonly Label[]);
  const task = wanted === 'auto' ? taskOf(column, counts) : wanted;
  if (counts.size === 1) {
    refuse(
      `'${name}' to have at least two different values`,
      `${show(present[0])} in every row`,
      'Choose another target, or pass rows of other kinds.',
    );
  }
  if (task === 'regression') {
    if (!isNumericColumn(column)) {
      refuse(`'${name}' to hold numbers for --task regression`, show(present[0]), 'Leave --task out.');
    }
    return { task, y: present as unknown as Float64Array, classes: undefined, kept };
  }
  checkClasses(name, rows, counts);
  const classes = [...counts.keys()].sort((a, b) => (a < b ? -1 : 1));
  return { y: Array.from(present as ArrayLike<Label>), classes, task, kept };
}

/** Positions of the rows with a value; undefined if all have one. */
function presentRows(column: Column): Uint32Array | undefined {
  const rows = new Uint32Array(column.length);
  let count = 0;
  for (let row = 0; row < column.length; row++) if (!isMissing(column[row]!)) rows[count++] = row;
  return count === column.length ? undefined : rows.slice(0, count);
}

function taskOf(column: Column, counts: ReadonlyMap<Label, number>): Task {
  if (!isNumericColumn(column)) return 'classification';
  const isFew = counts.size <= MOST_NUMBER_CLASSES && !isDateColumn(column);
  return isFew && [...counts.keys()].every(Number.isInteger) ? 'classification' : 'regression';
}

/** @throws SteepestError `ERR_ARGUMENT` for values that are no classes */
function checkClasses(name: string, rows: number, counts: ReadonlyMap<Label, number>): void {
  const fraction = [...counts.keys()].find((value) => typeof value === 'number' && !Number.isInteger(value));
  if (fraction !== undefined) {
    refuse(`'${name}' to hold classes`, `the number ${fraction}`, 'Pass --task regression.');
  }
  if (counts.size > MOST_CLASSES || 2 * counts.size > rows) {
    refuse(
      `'${name}' to have classes, each in several rows`,
      `${counts.size} different values in ${rows} rows`,
      'Choose another target; for numbers, pass --task regression.',
    );
  }
  const rare = [...counts].filter(([, count]) => count === 1).map(([value]) => String(value));
  if (rare.length > 0) {
    refuse(
      `every class of '${name}' in at least two rows, to learn from one and to score by another`,
      `one row of ${listed(rare)}`,
      'Remove these rows, or merge rare classes.',
    );
  }
}
