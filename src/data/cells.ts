import type { SteepestError } from '../core/errors.js';
import { isDate } from '../core/realm.js';
import type { Column, NumericColumn } from './column.js';
import { decimalText, isKept, nearestFloat } from './decimal.js';
import { fileError, shownText } from './fileErrors.js';

/** Options of readers whose files define the types of their columns. */
export interface ColumnarOptions {
  /** Columns to read, in this order. Default: all. */
  columns?: readonly string[];
  /** Numeric columns to read as text, digit by digit, such as identifiers above 2^53. */
  text?: readonly string[];
  /**
   * What to do with integers outside ±(2^53 − 1), and with decimals and times that have more digits
   * than float64 preserves (15 always, 17 never): 'error', or 'round' to the nearest float64.
   * Default 'error'.
   */
  largeIntegers?: 'error' | 'round';
}

/** Stands for invalid UTF-8, which must not become U+FFFD. */
export class NotText {}

/** The source of a column, for messages, and how to read it. */
export interface CellSource {
  path: string;
  name: string;
  asText: boolean;
  round: boolean;
}

/** Cells that are integers n and represent n · 10^−scale. */
export interface Scaled {
  what: 'decimals' | 'times in milliseconds';
  scale: number;
}

/**
 * Float64 ends at 10^±324, and decimals have at most 76 digits; a larger scale would allow numbers
 * of any length.
 */
const MOST_SCALE = 1000;

type Cells = ArrayLike<unknown>;

const typeName = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
};

function notACell({ path, name }: CellSource, row: number, value: unknown): SteepestError {
  if (value instanceof NotText) {
    return fileError(
      path,
      `column '${name}' to hold text in UTF-8`,
      `other bytes at row ${row}`,
      `Leave it out, pass columns without '${name}', or write it in UTF-8.`,
    );
  }
  return fileError(
    path,
    `column '${name}' to hold numbers, booleans, dates or text`,
    `${typeName(value)} at row ${row}`,
    `Leave it out: pass columns without '${name}'.`,
  );
}

function largeInteger({ path, name }: CellSource, row: number, value: bigint): SteepestError {
  return fileError(
    path,
    `column '${name}' to hold integers within ±(2^53 − 1), which float64 holds exactly`,
    `${value} at row ${row}`,
    `Keep its digits with text: ['${name}'], leave it out by columns, or pass largeIntegers: 'round'.`,
  );
}

function tooLong({ path, name }: CellSource, row: number, value: string, { what }: Scaled): SteepestError {
  return fileError(
    path,
    `column '${name}' to hold ${what} with no more digits than float64 gives back, 15 to 17`,
    `${value} at row ${row}`,
    `Keep its digits with text: ['${name}'], leave it out by columns, or pass largeIntegers: 'round'.`,
  );
}

function scaledOf(source: CellSource, row: number, value: number | bigint, scaled: Scaled): number {
  const { scale } = scaled;
  const number = nearestFloat(value, scale);
  if (source.round) return number;
  if (scale === 0 && !Number.isSafeInteger(number)) throw largeInteger(source, row, BigInt(value));
  if (!isKept(value, scale, number)) throw tooLong(source, row, decimalText(value, scale), scaled);
  return number;
}

function numberOf(source: CellSource, row: number, value: unknown, scaled?: Scaled): number {
  if (scaled !== undefined && (typeof value === 'number' || typeof value === 'bigint')) {
    return scaledOf(source, row, value, scaled);
  }
  if (typeof value === 'number') return value;
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value === 'boolean') return Number(value);
  if (isDate(value)) return value.getTime();
  if (typeof value !== 'bigint') throw notACell(source, row, value);
  const number = Number(value);
  if (!source.round && !Number.isSafeInteger(number)) throw largeInteger(source, row, value);
  return number;
}

function textOf(source: CellSource, row: number, value: unknown, scaled?: Scaled): string | null {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return null;
  if (scaled !== undefined && (typeof value === 'number' || typeof value === 'bigint')) {
    return decimalText(value, scaled.scale);
  }
  if (source.asText && (typeof value === 'bigint' || typeof value === 'number')) return String(value);
  if (source.asText && typeof value === 'boolean') return String(value);
  throw notACell(source, row, value);
}

/**
 * Builds a table column from pieces. Numbers, booleans and dates (milliseconds since 1970) become
 * float64, with NaN for null.
 * @param textIfEmpty the type of a column of nulls only
 * @param scaled if the cells are integers with a scale
 * @throws SteepestError `ERR_DATA_FILE` with file, column and row
 */
export function columnOfCells(
  source: CellSource,
  pieces: readonly Cells[],
  rows: number,
  textIfEmpty: boolean,
  scaled?: Scaled,
): Column {
  if (scaled !== undefined && !(Math.abs(scaled.scale) <= MOST_SCALE)) throw wrongScale(source, scaled);
  const first = firstValue(pieces);
  if (source.asText || typeof first === 'string' || (first === undefined && textIfEmpty)) {
    const texts: (string | null)[] = [];
    for (const piece of pieces) {
      for (let i = 0; i < piece.length; i++) texts.push(textOf(source, texts.length, piece[i], scaled));
    }
    return texts;
  }
  const numbers: NumericColumn = new Float64Array(rows);
  let row = 0;
  for (const piece of pieces) {
    for (let i = 0; i < piece.length; i++) {
      const value = piece[i];
      if (typeof value === 'string') throw mixed(source, row, value);
      numbers[row] = numberOf(source, row, value, scaled);
      row++;
    }
  }
  return numbers;
}

function wrongScale({ path, name }: CellSource, { what, scale }: Scaled): SteepestError {
  return fileError(
    path,
    `column '${name}' to hold ${what} with a scale of at most ${MOST_SCALE}`,
    `${scale}`,
    `The file is damaged; leave the column out by columns without '${name}'.`,
  );
}

function mixed({ path, name }: CellSource, row: number, value: string): SteepestError {
  const hint = `Read it as text: ['${name}'].`;
  return fileError(
    path,
    `column '${name}' to hold numbers throughout`,
    `${shownText(value)} at row ${row}`,
    hint,
  );
}

function firstValue(pieces: readonly Cells[]): unknown {
  for (const piece of pieces) {
    for (let i = 0; i < piece.length; i++) if (piece[i] !== null && piece[i] !== undefined) return piece[i];
  }
  return undefined;
}
