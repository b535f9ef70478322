import { checkKeys, checkNumber, checkObject } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { reading } from '../../core/refuse.js';
import { show } from '../../core/show.js';
import { checkWord } from './columns.js';
import { svgOf } from './draw/drawing.js';
import { drawRows, type RowInput, rowText } from './draw/rows.js';
import { checkText, type PlotOptions, readPlotOptions } from './options.js';

/** One bar. */
export interface Bar {
  name: string;
  /** How long it is. Without it, `note` says why there is none. */
  value?: number;
  /** The ends of its spread, such as the least and largest of several runs. */
  low?: number;
  high?: number;
  note?: string;
}

/** Bars below a heading of their own. */
export interface BarGroup {
  name: string;
  bars: readonly Bar[];
}

/** Options of `bars`. */
export interface BarsOptions extends PlotOptions {
  /** `'log'`: equal lengths for equal ratios; all values are above 0. Default `'linear'`. */
  scale?: 'linear' | 'log';
  /** Where bars begin: 0, on a logarithmic scale 1. Bars below it point to the left. */
  base?: number;
  /** Follows every number, for example `'×'` or `'ms'`. */
  unit?: string;
  /** What the numbers are; below the axis. */
  xName?: string;
}

/** An SVG of more would be too large to be looked at. */
const MOST_BARS = 300;
const OWN = ['scale', 'base', 'unit', 'xName'];

/**
 * Horizontal bars with their numbers, in the given order.
 *
 * @param data bars, or groups of them, or numbers by name
 * @returns one `<svg>` that stands alone
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_EMPTY`, `ERR_UNKNOWN_NAME`
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { plots } from 'steepest/report';
 *
 * const svg = plots.bars({ accuracy: 0.93, 'most frequent class': 0.73 }, { title: 'Scores' });
 * writeFileSync('bars.svg', svg);
 * ```
 */
export function bars(
  data: readonly (Bar | BarGroup)[] | Readonly<Record<string, number>>,
  options: BarsOptions = {},
): string {
  const read = readPlotOptions('bars', options, OWN, 'Bars');
  const isLog = checkWord('scale', options.scale ?? 'linear', ['linear', 'log'] as const) === 'log';
  const base = checkNumber('base', options.base ?? (isLog ? 1 : 0));
  const [unit, name] = (['unit', 'xName'] as const).map((key) =>
    options[key] === undefined ? '' : checkText(key, options[key]),
  );
  const rows = reading('data', () => readRows(data));
  const drawn = rows.filter(({ isHeading }) => !isHeading);
  checkRows(drawn, isLog, base);
  const { part, height } = drawRows(rows, { width: read.width, base, isLog, unit, name });
  const description = drawn
    .slice(0, 30)
    .map((row) => rowText(row, unit))
    .join('; ');
  const rest = drawn.length > 30 ? `; ${drawn.length - 30} more.` : '.';
  return svgOf({ ...read, height, description: `${description}${rest}`, parts: [part] });
}

function readRows(data: unknown): RowInput[] {
  if (!Array.isArray(data)) {
    const record = checkObject('data', data, 'Write [{ name, value }, …].');
    return Object.entries(record).map(([name, value]) => readBar({ name, value }, `data.${name}`));
  }
  return (Array.from(data) as unknown[]).flatMap((one, i) => {
    const entry = checkObject(`data[${i}]`, one, 'Write { name, value } or { name, bars }.');
    if (entry.bars === undefined) return [readBar(entry, `data[${i}]`)];
    checkKeys(`data[${i}]`, entry, ['name', 'bars']);
    if (!Array.isArray(entry.bars)) refuseBars(`data[${i}].bars`, entry.bars);
    const inner = (entry.bars as unknown[]).map((bar, j) => readBar(bar, `data[${i}].bars[${j}]`));
    return [{ name: checkText(`data[${i}].name`, entry.name), isHeading: true }, ...inner];
  });
}

function refuseBars(what: string, given: unknown): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to be a list of bars`,
    given: show(given),
    hint: 'Write [{ name, value }, …].',
  });
}

function readBar(given: unknown, what: string): RowInput {
  const bar = checkObject(what, given, 'Write { name, value }.');
  checkKeys(what, bar, ['name', 'value', 'low', 'high', 'note'], { label: 'name', min: 'low', max: 'high' });
  const number = (key: 'value' | 'low' | 'high'): number | undefined =>
    bar[key] === undefined ? undefined : checkNumber(`${what}.${key}`, bar[key]);
  return {
    name: checkText(`${what}.name`, bar.name),
    value: number('value'),
    low: number('low'),
    high: number('high'),
    note: bar.note === undefined ? undefined : checkText(`${what}.note`, bar.note),
  };
}

/** @throws SteepestError `ERR_EMPTY`, `ERR_ARGUMENT` */
function checkRows(rows: readonly RowInput[], isLog: boolean, base: number): void {
  if (rows.length === 0) {
    throw new SteepestError('ERR_EMPTY', {
      expected: 'at least one bar',
      given: 'none',
      hint: 'Write [{ name, value }, …].',
    });
  }
  if (rows.length > MOST_BARS) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `at most ${MOST_BARS} bars`,
      given: String(rows.length),
      hint: 'Draw the largest, or several charts.',
    });
  }
  if (!isLog) return;
  const numbers = [base, ...rows.flatMap(({ value, low, high }) => [value, low, high])];
  const wrong = numbers.find((value) => value !== undefined && value <= 0);
  if (wrong === undefined) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: "numbers above 0 with scale 'log'",
    given: String(wrong),
    hint: "Use scale 'linear'.",
  });
}
