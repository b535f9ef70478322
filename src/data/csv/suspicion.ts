/**
 * A column of text becomes categories, whose codes say nothing of size or order. Numbers and dates in a spelling that
 * was not asked for must not get there in silence: this module finds them and names the option that reads them.
 */
import { shownText } from '../fileErrors.js';
import { dateLooks, NO_FORMAT } from './dateLooks.js';
import { hasOtherDigits, isSure, isUnitOfAll, type NumberLook, numberLook } from './looks.js';

/** Where a text was met first, and how often. */
export interface Met {
  text: string;
  line: number;
  rows: number;
}

/** What is known of a column beside its texts. */
export interface Numbers {
  rows: number;
  distinct: number;
  /** Some have a decimal point. */
  fractions: boolean;
}

/** Why a column must not become categories. */
export interface Suspicion {
  met: Met;
  /** What the texts look like. */
  what: 'numbers' | 'dates or times' | 'numbers, and text';
  /** The options that read it; undefined if none does. */
  advice: string | undefined;
}

/** Placeholders among numbers: few texts, and this many times as many numbers. */
const NUMBERS_PER_TEXT = 3;

/** Units that a message lists. */
const MOST_UNITS = 6;

interface Looked {
  met: Met;
  number?: NumberLook;
  dates?: string[];
}

function lookAt(met: Met): Looked {
  const dates = dateLooks(met.text);
  if (dates.length > 0) return { met, dates };
  const number = numberLook(met.text);
  return number === undefined ? { met } : { met, number };
}

/** The texts that look like numbers or dates. */
function striking(texts: readonly Met[]): Looked[] {
  const looked = texts.map(lookAt);
  const doubtful = looked.filter(({ number }) => number !== undefined && !isSure(number));
  const counts = doubtful.length > 0 && isUnitOfAll(doubtful.map(({ number }) => number!));
  return looked.filter(
    ({ number, dates }) => dates !== undefined || (number !== undefined && (counts || isSure(number))),
  );
}

const rowsOf = (list: readonly { rows: number }[]): number => list.reduce((sum, { rows }) => sum + rows, 0);

/**
 * Looks at the texts of a column that would become categories; undefined if they may.
 * @param texts different texts, as many as are worth looking at
 */
export function suspicionOf(name: string, texts: readonly Met[], numbers: Numbers): Suspicion | undefined {
  const found = striking(texts);
  const ordinary = texts.length - found.length;
  const first = found[0];
  if (first === undefined) {
    if (ordinary === 0 || numbers.distinct < NUMBERS_PER_TEXT * ordinary) return undefined;
    const advice = `add ${texts.map(({ text }) => shownText(text)).join(' and ')} to missing`;
    return { met: texts[0]!, what: 'numbers, and text', advice };
  }
  const like = found.length + numbers.distinct;
  const likeRows = rowsOf(found.map(({ met }) => met)) + numbers.rows;
  if (like <= ordinary && likeRows * 2 <= rowsOf(texts) + numbers.rows) return undefined;
  const isDates = found.filter(({ dates }) => dates !== undefined).length * 2 > found.length;
  return {
    met: first.met,
    what: isDates ? 'dates or times' : 'numbers',
    advice: adviceFor(name, found, isDates, numbers.fractions),
  };
}

/** The option that reads one text, met in a column of numbers; undefined if none does. */
export function adviceOf(name: string, text: string): string | undefined {
  const looked = lookAt({ text, line: 0, rows: 1 });
  if (looked.dates === undefined && looked.number === undefined) return undefined;
  return adviceFor(name, [looked], looked.dates !== undefined, false);
}

function adviceFor(
  name: string,
  found: readonly Looked[],
  isDates: boolean,
  fractions: boolean,
): string | undefined {
  if (isDates) return dateAdvice(name, found);
  if (found.some(({ met }) => hasOtherDigits(met.text))) return undefined;
  return numberAdvice(
    name,
    found.flatMap(({ number }) => number ?? []),
    fractions,
  );
}

/** The formats that fit most of the texts; two that fit as many are both named. */
function dateAdvice(name: string, found: readonly Looked[]): string {
  const fits = new Map<string, number>();
  for (const { dates = [] } of found)
    for (const format of dates) fits.set(format, (fits.get(format) ?? 0) + 1);
  const most = Math.max(...fits.values());
  const best = [...fits].filter(([, count]) => count === most).map(([format]) => format);
  if (best.includes(NO_FORMAT)) return 'write the dates as 2024-02-29';
  if (best.includes('')) return `pass dates: [${shownName(name)}]`;
  const option = (format: string): string => `dates: { ${shownName(name)}: { format: '${format}' } }`;
  const [first, second] = best;
  const dayFirst = second !== undefined && first!.replace('%d', '%m').slice(0, 2) === second.slice(0, 2);
  return `pass ${option(first!)}${dayFirst ? ` or, if the month comes first, format: '${second}'` : ''}`;
}

