/** Checks the options of a CSV file before it is opened. */

import { checkKeys, checkObject } from '../../core/check.js';
import { SteepestError, unknownName } from '../../core/errors.js';
import { isNames } from '../../core/guards.js';
import type { Aliases } from '../../core/nearest.js';
import { show } from '../../core/show.js';
import { checkLimits } from '../limits/readLimits.js';
import { checkEncoding } from '../text/encoding.js';
import { DateReader } from './dateFormat.js';
import { MissingTexts } from './missing.js';
import { checkNumberFormat, FORMAT_ALIASES, type NumberFormat, NumberReader } from './numberFormat.js';
import type { CsvColumnType, CsvOptions, ResolvedOptions } from './options.js';
import { type CsvSource, originOf } from './source.js';

const TYPES: readonly CsvColumnType[] = ['number', 'integer', 'boolean', 'date', 'category', 'text'];
/** Names of these options in pandas and readr. */
const TYPE_ALIASES: Aliases = {
  float: 'number',
  float64: 'number',
  double: 'number',
  numeric: 'number',
  int: 'integer',
  int64: 'integer',
  bool: 'boolean',
  logical: 'boolean',
  datetime: 'date',
  datetime64: 'date',
  timestamp: 'date',
  string: 'text',
  str: 'text',
  object: 'text',
  character: 'text',
  factor: 'category',
  categorical: 'category',
};
export const MISSING = ['', 'NA', 'N/A', 'n/a', '#N/A', '<NA>', 'NaN', 'nan', 'NULL', 'null', 'None'];
const SAMPLE_ROWS = 10_000;
const OPTION_NAMES: readonly (keyof CsvOptions)[] = [
  'target',
  'columns',
  'exclude',
  'types',
  'categories',
  'numbers',
  'dates',
  'delimiter',
  'decimal',
  'thousands',
  'units',
  'accounting',
  'encoding',
  'header',
  'missing',
  'largeIntegers',
  'sampleRows',
  'batchRows',
  'limits',
];
/** Names of these options in pandas, readr, data.table and polars. */
const OPTION_ALIASES: Aliases = {
  ...FORMAT_ALIASES,
  sep: 'delimiter',
  separator: 'delimiter',
  delim: 'delimiter',
  naValues: 'missing',
  naStrings: 'missing',
  na: 'missing',
  nullValues: 'missing',
  keepDefaultNa: 'missing',
  usecols: 'columns',
  select: 'columns',
  colSelect: 'columns',
  indexCol: 'exclude',
  drop: 'exclude',
  names: 'header',
  colNames: 'header',
  hasHeader: 'header',
  newColumns: 'header',
  dtype: 'types',
  dtypes: 'types',
  schemaOverrides: 'types',
  colTypes: 'types',
  colClasses: 'types',
  converters: 'numbers',
  parseDates: 'dates',
  tryParseDates: 'dates',
  dateFormat: 'dates',
  dateParser: 'dates',
  chunksize: 'batchRows',
  batchSize: 'batchRows',
  guessMax: 'sampleRows',
  inferSchemaLength: 'sampleRows',
  charset: 'encoding',
  label: 'target',
  labels: 'target',
  y: 'target',
};

function bad(expected: string, given: unknown, hint: string): never {
  throw new SteepestError('ERR_ARGUMENT', { expected, given: show(given), hint });
}

function nameList(option: string, value: unknown): readonly string[] {
  if (isNames(value)) {
    const twice =
      new Set(value).size === value.length ? undefined : value.find((name, i) => value.indexOf(name) !== i);
    if (twice === undefined) return value;
    bad(`names that differ in ${option}`, twice, 'Write each name once.');
  }
  return bad(`${option} to be a list of strings`, value, "Write ['a', 'b'].");
}

function checkTypes(types: CsvOptions['types'] = {}): ReadonlyMap<string, CsvColumnType> {
  const list = Object.entries(checkObject('types', types)) as [string, CsvColumnType][];
  for (const [name, type] of list) {
    if (!TYPES.includes(type)) unknownName(`types['${name}']`, type, TYPES, TYPE_ALIASES);
  }
  return new Map(list);
}

/**
 * @throws SteepestError `ERR_ARGUMENT` for a column to which another option gives a different type
 */
function checkType(
  option: string,
  name: string,
  type: CsvColumnType | undefined,
  fits: CsvColumnType[],
): void {
  if (type === undefined || fits.includes(type)) return;
  bad(`types['${name}'] to be '${fits[0]}', as ${option} names it`, type, 'Leave out one of them.');
}

type Types = ReadonlyMap<string, CsvColumnType>;

function checkCategories(
  { categories = {} }: CsvOptions,
  types: Types,
): ReadonlyMap<string, readonly string[]> {
  const list = Object.entries(checkObject('categories', categories)) as [string, readonly string[]][];
  for (const [name, texts] of list) {
    if (nameList(`categories['${name}']`, texts).length === 0) {
      bad(`categories['${name}'] with at least one category`, [], 'Leave it out.');
    }
    checkType('categories', name, types.get(name), ['category']);
  }
  return new Map(list);
}

