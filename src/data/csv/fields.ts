import { SteepestError } from '../../core/errors.js';
import { fileError, shownText } from '../fileErrors.js';
import { boolOf } from './booleans.js';
import type { DateReader } from './dateFormat.js';
import type { NumberReader } from './numberFormat.js';
import { numberReaderOf, type ResolvedOptions } from './options.js';
import type { CsvColumn, CsvSchema } from './schema.js';
import { adviceOf, type Suspicion } from './suspicion.js';

/** How to read a table. */
export interface FieldRules {
  /** Categories that are not in the schema are added to `categories`; otherwise they are errors. */
  addCategories: boolean;
  /** Missing values of a target are allowed. */
  missingTargets: boolean;
}

/** "'file.csv' line 7, column 'age' (3)". */
export function placeOf(column: string, index: number, line: number): string {
  return `line ${line}, column '${column}' (${index + 1})`;
}

/** @throws SteepestError `ERR_RAGGED` if a row has more or fewer fields than there are columns */
export function checkFieldCount(path: string, names: readonly string[], count: number, line: number): void {
  if (count === names.length) return;
  const last = names[Math.min(count, names.length) - 1];
  const where = count < names.length ? `nothing after '${last}'` : `more after '${last}'`;
  throw new SteepestError('ERR_RAGGED', {
    expected: `'${path}' line ${line} to have ${names.length} fields, one per column`,
    given: `${count}: ${where}`,
    hint: 'Fix that line; quote fields that contain the delimiter. A last line cut short means an incomplete file.',
  });
}

/** Converts the text of a field to its number. */
export class FieldDecoder {
  /** Per column: the code of each category; text is coded too. */
  private readonly codes: readonly (Map<string, number> | undefined)[];
  private readonly numbers: readonly NumberReader[];
  private readonly dates: readonly (DateReader | undefined)[];

  constructor(
    private readonly options: ResolvedOptions,
    private readonly schema: CsvSchema,
    private readonly rules: FieldRules,
  ) {
    this.codes = schema.columns.map(({ type, role, categories }) =>
      role !== 'excluded' && (type === 'category' || type === 'text')
        ? new Map(categories?.map((category, code) => [category, code] as const))
        : undefined,
    );
    this.numbers = schema.columns.map(({ name }) => numberReaderOf(options, name));
    this.dates = schema.columns.map(({ name }) => options.dates.get(name));
  }

  /** Categories of a column so far, in the order of their codes. */
  categoriesOf(column: number): readonly string[] | undefined {
    const codes = this.codes[column];
    return codes && [...codes.keys()];
  }

  /** Forgets the codes of columns with more than `most` texts, unless the caller has named them all. */
  forgetTexts(most: number): void {
    this.codes.forEach((codes, j) => {
      const isNamed = this.options.categories.has(this.schema.columns[j]!.name);
      if (codes !== undefined && codes.size > most && !isNamed) codes.clear();
    });
  }

  /** The number, or the code of the category; NaN for a missing value. */
  decode(index: number, text: string, line: number): number {
    const { options } = this;
    const column = this.schema.columns[index]!;
    if (column.role === 'excluded') return Number.NaN;
    const codes = this.codes[index];
    const known = codes?.get(text);
    if (known !== undefined) return known;
    const trimmed = text.trim();
    if (options.missing.has(trimmed)) {
      if (column.role === 'target' && !this.rules.missingTargets) this.missingTarget(index, line, text);
      return Number.NaN;
    }
    if (codes === undefined) return this.number(column, index, trimmed, line);
    const fixed = options.categories.has(column.name);
    if (fixed || !(this.rules.addCategories || column.type === 'text'))
      this.unknownCategory(index, text, line);
    codes.set(text, codes.size);
    return codes.size - 1;
  }

  private number(column: CsvColumn, index: number, text: string, line: number): number {
    const { dates } = this.options;
    if (column.type === 'date') {
      const value = this.dates[index]!.parse(text);
      return value ?? this.noDate(column.name, index, line, text, dates.get(column.name)!.words);
    }
    if (column.type === 'boolean') {
      const value = boolOf(text, this.options.types.has(column.name));
      if (value === undefined) throw notANumber(this.options, column, index, text, line, 'text');
      return value;
    }
    const value = this.numbers[index]!.parse(text);
    if (typeof value === 'string') throw notANumber(this.options, column, index, text, line, value);
    if (column.type === 'integer' && !Number.isInteger(value)) this.fraction(index, line, value);
    return value;
  }

