/**
 * How a CSV file is read for a command: delimiter, decimal mark, and the type of each column, found
 * in its first rows. What a model needs of that again, to read another file in the same way, is
 * plain data that its file keeps.
 */

import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { type CsvDataset, csv } from '../../data/csv/dataset.js';
import { LineReader } from '../../data/csv/lineReader.js';
import type { CsvColumnType, CsvOptions } from '../../data/csv/options.js';
import { resolveOptions } from '../../data/csv/resolveOptions.js';
import type { CsvSource } from '../../data/csv/source.js';
import type { DataTable } from '../../data/dataTable.js';
import { fileError } from '../../data/fileErrors.js';
import { ReadBudget } from '../../data/limits/readLimits.js';
import { dateFormat, missingTexts, ownOf } from './csvCells.js';
import { type ColumnReading, lookAtColumns } from './csvColumns.js';

/** How the columns of a CSV file are read; JSON. What it leaves out is found in the first rows. */
export interface CsvReading {
  types?: Readonly<Record<string, 'number' | 'boolean' | 'text'>>;
  /** Formats of strptime by column; '' for ISO 8601. */
  dates?: Readonly<Record<string, string>>;
  /** Texts that stand for missing values, besides those of `data.csv`. */
  missing?: readonly string[];
  /** False for a file without names of columns. */
  header?: false;
}

/** A table, and how it was read. */
export interface CsvTable {
  table: DataTable;
  /** Complete: the same columns of another file are read in the same way. */
  reading: CsvReading;
  /** What is not obvious, for people. */
  notes: readonly string[];
}

/** What a file looks like before its columns are read. */
interface Layout {
  delimiter: string;
  decimal: '.' | ',';
}

const DELIMITERS = [',', ';', '\t', '|'] as const;
const DELIMITER_NAMES: Readonly<Record<string, string>> = { '\t': 'tabs', ';': 'semicolons', '|': 'bars' };
/** Lines that show the decimal mark. */
const LAYOUT_LINES = 200;

/** @throws SteepestError as `data.csv`, with hints for a command line */
export async function readCsv(source: CsvSource, given: CsvReading, encoding?: string): Promise<CsvTable> {
  return withHints(() => readTable(source, given, encoding === undefined ? {} : { encoding }));
}

/** A table in pieces, each of some thousand rows: of files in constant memory. */
export interface CsvPieces {
  /** The columns that were chosen. */
  pieces: AsyncIterable<DataTable>;
  reading: CsvReading;
  notes: readonly string[];
}

/** Which columns are read, by the names in the file, and which of them must be numbers or text. */
export interface CsvChoice {
  columns: readonly string[];
  types: Readonly<Record<string, 'number' | 'text'>>;
}

/**
 * Reads only some columns of a table, piece by piece. What the others hold does not matter.
 * @param choose what is read; may throw
 * @throws SteepestError as {@link readCsv}; in the iteration too
 */
export async function readCsvPieces(
  source: CsvSource,
  given: CsvReading,
  encoding: string | undefined,
  choose: (names: readonly string[]) => CsvChoice,
): Promise<CsvPieces> {
  return withHints(async () => {
    const { layout, options, path, found } = await lookAt(
      source,
      given,
      encoding === undefined ? {} : { encoding },
    );
    const { columns, types } = choose([...found.keys()]);
    const chosen = new Map(columns.map((name) => [name, required(found.get(name)!, types[name])] as const));
    const { reading, notes } = merged(path, chosen, given);
    const dataset = datasetOf(source, { ...options, columns }, reading);
    return { pieces: hinted(dataset.tables()), reading, notes: [...layoutNotes(layout), ...notes] };
  }, hintForModel);
}

/** How a column is read if a model takes numbers or text of it. */
function required(found: ColumnReading, type: 'number' | 'text' | undefined): ColumnReading {
  if (type === 'text') return { type: 'text' };
  // The reader names the line of the first value that is none.
  return type === 'number' && found.type === 'text' ? { type: 'number' } : found;
}

