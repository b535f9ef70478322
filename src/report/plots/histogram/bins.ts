import { roundStep } from '../draw/scales.js';

export interface BinCounts {
  /** One more than there are bins, ascending. */
  edges: Float64Array;
  /** Values from one edge to before the next; the last bin has its upper edge too. */
  counts: Float64Array;
}

/** Most bins that are chosen by a rule. */
const MOST_CHOSEN = 60;

/**
 * Counts values in bins of equal width.
 * @param ascending finite numbers
 * @param bins their number, as NumPy's `histogram` takes it; without it, bins of a round width
 */
export function countBins(ascending: Float64Array, bins: number | undefined): BinCounts {
  const [low, high] = [ascending[0], ascending[ascending.length - 1]];
  const edges = bins === undefined ? roundEdges(ascending) : evenEdges(low, high, bins);
  const counts = new Float64Array(edges.length - 1);
  let bin = 0;
  for (const value of ascending) {
    while (bin < counts.length - 1 && value >= edges[bin + 1]) bin++;
    counts[bin]++;
  }
  return { edges, counts };
}

function evenEdges(low: number, high: number, bins: number): Float64Array {
  // Of equal values, one unit around them, as NumPy does.
  const [from, to] = low === high ? [low - 0.5, high + 0.5] : [low, high];
  return Float64Array.from({ length: bins + 1 }, (_, i) => {
    const share = i / bins;
    return i === bins ? to : from * (1 - share) + to * share;
  });
}

/**
 * Widths by Freedman and Diaconis (1981), 2·IQR / n^⅓, and by Sturges (1926), range / (log₂ n + 1):
 * the smaller of both, made round.
 */
function roundEdges(ascending: Float64Array): Float64Array {
  const count = ascending.length;
  const [low, high] = [ascending[0], ascending[count - 1]];
  // Halves: the difference of the largest numbers is infinite.
  const half = high / 2 - low / 2;
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (half <= size * 1e-9) return evenEdges(low, high, 1);
  const quantile = (share: number): number => ascending[Math.round(share * (count - 1))];
  const middle = (quantile(0.75) / 2 - quantile(0.25) / 2) * (2 / Math.cbrt(count));
  const sturges = half / (Math.log2(count) + 1);
  const rough = Math.max(middle > 0 ? Math.min(middle, sturges) : sturges, half / MOST_CHOSEN) * 2;
  const step = roundStep(Math.min(rough, Number.MAX_VALUE / 10));
  const first = Math.floor(low / step);
  const bins = Math.max(1, Math.floor(high / step) + 1 - first);
  return Float64Array.from({ length: bins + 1 }, (_, i) => {
    const edge = (first + i) * step;
    return Number.isFinite(edge) ? edge : Math.sign(edge) * Number.MAX_VALUE;
  });
}