function checkNumbers(
  { numbers = {} }: CsvOptions,
  file: NumberFormat,
  largeIntegers: 'error' | 'round',
  types: Types,
): ReadonlyMap<string, NumberReader> {
  const list = Object.entries(checkObject('numbers', numbers));
  return new Map(
    list.map(([name, given]) => {
      checkType('numbers', name, types.get(name), ['number', 'integer']);
      const format = checkNumberFormat(`numbers['${name}']`, given as object, file);
      return [name, new NumberReader(format, largeIntegers, file.decimal)];
    }),
  );
}

function checkDates(options: CsvOptions, types: Types): ReadonlyMap<string, DateReader> {
  const { dates = [], numbers = {}, categories = {} } = options;
  const list: [string, unknown][] = Array.isArray(dates)
    ? nameList('dates', dates).map((name) => [name, {}])
    : Object.entries(checkObject('dates', dates));
  const readers = new Map<string, DateReader>();
  for (const [name, given] of list) {
    checkType('dates', name, types.get(name), ['date']);
    const also = [numbers, categories].find((other) => Object.hasOwn(other, name));
    if (also !== undefined) {
      bad('a column to be in one of dates, numbers and categories', name, 'Leave out one of them.');
    }
    readers.set(name, new DateReader(`dates['${name}']`, given as object));
  }
  const iso = new DateReader('dates', {});
  for (const [name, type] of types) if (type === 'date' && !readers.has(name)) readers.set(name, iso);
  return readers;
}

function checkDelimiter({ delimiter = ',' }: CsvOptions, { decimal }: NumberFormat): string {
  if (typeof delimiter !== 'string' || delimiter === '' || /["\r\n0-9.eE+-]/.test(delimiter)) {
    bad('delimiter to be text that cannot be part of a number, quote or line end', delimiter, "Write ';'.");
  }
  if (delimiter === decimal) bad('delimiter and decimal to differ', delimiter, "Pass delimiter: ';'.");
  return delimiter;
}

/** @throws SteepestError `ERR_ARGUMENT` */
export function checkCount(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) return;
  if (name === 'sampleRows' && value === Number.POSITIVE_INFINITY) return;
  bad(`${name} to be a whole number of at least 1`, value, 'Leave it out for the default.');
}

function checkHeader(header: unknown): void {
  if (header === undefined || typeof header === 'boolean') return;
  if (header === null || header === 0 || header === 'infer') {
    const hint = header === null ? 'Write false if the file has no names.' : 'Write true, or leave it out.';
    bad('header to be true, false or a list of names', header, hint);
  }
  if (nameList('header', header).length === 0) bad('header with at least one name', [], 'Name the columns.');
}

function checkColumns({
  target,
  columns,
  exclude = [],
}: CsvOptions): Pick<ResolvedOptions, 'targets' | 'exclude'> {
  const targets = nameList('target', typeof target === 'string' ? [target] : (target ?? []));
  if (columns !== undefined) nameList('columns', columns);
  const chosen = new Set(columns);
  const both = [...targets, ...nameList('exclude', exclude)].find((name) => chosen.has(name));
  if (both !== undefined) {
    bad('columns without the target and without exclude', both, 'Leave it out of columns.');
  }
  const excluded = targets.find((name) => exclude.includes(name));
  if (excluded !== undefined) bad('exclude without the target', excluded, 'Leave it out of exclude.');
  return { targets, exclude };
}

/** @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME` */
export function resolveOptions(source: CsvSource, options: CsvOptions): ResolvedOptions {
  checkKeys('the options of data.csv', options, OPTION_NAMES, OPTION_ALIASES);
  checkHeader(options.header);
  const empty = OPTION_NAMES.find((name) => options[name] === null);
  if (empty !== undefined) bad(`${empty} to have a value`, null, 'Leave it out for the default.');
  const { largeIntegers = 'error', units } = options;
  if (largeIntegers !== 'error' && largeIntegers !== 'round') {
    unknownName('largeIntegers', largeIntegers, ['error', 'round']);
  }
  if (units !== undefined && !Array.isArray(units)) {
    bad(
      'units to be a list of texts',
      units,
      "Factors belong to a column: numbers: { name: { units: { '%': 0.01 } } }.",
    );
  }
  const format = checkNumberFormat('', options);
  const types = checkTypes(options.types);
  checkCount('sampleRows', options.sampleRows);
  checkCount('batchRows', options.batchRows);
  const limits = checkLimits(options.limits);
  const encoding = checkEncoding(options.encoding);
  const origin = originOf(source, { limits, encoding });
  return {
    origin,
    path: origin.name,
    ...checkColumns(options),
    columns: options.columns,
    header: options.header,
    batchRows: options.batchRows,
    types,
    categories: checkCategories(options, types),
    numbers: checkNumbers(options, format, largeIntegers, types),
    fileNumbers: new NumberReader(format, largeIntegers, format.decimal),
    format,
    dates: checkDates(options, types),
    delimiter: checkDelimiter(options, format),
    decimal: format.decimal,
    encoding,
    missing: new MissingTexts(nameList('missing', options.missing ?? MISSING), format.decimal),
    largeIntegers,
    sampleRows: options.sampleRows ?? SAMPLE_ROWS,
    limits,
  };
}
