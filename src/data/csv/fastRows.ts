import { fileError } from '../fileErrors.js';
import { checkFieldCount, type FieldDecoder } from './fields.js';
import { divideLong, POWERS_OF_TEN } from './number.js';
import { numberReaderOf, type ResolvedOptions } from './options.js';
import { type CsvSchema, SLOT_NONE, slotsOf } from './schema.js';

const LF = 10;
const CR = 13;
const QUOTE = 34;
const PLUS = 43;
const MINUS = 45;
/** The bytes '0' … '9' xor '0' are their values; every other byte gives 10 or more. */
const ZERO = 48;
/** 'e', and 'E' with this bit set. */
const EXPONENT = 101;
const LOWER_CASE = 32;
/** Digits that an int32 holds. */
const INT32_DIGITS = 9;
/** Digits of an exponent: more overflow or vanish anyway. */
const EXPONENT_DIGITS = 3;
/** 2^53: smaller whole numbers are float64 exactly. */
const EXACT = 2 ** 53;
const MAX_POWER = POWERS_OF_TEN.length - 1;

/** A batch that is being filled. */
export interface OpenBatch {
  x: Float64Array;
  y: Float64Array;
  /** Rows filled so far, and at most. */
  rows: number;
  capacity: number;
}

/** Kinds of columns, by what the fast loop does with them. */
const NUMBER = 0;
const INTEGER = 1;
const OTHER = 2;

/**
 * Parses whole lines of unquoted fields, byte by byte. Numbers of at most 15 digits and small
 * exponents are made by one exact product or quotient (Clinger, "How to read floating point numbers
 * accurately", PLDI 1990), those of up to 18 digits by {@link divideLong}; every other field goes
 * to the {@link FieldDecoder}. All results equal Number(text).
 */
export class FastRows {
  /** Line of the row to be parsed next. */
  line = 1;
  /**
   * True once a quote was met: the row at the position
   * returned, and what follows, is for csv-parse.
   */
  quoted = false;
  private readonly kinds: Uint8Array;
  private readonly slots: Int32Array;
  private readonly names: readonly string[];
  private readonly delimiter: number;
  private readonly decimal: number;
  /** Numbers that stand for a missing value; the decoder tells what that means. */
  private readonly missing: ReadonlySet<number> | undefined;

  constructor(
    private readonly path: string,
    private readonly schema: CsvSchema,
    private readonly fields: FieldDecoder,
    options: ResolvedOptions,
  ) {
    const { delimiter, decimal, missing } = options;
    this.missing = missing.numbers.size > 0 ? missing.numbers : undefined;
    this.names = schema.columns.map(({ name }) => name);
    this.slots = slotsOf(schema);
    this.kinds = Uint8Array.from(schema.columns, ({ name, type, role }) => {
      if (role === 'excluded' || (type !== 'number' && type !== 'integer')) return OTHER;
      if (!numberReaderOf(options, name).isPlain) return OTHER;
      return type === 'integer' ? INTEGER : NUMBER;
    });
    this.delimiter = delimiter.charCodeAt(0);
    this.decimal = decimal.charCodeAt(0);
  }

