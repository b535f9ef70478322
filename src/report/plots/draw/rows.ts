import { type Box, columnsAxis } from './axes.js';
import { EDGE } from './drawing.js';
import { valueText } from './numbers.js';
import { linear, logarithmic, type Scale } from './scales.js';
import { at, fitText, textAt, titled, widest } from './text.js';

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
/** The widest names take this share of the drawing. */
const MOST_NAME = 0.4;
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

export function drawRows(rows: readonly RowInput[], options: RowsOptions): { part: string; height: number } {
  const { width, base, isLog, unit, name } = options;
  const bars = rows.filter(({ isHeading }) => !isHeading);
  const names = widest(
    bars.map((row) => row.name),
    width * MOST_NAME,
  );
  const numbers = widest(
    bars.map(({ value }) => (value === undefined ? '' : withUnit(value, unit))),
    width * 0.3,
  );
  const tops: number[] = [];
  let bottom = 6;
  rows.forEach(({ isHeading }, i) => {
    if (isHeading && i > 0) bottom += GAP;
    tops.push(bottom);
    bottom += ROW;
  });
  const isHigh = bottom > HIGH;
  const shift = isHigh ? 20 : 0;
  const box: Box = {
    left: EDGE + names + 12,
    right: width - EDGE - numbers - 10,
    top: shift + 4,
    bottom: bottom + shift,
  };
  const x = scaleOf(bars, box, base, isLog);
  const parts = [
    columnsAxis(box, x, { within: [EDGE, width - EDGE], isOnTop: isHigh, isBare: true }),
    gridOf(rows, tops, shift, x, base),
    ...rows.map((row, i) =>
      row.isHeading
        ? textAt(EDGE, tops[i] + shift + 16, fitText(row.name, width - 2 * EDGE, undefined, true), {
            of: 'strong',
            whole: row.name,
          })
        : rowOf(row, tops[i] + shift, { box, x, names, options, isStop: bars.length <= MOST_STOPS }),
    ),
    name === ''
      ? ''
      : textAt(box.right, box.bottom + 32, fitText(name, box.right - EDGE), { anchor: 'end', of: 'soft' }),
  ];
  return { part: parts.join(''), height: box.bottom + FOOT + (name === '' ? 0 : 16) };
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

/** Lines behind the bars, not behind headings: of the ticks, and where bars begin. */
function gridOf(
  rows: readonly RowInput[],
  tops: readonly number[],
  shift: number,
  x: Scale,
  base: number,
): string {
  let [grid, axis] = ['', ''];
  for (let first = 0; first < rows.length; first++) {
    if (rows[first].isHeading) continue;
    let end = first;
    while (end + 1 < rows.length && !rows[end + 1].isHeading) end++;
    const [from, to] = [tops[first] + shift - 1, tops[end] + shift + ROW + 1];
    for (const { value } of x.ticks) grid += `M${at(x.of(value))} ${at(from)}V${at(to)}`;
    axis += `M${at(x.of(base))} ${at(from)}V${at(to)}`;
    first = end;
  }
  return `<path class="grid" d="${grid}"/><path class="axis" d="${axis}"/>`;
}

interface RowPlace {
  box: Box;
  x: Scale;
  names: number;
  options: RowsOptions;
  isStop: boolean;
}

function rowOf(row: RowInput, top: number, { box, x, names, options, isStop }: RowPlace): string {
  const { base, unit, width } = options;
  const middle = top + ROW / 2;
  const label = textAt(box.left - 12, middle + 4, fitText(row.name, names), { anchor: 'end' });
  const stop = isStop ? ' tabindex="0" role="img"' : '';
  const title = titled(rowText(row, unit));
  if (row.value === undefined) {
    const note = fitText(row.note ?? 'no value', width - EDGE - box.left - 8);
    return `<g class="focus"${stop}>${title}${label}${textAt(box.left + 8, middle + 4, note, { of: 'soft' })}</g>`;
  }
  const [a, b] = [x.of(base), x.of(row.value)];
  const [left, right] = [Math.min(a, b), Math.max(a, b)];
  const { low, high } = row;
  const whisker =
    low === undefined || high === undefined || low === high
      ? ''
      : `<path class="whisker" d="M${at(x.of(low))} ${at(middle)}H${at(x.of(high))}M${at(x.of(low))} ${at(middle - 3)}v6M${at(x.of(high))} ${at(middle - 3)}v6"/>`;
  const number = withUnit(row.value, unit);
  return [
    `<g class="focus s${row.value >= base ? 1 : 2}"${stop}>${title}${label}`,
    `<rect class="hit" x="${at(box.left)}" y="${at(top)}" width="${at(box.right - box.left)}" height="${ROW}"/>`,
    `<rect class="mark" x="${at(left)}" y="${at(middle - BAR / 2)}" width="${at(Math.max(1, right - left))}" height="${BAR}" rx="2"/>${whisker}`,
    `${textAt(width - EDGE, middle + 4, fitText(number, Math.max(40, width * 0.3)), { anchor: 'end' })}</g>`,
  ].join('');
}