async function* hinted(tables: AsyncIterable<DataTable>): AsyncGenerator<DataTable> {
  const iterator = tables[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { value, done } = await withHints(() => iterator.next(), hintForModel);
      if (done) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}

/** What the first rows say of a file. */
async function lookAt(source: CsvSource, given: CsvReading, base: CsvOptions) {
  const layout = await layoutOf(source, base);
  const options: CsvOptions = {
    ...base,
    ...layout,
    missing: missingTexts(given.missing),
    ...(given.header === false ? { header: false } : {}),
  };
  const resolved = resolveOptions(source, options);
  const { path } = resolved;
  const found = await lookAtColumns(resolved, new ReadBudget(path, Number.POSITIVE_INFINITY, {}));
  return { layout, options, path, found };
}

async function readTable(source: CsvSource, given: CsvReading, base: CsvOptions): Promise<CsvTable> {
  const { layout, options, path, found } = await lookAt(source, given, base);
  const { reading, notes } = merged(path, found, given);
  const table = await datasetOf(source, options, reading).table();
  return { table, reading, notes: [...layoutNotes(layout), ...notes] };
}

function datasetOf(source: CsvSource, options: CsvOptions, reading: CsvReading): CsvDataset {
  const { types = {}, dates = {}, missing } = reading;
  return csv(source, {
    ...options,
    missing: missingTexts(missing),
    types: types as Record<string, CsvColumnType>,
    dates: Object.fromEntries(Object.entries(dates).map(([name, format]) => [name, dateFormat(format)])),
  });
}

/** The delimiter that the first line has most of, and the mark of the first numbers. */
async function layoutOf(source: CsvSource, base: CsvOptions): Promise<Layout> {
  const { origin, encoding, path } = resolveOptions(source, base);
  const budget = new ReadBudget(path, Number.POSITIVE_INFINITY, {});
  const lines = await LineReader.open(origin, encoding, budget);
  try {
    if (!(await lines.next(1))) return { delimiter: ',', decimal: '.' };
    const text = lines.buffer.toString('utf8', lines.begin, lines.end);
    const [head = '', ...rows] = text.trimStart().split(/\r?\n/, LAYOUT_LINES);
    const bare = head.replace(/"[^"]*"/g, '');
    const count = (mark: string): number => bare.split(mark).length;
    const delimiter = DELIMITERS.reduce((best, mark) => (count(mark) > count(best) ? mark : best));
    const fields = delimiter === ',' ? [] : rows.flatMap((row) => row.split(delimiter));
    const commas = fields.filter((field) => /^\s*"?[+-]?\d+,\d+"?\s*$/.test(field)).length;
    const points = fields.filter((field) => /^\s*"?[+-]?\d+\.\d+"?\s*$/.test(field)).length;
    return { delimiter, decimal: commas > points ? ',' : '.' };
  } finally {
    await lines.close();
  }
}

function layoutNotes({ delimiter, decimal }: Layout): string[] {
  const name = DELIMITER_NAMES[delimiter];
  if (name === undefined) return [];
  return [`columns are separated by ${name}${decimal === ',' ? ', and numbers have a decimal comma' : ''}`];
}

/** What the first rows say, under what is given. */
function merged(
  path: string,
  found: ReadonlyMap<string, ColumnReading>,
  given: CsvReading,
): { reading: CsvReading; notes: string[] } {
  const types: Record<string, 'number' | 'boolean' | 'text'> = Object.create(null);
  const dates: Record<string, string> = Object.create(null);
  const missing = new Set(given.missing);
  const notes: string[] = [];
  for (const [name, column] of found) {
    const type = ownOf(given.types, name);
    const format = ownOf(given.dates, name);
    if (format !== undefined) dates[name] = format;
    else if (type !== undefined) types[name] = type;
    else if (column.type === 'date') dates[name] = column.format;
    else if (column.type === 'suspect') refuseSuspect(path, name, column);
    else types[name] = column.type;
    if (format !== undefined || type !== undefined) continue;
    if ('placeholders' in column) {
      for (const text of column.placeholders) missing.add(text);
      notes.push(`${column.placeholders.map(show).join(' and ')} in '${name}' is read as missing`);
    }
    if ('formats' in column) {
      const [first, second] = column.formats;
      notes.push(
        `'${name}' may hold dates as ${first} or ${second}: say which with --dates '${name}=${first}'`,
      );
    }
  }
  const reading: CsvReading = {
    types: { ...types },
    ...(Object.keys(dates).length > 0 ? { dates: { ...dates } } : {}),
    ...(missing.size > 0 ? { missing: [...missing] } : {}),
    ...(given.header === false ? { header: false } : {}),
  };
  return { reading, notes };
}

function refuseSuspect(path: string, name: string, { text, line }: { text: string; line: number }): never {
  throw fileError(
    path,
    `column '${name}' to hold plain numbers, or text that does not look like numbers`,
    `${show(text)} at line ${line}`,
    `Write plain numbers, or pass --categorical ${show(name)} if they are names, or --drop ${show(name)}.`,
  );
}

/** Hints that name options of `data.csv`, which a command line does not have. */
const IN_CODE = /\b(?:types|exclude|numbers|dates|delimiter|encoding|header|largeIntegers): |\bto missing\b/;

/** Errors of a reader, with hints that fit a command line. */
async function withHints<T>(work: () => Promise<T>, hintFor = hintForTraining): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SteepestError) || !IN_CODE.test(error.hint)) throw error;
    const { expected, given } = error;
    throw new SteepestError(error.code, { expected, given, hint: hintFor(error) }, { cause: error });
  }
}

function hintForTraining({ expected, hint }: SteepestError): string {
  if (/encoding/.test(hint)) return 'Pass --encoding windows-1252 or what it is, or save it as UTF-8.';
  if (/header/.test(hint)) return 'Pass --header no if the first line is data.';
  const name = /column '((?:[^']|'(?! \())+)'/.exec(expected)?.[1];
  const column = name === undefined ? 'NAME' : show(name);
  return `Fix the field, or pass --missing with its text, --categorical ${column} or --drop ${column}.`;
}

/** The file of a model says how columns are read: only the data can change. */
function hintForModel({ hint }: SteepestError): string {
  if (/encoding/.test(hint)) return 'Pass --encoding windows-1252 or what it is, or save it as UTF-8.';
  if (/header/.test(hint)) return 'Write the names of the columns into the first line.';
  return 'Fix the field, or leave it empty for a missing value.';
}
