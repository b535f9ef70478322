import { checkInteger } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import type { ValueInput } from '../../metrics/index.js';
import { readColumn, refuseNothing } from './columns.js';
import { svgOf } from './draw/drawing.js';
import { frameOf } from './draw/frame.js';
import { valueText } from './draw/numbers.js';
import { extent } from './draw/scales.js';
import { at, titled } from './draw/text.js';
import { type BinCounts, countBins } from './histogram/bins.js';
import { checkText, type PlotOptions, readPlotOptions } from './options.js';

/** Options of `histogram`. */
export interface HistogramOptions extends PlotOptions {
  /**
   * Number of bins of equal width from the least to the largest value, at most 200. Default: bins
   * of a round width, about as many as the rules of Freedman and Diaconis and of Sturges say.
   */
  bins?: number;
  /** What the values are; below the axis. */
  xName?: string;
}

const MOST_BINS = 200;
const MOST_STOPS = 40;

/**
 * How many values lie where. Missing values (NaN) and infinite ones are left out; the description
 * says how many.
 *
 * @param values one number per row
 * @returns one `<svg>` that stands alone
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { plots } from 'steepest/report';
 *
 * const svg = plots.histogram([1, 2, 2, 3, 3, 3, 4, 4, 5], { xName: 'rooms' });
 * writeFileSync('histogram.svg', svg);
 * ```
 */
export function histogram(values: ValueInput, options: HistogramOptions = {}): string {
  const read = readPlotOptions('histogram', options, ['bins', 'xName'], 'Histogram');
  const xName = options.xName === undefined ? 'value' : checkText('xName', options.xName);
  const data = readColumn('values', values);
  if (options.bins !== undefined) checkBins(options.bins);
  const finite = Float64Array.from(data).filter(Number.isFinite).sort();
  if (finite.length === 0) refuseNothing('values');
  const bins = countBins(finite, options.bins);
  const { edges, counts } = bins;
  const ends = [edges[0], edges[edges.length - 1]] as const;
  const most = extent([counts])![1];
  const frame = frameOf(
    read.width,
    { ends, name: xName, isNice: false },
    { ends: [0, most], name: 'rows', least: 1 },
    { note: `${valueText(finite.length)} rows` },
  );
  const { x, y, box } = frame;
  const marks = Array.from(counts, (count, i) => {
    const [left, right] = [x.of(edges[i]), x.of(edges[i + 1])];
    const title = `${valueText(edges[i])} to ${valueText(edges[i + 1])}: ${valueText(count)} rows`;
    const stop = counts.length <= MOST_STOPS ? ' tabindex="0" role="img"' : '';
    const gap = right - left > 4 ? 1 : 0;
    const bar =
      count === 0
        ? ''
        : `<rect class="mark" x="${at(left)}" y="${at(y.of(count))}" width="${at(Math.max(0.4, right - left - gap))}" height="${at(Math.max(0.6, box.bottom - y.of(count)))}"/>`;
    return `<g class="focus"${stop}>${titled(title)}<rect class="hit" x="${at(left)}" y="${at(box.top)}" width="${at(right - left)}" height="${at(box.bottom - box.top)}"/>${bar}</g>`;
  });
  return svgOf({
    ...read,
    height: frame.height,
    description: describe(xName, finite, data.length, bins),
    parts: [frame.parts, `<g class="s1">${marks.join('')}</g>`],
  });
}

function checkBins(bins: unknown): void {
  if (checkInteger('bins', bins) <= MOST_BINS) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `bins to be at most ${MOST_BINS}`,
    given: String(bins),
    hint: 'Narrower bars than that cannot be told apart.',
  });
}

function describe(name: string, ascending: Float64Array, rows: number, { edges, counts }: BinCounts): string {
  const quantile = (share: number): string =>
    valueText(ascending[Math.round(share * (ascending.length - 1))]);
  const left = rows - ascending.length;
  const most = counts.indexOf(extent([counts])![1]);
  const out = left === 0 ? '' : ` ${valueText(left)} without a number are left out.`;
  return `${name}: ${valueText(ascending.length)} rows from ${quantile(0)} to ${quantile(1)}, median ${quantile(0.5)}.${out} The fullest of ${counts.length} bins, ${valueText(edges[most])} to ${valueText(edges[most + 1])}, has ${valueText(counts[most])}.`;
}
