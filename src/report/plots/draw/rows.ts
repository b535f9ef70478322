import { type Box, columnsAxis } from './axes.js';
import { EDGE } from './drawing.js';
import { valueText } from './numbers.js';
import { linear, logarithmic, type Scale } from './scales.js';
import { at, fitText, linesOf, textAt, textWidth, titled, widest } from './text.js';

/** Rows below each other: a name, a bar, a number. */

export interface RowInput {
  name: string;
  /** Undefined if there is none: the note says why. */
  value?: number;
  /** The ends of its spread. */
  low?: number;
  high?: number;
  note?: string;
  /** A heading without a bar. */
  isHeading?: boolean;
}

export interface RowsOptions {
  width: number;
  /** Where bars begin. */
  base: number;
  isLog: boolean;
  /** What follows each number. */
  unit: string;
  /** What the numbers are, below them. */
  name: string;
}

const ROW = 22;
const BAR = 14;
/** Above a heading. */
const GAP = 12;
const FOOT = 24;
/** The widest numbers. */
const MOST_NUMBER = 0.3;
/** Names beside bars take at most this share of the drawing; wider ones stand above them. */
const MOST_NAME = 0.4;
/** Height of a name above a bar, and of a further line of a heading. */
const ABOVE = 15;
/** Lines of a heading; what is longer is cut. */
const MOST_LINES = 3;
/** So many stops of the Tab key are few. */
const MOST_STOPS = 60;
/** Of higher drawings, numbers stand above the bars as well. */
const HIGH = 420;

const withUnit = (value: number, unit: string): string =>
  `${valueText(value, 3)}${unit === '' ? '' : `${/^[%]/.test(unit) ? '' : ' '}${unit}`}`;

/** What a row says to the pointer and to screen readers. */
export function rowText({ name, value, low, high, note }: RowInput, unit: string): string {
  if (value === undefined) return `${name}: ${note ?? 'no value'}`;
  const spread =
    low === undefined || high === undefined ? '' : ` (${withUnit(low, unit)} to ${withUnit(high, unit)})`;
  return `${name}: ${withUnit(value, unit)}${spread}${note === undefined ? '' : `, ${note}`}`;
}

/** Where rows lie. */
interface Layout {
  box: Box;
  /** Of each row. */
  tops: number[];
  /** Names stand above the bars. */
  isStacked: boolean;
  /** Numbers of the axis stand above the bars too. */
  isHigh: boolean;
}

export function drawRows(rows: readonly RowInput[], options: RowsOptions): { part: string; height: number } {
  const { width, base, isLog, unit, name } = options;
  const bars = rows.filter(({ isHeading }) => !isHeading);
  const layout = layoutOf(rows, bars, width, unit);
  const { box, tops, isStacked, isHigh } = layout;
  const x = scaleOf(bars, box, base, isLog);
  const place = { layout, x, options, isStop: bars.length <= MOST_STOPS };
  const parts = [
    columnsAxis(box, x, { within: [EDGE, width - EDGE], isOnTop: isHigh, isBare: true }),
    gridOf(rows, tops, isStacked, x, base),
    ...rows.map((row, i) =>
      row.isHeading ? headingOf(row.name, tops[i], width) : rowOf(row, tops[i], place),
    ),
    name === ''
      ? ''
      : textAt(box.right, box.bottom + 32, fitText(name, box.right - EDGE), { anchor: 'end', of: 'soft' }),
  ];
  return { part: parts.join(''), height: box.bottom + FOOT + (name === '' ? 0 : 16) };
}

const headingLines = (name: string, width: number): string[] =>
  linesOf(name, width - 2 * EDGE, MOST_LINES, undefined, true);

function headingOf(name: string, top: number, width: number): string {
  const lines = headingLines(name, width);
  const isCut = lines.join(' ') !== name;
  return lines
    .map((line, i) =>
      textAt(EDGE, top + 16 + i * ABOVE, line, { of: 'strong', ...(isCut ? { whole: name } : {}) }),
    )
    .join('');
}