  /**
   * Parses rows from `position` on until the batch is full,
   * the lines end at `end`, or a quote is met.
   * @returns the position of the next row
   */
  parse(buffer: Buffer, position: number, end: number, batch: OpenBatch): number {
    const { kinds, slots, delimiter, decimal, missing } = this;
    const { x, y, capacity } = batch;
    const columns = kinds.length;
    const features = this.schema.featureNames.length;
    const targets = this.schema.targetNames.length;
    const powers = POWERS_OF_TEN;
    let at = position;
    let { rows } = batch;
    while (at < end && rows < capacity) {
      const rowStart = at;
      if (buffer[at] === LF || (buffer[at] === CR && buffer[at + 1] === LF)) {
        at += buffer[at] === LF ? 1 : 2;
        this.line++;
        continue;
      }
      let column = 0;
      const rowBase = rows * features;
      for (;;) {
        const start = at;
        let value = Number.NaN;
        let c = buffer[at]!;
        if (kinds[column]! < OTHER) {
          const negative = c === MINUS;
          if (negative) c = buffer[++at]!;
          // Digits go to `high`, from the tenth on to `low`.
          const first = at;
          let limit = at + INT32_DIGITS;
          let high = 0;
          let low = 0;
          let lowDigits = 0;
          let places = 0;
          let d = c ^ ZERO;
          while (d < 10 && at < limit) {
            high = (Math.imul(high, 10) + d) | 0;
            c = buffer[++at]!;
            d = c ^ ZERO;
          }
          if (c === delimiter && at > first && missing === undefined) {
            // A whole number of at most nine digits, the most frequent field in many tables, needs
            // nothing of what follows.
            value = negative ? -high : high;
            const slot = slots[column]!;
            if (slot >= 0) x[rowBase + slot] = value;
            else if (slot < SLOT_NONE) y[rows * targets + (SLOT_NONE - 1 - slot)] = value;
            if (++column === columns) this.ragged(buffer, rowStart);
            at++;
            continue;
          }
          if (d < 10) {
            const lowStart = at;
            do {
              low = (Math.imul(low, 10) + d) | 0;
              c = buffer[++at]!;
              d = c ^ ZERO;
            } while (d < 10);
            lowDigits = at - lowStart;
          }
          let digits = at - first;
          if (c === decimal) {
            c = buffer[++at]!;
            const point = at;
            limit = lowDigits > 0 ? at : at + INT32_DIGITS - digits;
            if (high === 0 && lowDigits === 0) {
              // Zeros in front take no room: 0.01… may have as many digits as 1….
              while (c === ZERO) c = buffer[++at]!;
              limit = at + INT32_DIGITS;
            }
            d = c ^ ZERO;
            while (d < 10 && at < limit) {
              high = (Math.imul(high, 10) + d) | 0;
              c = buffer[++at]!;
              d = c ^ ZERO;
            }
            if (d < 10) {
              const lowStart = at;
              do {
                low = (Math.imul(low, 10) + d) | 0;
                c = buffer[++at]!;
                d = c ^ ZERO;
              } while (d < 10);
              lowDigits += at - lowStart;
            }
            places = at - point;
            digits += places;
          }
          let whole = places === 0;
          if ((c | LOWER_CASE) === EXPONENT && digits > 0) {
            c = buffer[++at]!;
            const sign = c;
            if (c === MINUS || c === PLUS) c = buffer[++at]!;
            const exponentStart = at;
            let exponent = 0;
            d = c ^ ZERO;
            while (d < 10) {
              exponent = (exponent * 10 + d) | 0;
              c = buffer[++at]!;
              d = c ^ ZERO;
            }
            const exponentDigits = at - exponentStart;
            if (exponentDigits === 0 || exponentDigits > EXPONENT_DIGITS) digits = 0;
            places = sign === MINUS ? places + exponent : places - exponent;
            whole = false;
          }
          if (digits > 0 && lowDigits <= INT32_DIGITS && (c === delimiter || c === LF || c === CR)) {
            const number = lowDigits === 0 ? high : high * powers[lowDigits]! + low;
            if (number < EXACT) {
              if (places === 0) value = number;
              else if (places > 0 && places <= MAX_POWER) value = number / powers[places]!;
              else if (places < 0 && places >= -MAX_POWER) value = number * powers[-places]!;
            } else if (!whole && places > 0 && places <= MAX_POWER) {
              value = divideLong(high, low, lowDigits, places);
            }
            if (negative) value = -value;
            if (kinds[column] === INTEGER && value !== Math.floor(value)) value = Number.NaN;
            if (missing?.has(value)) value = Number.NaN;
          }
        }
        if (Number.isNaN(value)) {
          // Not a number, or not one for the fast path.
          at = start;
          c = buffer[at]!;
          let quote = false;
          while (c !== delimiter && c !== LF) {
            if (c === QUOTE) quote = true;
            c = buffer[++at]!;
          }
          if (quote) {
            this.quoted = true;
            batch.rows = rows;
            return rowStart;
          }
          let fieldEnd = at;
          if (c === LF && at > start && buffer[at - 1] === CR) fieldEnd--;
          if (slots[column] !== SLOT_NONE) {
            value = this.decode(buffer, column, start, fieldEnd);
          }
        }
        const slot = slots[column]!;
        if (slot >= 0) x[rowBase + slot] = value;
        else if (slot < SLOT_NONE) y[rows * targets + (SLOT_NONE - 1 - slot)] = value;
        if (c === delimiter) {
          if (++column === columns) this.ragged(buffer, rowStart);
          at++;
          continue;
        }
        if (c === CR) {
          if (buffer[++at] !== LF) this.loneReturn();
        }
        at++;
        break;
      }
      if (column !== columns - 1) this.ragged(buffer, rowStart);
      rows++;
      this.line++;
    }
    batch.rows = rows;
    return at;
  }

  private decode(buffer: Buffer, column: number, start: number, end: number): number {
    const text = buffer.toString('utf8', start, end);
    if (text.includes('\r')) this.loneReturn();
    return this.fields.decode(column, text, this.line);
  }

  private ragged(buffer: Buffer, rowStart: number): never {
    const end = buffer.indexOf(LF, rowStart);
    const count = buffer.subarray(rowStart, end).filter((byte) => byte === this.delimiter).length + 1;
    checkFieldCount(this.path, this.names, count, this.line);
    throw new Error('a row was taken for ragged that is not');
  }

  private loneReturn(): never {
    throw fileError(
      this.path,
      'to have lines that end with \\n or \\r\\n',
      `\\r alone at line ${this.line}`,
      'Convert its line ends, or quote fields that contain line ends.',
    );
  }
}
