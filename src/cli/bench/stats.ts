/** Figures of several rounds: medians with their spread, and shares of what cores can do. */

/** Median and spread of rounds. */
export interface Summary {
  value: number;
  min: number;
  max: number;
  rounds: number;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/**
 * The value below which a share `q` of the values lies; between two values, the mean of both for
 * the median.
 * @throws RangeError without values
 */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) throw new RangeError('no values');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (q === 0.5 && Number.isInteger(middle)) return (sorted[middle - 1]! + sorted[middle]!) / 2;
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]!;
}

/** Median and spread of the rounds. */
export function summary(values: readonly number[]): Summary {
  return { value: median(values), min: Math.min(...values), max: Math.max(...values), rounds: values.length };
}

/** Whether little or much is good. */
export type Better = 'lower' | 'higher';

/**
 * The share of what the cores could have computed in the time: operations per second over the peak
 * of one core times their number.
 * @param value seconds where less is better, GFLOP/s where more is
 * @param limit operations of what was timed, the peak of a core in FLOP/s, and how many computed
 * @returns undefined where the cores are not known
 */
export function shareOfLimit(
  value: number,
  better: Better,
  { flops, peak, cores }: { flops: number; peak: number; cores: number | undefined },
): number | undefined {
  if (cores === undefined) return undefined;
  const rate = better === 'higher' ? value * 1e9 : flops / value;
  return rate / (peak * cores);
}

/** Rounds that differ so much were disturbed by something else on the machine. */
const STEADY = 2;

export const isUnsteady = ({ min, max }: { min: number; max: number }): boolean => max > STEADY * min;