function layoutOf(rows: readonly RowInput[], bars: readonly RowInput[], width: number, unit: string): Layout {
  const names = Math.max(...bars.map((row) => textWidth(row.name)));
  const isStacked = names > width * MOST_NAME;
  const numbers = widest(
    bars.map(({ value }) => (value === undefined ? '' : withUnit(value, unit))),
    width * MOST_NUMBER,
  );
  const high = bars.length * (isStacked ? ROW + ABOVE : ROW);
  const isHigh = high > HIGH;
  const tops: number[] = [];
  let bottom = isHigh ? 26 : 6;
  rows.forEach(({ name, isHeading }, i) => {
    if (isHeading && i > 0) bottom += GAP;
    tops.push(bottom);
    if (isHeading) bottom += ROW + ABOVE * (headingLines(name, width).length - 1);
    else bottom += isStacked ? ROW + ABOVE : ROW;
  });
  const left = isStacked ? EDGE : EDGE + names + 12;
  const box = { left, right: width - EDGE - numbers - 10, top: tops[0] - 2, bottom };
  return { box, tops, isStacked, isHigh };
}

function scaleOf(bars: readonly RowInput[], box: Box, base: number, isLog: boolean): Scale {
  const values = bars.flatMap(({ value, low, high }) =>
    [value, low, high].filter((one): one is number => one !== undefined),
  );
  const [least, most] = [Math.min(base, ...values), Math.max(base, ...values)];
  const range = [box.left, box.right] as const;
  if (!isLog) return linear([least, most], range, { count: 4, isNice: false });
  // A little room, so that bars of nearly the base are seen to be on their side.
  return logarithmic([least / 1.08, most * 1.08], range, 5);
}

/** Lines behind the bars, not behind words: of the ticks, and where bars begin. */
function gridOf(
  rows: readonly RowInput[],
  tops: readonly number[],
  isStacked: boolean,
  x: Scale,
  base: number,
): string {
  let [grid, axis] = ['', ''];
  for (let first = 0; first < rows.length; first++) {
    if (rows[first].isHeading) continue;
    let end = first;
    while (!isStacked && end + 1 < rows.length && !rows[end + 1].isHeading) end++;
    const above = isStacked ? ABOVE : 0;
    const [from, to] = [tops[first] + above, tops[end] + above + ROW + 1];
    for (const { value } of x.ticks) grid += `M${at(x.of(value))} ${at(from)}V${at(to)}`;
    axis += `M${at(x.of(base))} ${at(from)}V${at(to)}`;
    first = end;
  }
  return `<path class="grid" d="${grid}"/><path class="axis" d="${axis}"/>`;
}

interface RowPlace {
  layout: Layout;
  x: Scale;
  options: RowsOptions;
  isStop: boolean;
}

function rowOf(row: RowInput, top: number, { layout, x, options, isStop }: RowPlace): string {
  const { box, isStacked } = layout;
  const { base, unit, width } = options;
  const middle = top + ROW / 2 + (isStacked ? ABOVE : 0);
  const name = isStacked ? fitText(row.name, width - 2 * EDGE) : row.name;
  const label = isStacked
    ? textAt(EDGE, top + 13, name, { whole: row.name })
    : textAt(box.left - 12, middle + 4, name, { anchor: 'end' });
  // A row without a bar says all it has in its text, and has no mark that could show the focus.
  const stop = isStop && row.value !== undefined ? ' tabindex="0" role="img"' : '';
  const series = row.value === undefined ? '' : ` s${row.value >= base ? 1 : 2}`;
  const open = `<g class="focus${series}"${stop}>${titled(rowText(row, unit))}${label}`;
  if (row.value === undefined) {
    const note = fitText(row.note ?? 'no value', width - EDGE - box.left - 8);
    return `${open}${textAt(box.left + 8, middle + 4, note, { of: 'soft' })}</g>`;
  }
  const [a, b] = [x.of(base), x.of(row.value)];
  const [left, right] = [Math.min(a, b), Math.max(a, b)];
  const number = fitText(withUnit(row.value, unit), width * MOST_NUMBER);
  return [
    open,
    `<rect class="hit" x="${at(box.left)}" y="${at(middle - ROW / 2)}" width="${at(box.right - box.left)}" height="${ROW}"/>`,
    `<rect class="mark" x="${at(left)}" y="${at(middle - BAR / 2)}" width="${at(Math.max(1, right - left))}" height="${BAR}" rx="2"/>`,
    whiskerOf(row, middle, x),
    `${textAt(width - EDGE, middle + 4, number, { anchor: 'end' })}</g>`,
  ].join('');
}

function whiskerOf({ low, high }: RowInput, middle: number, x: Scale): string {
  if (low === undefined || high === undefined || low === high) return '';
  const [from, to] = [at(x.of(low)), at(x.of(high))];
  const top = at(middle - 3);
  const d = `M${from} ${at(middle)}H${to}M${from} ${top}v6M${to} ${top}v6`;
  // An edge around it: it crosses the bar.
  return `<path class="edge" d="${d}"/><path class="whisker" d="${d}"/>`;
}
