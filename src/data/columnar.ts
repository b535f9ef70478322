import { SteepestError, unknownName } from '../core/errors.js';
import type { CellSource, ColumnarOptions } from './cells.js';
import { unknownColumn } from './unknownColumn.js';

const OPTION_NAMES: readonly (keyof ColumnarOptions)[] = ['columns', 'text', 'largeIntegers'];

/** Which columns are read, and how each. */
export interface ColumnPlan {
  names: readonly string[];
  source(name: string): CellSource;
}

/** @throws SteepestError `ERR_UNKNOWN_NAME` for options that do not exist */
export function checkColumnarOptions(options: ColumnarOptions): void {
  for (const name of Object.keys(options)) {
    if (!OPTION_NAMES.includes(name as keyof ColumnarOptions)) unknownName('the option', name, OPTION_NAMES);
  }
  const { largeIntegers = 'error' } = options;
  if (largeIntegers !== 'error' && largeIntegers !== 'round') {
    unknownName('largeIntegers', largeIntegers, ['error', 'round']);
  }
}

/** @throws SteepestError `ERR_UNKNOWN_NAME` for columns that are not there, `ERR_EMPTY` for a file without rows or columns */
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
      mend: 'Check that the file was written to its end, and columns.',
    });
  }
  const round = options.largeIntegers === 'round';
  return { names, source: (name) => ({ path, name, asText: text.has(name), round }) };
}
