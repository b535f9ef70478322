/**
 * The type of a column's numbers before conversion to float64. Feature names show categories as
 * scikit-learn does, which writes 1 for an integer and 1.0 for a float.
 */
import type { NumericArray } from '../../core/ndarray.js';
import { isTypedArray, typedArrayName } from '../../core/realm.js';
import { type Column, isNumericColumn } from '../../data/column.js';

/** `'any'` is a column of a table with text, in which each value keeps its own type. */
export interface ColumnKind {
  numbers: 'float64' | 'float32' | 'integer' | 'boolean' | 'any';
  /** How a missing value is represented. */
  missing: 'nan' | 'None';
}

const NUMBERS: readonly unknown[] = ['float64', 'float32', 'integer', 'boolean', 'any'];

/** True for values that a file may contain. */
export function isColumnKind(value: unknown): value is ColumnKind {
  if (typeof value !== 'object' || value === null) return false;
  const { numbers, missing } = value as Partial<ColumnKind>;
  return NUMBERS.includes(numbers) && (missing === 'nan' || missing === 'None');
}

const FLOATS: ColumnKind = { numbers: 'float64', missing: 'nan' };
const INTEGERS: ColumnKind = { numbers: 'integer', missing: 'nan' };

/** Tables created here from others, with the types of their columns. */
const known = new WeakMap<object, readonly ColumnKind[]>();

/** Records the column types of a table that was selected from another. */
export function setKinds(table: object, kinds: readonly ColumnKind[]): void {
  known.set(table, kinds);
}

export const rememberedKinds = (table: object): readonly ColumnKind[] | undefined => known.get(table);

const isMissing = (value: unknown): boolean => value === null || value === undefined || Number.isNaN(value);

/** The type of a typed array. */
export function kindOfArray(data: NumericArray): ColumnKind {
  if (isTypedArray(data, 'Float32Array')) return { numbers: 'float32', missing: 'nan' };
  return typedArrayName(data)?.startsWith('Float') ? FLOATS : INTEGERS;
}

/**
 * The type of a `DataTable` column, as pandas would read it: whole numbers without missing values
 * are integers.
 */
export function kindOfColumn(column: Column): ColumnKind {
  if (!isNumericColumn(column)) return { numbers: 'any', missing: 'None' };
  return column.every(Number.isSafeInteger) ? INTEGERS : FLOATS;
}

/**
 * The types of columns in rows of plain values, as NumPy reads the same literals: without text all
 * columns have one type; with text or null each value keeps its own.
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

/** A value of a column as it appears in scikit-learn's feature names. */
export function categoryName(value: number | string | null, { numbers, missing }: ColumnKind): string {
  if (isMissing(value)) return missing;
  if (typeof value !== 'number') return String(value);
  if (numbers === 'boolean') return value === 0 ? 'False' : 'True';
  if (Number.isSafeInteger(value) && (numbers === 'integer' || numbers === 'any')) return String(value);
  return numbers === 'float32' ? pythonFloat32(value) : pythonFloat(value);
}

/** Exponents for which Python writes a float64 without exponent notation. */
const POSITIONAL = { from: -4, below: 16 };
/** NumPy writes a float32 with an exponent below 1e-4 and from this value on. */
const FLOAT32_POSITIONAL_BELOW = 1e6;
/** Significant digits that distinguish every float32 from its neighbours. */
const FLOAT32_DIGITS = 9;

/**
 * The shortest digits that reproduce the number, in the format of Python's `repr` and NumPy: 2.0,
 * 0.5, 1e-05, 1e+16.
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
 * A float32 with this many significant digits; ties round to the even digit as in NumPy, whereas
 * JavaScript rounds up.
 */
function halfToEven(value: number, digits: number): number {
  const more = value.toExponential(digits);
  const [mantissa, exponent] = more.split('e') as [string, string];
  const isTie = mantissa.endsWith('5') && Number(more) === value;
  const isEven = Number(mantissa.replace('.', '').at(-2)) % 2 === 0;
  const down = Number(`${mantissa.slice(0, -1)}e${exponent}`);
  return isTie && isEven && Math.fround(down) === value ? down : Number(value.toPrecision(digits));
}

/** JavaScript uses exponent notation only outside 1e-6 … 1e21. */
const positional = (value: number): string => (Number.isInteger(value) ? `${value}.0` : String(value));

/** '1e-5' → '1e-05': at least two digits of exponent. */
const scientific = (text: string): string => text.replace(/e([+-])(\d)$/, 'e$10$2');
