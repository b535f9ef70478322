import { SteepestError, unknownName } from '../../core/errors.js';
import { localPath } from '../../core/localPath.js';
import { MissingTexts } from './missing.js';

/**
 * What a column holds.
 * - `number`: float64; missing values are NaN.
 * - `integer`: whole numbers only; anything else is an error.
 * - `category`: text with few values; as a feature or target it becomes the number of its category.
 * - `text`: text as it stands, in tables; it cannot be a feature.
 */
export type CsvColumnType = 'number' | 'integer' | 'category' | 'text';

export interface CsvOptions {
  /** The column, or columns, to predict. Without it batches have no `y`. */
  target?: string | readonly string[];
  /** Columns that make up x, in this order. Default: all but the target and `exclude`, in the file's order. */
  columns?: readonly string[];
  /** Columns to leave out. */
  exclude?: readonly string[];
  /** Types that the first rows do not tell rightly. */
  types?: Readonly<Record<string, CsvColumnType>>;
  /** All categories of a column, in the order of their codes. Default: in order of first appearance. */
  categories?: Readonly<Record<string, readonly string[]>>;
  /** What separates fields. Default ','. */
  delimiter?: string;
  /** The decimal mark. Default '.'. */
  decimal?: '.' | ',';
  /**
   * True if the first line has the names; false if it is data, and columns are then called column0, column1, …; or names, if
   * the file has none. Default: true, but a first line of nothing but numbers is an error.
   */
  header?: boolean | readonly string[];
  /**
   * Texts that stand for a missing value; a number stands for every way to write it. Default: empty, NA, N/A, n/a, #N/A, <NA>, NaN, nan, NULL, null and None.
   */
  missing?: readonly string[];
  /**
   * What to do with whole numbers beyond ±(2^53 − 1), most of which float64 cannot hold: 'error', or 'round' to the nearest
   * float64. Default 'error'.
   */
  largeIntegers?: 'error' | 'round';
  /** Rows at the file's start from which types and categories are told; Infinity reads the whole file first. Default 10,000. */
  sampleRows?: number;
  /** Rows per batch. Default: so many that a batch has about 2^18 numbers, but 256 to 65,536. */
  batchRows?: number;
}

/** Options with their defaults, checked as far as possible without the file. */
export interface ResolvedOptions {
  path: string;
  columns: readonly string[] | undefined;
  header: CsvOptions['header'];
  batchRows: number | undefined;
  targets: readonly string[];
  exclude: readonly string[];
  types: ReadonlyMap<string, CsvColumnType>;
  categories: ReadonlyMap<string, readonly string[]>;
  delimiter: string;
  decimal: '.' | ',';
  missing: MissingTexts;
  largeIntegers: 'error' | 'round';
  sampleRows: number;
}

const TYPES: readonly CsvColumnType[] = ['number', 'integer', 'category', 'text'];
const MISSING = ['', 'NA', 'N/A', 'n/a', '#N/A', '<NA>', 'NaN', 'nan', 'NULL', 'null', 'None'];
const SAMPLE_ROWS = 10_000;
const OPTION_NAMES: readonly (keyof CsvOptions)[] = [
  'target',
  'columns',
  'exclude',
  'types',
  'categories',
  'delimiter',
  'decimal',
  'header',
  'missing',
  'largeIntegers',
  'sampleRows',
  'batchRows',
];

function bad(expected: string, given: unknown, mend: string): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected,
    given: typeof given === 'string' ? JSON.stringify(given) : String(given),
    mend,
  });
}

function nameList(option: string, value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((name) => typeof name === 'string')) {
    const twice =
      new Set(value).size === value.length ? undefined : value.find((name, i) => value.indexOf(name) !== i);
    if (twice === undefined) return value;
    bad(`names that differ in ${option}`, twice, 'Give each once.');
  }
  return bad(`${option} to be a list of strings`, value, "Write ['a', 'b'].");
}

function checkTypes(types: CsvOptions['types'] = {}): ReadonlyMap<string, CsvColumnType> {
  for (const [name, type] of Object.entries(types)) {
    if (!TYPES.includes(type)) unknownName(`types['${name}']`, type, TYPES);
  }
  return new Map(Object.entries(types));
}

function checkCategories({
  categories = {},
  types = {},
}: CsvOptions): ReadonlyMap<string, readonly string[]> {
  for (const [name, list] of Object.entries(categories)) {
    if (nameList(`categories['${name}']`, list).length === 0) {
      bad(`categories['${name}'] with at least one category`, '[]', 'Leave it out.');
    }
    const type = types[name];
    if (type !== undefined && type !== 'category') {
      bad(`types['${name}'] to be 'category', as it has categories`, type, 'Leave out one of them.');
    }
  }
  return new Map(Object.entries(categories));
}

function checkMarks({ delimiter = ',', decimal = '.' }: CsvOptions): void {
  if (typeof delimiter !== 'string' || delimiter === '' || /["\r\n0-9.eE+-]/.test(delimiter)) {
    bad('delimiter to be text that cannot be part of a number, quote or line end', delimiter, "Write ';'.");
  }
  if (decimal !== '.' && decimal !== ',') bad("decimal to be '.' or ','", decimal, 'Write one of them.');
  if (delimiter === decimal) bad('delimiter and decimal to differ', delimiter, "Pass delimiter: ';'.");
}

/** @throws SteepestError `ERR_ARGUMENT` */
export function checkCount(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) return;
  if (name === 'sampleRows' && value === Number.POSITIVE_INFINITY) return;
  bad(`${name} to be a whole number of at least 1`, value, 'Leave it out for the default.');
}

function checkHeader(header: CsvOptions['header']): void {
  if (header === undefined || typeof header === 'boolean') return;
  if (nameList('header', header).length === 0)
    bad('header with at least one name', '[]', 'Name the columns.');
}

/** @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME` */
export function resolveOptions(path: string | URL, options: CsvOptions): ResolvedOptions {
  for (const name of Object.keys(options)) {
    if (!OPTION_NAMES.includes(name as keyof CsvOptions)) unknownName('the option', name, OPTION_NAMES);
  }
  const { target, columns, exclude = [], largeIntegers = 'error' } = options;
  if (largeIntegers !== 'error' && largeIntegers !== 'round') {
    unknownName('largeIntegers', largeIntegers, ['error', 'round']);
  }
  checkMarks(options);
  checkHeader(options.header);
  checkCount('sampleRows', options.sampleRows);
  checkCount('batchRows', options.batchRows);
  const targets = nameList('target', typeof target === 'string' ? [target] : (target ?? []));
  if (columns !== undefined) nameList('columns', columns);
  const chosen = new Set(columns);
  const both = [...targets, ...nameList('exclude', exclude)].find((name) => chosen.has(name));
  if (both !== undefined)
    bad('columns without the target and without exclude', both, 'Leave it out of columns.');
  const excluded = targets.find((name) => exclude.includes(name));
  if (excluded !== undefined) bad('exclude without the target', excluded, 'Leave it out of exclude.');
  return {
    columns,
    header: options.header,
    batchRows: options.batchRows,
    path: localPath('the path of a CSV file', path),
    targets,
    exclude,
    types: checkTypes(options.types),
    categories: checkCategories(options),
    delimiter: options.delimiter ?? ',',
    decimal: options.decimal ?? '.',
    missing: new MissingTexts(nameList('missing', options.missing ?? MISSING), options.decimal ?? '.'),
    largeIntegers,
    sampleRows: options.sampleRows ?? SAMPLE_ROWS,
  };
}
