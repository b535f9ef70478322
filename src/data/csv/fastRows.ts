import { fileError } from '../fileErrors.js';
import { checkFieldCount, type FieldDecoder } from './fields.js';
import { INT32_DIGITS, MINUS, NumberScanner, ZERO } from './numberScanner.js';
import { numberReaderOf, type ResolvedOptions } from './options.js';
import { type CsvSchema, SLOT_NONE, slotsOf } from './schema.js';

const LF = 10;
const CR = 13;
const QUOTE = 34;
/** A batch that is being filled. */
export interface OpenBatch {
  x: Float64Array;
  y: Float64Array;
  /** Rows filled so far, and the maximum. */
  rows: number;
  capacity: number;
}

/** Kinds of columns, by how the fast loop handles them. */
const NUMBER = 0;
const INTEGER = 1;
const OTHER = 2;

/**
 * Parses complete lines of unquoted fields, byte by byte. Numbers go to the {@link NumberScanner},
 * except short integers, which are parsed here; every other field goes to the {@link FieldDecoder}.
 */
export class FastRows {
  /** Line of the next row to parse. */
  line = 1;
  /**
   * True once a quote was found: the row at the returned position, and all that follow, are for
   * csv-parse.
   */
  quoted = false;
  private readonly kinds: Uint8Array;
  private readonly slots: Int32Array;
  private readonly names: readonly string[];
  private readonly delimiter: number;
  private readonly scanner: NumberScanner;
  private readonly features: number;
  private readonly targets: number;
  /** Numbers that represent a missing value; the decoder handles them. */
  private readonly missing: ReadonlySet<number> | undefined;

  constructor(
    private readonly path: string,
    schema: CsvSchema,
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
    this.scanner = new NumberScanner(this.delimiter, decimal.charCodeAt(0));
    this.features = schema.featureNames.length;
    this.targets = schema.targetNames.length;
  }

  /**
   * Parses rows from `position` on until the batch is full, the lines end at `end`, or a quote is
   * found.
   * @returns the position of the next row
   */
  parse(buffer: Buffer, position: number, end: number, batch: OpenBatch): number {
    const { capacity } = batch;
    let at = position;
    while (at < end && batch.rows < capacity) {
      if (buffer[at] === LF || (buffer[at] === CR && buffer[at + 1] === LF)) {
        at += buffer[at] === LF ? 1 : 2;
        this.line++;
        continue;
      }
      at = this.parseRow(buffer, at, batch);
      if (this.quoted) return at;
      batch.rows++;
      this.line++;
    }
    return at;
  }

  /** @returns the position of the next row, or of this one if a quote is found */
  private parseRow(buffer: Buffer, rowStart: number, { x, y, rows }: OpenBatch): number {
    const { kinds, slots, delimiter, missing, scanner } = this;
    const columns = kinds.length;
    const xBase = rows * this.features;
    const yBase = rows * this.targets + SLOT_NONE - 1;
    let at = rowStart;
    for (let column = 0; ; column++) {
      if (column === columns) this.ragged(buffer, rowStart);
      const start = at;
      let value = Number.NaN;
      let c = buffer[at]!;
      if (kinds[column]! < OTHER) {
        const negative = c === MINUS;
        if (negative) c = buffer[++at]!;
        const first = at;
        const limit = at + INT32_DIGITS;
        let high = 0;
        for (let d = c ^ ZERO; d < 10 && at < limit; d = c ^ ZERO) {
          high = (Math.imul(high, 10) + d) | 0;
          c = buffer[++at]!;
        }
        // Integers of at most nine digits, the most frequent field in many tables, skip the code
        // below.
        if (c === delimiter && at > first && missing === undefined) value = negative ? -high : high;
        else {
          scanner.scan(buffer, first, at, high, negative);
          at = scanner.at;
          c = buffer[at]!;
          value = this.checked(column, scanner.value[0]!);
        }
      }
      if (Number.isNaN(value)) {
        // Not a number, or not one for the fast path.
        at = this.endOfField(buffer, start);
        if (this.quoted) return rowStart;
        c = buffer[at]!;
        if (slots[column] !== SLOT_NONE) value = this.decode(buffer, column, start, at);
      }
      const slot = slots[column]!;
      if (slot >= 0) x[xBase + slot] = value;
      else if (slot < SLOT_NONE) y[yBase - slot] = value;
      if (c === delimiter) {
        at++;
        continue;
      }
      if (c === CR && buffer[++at] !== LF) this.loneReturn();
      if (column !== columns - 1) this.ragged(buffer, rowStart);
      return at + 1;
    }
  }

  /** NaN for a number that the column does not allow, or that represents a missing value. */
  private checked(column: number, value: number): number {
    if (this.kinds[column] === INTEGER && value !== Math.floor(value)) return Number.NaN;
    return this.missing?.has(value) ? Number.NaN : value;
  }

  /** Finds the end of any field, and quotes in it. */
  private endOfField(buffer: Buffer, start: number): number {
    let at = start;
    for (let c = buffer[at]!; c !== this.delimiter && c !== LF; c = buffer[++at]!) {
      if (c === QUOTE) this.quoted = true;
    }
    return at;
  }

  private decode(buffer: Buffer, column: number, start: number, end: number): number {
    const isReturn = buffer[end] === LF && end > start && buffer[end - 1] === CR;
    const text = buffer.toString('utf8', start, isReturn ? end - 1 : end);
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
