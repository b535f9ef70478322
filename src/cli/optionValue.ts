import { isSameName, nearestName } from '../core/nearest.js';
import type { OptionSpec, Range } from './commandSpec.js';
import { UsageError } from './usageError.js';

/** Reads the text of an option as a value of its type. */

/** `maxBody` as one types it: `--max-body`. */
export const flagOf = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Decimal notation only: `Number` also takes '', '0x10' and 'Infinity'. */
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const MOST_PORT = 65_535;

const UNITS: Readonly<Record<'bytes' | 'duration', Readonly<Record<string, number>>>> = {
  bytes: { '': 1, b: 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30 },
  duration: { '': 1, ms: 1, s: 1000, m: 60_000, h: 3_600_000 },
};
const WORDS_OF_UNITS = {
  bytes: 'a size such as 512kb or 10mb',
  duration: 'a time such as 500ms, 30s or 2m',
};

const isIn = (value: number, [least, most]: Range, open = false): boolean =>
  open ? value > least && value < most : value >= least && value <= most;

const grouped = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 20 });

/** A range in words: `from 0 to 1`, `from 1 on`. */
export function rangeText([least, most]: Range, open = false): string {
  if (most >= Number.MAX_SAFE_INTEGER) return open ? `above ${grouped(least)}` : `from ${grouped(least)} on`;
  return open
    ? `above ${grouped(least)} and below ${grouped(most)}`
    : `from ${grouped(least)} to ${grouped(most)}`;
}

/** The range of a whole number. */
export const countRange = (spec: OptionSpec): Range =>
  spec.type === 'port' ? [0, MOST_PORT] : ('range' in spec && spec.range) || [1, Number.MAX_SAFE_INTEGER];

/** What an option takes, in words. */
export function valueWords(spec: OptionSpec): string {
  switch (spec.type) {
    case 'text':
      return spec.choices === undefined ? 'a text' : `one of ${spec.choices.join(', ')}`;
    case 'path':
      return 'a path';
    case 'list':
      return 'names with commas between them';
    case 'count':
    case 'port': {
      const words = ('words' in spec && spec.words) || [];
      const number = `a whole number ${rangeText(countRange(spec))}`;
      return [number, ...words.map((word) => `'${word}'`)].join(' or ');
    }
    case 'number':
      return spec.range === undefined ? 'a number' : `a number ${rangeText(spec.range, spec.open)}`;
    case 'bytes':
    case 'duration':
      return WORDS_OF_UNITS[spec.type];
    case 'flag':
      return 'no value';
  }
}

function refuse(flag: string, spec: OptionSpec, given: string, known: readonly string[] = []): never {
  const meant = nearestName(given, known);
  const hint = meant === undefined ? '' : `. Did you mean '${meant}'?`;
  throw new UsageError(`${flag} takes ${valueWords(spec)}, not '${given}'${hint}`);
}

function choice(flag: string, spec: OptionSpec, given: string, choices: readonly string[]): string {
  if (choices.includes(given)) return given;
  // Only one of them can be meant by another case.
  const same = choices.filter((name) => isSameName(name, given));
  return same.length === 1 ? same[0]! : refuse(flag, spec, given, choices);
}

/** A number with a unit of a table, in the table's smallest one. */
function measured(
  flag: string,
  spec: Extract<OptionSpec, { type: 'bytes' | 'duration' }>,
  given: string,
): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(given.trim()) ?? [];
  const units = UNITS[spec.type];
  const factor = Object.hasOwn(units, unit.toLowerCase()) ? units[unit.toLowerCase()] : undefined;
  const value = Math.round(Number(digits) * (factor ?? Number.NaN));
  return digits !== '' && Number.isSafeInteger(value) ? value : refuse(flag, spec, given);
}

/**
 * Reads one value.
 * @param name of the option in camel case
 * @throws UsageError that says what the option takes
 */
export function optionValue(name: string, spec: OptionSpec, given: string): string | number | string[] {
  const flag = flagOf(name);
  if (given === '') throw new UsageError(`${flag} takes ${valueWords(spec)}, not an empty text`);
  switch (spec.type) {
    case 'text':
      return spec.choices === undefined ? given : choice(flag, spec, given, spec.choices);
    case 'list': {
      const items = given.split(',').map((item) => item.trim());
      return items.includes('') ? refuse(flag, spec, given) : items;
    }
    case 'count':
    case 'port': {
      const words = ('words' in spec && spec.words) || [];
      if (words.includes(given)) return given;
      const value = DECIMAL.test(given) ? Number(given) : Number.NaN;
      const isValid = Number.isSafeInteger(value) && isIn(value, countRange(spec));
      return isValid ? value : refuse(flag, spec, given, words);
    }
    case 'number': {
      const value = DECIMAL.test(given) ? Number(given) : Number.NaN;
      const isValid =
        Number.isFinite(value) && (spec.range === undefined || isIn(value, spec.range, spec.open));
      return isValid ? value : refuse(flag, spec, given);
    }
    case 'bytes':
    case 'duration':
      return measured(flag, spec, given);
    default:
      return given;
  }
}
