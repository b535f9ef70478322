import type { Label } from '../../core/labels.js';
import { Matrix } from '../../core/matrix.js';
import { isTypedArray } from '../../core/realm.js';
import { DataTable } from '../../data/dataTable.js';
import { npyBytes } from '../../data/npy/npy.js';
import type { Predicted } from '../model/predictor.js';
import type { OUTPUT_FORMATS } from './command.js';

/** Predictions as text or bytes, piece by piece. */

export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** The predictions of a piece, beside columns that were copied. */
export interface Answers extends Predicted {
  rows: number;
  others: DataTable;
}

/** What the names of columns are made of. */
export interface Names {
  /** In the order of probabilities. */
  classes: readonly Label[] | undefined;
  /** Of several outputs, if they have names. */
  outputs: readonly string[] | undefined;
}

type Cells = readonly (number | string | boolean | null)[] | Float64Array;

const columnOf = (matrix: Matrix, j: number): Float64Array => Float64Array.from(matrix.column(j));

/** The columns of the answers, by name: copied ones, predictions, probabilities. */
function columnsOf({ predictions, probabilities, others, rows }: Answers, names: Names): [string, Cells][] {
  const columns: [string, Cells][] = others.columnNames.map((name) => [name, others.column(name) as Cells]);
  if (predictions instanceof Matrix) {
    const { columns: count } = predictions;
    const own = predictions.columnNames ?? names.outputs;
    for (let j = 0; j < count; j++) {
      columns.push([own?.length === count ? own[j]! : `prediction_${j}`, columnOf(predictions, j)]);
    }
  } else {
    columns.push(['prediction', predictions]);
  }
  for (let k = 0; probabilities !== undefined && k < probabilities.columns; k++) {
    columns.push([`probability_${names.classes?.[k] ?? k}`, columnOf(probabilities, k)]);
  }
  return distinct(columns, rows);
}

/** A copied column may be called like one of ours: ours gets the longer name. */
function distinct(columns: [string, Cells][], rows: number): [string, Cells][] {
  const taken = new Set<string>();
  return columns.map(([name, cells]) => {
    let free = name;
    while (taken.has(free)) free = `${free}_`;
    taken.add(free);
    return [free, cells.length === rows ? cells : Array.from(cells).slice(0, rows)];
  });
}

/** Booleans are text in a table. */
const asColumn = (cells: Cells): Float64Array | (number | string | null)[] =>
  isTypedArray(cells, 'Float64Array')
    ? cells
    : Array.from(cells, (cell) => (typeof cell === 'boolean' ? String(cell) : cell));

/** Numbers that JSON cannot hold are null. */
const asJson = (cell: number | string | boolean | null | undefined): unknown =>
  typeof cell === 'number' && !Number.isFinite(cell) ? null : cell;

function objects(answers: Answers, names: Names): string[] {
  const columns = columnsOf(answers, names);
  return Array.from({ length: answers.rows }, (_, i) =>
    JSON.stringify(Object.fromEntries(columns.map(([name, cells]) => [name, asJson(cells[i])]))),
  );
}

async function* csvForm(pieces: AsyncIterable<Answers>, names: Names): AsyncGenerator<string> {
  let isFirst = true;
  for await (const answers of pieces) {
    const table = new DataTable(columnsOf(answers, names).map(([name, cells]) => [name, asColumn(cells)]));
    const text = table.toCSV();
    yield isFirst ? text : text.slice(headLength(table));
    isFirst = false;
  }
}

/** Characters of the line of names. */
const headLength = (table: DataTable): number => table.slice(0, 0).toCSV().length;

async function* linesForm(pieces: AsyncIterable<Answers>, names: Names): AsyncGenerator<string> {
  for await (const answers of pieces) yield `${objects(answers, names).join('\n')}\n`;
}

async function* jsonForm(pieces: AsyncIterable<Answers>, names: Names): AsyncGenerator<string> {
  let between = '{"predictions":[\n';
  for await (const answers of pieces) {
    yield between + objects(answers, names).join(',\n');
    between = ',\n';
  }
  yield `${between.startsWith('{') ? between : ''}\n]}\n`;
}

/** Classes that are no numbers are written as their places in the list of classes. */
function numbersOf({ predictions, probabilities }: Answers, { classes = [] }: Names): Float64Array {
  const values: ArrayLike<Label> | ArrayLike<number> =
    probabilities?.data ?? (predictions instanceof Matrix ? predictions.data : predictions);
  return Float64Array.from(values as ArrayLike<Label>, (value) =>
    typeof value === 'number' ? value : classes.indexOf(value),
  );
}

/** An array needs its length before its numbers: they are kept until the end, 8 bytes each. */
async function* npyForm(pieces: AsyncIterable<Answers>, names: Names): AsyncGenerator<Uint8Array> {
  const parts: Float64Array[] = [];
  let rows = 0;
  for await (const answers of pieces) {
    parts.push(numbersOf(answers, names));
    rows += answers.rows;
  }
  const data = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  yield npyBytes('predictions', { data, shape: data.length === rows ? [rows] : [rows, data.length / rows] });
}

const FORMS = { csv: csvForm, jsonl: linesForm, json: jsonForm, npy: npyForm } as const;

/** The bytes of all answers. */
export async function* formatted(
  pieces: AsyncIterable<Answers>,
  format: OutputFormat,
  names: Names,
): AsyncGenerator<Uint8Array> {
  for await (const piece of FORMS[format](pieces, names)) {
    yield typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece;
  }
}
