import { SteepestError } from '../../core/errors.js';
import type { NdArray, StoredArray } from '../../core/ndarray.js';
import { nearestName } from '../../core/nearest.js';
import { listed } from '../../core/unknownColumn.js';
import { DataTable } from '../../data/dataTable.js';
import { readCsvPieces } from '../data/csvReading.js';
import { formatOf } from '../data/formats.js';
import { type DataFormat, readData, STDIN, stdinBytes } from '../readData.js';
import type { OpenModel } from './openModel.js';

/** Some rows that a model takes. */
export interface Piece {
  rows: number;
  x: DataTable | NdArray;
  /** The columns that were asked for besides; of images `file` and `class`. */
  others: DataTable;
}

/** The rows of a source, piece by piece. */
export interface Rows {
  /** The path, or `<stdin>`. */
  source: string;
  /** What is not obvious about the reading, for people. */
  notes: readonly string[];
  pieces: AsyncIterable<Piece>;
}

/** What else is wanted of the data. */
export interface RowsOptions {
  format?: DataFormat | undefined;
  encoding?: string | undefined;
  /** Columns that are copied as they are: their names, and whether they are read as text. */
  others?: Readonly<Record<string, 'text' | undefined>>;
  /** The column that the model predicts: no input, if the model knows no names. */
  target?: string | undefined;
}

/** Rows of a piece: as many as hold about 2^18 numbers. */
const PIECE_NUMBERS = 2 ** 18;
const MOST_ROWS = 2 ** 16;

const piecesOf = (width: number): number =>
  Math.max(1, Math.min(MOST_ROWS, Math.floor(PIECE_NUMBERS / Math.max(1, width))));

/**
 * The rows of DATA as a model takes them. Columns go by name, and others than the model's do not
 * matter. A CSV file is read piece by piece, in constant memory; other sources are read whole.
 * @throws SteepestError `ERR_SHAPE` for a missing column; as `readData`
 */
export async function openRows(model: OpenModel, source: string, options: RowsOptions): Promise<Rows> {
  const format = await formatOf(source, options.format);
  if (format === 'csv') return csvRows(model, source, options);
  const image = model.info?.image ?? imageOf(model);
  const read = await readData(source, { format, ...(image === undefined ? {} : { image }) });
  const { source: name } = read;
  if (read.kind === 'table') {
    return { source: name, notes: read.notes, pieces: tablePieces(model, name, read.table, options) };
  }
  if (read.kind === 'images') {
    const { x, files, labels } = read;
    const others = new DataTable({ file: files, ...(labels === undefined ? {} : { class: labels }) });
    return { source: name, notes: [], pieces: arrayPieces(x, others) };
  }
  const { x, others } = arraysOf(name, read.arrays, options);
  return { source: name, notes: [], pieces: arrayPieces(x, others) };
}

function imageOf({ inputs: { imageShape } }: OpenModel) {
  const [height, width, channels] = imageShape ?? [];
  if (height === undefined || width === undefined || (channels !== 1 && channels !== 3)) return undefined;
  return { size: [height, width] as const, channels } as const;
}

async function csvRows(model: OpenModel, source: string, options: RowsOptions): Promise<Rows> {
  const isStdin = source === STDIN;
  const name = isStdin ? '<stdin>' : source;
  const { others = {}, encoding } = options;
  let inputs: readonly string[] = [];
  const read = await readCsvPieces(
    isStdin ? await stdinBytes() : source,
    model.info?.reading ?? {},
    encoding,
    (names) => {
      inputs = inputNames(model, name, names, options);
      const types = { ...others, ...typesOf(model) } as Record<string, 'number' | 'text'>;
      const columns = new Set([...inputs, ...otherNames(name, names, others)]);
      return { columns: [...columns], types };
    },
  );
  const pieces = mapped(read.pieces, (table) => ({
    rows: table.rows,
    x: table.select(inputs),
    others: table.select(Object.keys(others)),
  }));
  return { source: name, notes: read.notes, pieces };
}

async function* mapped<T, R>(items: AsyncIterable<T>, map: (item: T) => R): AsyncGenerator<R> {
  for await (const item of items) yield map(item);
}

