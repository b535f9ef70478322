import { SteepestError } from '../../core/errors.js';
import { unknownColumn } from '../../core/unknownColumn.js';
import type { CsvColumnType, ResolvedOptions } from './options.js';

/**
 * A column of the file as it is used.
 * @example
 * ```ts
 * import type { data } from 'steepest';
 * const isUsed = ({ role }: data.CsvColumn) => role !== 'excluded';
 * ```
 */
export interface CsvColumn {
  name: string;
  type: CsvColumnType;
  role: 'feature' | 'target' | 'excluded';
  /** For a column of type `category`: the text of each code. */
  categories?: readonly string[];
}

/** The structure of a CSV file, from its first rows and the options. */
export interface CsvSchema {
  /** All columns, in the file's order. */
  columns: readonly CsvColumn[];
  /** Names of the columns of x, in their order there. */
  featureNames: readonly string[];
  targetNames: readonly string[];
}

/** Destination of a file column: ≥ 0 a column of x; −1 none; −2 − k column k of y. */
export const SLOT_NONE = -1;
export const targetSlot = (k: number): number => SLOT_NONE - 1 - k;

/** The position of each file column in a row of x or y. */
export function slotsOf(schema: CsvSchema): Int32Array {
  const feature = new Map(schema.featureNames.map((name, k) => [name, k] as const));
  return Int32Array.from(schema.columns, ({ name, role }) => {
    if (role === 'excluded') return SLOT_NONE;
    return role === 'feature' ? feature.get(name)! : targetSlot(schema.targetNames.indexOf(name));
  });
}

/** Names in options that no column of the file has are errors. */
export function rolesOf(names: readonly string[], options: ResolvedOptions): CsvColumn['role'][] {
  const known = new Set(names);
  const chosen = new Set(options.columns);
  const excluded = new Set(options.exclude);
  const where = (what: string): string => `${what}, a column of '${options.path}',`;
  const check = (what: string, given: Iterable<string>): void => {
    for (const name of given) if (!known.has(name)) throw unknownColumn(where(what), name, names);
  };
  check('target', options.targets);
  check('columns', options.columns ?? []);
  check('exclude', options.exclude);
  check('types', options.types.keys());
  check('categories', options.categories.keys());
  check('numbers', options.numbers.keys());
  check('dates', options.dates.keys());
  return names.map((name) => {
    if (options.targets.includes(name)) return 'target';
    if (excluded.has(name)) return 'excluded';
    return options.columns === undefined || chosen.has(name) ? 'feature' : 'excluded';
  });
}

/**
 * x contains only numbers:
 * @throws SteepestError `ERR_ARGUMENT` for columns of type text, `ERR_EMPTY` without a column
 */
export function checkFeatures({ columns, featureNames }: CsvSchema, path: string): void {
  const text = columns.find(({ type, role }) => type === 'text' && role !== 'excluded');
  if (text !== undefined) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `the columns of '${path}' to be numbers or categories`,
      given: `'${text.name}' of type 'text'`,
      hint: `Pass exclude: ['${text.name}'], or read it with table().`,
    });
  }
  if (featureNames.length === 0) throw noColumn(path, 'a column besides the target');
}

/** The error for options that leave no column. */
export function noColumn(path: string, what: string): SteepestError {
  return new SteepestError('ERR_EMPTY', {
    expected: `'${path}' to have ${what}`,
    given: 'none',
    hint: 'Check target, columns and exclude.',
  });
}
