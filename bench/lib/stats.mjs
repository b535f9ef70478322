// Figures of several rounds: medians with their spread, and ratios that say the same whichever way is better.

export const median = (values) => quantile(values, 0.5);

/** The value below which a share `q` of the values lies; between two values, the mean of both for the median. */
export function quantile(values, q) {
  if (values.length === 0) throw new RangeError('no values');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (q === 0.5 && Number.isInteger(middle)) return (sorted[middle - 1] + sorted[middle]) / 2;
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}

/** Median and spread of the rounds. */
export function summary(values) {
  return { value: median(values), min: Math.min(...values), max: Math.max(...values), rounds: values.length };
}

/** How many times better ours is than theirs: above 1 ours is ahead, whether much or little is good. */
export function advantage(ours, theirs, better) {
  return better === 'higher' ? ours / theirs : theirs / ours;
}

/** Round by round, since both saw the same machine then. */
export function advantages(ours, theirs, better) {
  const count = Math.min(ours.length, theirs.length);
  return summary(Array.from({ length: count }, (_, i) => advantage(ours[i], theirs[i], better)));
}

/**
 * The share of what the cores could have computed in the time: operations per second over the peak
 * of one core times their number.
 * @param value seconds where less is better, GFLOP/s where more is
 * @returns undefined where the cores are not known
 */
export function shareOfLimit(value, better, { flops, peak, cores }) {
  if (cores === undefined) return undefined;
  const rate = better === 'higher' ? value * 1e9 : flops / value;
  return rate / (peak * cores);
}

/** Rounds that differ so much were disturbed by something else on the machine. */
const STEADY = 2;

export const isUnsteady = ({ min, max }) => max > STEADY * min;
