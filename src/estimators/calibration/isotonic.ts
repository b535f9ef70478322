/** Isotonic regression in one variable: the rising step function closest to the targets. */

/** The function as points, ascending in x, between which it is linear. */
export interface IsotonicFit {
  x: Float64Array;
  y: Float64Array;
}

/** Values nearer to each other than this are one value, as in scikit-learn. */
const SAME = 1e-15;

/**
 * Weighted least squares under the condition that y never falls, by pooling adjacent violators
 * (Barlow et al. 1972; Best & Chakravarti 1990).
 * @param weights at least one above 0; rows of weight 0 are ignored
 */
export function fitIsotonic(x: Float64Array, y: Float64Array, weights: Float64Array): IsotonicFit {
  const { xs, ys, ws } = distinct(x, y, weights);
  pool(ys, ws);
  // Inner points of a plateau do not change the function.
  const last = ys.length - 1;
  const keep = xs
    .map((_, i) => i)
    .filter((i) => i === 0 || i === last || ys[i] !== ys[i - 1] || ys[i] !== ys[i + 1]);
  return { x: Float64Array.from(keep, (i) => xs[i]!), y: Float64Array.from(keep, (i) => ys[i]!) };
}

/** Ascending distinct values of x, with the mean target and the weight of each. */
function distinct(x: Float64Array, y: Float64Array, weights: Float64Array) {
  const order = Array.from(x.keys()).filter((i) => weights[i]! > 0);
  order.sort((a, b) => x[a]! - x[b]! || y[a]! - y[b]!);
  const xs: number[] = [];
  const ys: number[] = [];
  const ws: number[] = [];
  for (const i of order) {
    const at = xs.length - 1;
    if (at >= 0 && x[i]! - xs[at]! < SAME) {
      ys[at]! += y[i]! * weights[i]!;
      ws[at]! += weights[i]!;
    } else {
      xs.push(x[i]!);
      ys.push(y[i]! * weights[i]!);
      ws.push(weights[i]!);
    }
  }
  return { xs, ys: ys.map((sum, i) => sum / ws[i]!), ws };
}

/** Replaces each block of falling values by its mean. */
function pool(ys: number[], ws: readonly number[]): void {
  const means: number[] = [];
  const totals: number[] = [];
  const counts: number[] = [];
  ys.forEach((value, i) => {
    let [mean, total, count] = [value, ws[i]!, 1];
    while (means.length > 0 && means[means.length - 1]! >= mean) {
      const before = totals.pop()!;
      mean = (means.pop()! * before + mean * total) / (before + total);
      total += before;
      count += counts.pop()!;
    }
    means.push(mean);
    totals.push(total);
    counts.push(count);
  });
  let at = 0;
  means.forEach((mean, block) => {
    for (let i = 0; i < counts[block]!; i++) ys[at++] = mean;
  });
}

/** The function at a value; beyond the ends it is constant. */
export function isotonicAt({ x, y }: IsotonicFit, value: number): number {
  const last = x.length - 1;
  if (value <= x[0]!) return y[0]!;
  if (value >= x[last]!) return y[last]!;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle]! < value) low = middle;
    else high = middle;
  }
  const slope = (y[high]! - y[low]!) / (x[high]! - x[low]!);
  return slope * (value - x[low]!) + y[low]!;
}