  private noDate(name: string, index: number, line: number, text: string, words: string): never {
    const advice = adviceOf(name, text, this.options.decimal);
    const also = advice?.startsWith('pass dates') ? `${advice}, ` : '';
    throw fileError(
      this.options.path,
      `${placeOf(name, index, line)} to hold ${words}`,
      shownText(text),
      `Fix the field, ${also}or add ${shownText(text)} to missing.`,
    );
  }

  /** The error for a number with a fraction in a column of integers. */
  fraction(index: number, line: number, value: number): never {
    const { name } = this.schema.columns[index]!;
    throw fileError(
      this.options.path,
      `${placeOf(name, index, line)} to hold whole numbers`,
      String(value),
      `If it need not, pass types: { '${name}': 'number' }.`,
    );
  }

  private missingTarget(index: number, line: number, text: string): never {
    const { name } = this.schema.columns[index]!;
    throw fileError(
      this.options.path,
      `${placeOf(name, index, line)} to hold a value, as the target`,
      text === '' ? 'an empty field' : shownText(text),
      'Remove rows without a target from the file; if that text is a value, pass missing: [] with the rest.',
    );
  }

  private unknownCategory(index: number, text: string, line: number): never {
    const { name } = this.schema.columns[index]!;
    const known = this.codes[index]!;
    const { categories, sampleRows, path } = this.options;
    const fixed = categories.has(name);
    throw fileError(
      path,
      `${placeOf(name, index, line)} to hold one of ${known.size} categories ${fixed ? 'given' : `seen in the first ${sampleRows} rows`}`,
      shownText(text),
      fixed
        ? `Add it to categories['${name}'].`
        : `Pass categories: { '${name}': [all of them] }, or sampleRows: Infinity to look for them in the whole file first.`,
    );
  }
}

/** The error for a text that is not a number in a numeric column. */
export function notANumber(
  { path, decimal }: Pick<ResolvedOptions, 'path' | 'decimal'>,
  { name, type }: Pick<CsvColumn, 'name' | 'type'>,
  index: number,
  text: string,
  line: number,
  reason: 'text' | 'tooLarge' | 'largeInteger',
): SteepestError {
  const place = placeOf(name, index, line);
  const shown = shownText(text);
  if (reason === 'largeInteger') {
    return fileError(
      path,
      `${place} to hold integers within ±(2^53 − 1), which float64 holds exactly`,
      shown,
      `Keep its digits with types: { '${name}': 'text' }, leave it out with exclude: ['${name}'], or pass largeIntegers: 'round'.`,
    );
  }
  if (reason === 'tooLarge') {
    const hint = `Write it smaller, or add ${shown} to missing.`;
    return fileError(path, `${place} to hold numbers that float64 can hold`, shown, hint);
  }
  const advice = adviceOf(name, text, decimal);
  return fileError(
    path,
    `${place} to hold ${KINDS[type] ?? 'numbers'}`,
    shown,
    `Fix the field, add ${shown} to missing, ${advice === undefined ? '' : `${advice}, `}or pass types: { '${name}': 'category' }.`,
  );
}

const KINDS: Partial<Record<CsvColumn['type'], string>> = {
  integer: 'whole numbers',
  boolean: 'true or false',
};

/**
 * The error for a column of numbers or dates in an unexpected format, which would become
 * categories.
 */
export function suspicious(
  path: string,
  name: string,
  index: number,
  { met, what, advice }: Suspicion,
): SteepestError {
  const begin =
    advice === undefined ? 'Write them as plain numbers' : `${advice[0]!.toUpperCase()}${advice.slice(1)}`;
  const where = met.line > 0 ? ` at line ${met.line}` : '';
  return fileError(
    path,
    `column '${name}' (${index + 1}) to hold plain numbers, or text that looks like neither numbers nor dates`,
    `${what} such as ${shownText(met.text)}${where}, which would become codes 0, 1, 2, …`,
    `${begin}; if they are names, pass types: { '${name}': 'category' }.`,
  );
}
