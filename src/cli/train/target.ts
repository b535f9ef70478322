/** The target: which column it is, and whether it has classes or numbers. */

import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { listed, unknownColumn } from '../../core/unknownColumn.js';
import { type Column, isDateColumn, isNumericColumn } from '../../data/column.js';
import { isMissing } from '../../data/table/view.js';
import type { Label } from '../../estimators/base/labels.js';
import type { Targets, Task } from './dataset.js';

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
  const values = Array.from<number | string | null>(column);
  const kept = values.flatMap((value, row) => (isMissing(value as number) ? [] : [row]));
  if (kept.length < LEAST_ROWS) {
    refuse(
      `at least ${LEAST_ROWS} rows with a value of '${name}'`,
      `${kept.length} of ${values.length}`,
      'Pass more rows.',
    );
  }
  const present = kept.length === values.length ? values : kept.map((row) => values[row]!);
  const positions = kept.length === values.length ? undefined : Uint32Array.from(kept);
  const distinct = new Set(present);
  const task = wanted === 'auto' ? taskOf(column, distinct) : wanted;
  if (distinct.size === 1) {
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
    return { task, y: Float64Array.from(present as number[]), classes: undefined, kept: positions };
  }
  return { ...classesOf(name, present, distinct), task, kept: positions };
}

function taskOf(column: Column, distinct: ReadonlySet<number | string | null>): Task {
  if (!isNumericColumn(column)) return 'classification';
  const isWhole = [...distinct].every(Number.isInteger);
  return isWhole && distinct.size <= MOST_NUMBER_CLASSES && !isDateColumn(column)
    ? 'classification'
    : 'regression';
}

function classesOf(
  name: string,
  present: readonly (number | string | null)[],
  distinct: ReadonlySet<number | string | null>,
): Pick<ReadTarget, 'y' | 'classes'> {
  const fraction = [...distinct].find((value) => typeof value === 'number' && !Number.isInteger(value));
  if (fraction !== undefined) {
    refuse(`'${name}' to hold classes`, `the number ${fraction}`, 'Pass --task regression.');
  }
  if (distinct.size > MOST_CLASSES || 2 * distinct.size > present.length) {
    refuse(
      `'${name}' to have classes, each in several rows`,
      `${distinct.size} different values in ${present.length} rows`,
      'Choose another target; for numbers, pass --task regression.',
    );
  }
  const counts = new Map<number | string | null, number>();
  for (const value of present) counts.set(value, (counts.get(value) ?? 0) + 1);
  const rare = [...counts].filter(([, count]) => count === 1).map(([value]) => value);
  if (rare.length > 0) {
    refuse(
      `every class of '${name}' in at least two rows, to learn from one and to score by another`,
      `one row of ${listed(rare.map(String))}`,
      'Remove these rows, or merge rare classes.',
    );
  }
  const classes = [...distinct] as Label[];
  classes.sort((a, b) => (a < b ? -1 : 1));
  return { y: present as Label[], classes };
}
