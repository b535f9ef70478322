/** Tables below each other, and other names for columns. */

import { checkBoolean, checkKeys, checkObject } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { didYouMean } from '../../core/nearest.js';
import { show } from '../../core/show.js';
import { listed } from '../../core/unknownColumn.js';
import { type Column, isNumericColumn, likeColumn } from '../column.js';
import type { NamedColumn, TableView } from './view.js';

/** Options of concatenation. */
export interface ConcatOptions {
  /** Missing values where a table lacks a column of another one. Default false: an error. */
  fill?: boolean;
}

/**
 * @throws SteepestError `ERR_UNKNOWN_NAME` for a column that not all tables have; `ERR_ARGUMENT`
 */
export function concat(tables: readonly TableView[], options: ConcatOptions): NamedColumn[] {
  checkKeys('the options of concat', options, ['fill'], { join: 'fill', how: 'fill', diagonal: 'fill' });
  const fill = checkBoolean('fill', options.fill ?? false);
  const names = new Set(tables.flatMap(({ columnNames }) => columnNames));
  if (!fill) checkSameColumns(tables, names);
  return [...names].map((name): NamedColumn => [name, joined(tables, name)]);
}

function checkSameColumns(tables: readonly TableView[], names: Iterable<string>): void {
  for (const name of names) {
    const without = tables.findIndex(({ columnNames }) => !columnNames.includes(name));
    if (without < 0) continue;
    const known = tables[without]!.columnNames;
    throw new SteepestError('ERR_UNKNOWN_NAME', {
      expected: `table ${without} to have the columns of the others: ${listed(known)}`,
      given: `no column ${show(name)}`,
      hint: `${didYouMean(name, known, 'Use one of these columns.')} Or pass { fill: true } for missing values.`,
    });
  }
}

function joined(tables: readonly TableView[], name: string): Column {
  const parts = tables.map((table) => (table.columnNames.includes(name) ? table.column(name) : undefined));
  const kinds = parts.filter((part) => part !== undefined);
  const isText = !isNumericColumn(kinds[0]!);
  const other = parts.findIndex((part) => part !== undefined && isNumericColumn(part) === isText);
  if (other >= 0) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `column ${show(name)} to be ${isText ? 'text' : 'numbers'} in every table`,
      given: `${isText ? 'numbers' : 'text'} in table ${other}`,
      hint: 'Convert one of them with with().',
    });
  }
  const cells = parts.map((part, t) => part ?? new Array<null>(tables[t]!.rows).fill(null));
  if (isText) return cells.flatMap((part) => part as (string | null)[]);
  const values = new Float64Array(cells.reduce((sum, { length }) => sum + length, 0));
  let row = 0;
  for (const [t, part] of cells.entries()) {
    if (parts[t] === undefined) values.fill(Number.NaN, row, row + part.length);
    else values.set(part as Float64Array, row);
    row += part.length;
  }
  return likeColumn(kinds[0]!, values);
}

/** @throws SteepestError `ERR_UNKNOWN_NAME` for a column that is not there, `ERR_ARGUMENT` */
export function renamed(table: TableView, names: Readonly<Record<string, string>>): NamedColumn[] {
  const map = new Map(Object.entries(checkObject('the new names', names, "Write { old: 'new' }.")));
  for (const [old, name] of map) {
    table.column(old);
    if (typeof name === 'string') continue;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `the new name of ${show(old)} to be text`,
      given: show(name),
      hint: "Write { old: 'new' }.",
    });
  }
  return table.columnNames.map(
    (name): NamedColumn => [(map.get(name) as string | undefined) ?? name, table.column(name)],
  );
}
