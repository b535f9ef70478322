import { SteepestError } from '../../core/errors.js';
import { fileError, shownText } from '../fileErrors.js';
import type { ReadBudget } from '../limits/readLimits.js';
import { boolOf } from './booleans.js';
import { checkFieldCount, notANumber, suspicious } from './fields.js';
import { readHeader } from './header.js';
import { LineReader } from './lineReader.js';
import type { NumberReader } from './numberFormat.js';
import { type CsvColumnType, numberReaderOf, type ResolvedOptions } from './options.js';
import { type CsvRecord, records } from './records.js';
import { type CsvColumn, type CsvSchema, rolesOf } from './schema.js';
import { type Met, suspicionOf } from './suspicion.js';

const LF = 10;
const CR = 13;
const QUOTE = 34;

/** The first rows' values in one column. */
interface Tally {
  numbers: number;
  texts: number;
  fractions: number;
  firstText: Met | undefined;
  largeInteger: Met | undefined;
  /**
   * Distinct texts that are not numbers, and distinct numbers, at most {@link MOST_LOOKED_AT} of
   * each.
   */
  met: Map<string, Met>;
  distinct: Set<number>;
}

/** Maximum distinct texts of a column to examine: more reveal nothing new. */
const MOST_LOOKED_AT = 1000;

/** The names of the columns, and the first rows after them. */
export async function* sample(
  options: ResolvedOptions,
  budget: ReadBudget,
): AsyncGenerator<{ names: readonly string[]; record: CsvRecord | undefined }> {
  const lines = await LineReader.open(options.origin, options.encoding, budget);
  try {
    await lines.next(1);
    const { names, position, line } = readHeader(lines, options);
    yield { names, record: undefined };
    let rows = 0;
    for await (const record of splitRows(lines, options, position, line)) {
      checkFieldCount(options.path, names, record.fields.length, record.line);
      yield { names, record };
      if (budget.isDue) await budget.turn();
      if (++rows >= options.sampleRows) return;
    }
  } finally {
    await lines.close();
  }
}

/** Rows as text: lines are split directly up to the first quote, and by csv-parse from there on. */
async function* splitRows(
  lines: LineReader,
  { path, delimiter }: ResolvedOptions,
  position: number,
  firstLine: number,
): AsyncGenerator<CsvRecord> {
  let at = position;
  let line = firstLine;
  for (;;) {
    const quote = lines.buffer.subarray(0, lines.end).indexOf(QUOTE, at);
    const safe = quote < 0 ? lines.end : lines.buffer.lastIndexOf(LF, quote) + 1;
    while (at < safe) {
      const end = lines.buffer.indexOf(LF, at);
      const text = lines.buffer.toString(
        'utf8',
        at,
        lines.buffer[end - 1] === CR && end > at ? end - 1 : end,
      );
      if (text !== '') yield { fields: text.split(delimiter), line };
      at = end + 1;
      line++;
    }
    if (quote >= 0) {
      yield* records(path, lines.rest(at), delimiter, line);
      return;
    }
    if (!(await lines.next(line))) return;
    at = lines.begin;
  }
}

function count(tally: Tally, text: string, line: number, reader: NumberReader): void {
  const value = reader.parse(text);
  if (value === 'text') {
    tally.texts++;
    tally.firstText ??= { text, line, rows: 1 };
    const met = tally.met.get(text);
    if (met !== undefined) met.rows++;
    else if (tally.met.size < MOST_LOOKED_AT) tally.met.set(text, { text, line, rows: 1 });
    return;
  }
  tally.numbers++;
  if (value === 'largeInteger') tally.largeInteger ??= { text, line, rows: 1 };
  if (!Number.isInteger(value)) tally.fractions++;
  if (typeof value === 'number' && tally.distinct.size < MOST_LOOKED_AT) tally.distinct.add(value);
}

function typeOf(
  options: ResolvedOptions,
  column: Pick<CsvColumn, 'name' | 'role'>,
  index: number,
  tally: Tally,
  rows: number,
): CsvColumnType {
  const { name, role } = column;
  const { path } = options;
  const declared =
    options.types.get(name) ??
    (options.categories.has(name) ? 'category' : options.dates.has(name) ? 'date' : undefined);
  if (declared !== undefined) return declared;
  if (role === 'excluded') return 'text';
  if (tally.numbers + tally.texts === 0) {
    throw fileError(
      path,
      `column '${name}' (${index + 1}) to hold values`,
      `none in ${rows === 1 ? 'its row' : `its first ${rows} rows`}`,
      `Leave it out with exclude: ['${name}'], or say what it holds: types: { '${name}': 'number' }.`,
    );
  }
  if (tally.numbers === 0 && [...tally.met.keys()].every((text) => boolOf(text, false) !== undefined)) {
    return 'boolean';
  }
  if (tally.texts > tally.numbers && !options.numbers.has(name)) {
    checkCategories(options, name, index, tally);
    return 'category';
  }
  if (tally.firstText !== undefined) {
    const { text, line } = tally.firstText;
    throw notANumber(options, { name, type: 'number' }, index, text, line, 'text');
  }
  if (tally.largeInteger !== undefined) {
    const { text, line } = tally.largeInteger;
    throw notANumber(options, { name, type: 'number' }, index, text, line, 'largeInteger');
  }
  return role === 'target' && tally.fractions === 0 ? 'integer' : 'number';
}

