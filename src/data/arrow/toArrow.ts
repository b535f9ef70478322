/** Columns as a Table of apache-arrow. */

import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { type Column, isDateColumn, isNumericColumn } from '../column.js';
import { isMissing, type TableView } from '../table/view.js';

type Type = object;
interface Data {
  readonly type: Type;
}
type Make<A extends unknown[], R> = new (...values: A) => R;

/** What is used of apache-arrow. */
interface Arrow {
  makeData(parts: object): Data;
  Field: Make<[name: string, type: Type, nullable: boolean], object>;
  Schema: Make<[fields: readonly object[]], object>;
  Struct: Make<[fields: readonly object[]], Type>;
  RecordBatch: Make<[schema: object, data: Data], object>;
  Table: Make<[schema: object, batches: readonly object[]], unknown>;
  Float64: Make<[], Type>;
  Utf8: Make<[], Type>;
  TimestampMillisecond: Make<[timezone: string], Type>;
}

/** The package apache-arrow, as `import * as arrow from 'apache-arrow'` gives it. */
export interface ArrowModule<T> {
  readonly Table: new (...parameters: never[]) => T;
}

const USED = [
  'makeData',
  'Field',
  'Schema',
  'Struct',
  'RecordBatch',
  'Table',
  'Float64',
  'Utf8',
  'TimestampMillisecond',
];

/**
 * The caller passes the package, because it may be loaded twice, by `import` and by `require`, and
 * then neither writes the types of the other correctly.
 * @throws SteepestError `ERR_ARGUMENT` for another module
 */
export function toArrow<T>(table: TableView, module: ArrowModule<T>): T {
  const given = module as unknown as Record<string, unknown> | null | undefined;
  if (!USED.every((name) => typeof given?.[name] === 'function')) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'the package apache-arrow',
      given: show(module),
      hint: "Write import * as arrow from 'apache-arrow', and toArrow(arrow).",
    });
  }
  const arrow = module as unknown as Arrow;
  const children = table.columnNames.map((name) => dataOf(arrow, table.column(name)));
  const fields = children.map(({ type }, j) => new arrow.Field(table.columnNames[j]!, type, true));
  const schema = new arrow.Schema(fields);
  const type = new arrow.Struct(fields);
  const rows = arrow.makeData({ type, length: table.rows, nullCount: 0, children });
  return new arrow.Table(schema, [new arrow.RecordBatch(schema, rows)]) as T;
}

/** A bit for each value, the lowest first: 1 where there is one. */
function validity(column: Column): { nullCount: number; nullBitmap: Uint8Array } {
  const nullBitmap = new Uint8Array(Math.ceil(column.length / 8));
  let nullCount = 0;
  for (let i = 0; i < column.length; i++) {
    if (isMissing(column[i]!)) nullCount++;
    else nullBitmap[i >> 3]! |= 1 << (i & 7);
  }
  return { nullCount, nullBitmap };
}

function dataOf(arrow: Arrow, column: Column): Data {
  const common = { length: column.length, ...validity(column) };
  if (!isNumericColumn(column)) {
    const texts = column.map((text) => Buffer.from(text ?? '', 'utf8'));
    const valueOffsets = new Int32Array(column.length + 1);
    texts.forEach(({ length }, i) => {
      valueOffsets[i + 1] = valueOffsets[i]! + length;
    });
    return arrow.makeData({ ...common, type: new arrow.Utf8(), valueOffsets, data: Buffer.concat(texts) });
  }
  if (isDateColumn(column)) {
    const data = BigInt64Array.from(column, (ms) => (Number.isFinite(ms) ? BigInt(Math.round(ms)) : 0n));
    return arrow.makeData({ ...common, type: new arrow.TimestampMillisecond('UTC'), data });
  }
  return arrow.makeData({ ...common, type: new arrow.Float64(), data: Float64Array.from(column) });
}