async function* tablePieces(
  model: OpenModel,
  source: string,
  table: DataTable,
  options: RowsOptions,
): AsyncGenerator<Piece> {
  const { others = {} } = options;
  const x = table.select(inputNames(model, source, table.columnNames, options));
  const rest = table.select(otherNames(source, table.columnNames, others));
  const size = piecesOf(x.columnNames.length);
  for (let begin = 0; begin < table.rows; begin += size) {
    const end = Math.min(table.rows, begin + size);
    yield { rows: end - begin, x: x.slice(begin, end), others: rest.slice(begin, end) };
  }
}

async function* arrayPieces({ data, shape }: NdArray<StoredArray>, others: DataTable): AsyncGenerator<Piece> {
  const [rows = 0, ...sizes] = shape;
  const width = sizes.reduce((product, size) => product * size, 1);
  const step = piecesOf(width);
  for (let begin = 0; begin < rows; begin += step) {
    const end = Math.min(rows, begin + step);
    const part = data.subarray(begin * width, end * width) as StoredArray;
    const x = { data: part, shape: [end - begin, ...sizes] };
    yield { rows: end - begin, x, others: others.slice(begin, end) };
  }
}

/** The types of the model's columns, by name. */
function typesOf({ inputs: { names, types } }: OpenModel): Record<string, 'number' | 'text'> {
  const known = (names ?? []).flatMap((name, j) => {
    const type = types[j];
    return type === undefined ? [] : [[name, type] as const];
  });
  return Object.fromEntries(known);
}

/** The model's columns, as they are called in the data. @throws SteepestError `ERR_SHAPE` */
function inputNames(
  { inputs, info, path }: OpenModel,
  source: string,
  given: readonly string[],
  { target = info?.target }: RowsOptions,
): readonly string[] {
  // Without names, columns are taken in their order.
  if (inputs.names === undefined) return given.filter((name) => name !== target);
  const needed = inputs.names.filter((_, j) => inputs.types[j] !== undefined);
  const known = needed.length === 0 ? inputs.names : needed;
  const missing = known.filter((name) => !given.includes(name));
  if (missing.length === 0) return known;
  const extra = given.filter((name) => !known.includes(name));
  const near = missing.map((name) => [name, nearestName(name, extra)] as const).find(([, found]) => found);
  throw new SteepestError('ERR_SHAPE', {
    expected: `'${source}' to have the columns of '${path}', also ${listed(missing)}`,
    given: extra.length === 0 ? `only ${listed(given)}` : `besides the known ones ${listed(extra)}`,
    hint:
      near === undefined
        ? 'Add it; a missing value is an empty field.'
        : `Did you mean '${near[0]}' by '${near[1]}'? Columns go by name.`,
  });
}

/** @throws SteepestError `ERR_UNKNOWN_NAME` for a column that is asked for and not there */
function otherNames(
  source: string,
  given: readonly string[],
  others: Readonly<Record<string, unknown>>,
): readonly string[] {
  const names = Object.keys(others);
  const missing = names.find((name) => !given.includes(name));
  if (missing === undefined) return names;
  const near = nearestName(missing, given);
  throw new SteepestError('ERR_UNKNOWN_NAME', {
    expected: `a column of '${source}': ${listed(given)}`,
    given: `'${missing}'`,
    hint: near === undefined ? 'Use one of these columns.' : `Did you mean '${near}'?`,
  });
}

/** The rows among some arrays, and a target beside them. */
function arraysOf(
  source: string,
  arrays: Readonly<Record<string, NdArray<StoredArray>>>,
  { others = {}, target }: RowsOptions,
): { x: NdArray<StoredArray>; others: DataTable } {
  const names = Object.keys(arrays);
  const free = names.filter((name) => name !== target && name !== 'y');
  const name = names.includes('x') ? 'x' : names.includes('X') ? 'X' : free[0];
  if (name === undefined || (name === free[0] && free.length > 1 && name.toLowerCase() !== 'x')) {
    throw new SteepestError('ERR_DATA_FILE', {
      expected: `'${source}' to hold an array x`,
      given: names.length === 0 ? 'none' : listed(names),
      hint: 'Call the array of rows x.',
    });
  }
  const wanted = otherNames(source, names, others);
  const columns = wanted.map((other) => [other, arrays[other]!.data] as const);
  return { x: arrays[name]!, others: new DataTable(columns) };
}
