/** What each column of a table is good for: a number, a date, a category, or nothing. */

import { Slices } from '../../core/nextTurn.js';
import { isDateColumn, isNumericColumn } from '../../data/column.js';
import type { DataTable } from '../../data/dataTable.js';
import { isMissing } from '../../data/table/view.js';
import type { ColumnPlan, Targets } from './dataset.js';

/** Columns that the user decides about. */
export interface Wishes {
  categorical: readonly string[];
  numeric: readonly string[];
  drop: readonly string[];
}

/** Fewer rows are no evidence for an identifier, or a copy of the target. */
const LEAST_EVIDENCE = 20;
/** A text with so many different values per row names the row. */
const IDENTIFIER_SHARE = 0.5;
/** More categories than this are encoded by the mean of the target. */
const MOST_ONE_HOT = 50;
/** Numbers that are called so, and differ in each row, name the row. */
const ID_NAME = /(^|[^a-z])(id|index|uuid|guid|key|rownum|row_?number)$|[a-z]I[dD]$|^$|^unnamed/i;
/** The correlation of a copy in other units, but for rounding. */
const COPY_CORRELATION = 1 - 1e-9;

/** Facts about a column. */
interface Facts {
  gaps: number;
  distinct: number;
  /** Whole numbers, each one more than the last. */
  isCount: boolean;
  isWhole: boolean;
}

/**
 * @param table without rows that lack a target, and without the target
 * @param y the target of each row
 */
export async function planColumns(table: DataTable, y: Targets, wishes: Wishes): Promise<ColumnPlan[]> {
  const slices = new Slices();
  const plans: ColumnPlan[] = [];
  for (const name of table.columnNames) {
    if (wishes.drop.includes(name)) {
      plans.push({ name, role: 'dropped', gaps: 0, why: 'as asked' });
      continue;
    }
    const facts = await factsOf(table, name, slices);
    const plan = planOf(table, name, facts, wishes);
    const isForced = wishes.categorical.includes(name) || wishes.numeric.includes(name);
    const isCopy =
      plan.role !== 'dropped' && !isForced && table.rows >= LEAST_EVIDENCE && copies(table, name, y);
    plans.push(isCopy ? { ...plan, role: 'dropped', why: 'it gives the target away', isLeak: true } : plan);
  }
  return plans;
}

/** Rows that are looked at between two looks at the clock. */
const STEP = 2 ** 14;

async function factsOf(table: DataTable, name: string, slices: Slices): Promise<Facts> {
  const column = table.column(name);
  const seen = new Set<number | string | null>();
  const facts: Facts = { gaps: 0, distinct: 0, isCount: true, isWhole: true };
  let last: number | undefined;
  for (let begin = 0; begin < table.rows; begin += STEP) {
    if (slices.isDue) await slices.next();
    for (let row = begin; row < Math.min(begin + STEP, table.rows); row++) {
      const value = column[row]!;
      if (isMissing(value)) {
        facts.gaps++;
        facts.isCount = false;
        continue;
      }
      seen.add(value);
      if (typeof value !== 'number') continue;
      if (!Number.isInteger(value)) facts.isWhole = false;
      if (last !== undefined && value !== last + 1) facts.isCount = false;
      last = value;
    }
  }
  return { ...facts, distinct: seen.size };
}

function planOf(table: DataTable, name: string, facts: Facts, wishes: Wishes): ColumnPlan {
  const { gaps, distinct } = facts;
  const dropped = (why: string): ColumnPlan => ({ name, role: 'dropped', gaps, why });
  const present = table.rows - gaps;
  if (present === 0) return dropped('no values');
  if (distinct === 1) return dropped(gaps === 0 ? 'the same in every row' : 'one value, or none');
  const column = table.column(name);
  const isNumeric = isNumericColumn(column);
  const isCategory = wishes.categorical.includes(name);
  if (isNumeric && !isCategory) {
    if (isDateColumn(column)) return { name, role: 'date', gaps };
    const isForced = wishes.numeric.includes(name);
    const namesRows = facts.isCount || (facts.isWhole && distinct === present && ID_NAME.test(name));
    if (!isForced && namesRows && table.rows >= LEAST_EVIDENCE) return dropped('it numbers the rows');
    return { name, role: 'number', gaps };
  }
  const identifies = distinct > IDENTIFIER_SHARE * present && present >= LEAST_EVIDENCE;
  if (identifies && !isCategory) return dropped(`${distinct} different texts in ${present} rows`);
  return { name, role: distinct > MOST_ONE_HOT ? 'many' : 'category', gaps, values: distinct };
}

/** Whether a column says the same as the target in other words, or in other units. */
function copies(table: DataTable, name: string, y: Targets): boolean {
  const column = table.column(name);
  if (ArrayBuffer.isView(y)) return isNumericColumn(column) && isLinear(column, y as Float64Array);
  const toTarget = new Map<unknown, unknown>();
  const toColumn = new Map<unknown, unknown>();
  let present = 0;
  for (let row = 0; row < table.rows; row++) {
    const value = column[row]!;
    if (isMissing(value)) continue;
    present++;
    const label = (y as readonly unknown[])[row];
    if (!toTarget.has(value)) toTarget.set(value, label);
    if (!toColumn.has(label)) toColumn.set(label, value);
    if (toTarget.get(value) !== label || toColumn.get(label) !== value) return false;
  }
  return present >= LEAST_EVIDENCE && toColumn.size > 1;
}

/** Pearson's correlation of the rows with a value is 1 or −1, but for rounding. */
function isLinear(column: ArrayLike<number>, y: Float64Array): boolean {
  let n = 0;
  const mean = [0, 0];
  for (let row = 0; row < y.length; row++) {
    if (Number.isNaN(column[row]!)) continue;
    n++;
    mean[0]! += column[row]!;
    mean[1]! += y[row]!;
  }
  if (n < LEAST_EVIDENCE) return false;
  const [a, b] = mean.map((sum) => sum / n) as [number, number];
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let row = 0; row < y.length; row++) {
    if (Number.isNaN(column[row]!)) continue;
    const da = column[row]! - a;
    const db = y[row]! - b;
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return Math.abs(ab) / Math.sqrt(aa * bb) > COPY_CORRELATION;
}
