/**
 * What the numbers of a column were before they became float64: feature names show categories as
 * scikit-learn does, which writes 1 for an integer and 1.0 for a float.
 */
import type { NumericArray } from '../../core/ndarray.js';
import { isTypedArray, typedArrayName } from '../../core/realm.js';
import { type Column, isNumericColumn } from '../../data/column.js';

/** `'any'` is a column of a table with text in it, in which each value is what it looks like. */
export interface ColumnKind {
  numbers: 'float64' | 'float32' | 'integer' | 'boolean' | 'any';
  /** What a missing value is called. */
  missing: 'nan' | 'None';
}

const NUMBERS: readonly unknown[] = ['float64', 'float32', 'integer', 'boolean', 'any'];

/** True for what a file may hold. */
export function isColumnKind(value: unknown): value is ColumnKind {
  if (typeof value !== 'object' || value === null) return false;
  const { numbers, missing } = value as Partial<ColumnKind>;
  return NUMBERS.includes(numbers) && (missing === 'nan' || missing === 'None');
}

const FLOATS: ColumnKind = { numbers: 'float64', missing: 'nan' };
const INTEGERS: ColumnKind = { numbers: 'integer', missing: 'nan' };

/** Tables that were made here from others, and what their columns were. */
const known = new WeakMap<object, readonly ColumnKind[]>();

/** Remembers what the columns of a table were that was picked out of another. */
export function setKinds(table: object, kinds: readonly ColumnKind[]): void {
  known.set(table, kinds);
}

export const rememberedKinds = (table: object): readonly ColumnKind[] | undefined => known.get(table);

const isMissing = (value: unknown): boolean => value === null || value === undefined || Number.isNaN(value);

/** A typed array's own kind. */
export function kindOfArray(data: NumericArray): ColumnKind {
  if (isTypedArray(data, 'Float32Array')) return { numbers: 'float32', missing: 'nan' };
  return typedArrayName(data)?.startsWith('Float') ? FLOATS : INTEGERS;
}

/** A column of a `DataTable`, as pandas would read it: whole numbers without a gap are integers. */
export function kindOfColumn(column: Column): ColumnKind {
  if (!isNumericColumn(column)) return { numbers: 'any', missing: 'None' };
  return column.every(Number.isSafeInteger) ? INTEGERS : FLOATS;
}

/**
 * Columns of rows of plain values, as NumPy reads the same literals: without text all columns are
 * of one kind, with text or null each value stays what it is.
 */
export function kindsOfRows(rows: readonly (readonly unknown[])[], cols: number): readonly ColumnKind[] {
  const all = (accepts: (value: unknown) => boolean): boolean => rows.every((row) => row.every(accepts));
  const first = rows[0];
  if (ArrayBuffer.isView(first)) return Array(cols).fill(kindOfArray(first as unknown as NumericArray));
  const isPlain = (value: unknown): boolean => typeof value === 'number' || typeof value === 'boolean';
  if (all(isPlain)) {
    if (all((value) => typeof value === 'boolean')) {
      return Array(cols).fill({ numbers: 'boolean', missing: 'nan' });
    }
    const isWhole = all((value) => typeof value === 'boolean' || Number.isSafeInteger(value));
    return Array(cols).fill(isWhole ? INTEGERS : FLOATS);
  }
  return Array.from({ length: cols }, (_, j): ColumnKind => {
    const column = rows.map((row) => row[j]);
    const present = column.filter((value) => !isMissing(value));
    const isBoolean = present.length > 0 && present.every((value) => typeof value === 'boolean');
    return { numbers: isBoolean ? 'boolean' : 'any', missing: column.some(Number.isNaN) ? 'nan' : 'None' };
  });
}

/** A value of a column as scikit-learn's feature names have it. */
export function categoryName(value: number | string | null, { numbers, missing }: ColumnKind): string {
  if (isMissing(value)) return missing;
  if (typeof value !== 'number') return String(value);
  if (numbers === 'boolean') return value === 0 ? 'False' : 'True';
  if (Number.isSafeInteger(value) && (numbers === 'integer' || numbers === 'any')) return String(value);
  return numbers === 'float32' ? pythonFloat32(value) : pythonFloat(value);
}

/** Exponents for which Python writes a float64 without one. */
const POSITIONAL = { from: -4, below: 16 };
/** NumPy writes a float32 with an exponent below 1e-4 and from here on. */
const FLOAT32_POSITIONAL_BELOW = 1e6;
/** Significant digits that tell every float32 from its neighbours. */
const FLOAT32_DIGITS = 9;

/**
 * The shortest digits that give the number back, written as Python's `repr` and NumPy do: 2.0, 0.5,
 * 1e-05, 1e+16.
 */
function pythonFloat(value: number): string {
  const [, exponent] = value.toExponential().split('e') as [string, string];
  const isPositional = Number(exponent) >= POSITIONAL.from && Number(exponent) < POSITIONAL.below;
  return isPositional ? positional(value) : scientific(value.toExponential());
}

function pythonFloat32(value: number): string {
  let digits = 1;
  while (digits < FLOAT32_DIGITS && Math.fround(Number(value.toPrecision(digits))) !== value) digits++;
  const shortest = halfToEven(value, digits);
  const size = Math.abs(value);
  const isPositional = value === 0 || (size >= 1e-4 && size < FLOAT32_POSITIONAL_BELOW);
  return isPositional ? positional(shortest) : scientific(shortest.toExponential());
}

/**
 * So many significant digits of a float32, with a tie going to the even digit, as NumPy has it;
 * JavaScript goes up.
 */
function halfToEven(value: number, digits: number): number {
  const more = value.toExponential(digits);
  const [mantissa, exponent] = more.split('e') as [string, string];
  const isTie = mantissa.endsWith('5') && Number(more) === value;
  const isEven = Number(mantissa.replace('.', '').at(-2)) % 2 === 0;
  const down = Number(`${mantissa.slice(0, -1)}e${exponent}`);
  return isTie && isEven && Math.fround(down) === value ? down : Number(value.toPrecision(digits));
}

/** JavaScript writes an exponent only outside of 1e-6 … 1e21. */
const positional = (value: number): string => (Number.isInteger(value) ? `${value}.0` : String(value));

/** '1e-5' → '1e-05': two digits of exponent at least. */
const scientific = (text: string): string => text.replace(/e([+-])(\d)$/, 'e$10$2');
