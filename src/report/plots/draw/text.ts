import { escapeMarkup } from '../../markup.js';

/**
 * Text in drawings. Nobody knows in which font it will be shown, so its width is estimated from
 * above: by the widest of the usual system fonts (Verdana and DejaVu Sans).
 */

/** Height of text. A drawing is 420 units wide: on a phone of 390 px this is 11.1 px. */
export const TEXT_SIZE = 12;
/** Height of the line above a drawing. */
export const HEADING_SIZE = 14;
/** What a bold letter takes more. */
const BOLD = 1.14;

/** Widths of characters, in heights of the text. */
const WIDTHS: readonly (readonly [width: number, characters: string])[] = [
  [0.36, "ijl.,'’ ·"],
  [0.46, 'frtIJ:;!/\\()[]-|"⁰¹²³⁴⁵⁶⁷⁸⁹'],
  [0.7, 'ABCEFKLPRSTVXYZ'],
  [0.8, 'DGHNOQU&'],
  [0.86, 'w+=<>~#^−×÷±≤≥'],
  [1.08, 'mMW@%…ÆŒœæ'],
];
/** Digits and most lower-case letters. */
const USUAL = 0.65;
const LATIN = 0.82;
const OTHER = 1.1;
/** Outside the first plane: mostly pictures. */
const PICTURE = 1.5;

const OF_CHARACTER = new Map(
  WIDTHS.flatMap(([width, characters]) => [...characters].map((character) => [character, width] as const)),
);

function widthOf(character: string): number {
  const known = OF_CHARACTER.get(character);
  if (known !== undefined) return known;
  const code = character.codePointAt(0)!;
  // Control characters are replaced.
  if (code < 0x80) return code < 0x20 ? OTHER : USUAL;
  if (code < 0x250) return LATIN;
  return code < 0x10000 ? OTHER : PICTURE;
}

/** At most how wide a text is. */
export function textWidth(text: string, size = TEXT_SIZE, isBold = false): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width * size * (isBold ? BOLD : 1);
}

/** No more of a long text can fit. */
const MOST_READ = 1000;
/** How much of a cut text is its beginning; names often differ at their ends. */
const FRONT = 0.6;

/** The text, or as much of its beginning and end as fits, with an ellipsis between. */
export function fitText(text: string, width: number, size = TEXT_SIZE, isBold = false): string {
  if (text.length <= MOST_READ && textWidth(text, size, isBold) <= width) return text;
  const characters =
    text.length <= MOST_READ ? [...text] : [...text.slice(0, MOST_READ / 2), ...text.slice(-MOST_READ / 2)];
  const room = width - textWidth('…', size, isBold);
  const count = (from: readonly string[], most: number): number => {
    let taken = 0;
    const stop = from.findIndex((character) => {
      taken += textWidth(character, size, isBold);
      return taken > most;
    });
    return stop < 0 ? from.length : stop;
  };
  const front = characters
    .slice(0, count(characters, room * FRONT))
    .join('')
    .trimEnd();
  const reversed = characters.toReversed();
  const back = reversed.slice(0, count(reversed, room - textWidth(front, size, isBold))).reverse();
  return `${front}…${back.join('').trimStart()}`;
}

/** The text on lines that fit, broken between words; the last of `most` lines is cut if it must be. */
export function linesOf(
  text: string,
  width: number,
  most: number,
  size = TEXT_SIZE,
  isBold = false,
): string[] {
  const lines: string[] = [];
  let rest = text;
  while (lines.length < most - 1 && textWidth(rest, size, isBold) > width) {
    const ends = [...rest.slice(0, MOST_READ).matchAll(/ /g)].map(({ index }) => index);
    const end = ends.findLast((at) => textWidth(rest.slice(0, at), size, isBold) <= width);
    if (end === undefined) break;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end + 1);
  }
  return [...lines, fitText(rest, width, size, isBold)];
}

/** The widest of some texts, but at most `most`. */
export const widest = (texts: readonly string[], most: number): number =>
  Math.min(most, Math.max(0, ...texts.map((text) => textWidth(text))));

/** On one line, without what only breaks lines. */
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** A coordinate: a tenth of a unit is less than anybody sees. */
export const at = (value: number): string => String(Math.round(value * 10) / 10);

/** Longer texts are cut in what the pointer and screen readers get, too. */
const MOST_TITLE = 400;

/** What an element says to the pointer and to screen readers. */
export const titled = (text: string): string =>
  `<title>${escapeMarkup(text.length > MOST_TITLE ? `${text.slice(0, MOST_TITLE)}…` : text)}</title>`;

export interface TextOptions {
  anchor?: 'start' | 'middle' | 'end';
  /** Names of rules in the style. */
  of?: string;
  /** In place of what does not fit. */
  whole?: string;
  /** Turned by a quarter to the left around its place. */
  isUpright?: boolean;
}

/** One line of text, whose baseline begins, ends or has its middle at a place. */
export function textAt(x: number, y: number, text: string, options: TextOptions = {}): string {
  const { anchor = 'start', of = '', whole = text, isUpright = false } = options;
  const attributes = [
    of === '' ? '' : ` class="${of}"`,
    isUpright ? ` transform="translate(${at(x)} ${at(y)})rotate(-90)"` : ` x="${at(x)}" y="${at(y)}"`,
    anchor === 'start' ? '' : ` text-anchor="${anchor}"`,
  ];
  const title = whole === text ? '' : titled(whole);
  return `<text${attributes.join('')}>${title}${escapeMarkup(text)}</text>`;
}
