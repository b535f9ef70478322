import { Slices } from '../../core/nextTurn.js';
import { type Column, isNumericColumn } from '../../data/column.js';
import { dateFormatOf } from '../../data/table/dates.js';
import { maxOf, meanOf, minOf, presentNumbers } from '../../data/table/statistics.js';
import { type Columns, kindOf } from '../columns.js';
import { count, listed, number, percent, shortened } from '../format.js';
import { type Html, html, type Part } from '../page/html.js';
import { table } from '../page/table.js';
import { binned, spark } from './spark.js';

/** Columns that get a row each. */
const MOST_COLUMNS = 40;
const MOST_VALUES = 3;
const MOST_BARS = 12;
const MOST_TEXT = 28;

/** A table with a row for each column, and what is said of all columns together. */
export interface ColumnTable {
  types: string;
  gaps: string;
  body: Html;
}

/** Describes columns, in slices between which the event loop runs. */
export async function columnTable(columns: Columns, caption: string): Promise<ColumnTable> {
  const { names, rows } = columns;
  const slices = new Slices();
  const kinds: string[] = [];
  const lines: Part[][] = [];
  let gaps = 0;
  for (const [j, name] of names.entries()) {
    const column = columns.column(j);
    const missing = countMissing(column);
    gaps += missing;
    kinds.push(kindOf(column));
    if (j < MOST_COLUMNS) {
      const first = [
        shortened(name, 2 * MOST_TEXT),
        kindOf(column),
        missing === 0 ? '–' : percent(missing / rows),
      ];
      lines.push([...first, ...valuesOf(column)]);
    }
    if (slices.isDue) await slices.next();
  }
  const left = names.length - lines.length;
  return {
    types: typesOf(kinds),
    gaps: gaps === 0 ? 'none' : `${count(gaps)}, ${percent(gaps / (rows * names.length))} of the cells`,
    body: html`${table({
      caption,
      columns: [
        { title: 'Column' },
        { title: 'Type' },
        { title: 'Missing', isNumber: true },
        { title: 'Distinct', isNumber: true },
        { title: 'Values', isLong: true },
        { title: 'Distribution' },
      ],
      rows: lines,
    })}${left > 0 && html`<p class="note">The first ${MOST_COLUMNS} of ${count(names.length)} columns.</p>`}`,
  };
}

function typesOf(kinds: readonly string[]): string {
  const parts = [
    ['number', 'numbers'],
    ['text', 'text'],
    ['date', 'dates'],
  ].flatMap(([kind, words]) => {
    const many = kinds.filter((one) => one === kind).length;
    if (many === kinds.length) return [`all ${words}`];
    return many === 0 ? [] : [`${count(many)} ${words}`];
  });
  return `${count(kinds.length)}: ${listed(parts)}`;
}

function countMissing(column: Column): number {
  let gaps = 0;
  for (const value of column) if (value === null || Number.isNaN(value)) gaps++;
  return gaps;
}

/** Distinct values, the values in words, and their histogram. */
function valuesOf(column: Column): Part[] {
  if (!isNumericColumn(column)) return textValues(column);
  const values = presentNumbers(column);
  if (values.length === 0) return ['0', 'all missing', undefined];
  const isDate = kindOf(column) === 'date';
  const show = isDate ? dateFormatOf(column) : (value: number): string => number(value);
  const ends = `${show(minOf(values))} to ${show(maxOf(values))}`;
  const words = isDate ? ends : `${ends}, mean ${show(meanOf(values))}`;
  return [count(new Set(values).size), words, spark(binned(values))];
}

function textValues(column: readonly (string | null)[]): Part[] {
  const counts = new Map<string, number>();
  for (const value of column) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  if (counts.size === 0) return ['0', 'all missing', undefined];
  const order = [...counts].sort(([, a], [, b]) => b - a);
  const most = order
    .slice(0, MOST_VALUES)
    .map(([value, n]) => `${shortened(value, MOST_TEXT)} (${percent(n / column.length)})`);
  const rest = order.length - most.length;
  const words = `${most.join(', ')}${rest > 0 ? `, ${count(rest)} more` : ''}`;
  const repeats = counts.size > 1 && counts.size < column.length / 2;
  return [count(counts.size), words, repeats && spark(order.slice(0, MOST_BARS).map(([, n]) => n))];
}
