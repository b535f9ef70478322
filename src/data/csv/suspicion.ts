/**
 * A text column becomes categories, whose codes have no size or order. Numbers and dates in an
 * unexpected format must not become categories silently: this module finds them and names the
 * option that reads them.
 */
import { shownText } from '../fileErrors.js';
import { dateAdvice, numberAdvice } from './advice.js';
import { dateLooks } from './dateLooks.js';
import { hasOtherDigits, isSure, isUnitOfAll, type NumberLook, numberLook } from './looks.js';

/** Where a text first occurs, and how often. */
export interface Met {
  text: string;
  line: number;
  rows: number;
}

/** Other facts about a column. */
export interface Numbers {
  rows: number;
  distinct: number;
  /** Some have a decimal mark. */
  fractions: boolean;
  /** The decimal mark of the file. */
  decimal: '.' | ',';
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
 * Examines the texts of a column that would become categories; undefined if that is acceptable.
 * @param texts distinct texts, as many as are worth examining
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
    advice: adviceFor(name, found, isDates, numbers),
  };
}

/** The option that reads a text found in a numeric column; undefined if none does. */
export function adviceOf(name: string, text: string, decimal: '.' | ','): string | undefined {
  const looked = lookAt({ text, line: 0, rows: 1 });
  if (looked.dates === undefined && looked.number === undefined) return undefined;
  return adviceFor(name, [looked], looked.dates !== undefined, { fractions: false, decimal });
}

function adviceFor(
  name: string,
  found: readonly Looked[],
  isDates: boolean,
  file: Pick<Numbers, 'fractions' | 'decimal'>,
): string | undefined {
  if (isDates) {
    return dateAdvice(
      name,
      found.map(({ dates = [] }) => dates),
    );
  }
  if (found.some(({ met }) => hasOtherDigits(met.text))) return undefined;
  return numberAdvice(
    name,
    found.flatMap(({ number }) => number ?? []),
    file,
  );
}
