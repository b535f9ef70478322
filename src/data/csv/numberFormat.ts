/** Numbers as people write them: with thousands separators, units, and accounting parentheses. */
import { checkBoolean, checkKeys, checkNumber, checkObject } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import type { Aliases } from '../../core/nearest.js';
import { show } from '../../core/show.js';
import { type NotANumber, parseDecimal } from './number.js';

/**
 * How a file, or one of its columns, writes its numbers.
 * @example
 * ```ts
 * import type { data } from 'steepest';
 * const format: data.CsvNumberFormat = { decimal: ',', thousands: '.', units: ['€'] };
 * ```
 */
export interface CsvNumberFormat {
  /** The decimal mark. Default '.'. */
  decimal?: '.' | ',';
  /**
   * The separator between groups of three digits: ',', '.', ' ', "'" or '_'. A space includes
   * no-break and thin spaces; the apostrophe includes ’. Default none.
   */
  thousands?: string;
  /**
   * Texts before or after the number to ignore, such as ['kg'] or ['$']; or, for a column, the
   * factor of each, such as { '%': 0.01 } or { kg: 1, g: 0.001 }. The dash of prices such as 12.-
   * counts as one: ['CHF', '.-']. With factors, a number without a unit is refused unless '' is one
   * of them.
   */
  units?: readonly string[] | Readonly<Record<string, number>>;
  /** Whether (12) and 12- are negative numbers. Default false. */
  accounting?: boolean;
}

/** A checked format. */
export interface NumberFormat {
  decimal: '.' | ',';
  thousands: string | undefined;
  /** Units with their factors, longest first. */
  units: readonly (readonly [text: string, factor: number])[];
  /** The factor of a number without a unit; undefined if a unit is required. */
  bareFactor: number | undefined;
  accounting: boolean;
}

const KEYS: readonly (keyof CsvNumberFormat)[] = ['decimal', 'thousands', 'units', 'accounting'];
/** Names of these options in pandas, readr and data.table. */
export const FORMAT_ALIASES: Aliases = {
  decimalMark: 'decimal',
  dec: 'decimal',
  groupingMark: 'thousands',
  thousandsSeparator: 'thousands',
  bigMark: 'thousands',
  unit: 'units',
  prefix: 'units',
  suffix: 'units',
  currency: 'units',
  percent: 'units',
  factors: 'units',
  parentheses: 'accounting',
  negative: 'accounting',
};
const THOUSANDS = [',', '.', ' ', "'", '_'];
/** No-break, narrow no-break, thin and figure space. */
const SPACES = /[\u00a0\u202f\u2009\u2007]/g;
/** Invisible marks of the text direction. */
const DIRECTIONS = /[\u200e\u200f\u061c]/g;
const NEEDS_CARE = /[\u00a0\u202f\u2009\u2007\u2212\u2019\u200e\u200f\u061c]/;

function bad(expected: string, given: unknown, hint: string): never {
  throw new SteepestError('ERR_ARGUMENT', { expected, given: show(given), hint });
}

/** The dash in place of decimals: 12.- and 12,–. It is a unit, not an accounting minus. */
const isDash = (unit: string): boolean => /^[.,](?:--?|[–—])$/.test(unit);

function checkUnits(
  what: string,
  units: CsvNumberFormat['units'],
): Pick<NumberFormat, 'units' | 'bareFactor'> {
  if (units === undefined) return { units: [], bareFactor: 1 };
  const isList = Array.isArray(units);
  const pairs: [unknown, unknown][] = isList
    ? Array.from(units as readonly unknown[], (text) => [text, 1])
    : Object.entries(checkObject(what, units));
  for (const [text, factor] of pairs) {
    if (
      typeof text !== 'string' ||
      (isList && text.trim() === '') ||
      (/^[\d.,\s()-]+$/.test(text) && !isDash(text))
    ) {
      bad(`${what} to be texts beside numbers`, text, "Write ['kg'] or { '%': 0.01 }.");
    }
    checkNumber(`${what}['${text}']`, factor, 'a factor other than 0', (value) => value !== 0);
  }
  const list = pairs.map(([text, factor]) => [simple(text as string), factor as number] as const);
  return {
    units: list.filter(([text]) => text !== '').sort(([a], [b]) => b.length - a.length),
    bareFactor: isList ? 1 : list.find(([text]) => text === '')?.[1],
  };
}

/**
 * @param what the option, for messages
 * @param file the whole file's format, the default for what `given` leaves out
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`
 */
export function checkNumberFormat(what: string, given: CsvNumberFormat, file?: NumberFormat): NumberFormat {
  if (file !== undefined) checkKeys(what, given, KEYS, FORMAT_ALIASES);
  const at = (key: string): string => (file === undefined ? key : `${what}.${key}`);
  const decimal = given.decimal ?? file?.decimal ?? '.';
  if (decimal !== '.' && decimal !== ',') {
    bad(`${at('decimal')} to be '.' or ','`, decimal, "Write decimal: ',' for numbers such as 1,5.");
  }
  const mark: unknown = given.thousands ?? file?.thousands;
  const thousands = mark === '\u2019' ? "'" : mark;
  if (thousands !== undefined && !THOUSANDS.includes(thousands as string)) {
    const list = THOUSANDS.map((text) => show(text)).join(', ');
    bad(
      `${at('thousands')} to be one of ${list}`,
      thousands,
      'Leave it out if the numbers have no thousands separator.',
    );
  }
  if (thousands === decimal) {
    const other = decimal === ',' ? '.' : ',';
    bad(`${at('thousands')} and decimal to differ`, thousands, `Pass decimal: '${other}' with it.`);
  }
  const own = checkUnits(at('units'), given.units);
  return {
    decimal,
    thousands: thousands as string | undefined,
    ...(given.units === undefined && file !== undefined
      ? { units: file.units, bareFactor: file.bareFactor }
      : own),
    accounting: checkBoolean(at('accounting'), given.accounting ?? file?.accounting ?? false),
  };
}

