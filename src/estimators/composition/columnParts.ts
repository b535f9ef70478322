import { SteepestError } from '../../core/errors.js';
import type { InParts } from '../../core/inParts.js';
import type { Matrix } from '../../core/matrix.js';
import { show } from '../../core/show.js';
import { unknownColumn } from '../../core/unknownColumn.js';
import { isNumericColumn, unchecked } from '../../data/column.js';
import { DataTable } from '../../data/dataTable.js';
import { setKinds } from '../base/columnKinds.js';
import {
  allocate,
  besideEachOther,
  columnName,
  rowParts,
  showColumn,
  type TableColumns,
  type TableOutput,
} from '../base/columns.js';
import { readFeatures } from '../base/features.js';
import { type ColumnSelector, isColumnSelector, selectedColumns } from './columnSelector.js';
import type { Step } from './steps.js';

/**
 * Columns by number (negative numbers count from the end) or name, one or a list; or by what they
 * hold.
 * @example
 * ```ts
 * import { type ColumnChoice, columnTransformer, data, MinMaxScaler } from 'steepest';
 * const choice: ColumnChoice = ['rooms', 'area'];
 * const flats = new data.DataTable({ id: [7, 8], rooms: [3, 1], area: [80, 30] });
 * const scale = columnTransformer([['scale', new MinMaxScaler(), choice]]);
 * console.log((await scale.fitTransform(flats)).shape); // [ 2, 2 ]
 * ```
 */
export type ColumnChoice = number | string | readonly (number | string)[] | ColumnSelector;

/** A transformer, or a word for what happens to columns without one. */
export type PartStep = Step | 'passthrough' | 'drop';

/** What to do with columns: a transformer, or 'passthrough' or 'drop'. */
export type ColumnRule = readonly [name: string, transformer: PartStep, columns: ColumnChoice];

export const isWord = (value: unknown): value is 'passthrough' | 'drop' =>
  value === 'passthrough' || value === 'drop';

/** A fitted part: its columns by number, and its number of output columns. */
export interface Part {
  name: string;
  step: PartStep;
  columns: readonly number[];
  width: number;
}

export interface SavedPart {
  name: string;
  columns: readonly number[];
  width: number;
  word: 'passthrough' | 'drop' | null;
}

export function isSavedParts(value: unknown, cols: number): value is SavedPart[] {
  const isColumn = (j: unknown): boolean => Number.isInteger(j) && (j as number) >= 0 && (j as number) < cols;
  return (
    Array.isArray(value) &&
    value.every(
      (part) =>
        typeof part === 'object' &&
        part !== null &&
        typeof part.name === 'string' &&
        Array.isArray(part.columns) &&
        part.columns.every(isColumn) &&
        Number.isSafeInteger(part.width) &&
        part.width >= 0 &&
        (part.word === null || isWord(part.word)),
    )
  );
}

function columnNumber(part: string, column: number | string, { cols, names }: TableColumns): number {
  const j =
    typeof column === 'number' ? (column < 0 ? column + cols : column) : (names?.indexOf(column) ?? -1);
  if (j >= 0 && j < cols) return j;
  if (typeof column === 'string' && names !== undefined) {
    throw unknownColumn(`columns of '${part}'`, column, names);
  }
  const isName = typeof column === 'string';
  throw new SteepestError(isName ? 'ERR_UNKNOWN_NAME' : 'ERR_ARGUMENT', {
    expected: isName
      ? `columns of '${part}' by number, since X has no names`
      : `columns of '${part}' from ${-cols} to ${cols - 1}`,
    given: show(column),
    hint: isName ? 'Use column numbers, or pass a DataTable.' : 'Use the number of a column that X has.',
  });
}

/**
 * Numbers of the columns that a part gets.
 * @throws SteepestError `ERR_UNKNOWN_NAME`, `ERR_ARGUMENT`
 */
export function columnNumbers(part: string, choice: ColumnChoice, table: TableColumns): number[] {
  if (isColumnSelector(choice)) return selectedColumns(part, choice, table);
  const list = typeof choice === 'object' ? (choice as readonly (number | string)[]) : [choice];
  return list.map((column) => columnNumber(part, column, table));
}

/**
 * Selects some columns as a table; plain numbers stay plain numbers.
 * @param known names of all columns: those of the fit, by which parts match theirs
 */
export function* pick(
  table: TableColumns,
  columns: readonly number[],
  known: readonly string[] | undefined,
): InParts<TableOutput> {
  const chosen = columns.map((j) => table.column(j));
  const names = columns.map((j) => columnName(known, j));
  const picked = table.isTable
    ? new DataTable(unchecked(chosen.map((column, j) => [names[j]!, column] as const)))
    : yield* besideEachOther(chosen as readonly Float64Array[], known && names);
  const kinds = table.kinds();
  setKinds(
    picked,
    columns.map((j) => kinds[j]!),
  );
  return picked;
}

export interface Output {
  part: Part;
  data: ArrayLike<number>;
  rows: number;
  cols: number;
}

export function toOutput(part: Part, result: TableOutput): Output {
  if (result instanceof DataTable) {
    const j = result.columnNames.findIndex((name) => !isNumericColumn(result.column(name)));
    if (j >= 0) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `numbers from part '${part.name}'`,
        given: `text in column ${showColumn(result.columnNames, j)}`,
        hint: 'Encode it with OneHotEncoder, for example as the last step of a pipeline, or drop it.',
      });
    }
  }
  const { data, rows, cols } = readFeatures(`the output of '${part.name}'`, result);
  return { part, data, rows, cols };
}

export function* sideBySide(rows: number, outputs: readonly Output[]): InParts<Matrix<Float64Array>> {
  const width = outputs.reduce((sum, { cols }) => sum + cols, 0);
  const result = allocate(rows, width);
  let offset = 0;
  for (const { part, data, rows: given, cols } of outputs) {
    if (given !== rows) {
      throw new SteepestError('ERR_SHAPE', {
        expected: `${rows} rows from part '${part.name}', as X has`,
        given: `${given}`,
        hint: 'Use transformers that keep rows.',
      });
    }
    const start = offset;
    yield* rowParts(rows, cols, (begin, end) => {
      for (let i = begin; i < end; i++) {
        for (let j = 0; j < cols; j++) result.data[i * width + start + j] = data[i * cols + j]!;
      }
    });
    offset += cols;
  }
  return result;
}
