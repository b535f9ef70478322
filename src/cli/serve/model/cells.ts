import { nearestName } from '../../../core/nearest.js';
import { show } from '../../../core/show.js';
import { listed } from '../../../core/unknownColumn.js';
import { refuseBody } from '../http/refusal.js';

/** One value as columns hold it: NaN is a gap among numbers, null among texts. */
export type CellValue = number | string | null;

/** What cells of a model may be. */
export interface CellRules {
  /** A null stands for a gap; without gaps, every cell is a number. */
  takesGaps: boolean;
  /** Numbers are rounded to float32, and must not overflow there. */
  isFloat32: boolean;
}

/** A name of a column as a path goes on: `.tenure`, or `["monthly charge"]`. */
export const pathOf = (name: string | number): string =>
  typeof name === 'string' && /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;

/** @throws Refusal unless the value is a cell of a column of numbers */
export function numberCell(value: unknown, path: () => string, { takesGaps, isFloat32 }: CellRules): number {
  if (typeof value === 'number') {
    // JSON.parse makes Infinity of 1e999.
    if (Number.isFinite(isFloat32 ? Math.fround(value) : value)) return value;
    refuseBody('ERR_NOT_FINITE', path(), {
      expected: `a number that ${isFloat32 ? 'float32' : 'float64'} can hold`,
      given: show(value),
      hint: isFloat32 ? 'Scale such columns: float32 holds numbers up to 3.4e38.' : 'Scale such columns.',
    });
  }
  if (typeof value === 'boolean') return Number(value);
  if (value === null && takesGaps) return Number.NaN;
  return refuseBody('ERR_ARGUMENT', path(), {
    expected: takesGaps ? 'a number, or null for a gap' : 'a number',
    given: show(value),
    hint: numberHint(value),
  });
}

function numberHint(value: unknown): string {
  if (typeof value === 'string') {
    const isNumeral = value.trim() !== '' && Number.isFinite(Number(value));
    return isNumeral ? 'Write it without quotes.' : 'This column holds numbers.';
  }
  if (value === null) return 'This model has no way to fill gaps: leave such rows out.';
  return 'It is nested too deep: give each row only its cells.';
}

/** @throws Refusal unless the value is a cell of a column of text */
export function textCell(value: unknown, path: () => string): string | null {
  if (typeof value === 'string' || value === null) return value;
  return refuseBody('ERR_ARGUMENT', path(), {
    expected: 'text, or null for a gap',
    given: show(value),
    hint: typeof value === 'object' ? 'Give each row only its cells.' : 'Write it in quotes.',
  });
}

/** @throws Refusal for a row that lacks a column */
export function refuseMissing(
  row: object,
  name: string,
  known: readonly string[],
  kind: string,
  path: string,
): never {
  const given = Object.keys(row);
  const others = given.filter((key) => !known.includes(key));
  const near = nearestName(name, others);
  refuseBody('ERR_SHAPE', path + pathOf(name), {
    expected: `${kind} in column ${show(name)}, as in fit`,
    given: given.length === 0 ? 'a row without columns' : `only columns ${listed(given)}`,
    hint:
      near === undefined
        ? 'Add it; a gap is null.'
        : `Did you mean ${show(name)} by ${show(near)}? Columns are matched by name.`,
  });
}