const escaped = (mark: string): string => mark.replace(/[.']/g, '\\$&');

/**
 * Integers in groups of three, or in the Indian system: three, then twos. The first group does not
 * begin with 0.
 */
function groupsOf({ thousands, decimal }: NumberFormat): RegExp | undefined {
  if (thousands === undefined) return undefined;
  const mark = escaped(thousands);
  const whole = `[1-9]\\d{0,2}(?:${mark}\\d{3})+|[1-9]\\d?(?:${mark}\\d{2})*${mark}\\d{3}`;
  return new RegExp(`^(?:${whole})(?:${escaped(decimal)}\\d*)?(?:[eE][+-]?\\d+)?$`);
}

/** The exponent of a factor that is a power of ten: 0.01 gives −2; undefined for other factors. */
function powerOfTen(factor: number): number | undefined {
  const power = Math.round(Math.log10(Math.abs(factor)));
  return Number(`1e${power}`) === factor ? power : undefined;
}

/** Reads numbers of one format. */
export class NumberReader {
  /** True if this reader agrees with the fast parser on everything that the fast parser accepts. */
  readonly isPlain: boolean;
  private readonly groups: RegExp | undefined;

  constructor(
    readonly format: NumberFormat,
    private readonly largeIntegers: 'error' | 'round',
    fileDecimal: '.' | ',',
  ) {
    this.groups = groupsOf(format);
    this.isPlain = format.bareFactor === 1 && format.decimal === fileDecimal;
  }

  /**
   * The nearest float64, or the reason why there is none. @param text without surrounding spaces
   */
  parse(text: string): number | NotANumber {
    const { format } = this;
    if (format.bareFactor === 1) {
      const value = parseDecimal(text, format.decimal, this.largeIntegers);
      if (value !== 'text') return value;
    }
    const plain = NEEDS_CARE.test(text) ? simple(text) : text;
    const { digits, sign, factor } = takeApart(plain, format);
    const scale = factor ?? format.bareFactor;
    return scale === undefined ? 'text' : this.scaled(sign + digits, scale);
  }

  private scaled(signed: string, factor: number): number | NotANumber {
    const { decimal, thousands } = this.format;
    const unsigned = signed.replace(/^[+-]/, '');
    const text = this.groups?.test(unsigned) === true ? signed.replaceAll(thousands!, '') : signed;
    const value = parseDecimal(text, decimal, this.largeIntegers);
    if (typeof value === 'string' || factor === 1 || !Number.isFinite(value)) return value;
    const power = powerOfTen(factor);
    // Moving the decimal point in the text is exact; a product would add a rounding.
    const [, mantissa, exponent = '0'] = /^([^eE]*)(?:[eE]([+-]?\d+))?$/.exec(text.replace(',', '.'))!;
    const result = power === undefined ? value * factor : Number(`${mantissa}e${Number(exponent) + power}`);
    return Number.isFinite(result) ? result : 'tooLarge';
  }
}

/** The text with plain spaces, minus and apostrophe. */
export const simple = (text: string): string =>
  text
    .replace(SPACES, ' ')
    .replace(DIRECTIONS, '')
    .replaceAll('\u2212', '-')
    .replaceAll('\u2019', "'")
    .trim();

/**
 * Sign, digits and the unit's factor of "-$ 12", "$-12", "(12 kg)", "12-", …; unrecognized text
 * stays in `digits`.
 */
function takeApart(
  text: string,
  { units, accounting }: NumberFormat,
): { sign: string; digits: string; factor: number | undefined } {
  let rest = text;
  let sign = '';
  let factor: number | undefined;
  const takeSign = (): void => {
    if (sign === '' && /^[+-]/.test(rest)) {
      sign = rest[0]!;
      rest = rest.slice(1).trimStart();
    }
    if (accounting && sign === '' && rest.startsWith('(') && rest.endsWith(')')) {
      sign = '-';
      rest = rest.slice(1, -1).trim();
    }
  };
  takeSign();
  const before = units.find(([unit]) => rest.startsWith(unit));
  if (before !== undefined) {
    rest = rest.slice(before[0].length).trimStart();
    factor = before[1];
    takeSign();
  }
  const takeDash = (): void => {
    const dash = units.find(([unit]) => isDash(unit) && rest.endsWith(unit));
    if (dash !== undefined) {
      rest = rest.slice(0, -dash[0].length);
      factor ??= dash[1];
    } else if (accounting && sign === '' && /[^.,]-$/.test(rest)) {
      sign = '-';
      rest = rest.slice(0, -1).trimEnd();
    }
  };
  takeDash();
  const after = before === undefined ? units.find(([unit]) => rest.endsWith(unit)) : undefined;
  if (after !== undefined) {
    rest = rest.slice(0, -after[0].length).trimEnd();
    factor = after[1];
    takeDash();
  }
  // A second sign is invalid.
  return { sign, digits: /^[+-]/.test(rest) ? ' ' : rest, factor };
}
