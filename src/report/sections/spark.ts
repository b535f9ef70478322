import { type Html, html } from '../page/html.js';

/** A histogram so small that it fits a table's cell. The numbers beside it say the same. */

const BINS = 12;
const WIDTH = 72;
const HEIGHT = 20;

/** How many values lie in each of equally wide parts of their range. */
export function binned(values: Float64Array, bins = BINS): Float64Array {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const counts = new Float64Array(bins);
  if (!(low < high)) return counts;
  const scale = bins / (high - low);
  for (const value of values) counts[Math.min(bins - 1, Math.floor((value - low) * scale))]!++;
  return counts;
}

/** Nothing for values that are all the same. */
export function spark(counts: ArrayLike<number>): Html | undefined {
  const most = Math.max(...Array.from(counts));
  if (!(most > 0)) return undefined;
  const step = WIDTH / counts.length;
  const bars = Array.from(counts, (n, i) => {
    const height = n === 0 ? 0 : Math.max(1, (HEIGHT * n) / most);
    return `M${(i * step).toFixed(1)} ${HEIGHT}v${(-height).toFixed(1)}h${(step - 1).toFixed(1)}V${HEIGHT}z`;
  });
  return html`<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" aria-hidden="true"><path d="${bars.join('')}"/></svg>`;
}
