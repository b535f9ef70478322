/** Columns are matched by name with those of a fit, in any order. */
import { SteepestError } from '../../core/errors.js';
import { nearestName } from '../../core/nearest.js';
import { countOf } from '../../core/refuse.js';
import { show } from '../../core/show.js';
import { listed } from '../../core/unknownColumn.js';
import type { Frame } from './frame.js';

/** The columns that something was fitted with. */
export interface FittedColumns {
  cols: number;
  /** Undefined if they had no names. */
  names: readonly string[] | undefined;
}

/** @throws SteepestError `ERR_SHAPE` unless there are as many columns as in the fit */
export function checkColumnCount(what: string, given: number, { cols }: FittedColumns): void {
  if (given === cols) return;
  throw new SteepestError('ERR_SHAPE', {
    expected: `${what} with ${countOf(cols, 'column')}, as in fit`,
    given: `${given}`,
    hint: 'Pass the same columns.',
  });
}

/** @throws SteepestError `ERR_SHAPE` for a column of the fit that x does not have */
function missingColumn(what: string, name: string, given: readonly string[]): never {
  const near = nearestName(name, given);
  throw new SteepestError('ERR_SHAPE', {
    expected: `${what} with column ${show(name)}, as in fit`,
    given: `columns ${given.length === 0 ? 'none' : listed(given)}`,
    hint:
      near === undefined
        ? 'Add it; missing values in it may be null.'
        : `Did you mean '${name}' by ${show(near)}? Columns are matched by name.`,
  });
}

/**
 * The names under which a table's columns are read, in the order of the fit. If the fit had no
 * names, columns are taken in the table's order.
 * @param needed the columns that are used, by number; by default all
 * @throws SteepestError `ERR_SHAPE`
 */
export function matchedNames(
  what: string,
  frame: Frame,
  fitted: FittedColumns,
  needed?: readonly number[],
): readonly string[] {
  const { names } = fitted;
  if (names === undefined) {
    if (!frame.isOrdered) refuseUnnamed(what);
    checkColumnCount(what, frame.names.length, fitted);
    return frame.names;
  }
  for (let k = 0; k < (needed ?? names).length; k++) {
    const name = names[needed?.[k] ?? k]!;
    if (!frame.has(name)) missingColumn(what, name, frame.names);
  }
  return names;
}

function refuseUnnamed(what: string): never {
  throw new SteepestError('ERR_SHAPE', {
    expected: `${what} as rows of numbers or { data, shape }, since the columns of the fit had no names`,
    given: 'objects, whose keys have no order',
    hint: 'Fit on objects or a table, or pass lists in the order of the fit.',
  });
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a === b || (a.length === b.length && a.every((name, j) => name === b[j]));

/** Whether columns can stand for those of a fit as they are. */
export const areAlike = (a: FittedColumns, b: FittedColumns): boolean =>
  a.cols === b.cols && (a.names === undefined || b.names === undefined || isSame(a.names, b.names));

/**
 * Where the columns of the fit are in a matrix with names.
 * @returns their positions; undefined if they are all there in the same order, or one of the two
 *   has no names
 * @throws SteepestError `ERR_SHAPE`
 */
export function matchedPositions(
  what: string,
  given: FittedColumns,
  fitted: FittedColumns,
): readonly number[] | undefined {
  if (given.names === undefined || fitted.names === undefined) {
    checkColumnCount(what, given.cols, fitted);
    return undefined;
  }
  if (isSame(given.names, fitted.names)) return undefined;
  const places = new Map(given.names.map((name, j) => [name, j]));
  return fitted.names.map((name) => places.get(name) ?? missingColumn(what, name, given.names!));
}
