/**
 * Tables with named columns in any form that users may pass: a `DataTable`, an array of objects, or
 * a table of another package. Whoever reads rows asks {@link frameOf} first.
 */
import { isNamedTable, type NamedColumns, reading } from '../../core/refuse.js';
import type { Column } from '../column.js';
import { DataTable } from '../dataTable.js';
import { type ForeignTable, foreignFrame } from './foreign.js';
import type { Frame } from './frame.js';
import { RecordFrame } from './records.js';

/** Rows as objects, with a key per column; the keys may come in any order. */
export type RecordRows = readonly object[];

/**
 * A table with named columns: a `DataTable`; an object per row; or a Table or RecordBatch of
 * apache-arrow, a table of arquero, a DataFrame of nodejs-polars or danfo.js.
 */
export type NamedTable = NamedColumns | RecordRows | ForeignTable;

class TableFrame implements Frame {
  readonly isOrdered = true;

  constructor(readonly table: DataTable) {}

  get rows(): number {
    return this.table.rows;
  }

  get names(): readonly string[] {
    return this.table.columnNames;
  }

  has(name: string): boolean {
    return this.table.has(name);
  }

  column(name: string): Column {
    return this.table.column(name);
  }
}

/** A table without some of its columns. */
class PartFrame implements Frame {
  private kept: readonly string[] | undefined;

  constructor(
    readonly whole: Frame,
    private readonly without: readonly string[],
  ) {}

  get rows(): number {
    return this.whole.rows;
  }

  get isOrdered(): boolean {
    return this.whole.isOrdered;
  }

  get names(): readonly string[] {
    this.kept ??= this.whole.names.filter((name) => !this.without.includes(name));
    return this.kept;
  }

  has(name: string): boolean {
    return !this.without.includes(name) && this.whole.has(name);
  }

  column(name: string): Column {
    return this.whole.column(name);
  }
}

/** The objects behind a frame, if it has rows and not columns. */
export function recordsOf(frame: Frame): RecordFrame | undefined {
  if (frame instanceof RecordFrame) return frame;
  return frame instanceof PartFrame ? recordsOf(frame.whole) : undefined;
}

/** A table from matrices with names, of any class. */
const fromMatrix = (input: NamedColumns): DataTable => {
  const { columnNames } = input;
  const { data, shape } = input.toMatrix();
  const [rows = 0, cols = 0] = shape;
  return new DataTable(
    columnNames.map((name, j) => {
      const values = new Float64Array(rows);
      for (let i = 0; i < rows; i++) values[i] = data[i * cols + j]!;
      return [name, values] as const;
    }),
  );
};

/**
 * A table with named columns, in the form in which it is read; undefined for everything else.
 * @throws SteepestError `ERR_ARGUMENT` if a proxy or a getter throws
 */
export function frameOf(what: string, input: unknown): Frame | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  return reading(what, () => {
    if (input instanceof DataTable) return new TableFrame(input);
    if (input instanceof PartFrame) return input;
    if (Array.isArray(input)) return RecordFrame.isList(input) ? new RecordFrame(what, input) : undefined;
    if (ArrayBuffer.isView(input)) return undefined;
    const foreign = foreignFrame(input);
    if (foreign !== undefined) return foreign;
    return isNamedTable(input) ? new TableFrame(fromMatrix(input)) : undefined;
  });
}

/** Whether a value is read by the names of its columns. */
export const isNamed = (input: unknown): boolean => frameOf('x', input) !== undefined;

/** The same without some columns. */
export const withoutColumns = (frame: Frame, names: readonly string[]): Frame => new PartFrame(frame, names);

/** All columns as a table. */
export function tableOfFrame(frame: Frame): DataTable {
  if (frame instanceof TableFrame) return frame.table;
  return new DataTable(frame.names.map((name) => [name, frame.column(name)] as const));
}
