import type { Draws } from '../../core/draws.js';
import type { InParts } from '../../core/inParts.js';

/**
 * Mutual information of a column and a target, in nats, by distances to nearest neighbours:
 * Kraskov, Stögbauer & Grassberger, "Estimating mutual information", Phys. Rev. E 69 (2004), for two
 * continuous variables; Ross, "Mutual information between discrete and continuous data sets", PLoS
 * ONE 9 (2014), if one is discrete. Estimates below 0 become 0.
 */

/** Size of the noise that separates equal numbers, as in scikit-learn. */
const NOISE = 1e-10;

/** Euler's constant. */
const GAMMA = 0.5772156649015329;

/** Rows to process between two places where the event loop may run. */
const ROWS_PER_PART = 2 ** 10;

/** ψ(n), the logarithmic derivative of Γ, at whole numbers up to `most`: −γ + Σ 1/k for k < n. */
export function digammas(most: number): Float64Array {
  const values = new Float64Array(most + 1);
  values[0] = Number.NaN;
  let sum = -GAMMA;
  for (let n = 1; n <= most; n++) {
    values[n] = sum;
    sum += 1 / n;
  }
  return values;
}

/** A continuous variable, divided by its standard deviation, with a little noise against ties. */
export function prepared(values: Float64Array, noise: Draws): Float64Array {
  const rows = values.length;
  const shift = values[0]!;
  let mean = 0;
  for (const value of values) mean += (value - shift) / rows;
  let variance = 0;
  for (const value of values) variance += (value - shift - mean) ** 2 / rows;
  const scale = variance > 0 ? Math.sqrt(variance) : 1;
  let size = 0;
  for (const value of values) size += Math.abs(value / scale) / rows;
  const step = NOISE * Math.max(1, size);
  return values.map((value) => value / scale + step * noise.normal());
}

/** Rows by ascending value. */
function orderOf(values: Float64Array): Uint32Array {
  return Uint32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
}

/** How many of the sorted numbers lie less than `radius` away from `value`, itself included. */
function countWithin(sorted: Float64Array, value: number, radius: number): number {
  const firstWhere = (holds: (other: number) => boolean): number => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holds(sorted[middle]!)) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  const begin = firstWhere((other) => value - other < radius);
  return firstWhere((other) => other - value >= radius) - begin;
}

/** Of a continuous and a discrete variable. @param codes from 0 to classes − 1 */
export function* ofContinuousAndDiscrete(
  values: Float64Array,
  codes: Int32Array,
  classes: number,
  neighbors: number,
): InParts<number> {
  const rows = values.length;
  const members: number[][] = Array.from({ length: classes }, () => []);
  for (const row of orderOf(values)) members[codes[row]!]!.push(row);
  const used = members.filter((list) => list.length > 1);
  const sorted = Float64Array.from(used.flat(), (row) => values[row]!).sort();
  const psi = digammas(Math.max(rows, neighbors) + 1);
  let sum = 0;
  yield;
  for (const list of used) {
    const k = Math.min(neighbors, list.length - 1);
    for (const [i, row] of list.entries()) {
      if (i % ROWS_PER_PART === ROWS_PER_PART - 1) yield;
      const value = values[row]!;
      // The k nearest of a sorted list are a window of it.
      let [low, high] = [i, i];
      let radius = 0;
      while (high - low < k) {
        const below = low > 0 ? value - values[list[low - 1]!]! : Number.POSITIVE_INFINITY;
        const above = high + 1 < list.length ? values[list[high + 1]!]! - value : Number.POSITIVE_INFINITY;
        if (below <= above) low--;
        else high++;
        radius = Math.min(below, above);
      }
      const near = Math.max(1, countWithin(sorted, value, radius));
      sum += psi[k]! - psi[list.length]! - psi[near]!;
    }
  }
  if (sorted.length === 0) return 0;
  return Math.max(0, psi[sorted.length]! + sum / sorted.length);
}

/** Of two continuous variables. */
export function* ofContinuous(x: Float64Array, y: Float64Array, neighbors: number): InParts<number> {
  const rows = x.length;
  const k = Math.min(neighbors, rows - 1);
  if (k < 1) return 0;
  const order = orderOf(x);
  const xs = Float64Array.from(order, (row) => x[row]!);
  const ys = Float64Array.from(order, (row) => y[row]!);
  const sortedY = y.slice().sort();
  const psi = digammas(rows + 1);
  const nearest = new Float64Array(k);
  let sum = 0;
  yield;
  for (let i = 0; i < rows; i++) {
    if (i % ROWS_PER_PART === ROWS_PER_PART - 1) yield;
    const radius = radiusAt(xs, ys, i, nearest);
    sum += psi[Math.max(1, countWithin(xs, xs[i]!, radius))]!;
    sum += psi[Math.max(1, countWithin(sortedY, ys[i]!, radius))]!;
  }
  return Math.max(0, psi[rows]! + psi[k]! - sum / rows);
}

/**
 * The distance (the larger of both coordinates') of row i from its k-th neighbour. Rows are sorted
 * by x: a search in both directions ends where x alone is too far away.
 */
function radiusAt(xs: Float64Array, ys: Float64Array, i: number, nearest: Float64Array): number {
  const last = nearest.length - 1;
  nearest.fill(Number.POSITIVE_INFINITY);
  const visit = (j: number, dx: number): void => {
    const distance = Math.max(dx, Math.abs(ys[j]! - ys[i]!));
    let at = last;
    if (distance >= nearest[at]!) return;
    for (; at > 0 && nearest[at - 1]! > distance; at--) nearest[at] = nearest[at - 1]!;
    nearest[at] = distance;
  };
  let [low, high] = [i - 1, i + 1];
  for (;;) {
    const below = low >= 0 ? xs[i]! - xs[low]! : Number.POSITIVE_INFINITY;
    const above = high < xs.length ? xs[high]! - xs[i]! : Number.POSITIVE_INFINITY;
    const dx = Math.min(below, above);
    if (dx >= nearest[last]!) return nearest[last]!;
    if (below <= above) visit(low--, below);
    else visit(high++, above);
  }
}

/** Of two discrete variables: Σ p(x, y)·ln(p(x, y) / (p(x)·p(y))). */
export function ofDiscrete(a: Int32Array, b: Int32Array, classes: number): number {
  const rows = a.length;
  const together = new Map<number, number>();
  const ofA = new Map<number, number>();
  const ofB = new Map<number, number>();
  const count = (counts: Map<number, number>, key: number): void => {
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  for (let i = 0; i < rows; i++) {
    count(together, a[i]! * classes + b[i]!);
    count(ofA, a[i]!);
    count(ofB, b[i]!);
  }
  let sum = 0;
  for (const [key, n] of together) {
    const expected = (ofA.get(Math.floor(key / classes))! * ofB.get(key % classes)!) / rows;
    sum += (n / rows) * Math.log(n / expected);
  }
  return Math.max(0, sum);
}
