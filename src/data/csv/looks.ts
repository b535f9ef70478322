/**
 * Distinguishes text that looks like a number from other text. It does not decide about values:
 * suspicion.ts uses it to decide whether a column may become categories.
 */
import { simple } from './numberFormat.js';

/** A number with parts that parseDecimal does not accept. */
export interface NumberLook {
  /** Digits with their marks. */
  digits: string;
  /** A currency before the number, or ''. */
  before: string;
  /** Text after the number, or ''. */
  after: string;
  /** There is a space between the number and that text. */
  spaced: boolean;
  /** In parentheses, or with a trailing minus. */
  accounting: boolean;
  /** The dash in place of decimals in prices such as 12.- and 12,–, with its mark; or ''. */
  dash: string;
}

/** Currency names before or after amounts; other three-letter words may be anything. */
const CODES =
  'AED|AUD|BRL|CAD|CHF|CNY|CZK|DKK|EUR|GBP|HKD|HUF|ILS|INR|JPY|KRW|MXN|MYR|NOK|NZD|PHP|PLN|RON|RUB|SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|VND|ZAR';
/**
 * Units that also occur before numbers ("kg 1,234.50"). Other units before numbers are often names:
 * "week 3", "in 5", "PS 4".
 */
const UNITS_BEFORE =
  '(?:[kKµm]g|KG|lbs?|oz|[kKcm]m[²³23]?|m[²³]|[mcd][lL]|[kKM][wW]h?|[kMG]Hz|[hk]Pa|psi)(?=\\s)';
const BEFORE = `%|[A-Z]{0,3}\\p{Sc}|${CODES}|kr\\.?|Rs\\.?|S?Fr\\.?|${UNITS_BEFORE}`;
/** Dashes that represent no decimals. */
const DASH = /--?|[–—]/;
const GROUPS = "[1-9]\\d{0,2}(?:[.,' _]\\d{2,3})*[.,' _]\\d{3}(?:[.,]\\d+)?";
const DIGITS = `${GROUPS}|\\d+(?:[.,](?!${DASH.source})\\d*)?(?:[eEdD][+-]?\\d+)?|[.,]\\d+`;
const AFTER = '[\\p{L}\\p{Sc}%‰°"\'µ/+*][^\\d()]{0,18}[23]?';
const NUMBER = new RegExp(
  `^(?<open>\\()?\\s*[+-]?\\s*(?<before>${BEFORE})?\\s*[+-]?(?<inner>\\()?\\s*(?<digits>${DIGITS})(?<dash>[.,](?:${DASH.source}))?(?<space>\\s*)(?<after>${AFTER})??\\)?\\)?(?<minus>-)?$`,
  'u',
);

/**
 * Units of more than one letter, and signs; a single letter after a number is as often part of a
 * name.
 */
const KNOWN_UNITS = new Set(
  (
    '% ‰ ° °c °f °k " \' + * /h µm µg µl µs m² m³ cm² km² ft² m2 m3 cm2 cm3 km2 ft2 kg mg km cm mm nm mi ft in yd lb lbs oz ' +
    'ml cl dl kl gal ha ac sec secs second seconds ms min mins minute minutes hr hrs hour hours day days week weeks month ' +
    'months year years yr yrs kw mw gw kwh mwh wh hp bhp ps kv ma hz khz mhz ghz px pt dpi kb mb gb tb kib mib gib byte ' +
    'bytes bit bits mbps cc rpm mph kmh km/h m/s kmpl km/kg mpg nm bar psi pa hpa kpa mpa mbar ppm ppb pct percent bps pcs ' +
    'pc st stk usd eur gbp chf jpy inr kr zł zl kč ft. cal kcal kj mol mmol/l mg/dl db sqft sq.ft sqm mio mrd mn bn tn ' +
    'million billion trillion thousand'
  ).split(' '),
);
const CURRENCY = new RegExp(`^(?:[A-Z]{0,3}\\p{Sc}|${CODES})(?:\\s?/.*)?$`, 'u');
/** Single letters that are units if a space precedes them. */
const SPACED_UNITS = /^[gmlhstwv]$/;
/** 3rd and 12th are ordinals, often names. */
const ORDINALS = new Set(['st', 'nd', 'rd', 'th']);
/** Thousands, millions and so on. */
const MAGNITUDES = new Set(['k', 'm', 'b', 't', 'g']);

const OTHER_DIGITS = /(?![0-9])\p{Nd}/gu;

/** True for numbers in digits of other scripts, which this package does not read. */
export const hasOtherDigits = (text: string): boolean => new RegExp(OTHER_DIGITS).test(text);

export function numberLook(text: string): NumberLook | undefined {
  const groups = text.length > 60 ? undefined : NUMBER.exec(simple(text).replace(OTHER_DIGITS, '0'))?.groups;
  if (groups === undefined) return undefined;
  const { open, before = '', inner, digits = '', dash = '', space, after = '', minus } = groups;
  return {
    digits,
    before,
    after: after.trim(),
    dash,
    spaced: space !== '',
    accounting: open !== undefined || inner !== undefined || minus !== undefined,
  };
}

/** The text after a number, without case, point and plural. */
export const unitOf = ({ after }: NumberLook): string => after.toLowerCase().replace(/\.$/, '');

/** True if the text beside the number proves that it is a number. */
export function isSure(look: NumberLook): boolean {
  const unit = unitOf(look);
  return (
    unit === '' ||
    KNOWN_UNITS.has(unit) ||
    CURRENCY.test(look.after) ||
    (look.spaced && SPACED_UNITS.test(unit))
  );
}

/**
 * Text after the numbers of a column that is not a known unit: is it the name of what is counted,
 * or arbitrary letters?
 */
export function isUnitOfAll(looks: readonly NumberLook[]): boolean {
  const singular = (unit: string): string => unit.replace(/s$/, '');
  const units = new Set(looks.map((look) => singular(unitOf(look))));
  if ([...units].some((unit) => NO_UNITS.test(unit))) return false;
  const measured = looks.some(({ digits }) => /[.,' _]/.test(digits)) || looks.length > MANY;
  if ([...units].every((unit) => MAGNITUDES.has(unit))) return measured;
  if (units.size !== 1 || ORDINALS.has([...units][0]!)) return false;
  // "10 kg bag": product names as often as amounts.
  const isPhrase = [...units].some((unit) => unit.includes(' '));
  return measured || (!isPhrase && looks.every(({ spaced }) => spaced));
}
/** Words after numbers that are treated as names: months, and "5 o'clock". */
const NO_UNITS =
  /\p{L}'\p{L}|^(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?:uary|ruary|ch|il|u?st|ember|ober)?\.?$/u;
/**
 * This many distinct numbers before the same letters are amounts; fewer may be names, such as 2WD
 * and 4WD.
 */
const MANY = 10;
