import { readFile } from 'node:fs/promises';
import { SteepestError } from '../core/errors.js';
import { localPath } from '../core/localPath.js';
import { show } from '../core/show.js';
import { type ArrowVector, cellsOf, scaledCells, scaledForm } from './arrowCells.js';
import { type ColumnarOptions, columnOfCells } from './cells.js';
import type { Column } from './column.js';
import { checkColumnarOptions, planColumns } from './columnar.js';
import { DataTable } from './dataTable.js';
import { fileError, systemError } from './fileErrors.js';
import { loadApacheArrow } from './peerModules.cjs';
import { peerError } from './peers.js';

/** A table of the package apache-arrow, as far as it is needed here. */
export interface ArrowTable {
  readonly numRows: number;
  readonly schema: { readonly fields: readonly { readonly name: string; readonly type: unknown }[] };
  getChild(name: string): ArrowVector | null;
}

/**
 * A table of the package apache-arrow as a `DataTable`. Numbers,
 * decimals, booleans, dates and times (milliseconds) become float64
 * with NaN for null; text, also in dictionaries, stays text with null.
 * @throws SteepestError `ERR_ARGUMENT` for something else; `ERR_DATA_FILE` for a nested or binary
 * column and an integer, decimal or time that float64 does not hold, with column and row;
 * `ERR_UNKNOWN_NAME`; `ERR_EMPTY`
 */
export function fromArrow(table: ArrowTable, options: ColumnarOptions = {}): DataTable {
  checkColumnarOptions(options);
  const given = table as Partial<ArrowTable> | null | undefined;
  if (
    typeof given?.getChild !== 'function' ||
    typeof given.numRows !== 'number' ||
    !Array.isArray(given.schema?.fields)
  ) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'a Table of apache-arrow',
      given: show(table),
      hint: 'Pass what tableFromIPC or tableFromArrays returned.',
    });
  }
  return convert('the Arrow table', table, options);
}

/**
 * Reads an Arrow file, also called Feather version 2, or a stream of Arrow record batches, with the
 * package apache-arrow (install it beside steepest); {@link fromArrow} says what becomes of each
 * type. The package does not unpack compressed files.
 * @throws SteepestError `ERR_MISSING_PEER` without apache-arrow; `ERR_DATA_FILE` for a file that is
 * missing or damaged; and as {@link fromArrow}
 */
export async function readArrow(path: string | URL, options: ColumnarOptions = {}): Promise<DataTable> {
  checkColumnarOptions(options);
  const file = localPath('the path of an Arrow file', path);
  const { tableFromIPC } = loadArrow();
  const bytes = await readFile(file).catch((error: unknown) => {
    throw systemError(file, 'to be a file that can be read', error);
  });
  try {
    return convert(file, tableFromIPC(bytes), options);
  } catch (error) {
    throw systemError(file, 'to be a whole Arrow file without compression', error);
  }
}

function loadArrow(): { tableFromIPC(bytes: Uint8Array): ArrowTable } {
  try {
    return loadApacheArrow() as ReturnType<typeof loadArrow>;
  } catch (error) {
    throw peerError('apache-arrow', 'readArrow', error);
  }
}

function convert(path: string, table: ArrowTable, options: ColumnarOptions): DataTable {
  const rows = table.numRows;
  const fields = table.schema.fields;
  const plan = planColumns(
    path,
    fields.map(({ name }) => name),
    rows,
    options,
  );
  const isText = new Map(fields.map(({ name, type }) => [name, /utf8/i.test(String(type))] as const));
  return new DataTable(
    plan.names.map((name): [string, Column] => {
      const vector = table.getChild(name);
      if (vector === null || vector === undefined) {
        throw fileError(
          path,
          `column '${name}' to be there, as its schema says`,
          'none',
          'Make the table anew.',
        );
      }
      const form = scaledForm(vector);
      const cells = form === undefined ? cellsOf(vector) : scaledCells(vector);
      return [name, columnOfCells(plan.source(name), [cells], rows, isText.get(name) === true, form)];
    }),
  );
}
