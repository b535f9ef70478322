import { checkKeys } from '../core/check.js';
import { SteepestError, unknownName } from '../core/errors.js';
import { isNames } from '../core/guards.js';
import type { Aliases } from '../core/nearest.js';
import { show } from '../core/show.js';
import { unknownColumn } from '../core/unknownColumn.js';
import type { CellSource, ColumnarOptions } from './cells.js';
import { fileError, shownText } from './fileErrors.js';
import { checkLimits, type ReadLimits, type ReadOptions } from './limits/readLimits.js';

const OPTION_NAMES: readonly (keyof ColumnarOptions)[] = ['columns', 'text', 'largeIntegers'];

/** Which columns to read, and how. */
export interface ColumnPlan {
  names: readonly string[];
  source(name: string): CellSource;
}

/** Names of these options in pandas, arrow and polars. */
const OPTION_ALIASES: Aliases = {
  usecols: 'columns',
  colSelect: 'columns',
  select: 'columns',
  dtype: 'text',
  types: 'text',
  strings: 'text',
  round: 'largeIntegers',
  timeMs: 'limits',
  timeout: 'limits',
  maxBytes: 'limits',
};

function checkNames(option: string, names: unknown): void {
  if (names === undefined) return;
  const isList = isNames(names);
  if (isList && new Set(names).size === names.length) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: isList ? `names that differ in ${option}` : `${option} to be a list of names`,
    given: show(names),
    hint: isList ? 'Write each name once.' : "Write ['a', 'b'].",
  });
}

/**
 * @throws SteepestError `ERR_UNKNOWN_NAME` for unknown options, `ERR_ARGUMENT` for invalid values
 */
export function checkColumnarOptions(options: ColumnarOptions, others: readonly string[] = []): void {
  checkKeys('the options', options, [...OPTION_NAMES, ...others], OPTION_ALIASES);
  checkNames('columns', options.columns);
  checkNames('text', options.text);
  const { largeIntegers = 'error' } = options;
  if (largeIntegers !== 'error' && largeIntegers !== 'round') {
    unknownName('largeIntegers', largeIntegers, ['error', 'round']);
  }
}

/**
 * Options of a file reader, in a form that can be sent to a thread.
 * @throws SteepestError as {@link checkColumnarOptions}
 */
export function checkColumnarFile(options: ColumnarOptions & ReadOptions): {
  columnar: ColumnarOptions;
  limits: ReadLimits;
} {
  checkColumnarOptions(options, ['limits']);
  const { columns, text, largeIntegers } = options;
  return {
    columnar: {
      ...(columns === undefined ? {} : { columns: Array.from(columns) }),
      ...(text === undefined ? {} : { text: Array.from(text) }),
      ...(largeIntegers === undefined ? {} : { largeIntegers }),
    },
    limits: checkLimits(options.limits),
  };
}

/**
 * @param present names of the columns, in the file's order
 * @throws SteepestError `ERR_UNKNOWN_NAME` for columns that do not exist, `ERR_EMPTY` for a file
 *   without rows or columns, `ERR_DATA_FILE` for two columns with one name
 */
export function planColumns(
  path: string,
  present: readonly string[],
  rows: number,
  options: ColumnarOptions,
): ColumnPlan {
  const known = new Set(present);
  const names = options.columns ?? present;
  const text = new Set(options.text);
  for (const name of [...names, ...text]) {
    if (!known.has(name)) throw unknownColumn(`a column of '${path}'`, name, present);
  }
  if (rows === 0 || names.length === 0) {
    throw new SteepestError('ERR_EMPTY', {
      expected: `'${path}' to hold a table`,
      given: rows === 0 ? 'no rows' : 'no columns',
      hint: 'Check that the file was written to its end, and columns.',
    });
  }
  checkOnce(path, present, new Set(names));
  const round = options.largeIntegers === 'round';
  return { names, source: (name) => ({ path, name, asText: text.has(name), round }) };
}

/** Of two columns with one name only one would be accessible. */
function checkOnce(path: string, present: readonly string[], wanted: ReadonlySet<string>): void {
  const seen = new Set<string>();
  for (const name of present) {
    if (!wanted.has(name)) continue;
    if (seen.has(name)) {
      const hint = 'Rename one of them where it is written, or pass columns without that name.';
      throw fileError(path, 'to have columns of different names', `${shownText(name)} twice`, hint);
    }
    seen.add(name);
  }
}
