import type { Summary } from '#steepest/cli/bench/stats.js';

export {
  isUnsteady,
  median,
  quantile,
  type Summary,
  shareOfLimit,
  summary,
} from '#steepest/cli/bench/stats.js';

export function advantage(ours: number, theirs: number, better: 'higher' | 'lower'): number;
export function advantages(
  ours: readonly number[],
  theirs: readonly number[],
  better: 'higher' | 'lower',
): Summary;