/** @throws SteepestError `ERR_DATA_FILE` if the texts look like numbers or dates */
function checkCategories(
  { path, decimal }: ResolvedOptions,
  name: string,
  index: number,
  tally: Tally,
): void {
  const suspicion = suspicionOf(name, [...tally.met.values()], {
    rows: tally.numbers,
    distinct: tally.distinct.size,
    fractions: tally.fractions > 0,
    decimal,
  });
  if (suspicion !== undefined) throw suspicious(path, name, index, suspicion);
}

/**
 * The same for categories that occur only after the first rows, once a whole file has been read.
 * @throws SteepestError `ERR_DATA_FILE` if they look like numbers or dates
 */
export function checkLaterCategories(
  { path, types, categories, decimal }: ResolvedOptions,
  schema: CsvSchema,
  categoriesOf: (column: number) => readonly string[] | undefined,
): void {
  schema.columns.forEach(({ name, type, role, categories: known = [] }, j) => {
    if (type !== 'category' || role === 'excluded' || types.has(name) || categories.has(name)) return;
    const found = categoriesOf(j) ?? [];
    if (found.length === known.length) return;
    const texts = found.slice(0, MOST_LOOKED_AT).map((text) => ({ text: text.trim(), line: 0, rows: 1 }));
    const suspicion = suspicionOf(name, texts, { rows: 0, distinct: 0, fractions: false, decimal });
    if (suspicion !== undefined) throw suspicious(path, name, j, suspicion);
  });
}

/** Determines types from the first rows and the options. */
async function inferTypes(options: ResolvedOptions, budget: ReadBudget): Promise<CsvColumn[]> {
  let names: readonly string[] = [];
  let roles: CsvColumn['role'][] = [];
  let tallies: Tally[] = [];
  let readers: NumberReader[] = [];
  let rows = 0;
  for await (const item of sample(options, budget)) {
    if (item.record === undefined) {
      names = item.names;
      roles = rolesOf(names, options);
      tallies = names.map(() => ({
        numbers: 0,
        texts: 0,
        fractions: 0,
        firstText: undefined,
        largeInteger: undefined,
        met: new Map(),
        distinct: new Set(),
      }));
      readers = names.map((name) => numberReaderOf(options, name));
      continue;
    }
    rows++;
    item.record.fields.forEach((field, j) => {
      if (roles[j] === 'excluded') return;
      const text = field.trim();
      if (!options.missing.has(text)) count(tallies[j]!, text, item.record!.line, readers[j]!);
    });
  }
  if (rows === 0) {
    throw new SteepestError('ERR_EMPTY', {
      expected: `'${options.path}' to hold rows`,
      given: `a header only: ${shownText(names.join(options.delimiter))}`,
      hint: 'Check that the file was written to its end; pass header: false if that line is data.',
    });
  }
  return names.map((name, j) => {
    const role = roles[j]!;
    return { name, role, type: typeOf(options, { name, role }, j, tallies[j]!, rows) };
  });
}

/** Fills in the categories of columns that have the type, in order of first appearance. */
async function inferCategories(
  options: ResolvedOptions,
  columns: readonly CsvColumn[],
  budget: ReadBudget,
): Promise<CsvColumn[]> {
  const isCategory = columns.map(({ type, role }) => type === 'category' && role !== 'excluded');
  if (!isCategory.includes(true)) return [...columns];
  const sets = columns.map(({ name }) => new Set(options.categories.get(name)));
  const open = columns.map(({ name }, j) => isCategory[j] && !options.categories.has(name));
  if (open.includes(true)) {
    for await (const { record } of sample(options, budget)) {
      record?.fields.forEach((field, j) => {
        if (open[j] && !options.missing.has(field.trim())) sets[j]!.add(field);
      });
    }
  }
  return columns.map((column, j) => (isCategory[j] ? { ...column, categories: [...sets[j]!] } : column));
}

/**
 * The types of the columns, from their first rows. @throws SteepestError with file, line and column
 */
export async function inferSchema(options: ResolvedOptions, budget: ReadBudget): Promise<CsvSchema> {
  const columns = await inferCategories(options, await inferTypes(options, budget), budget);
  const features = columns.filter(({ role }) => role === 'feature').map(({ name }) => name);
  return {
    columns,
    featureNames: options.columns === undefined ? features : [...options.columns],
    targetNames: options.targets,
  };
}
