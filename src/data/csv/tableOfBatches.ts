import { type Column, markDates, textsOnly } from '../column.js';
import { DataTable } from '../dataTable.js';
import type { ReadBudget } from '../limits/readLimits.js';
import type { OpenBatch } from './fastRows.js';
import type { FieldDecoder } from './fields.js';
import type { ResolvedOptions } from './options.js';
import { type CsvSchema, noColumn } from './schema.js';

/** Rows of CSV that were read as numbers, as a table with text and dates. */

/**
 * The schema of a table: every column is a feature, so that one row of x is one row of the table.
 * @throws SteepestError `ERR_EMPTY` without a column
 */
export function schemaOfTable(options: ResolvedOptions, schema: CsvSchema): CsvSchema {
  const used = schema.columns.filter(({ role }) => role !== 'excluded').map(({ name }) => name);
  const names = options.columns === undefined ? used : [...options.columns, ...schema.targetNames];
  if (names.length === 0) throw noColumn(options.path, 'a column');
  return {
    columns: schema.columns.map((column) =>
      column.role === 'target' ? { ...column, role: 'feature' } : column,
    ),
    featureNames: names,
    targetNames: [],
  };
}

/** The rows of some batches as one table. */
export async function tableOf(
  options: ResolvedOptions,
  all: CsvSchema,
  fields: FieldDecoder,
  batches: readonly OpenBatch[],
  budget: ReadBudget,
): Promise<DataTable> {
  const { featureNames: names } = all;
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
  const index = new Map(all.columns.map(({ name }, j) => [name, j] as const));
  const columns: [string, Column][] = [];
  for (const [slot, name] of names.entries()) {
    const values = await columnOf(batches, slot, names.length, rows, budget);
    const texts = fields.categoriesOf(index.get(name)!);
    if (options.dates.get(name)?.countsMilliseconds) markDates(values);
    columns.push([name, texts === undefined ? values : await textsOf(values, texts, budget)]);
  }
  return new DataTable(columns);
}

async function columnOf(
  batches: readonly OpenBatch[],
  slot: number,
  width: number,
  rows: number,
  budget: ReadBudget,
): Promise<Float64Array> {
  const values = new Float64Array(rows);
  let row = 0;
  for (const batch of batches) {
    if (budget.isDue) await budget.turn();
    for (let i = 0, at = slot; i < batch.rows; i++, at += width) values[row++] = batch.x[at]!;
  }
  return values;
}

/** Codes merged between two checks of the clock. */
const PIECE_ROWS = 2 ** 14;

async function textsOf(
  codes: Float64Array,
  texts: readonly string[],
  budget: ReadBudget,
): Promise<(string | null)[]> {
  const values: (string | null)[] = [];
  for (let begin = 0; begin < codes.length; begin += PIECE_ROWS) {
    if (budget.isDue) await budget.turn();
    const end = Math.min(codes.length, begin + PIECE_ROWS);
    for (let i = begin; i < end; i++) values.push(texts[codes[i]!] ?? null);
  }
  textsOnly(values);
  return values;
}
