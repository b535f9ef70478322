// A bar chart as inline SVG: how many times faster than each peer, on a logarithmic axis, with the line at 1 ×.
import { digits } from '../lib/print.mjs';
import { escapeText } from './escape.mjs';

const WIDTH = 860;
const LABEL = 300;
const RIGHT = 64;
const BAR = 14;
const LINE = 20;
const GAP = 16;
const HEAD = 22;
const TICKS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

/** Ratios to positions. The axis holds 1 × and every ratio, with a little room. */
function axis(ratios) {
  const low = Math.min(0.8, ...ratios) / 1.15;
  const high = Math.max(2, ...ratios) * 1.1;
  const [from, to] = [Math.log(low), Math.log(high)];
  const x = (ratio) => LABEL + ((Math.log(ratio) - from) / (to - from)) * (WIDTH - LABEL - RIGHT);
  const inside = TICKS.filter((tick) => tick >= low && tick <= high);
  const every = Math.ceil(inside.length / 10);
  const unit = inside.indexOf(1);
  return { x, ticks: inside.filter((_, i) => (i - unit) % every === 0) };
}

function bar(peer, y, x) {
  const label = `<text class="peer" x="${LABEL - 10}" y="${y + 11}" text-anchor="end">${escapeText(peer.name)}</text>`;
  if (peer.absent !== undefined)
    return `${label}<text class="absent" x="${x(1) + 8}" y="${y + 11}">absent</text>`;
  const { value, min, max } = peer.ratio;
  const [left, right] = [Math.min(x(1), x(value)), Math.max(x(1), x(value))];
  const title = `${peer.name}: ${digits(value)} × (${digits(min)}–${digits(max)})`;
  const end = Math.max(right, x(max), x(1)) + 6;
  return (
    `${label}<g><title>${escapeText(title)}</title>` +
    `<rect class="${value >= 1 ? 'won' : 'lost'}" x="${left.toFixed(1)}" y="${y}" width="${Math.max(1, right - left).toFixed(1)}" height="${BAR}" rx="2"/>` +
    `<path class="spread" d="M${x(min).toFixed(1)} ${y + BAR / 2}H${x(max).toFixed(1)}"/></g>` +
    `<text class="value" x="${end.toFixed(1)}" y="${y + 11}">${digits(value)} ×</text>`
  );
}

/** @returns the SVG of a suite's rows, or '' if no row was compared with anything */
export function chart(rows) {
  const compared = rows.filter((row) => row.peers.length > 0);
  const ratios = compared.flatMap((row) =>
    row.peers.flatMap(({ ratio }) => (ratio ? [ratio.value, ratio.min, ratio.max] : [])),
  );
  if (ratios.length === 0) return '';
  const { x, ticks } = axis(ratios);
  let y = HEAD + 6;
  const bars = [];
  for (const row of compared) {
    bars.push(`<text class="row" x="4" y="${y + 12}">${escapeText(row.name)}</text>`);
    y += LINE;
    for (const peer of row.peers) {
      bars.push(bar(peer, y, x));
      y += LINE;
    }
    y += GAP;
  }
  const grid = ticks.map(
    (tick) =>
      `<path class="${tick === 1 ? 'one' : 'grid'}" d="M${x(tick).toFixed(1)} ${HEAD}V${y - GAP}"/>` +
      `<text class="tick" x="${x(tick).toFixed(1)}" y="${HEAD - 7}" text-anchor="middle">${tick} ×</text>`,
  );
  return `<svg viewBox="0 0 ${WIDTH} ${y - GAP + 6}" role="img" aria-label="how many times faster steepest is">${grid.join('')}${bars.join('')}</svg>`;
}
