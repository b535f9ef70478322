/** What the first rows of a CSV file say about each column: how it has to be read. */

import { boolOf } from '../../data/csv/booleans.js';
import { dateLooks, NO_FORMAT } from '../../data/csv/dateLooks.js';
import { sample } from '../../data/csv/infer.js';
import { numberReaderOf, type ResolvedOptions } from '../../data/csv/options.js';
import { type Met, suspicionOf } from '../../data/csv/suspicion.js';
import type { ReadBudget } from '../../data/limits/readLimits.js';

/** How a column is read. A date has strptime's format, or '' for ISO 8601. */
export type ColumnReading =
  | { type: 'number' | 'boolean' | 'text' }
  | { type: 'date'; format: string }
  /** Numbers with these texts where a value is missing. */
  | { type: 'number'; placeholders: readonly string[] }
  /** Numbers in a form that has to be declared. */
  | { type: 'suspect'; text: string; line: number }
  /** Dates whose order of day and month is not clear. */
  | { type: 'text'; formats: readonly string[] };

/** Texts that people write where a number is missing, in lower case. */
const PLACEHOLDERS = new Set(
  '? - -- --- – — . .. * unknown missing undefined none null nil na n.a. n/a nan not available'.split(' '),
);
/** As many distinct numbers per placeholder: then the column holds numbers. */
const NUMBERS_PER_TEXT = 3;
/** Distinct texts and numbers of a column that are looked at. */
const MOST_LOOKED_AT = 1000;

class Tally {
  numbers = 0;
  texts = 0;
  fractions = 0;
  largeIntegers = 0;
  readonly met = new Map<string, Met>();
  readonly distinct = new Set<number>();

  add(value: number | string, text: string, line: number): void {
    if (value !== 'text') {
      this.numbers++;
      if (typeof value !== 'number') this.largeIntegers++;
      else if (this.distinct.size < MOST_LOOKED_AT) this.distinct.add(value);
      if (typeof value === 'number' && !Number.isInteger(value)) this.fractions++;
      return;
    }
    this.texts++;
    const met = this.met.get(text);
    if (met !== undefined) met.rows++;
    else if (this.met.size < MOST_LOOKED_AT) this.met.set(text, { text, line, rows: 1 });
  }
}

/**
 * Looks at the first rows.
 * @param options their delimiter, decimal mark and missing texts are used
 * @throws SteepestError as the first read of a CSV file does, except for types
 */
export async function lookAtColumns(
  options: ResolvedOptions,
  budget: ReadBudget,
): Promise<ReadonlyMap<string, ColumnReading>> {
  let names: readonly string[] = [];
  let tallies: Tally[] = [];
  const { fileNumbers } = options;
  for await (const { names: header, record } of sample(options, budget)) {
    if (record === undefined) {
      names = header;
      tallies = header.map(() => new Tally());
      continue;
    }
    record.fields.forEach((field, j) => {
      const text = field.trim();
      if (options.missing.has(text)) return;
      const reader = options.numbers.size === 0 ? fileNumbers : numberReaderOf(options, names[j]!);
      tallies[j]!.add(reader.parse(text), text, record.line);
    });
  }
  return new Map(names.map((name, j) => [name, readingOf(name, tallies[j]!, options.decimal)] as const));
}

function readingOf(name: string, tally: Tally, decimal: '.' | ','): ColumnReading {
  const { numbers, texts, largeIntegers, met, distinct } = tally;
  if (texts === 0) return { type: largeIntegers > 0 ? 'text' : 'number' };
  const all = [...met.values()];
  if (numbers === 0) {
    if (all.every(({ text }) => boolOf(text, false) !== undefined)) return { type: 'boolean' };
    const dates = datesOf(all);
    if (dates !== undefined) return dates;
  }
  if (distinct.size >= NUMBERS_PER_TEXT * all.length) {
    const isNone = all.every(({ text }) => PLACEHOLDERS.has(text.toLowerCase()));
    if (isNone) return { type: 'number', placeholders: all.map(({ text }) => text) };
  }
  // Reading them as numbers reports the first text with its line.
  if (texts <= numbers) return { type: 'number' };
  const facts = { rows: numbers, distinct: distinct.size, fractions: tally.fractions > 0, decimal };
  const suspicion = suspicionOf(name, all, facts);
  if (suspicion?.what === 'numbers') {
    return { type: 'suspect', text: suspicion.met.text, line: suspicion.met.line };
  }
  return { type: 'text' };
}

/** Dates, if one format reads all of them; undefined for other text. */
function datesOf(all: readonly Met[]): ColumnReading | undefined {
  let fitting: readonly string[] | undefined;
  for (const { text } of all) {
    const formats = dateLooks(text);
    fitting = fitting === undefined ? formats : fitting.filter((format) => formats.includes(format));
    if (fitting.length === 0 || fitting.includes(NO_FORMAT)) return undefined;
  }
  if (fitting === undefined) return undefined;
  if (fitting.includes('')) return { type: 'date', format: '' };
  const [only] = fitting;
  return fitting.length === 1 ? { type: 'date', format: only! } : { type: 'text', formats: fitting };
}