const shownName = (name: string): string => `'${name.replaceAll("'", "\\'")}'`;

/** Which marks the digits of a column prove, and one that could be either. */
function marksOf(looks: readonly NumberLook[], fractions: boolean) {
  const decimal = new Set<string>(fractions ? ['.'] : []);
  const thousands = new Set<string>();
  const open = new Set<string>();
  for (const { digits } of looks) {
    const marks = digits.match(/[.,' _]/g) ?? [];
    const kinds = new Set(marks);
    const last = marks.at(-1)!;
    if (kinds.size > 1) {
      decimal.add(last);
      for (const kind of kinds) if (kind !== last) thousands.add(kind);
    } else if (marks.length > 1 || /[' _]/.test(last ?? '')) {
      thousands.add(last);
    } else if (marks.length === 1) {
      (/^[1-9]\d{0,2}[.,]\d{3}$/.test(digits) ? open : decimal).add(last);
    }
  }
  return { decimal, thousands, open };
}

function numberAdvice(name: string, looks: readonly NumberLook[], fractions: boolean): string | undefined {
  // Fortran's exponents.
  if (looks.some(({ digits }) => /[dD]/.test(digits))) return undefined;
  const { decimal, thousands, open } = marksOf(looks, fractions);
  const fields = new Map<string, string>();
  let either: string | undefined;
  for (const mark of open) {
    if (decimal.has(mark) || thousands.has(mark)) continue;
    if (decimal.size > 0) thousands.add(mark);
    else either = mark;
  }
  if (decimal.has(',') || thousands.has('.')) fields.set('decimal', "','");
  const [group] = thousands;
  if (group !== undefined) fields.set('thousands', group === "'" ? '"\'"' : `'${group}'`);
  const units = unitsOf(looks);
  if (units !== undefined) fields.set('units', units);
  if (looks.some(({ accounting }) => accounting)) fields.set('accounting', 'true');
  const option = (more: readonly (readonly [string, string])[]): string =>
    `numbers: { ${shownName(name)}: { ${[...more, ...fields].map(([key, value]) => `${key}: ${value}`).join(', ')} } }`;
  const percent = units?.includes('%') ? ` for fractions, units: ['%'] for per cent` : '';
  if (either === undefined) return fields.size === 0 ? undefined : `pass ${option([])}${percent}`;
  const example = looks.find(({ digits }) => digits.includes(either!))!.digits;
  const [whole, part] = example.split(either) as [string, string];
  const large =
    either === ','
      ? [['thousands', "','"]]
      : [
          ['decimal', "','"],
          ['thousands', "'.'"],
        ];
  const small = either === ',' ? [['decimal', "','"]] : [];
  return `pass ${option(large as [string, string][])} if "${example}" is ${whole}${part}, ${option(small as [string, string][])} if it is ${whole}.${part}`;
}

function unitsOf(looks: readonly NumberLook[]): string | undefined {
  const units = [
    ...new Set(looks.flatMap(({ before, after }) => [before, after]).filter((text) => text !== '')),
  ];
  if (units.length === 0) return undefined;
  const shown = (unit: string): string => (unit.includes("'") ? JSON.stringify(unit) : `'${unit}'`);
  const factors: Record<string, string> = {
    '%': '0.01',
    '‰': '0.001',
    k: '1e3',
    K: '1e3',
    M: '1e6',
    B: '1e9',
  };
  if (units.every((unit) => factors[unit] !== undefined)) {
    return `{ ${units.map((unit) => `${shown(unit)}: ${factors[unit]}`).join(', ')} }`;
  }
  // Different units are different numbers: the user has to say how they compare.
  const different = (list: readonly string[]): boolean =>
    new Set(list.filter((text) => text !== '').map((text) => text.replace(/\.$/, '').replace(/s$/, '')))
      .size > 1;
  if (different(looks.map(({ before }) => before)) || different(looks.map(({ after }) => after))) {
    return `{ ${units.map((unit, i) => `${shown(unit)}: ${i === 0 ? 1 : '…'}`).join(', ')} }`;
  }
  return `[${units.slice(0, MOST_UNITS).map(shown).join(', ')}]`;
}
