import { SteepestError } from '../../core/errors.js';
import type { Label } from '../../core/labels.js';
import type { NdArray, StoredArray } from '../../core/ndarray.js';
import { show } from '../../core/show.js';
import { type Column, isNumericColumn } from '../../data/column.js';
import { DataTable } from '../../data/dataTable.js';
import type { OpenModel } from './openModel.js';
import { openRows, type Piece, type RowsOptions } from './rows.js';

/** Rows with what is true of them. */
export interface AnsweredRows {
  source: string;
  notes: readonly string[];
  rows: number;
  x: DataTable | NdArray;
  y: Label[] | Float64Array;
  /** Rows left out, because they have no target. */
  dropped: number;
  target: string;
}

/**
 * All rows of DATA with their targets.
 * @param given the name of the target; otherwise that of the training
 * @throws SteepestError as `openRows`; `ERR_ARGUMENT` without a target, `ERR_EMPTY` without rows
 */
export async function answeredRows(
  model: OpenModel,
  data: string,
  given: string | undefined,
  options: Omit<RowsOptions, 'others' | 'target'>,
): Promise<AnsweredRows> {
  const target = given ?? model.info?.target;
  if (target === undefined) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'the name of the column with the answers',
      given: `a model that does not say it, as it was not made by steepest train`,
      hint: 'Pass --target NAME.',
    });
  }
  const others = { [target]: typeof model.classes?.[0] === 'string' ? ('text' as const) : undefined };
  const { source, notes, pieces } = await openRows(model, data, { ...options, others, target });
  const all: Piece[] = [];
  for await (const piece of pieces) all.push(piece);
  const answers = all.map(({ others: table }) => labelsOf(model, table.column(target), source, target));
  const y = answers.flat();
  const kept = [...y.keys()].filter((i) => y[i] !== undefined);
  const rows = kept.length;
  if (rows === 0) {
    throw new SteepestError('ERR_EMPTY', {
      expected: `rows of '${source}' with a value in '${target}'`,
      given: y.length === 0 ? 'no row' : 'none',
      hint: 'Pass data with the answers.',
    });
  }
  const x = joined(all, kept);
  const known = kept.map((i) => y[i]!);
  const values = model.task === 'regression' ? Float64Array.from(known as number[]) : known;
  return { source, notes, rows, x, y: values, dropped: y.length - rows, target };
}

/** Targets as the model's classes are, or numbers; undefined where they are missing. */
function labelsOf(model: OpenModel, column: Column, source: string, target: string): (Label | undefined)[] {
  const type = model.task === 'regression' ? 'number' : typeof model.classes![0];
  if (!isNumericColumn(column)) {
    if (type === 'string') return column.map((text) => text ?? undefined);
    throw new SteepestError('ERR_DATA_FILE', {
      expected: `numbers in column '${target}' of '${source}', as the model predicts`,
      given: show(column.find((text) => text !== null)),
      hint: 'Name the column with the answers: --target NAME.',
    });
  }
  return Array.from(column, (value) => {
    if (Number.isNaN(value)) return undefined;
    if (type === 'boolean') return value !== 0;
    return type === 'string' ? String(value) : value;
  });
}

/** The rows that are kept of all pieces. */
function joined(pieces: readonly Piece[], kept: readonly number[]): DataTable | NdArray {
  const [first] = pieces;
  if (first!.x instanceof DataTable) {
    const tables = pieces.map(({ x }) => x as DataTable);
    const whole = tables.length === 1 ? tables[0]! : DataTable.concat(tables);
    return kept.length === whole.rows ? whole : whole.take(kept);
  }
  const arrays = pieces.map(({ x }) => x as NdArray<StoredArray>);
  const sizes = arrays[0]!.shape.slice(1);
  const width = sizes.reduce((product, size) => product * size, 1);
  const Type = arrays[0]!.data.constructor as Float64ArrayConstructor;
  const data = new Type(kept.length * width);
  const starts: number[] = [];
  let rows = 0;
  for (const { rows: own } of pieces) {
    starts.push(rows);
    rows += own;
  }
  let piece = 0;
  kept.forEach((row, i) => {
    while (piece + 1 < starts.length && starts[piece + 1]! <= row) piece++;
    const at = (row - starts[piece]!) * width;
    data.set(arrays[piece]!.data.subarray(at, at + width), i * width);
  });
  return { data, shape: [kept.length, ...sizes] };
}
