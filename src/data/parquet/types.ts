/**
 * Types of Parquet columns (github.com/apache/parquet-format, LogicalTypes.md), and how to read
 * their integers: hyparquet multiplies decimals by a rounded power of ten and truncates times to
 * milliseconds.
 */
import { NotText, type Scaled } from '../cells.js';
import { bigEndian } from '../decimal.js';

/** A column, or a group of them, in hyparquet's form. */
export interface Element {
  name: string;
  type?: string;
  converted_type?: string | undefined;
  logical_type?:
    | { type: string; scale?: number; unit?: string; bitWidth?: number; isSigned?: boolean }
    | undefined;
  repetition_type?: string;
  scale?: number;
  precision?: number;
}

/** Digits between a unit and milliseconds. */
const UNIT_SCALE: Readonly<Record<string, number>> = { MILLIS: 0, MICROS: 3, NANOS: 6 };

/** The scale of a column of decimals or times; undefined for other columns. */
export function formOf({
  type,
  converted_type: converted,
  logical_type: logical,
  scale = 0,
}: Element): Scaled | undefined {
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') {
    return { what: 'decimals', scale: logical?.scale ?? scale };
  }
  const time = (unit: string): Scaled => ({ what: 'times in milliseconds', scale: UNIT_SCALE[unit]! });
  if (logical?.type === 'TIMESTAMP' || logical?.type === 'TIME') return time(logical.unit ?? 'MILLIS');
  if (converted === 'TIMESTAMP_MILLIS' || converted === 'TIME_MILLIS') return time('MILLIS');
  if (converted === 'TIMESTAMP_MICROS' || converted === 'TIME_MICROS') return time('MICROS');
  // An old form of timestamps in nanoseconds.
  return type === 'INT96' && converted === undefined ? time('NANOS') : undefined;
}

/** Whether the values are points in time: dates and timestamps, not times of day. */
export function holdsDates({ type, converted_type: converted, logical_type: logical }: Element): boolean {
  if (logical?.type === 'DATE' || logical?.type === 'TIMESTAMP') return true;
  if (converted !== undefined) return converted === 'DATE' || converted.startsWith('TIMESTAMP_');
  return type === 'INT96';
}

/** The same column described so that its values are returned as stored. */
export function rawElement(element: Element): Element {
  const { type, logical_type: logical } = element;
  if (formOf(element) === undefined) {
    const isDate = logical?.type === 'DATE' && element.converted_type === undefined;
    return isDate ? { ...element, converted_type: 'DATE' } : element;
  }
  const plain = { ...element, converted_type: undefined, logical_type: undefined };
  // Bytes without a type would be decoded as text; those called a geometry go through a separate
  // parser.
  const isBytes = type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY';
  return isBytes ? { ...plain, logical_type: { type: 'GEOMETRY' } } : plain;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(bytes: Uint8Array | undefined): string | NotText | undefined {
  if (bytes === undefined) return undefined;
  try {
    return decoder.decode(bytes);
  } catch {
    return new NotText();
  }
}

const DAY_MS = 86_400_000;

/**
 * Conversion of raw values: days become milliseconds, bytes of decimals integers, all others stay.
 */
export const PARSERS = {
  timestampFromNanoseconds: (nanoseconds: bigint) => nanoseconds,
  dateFromDays: (days: number) => days * DAY_MS,
  geometryFromBytes: (bytes: Uint8Array | undefined) => bytes && bigEndian(bytes),
  stringFromBytes: textOf,
  jsonFromBytes: textOf,
};
