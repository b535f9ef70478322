// Figures of several rounds, and ratios that say the same whichever way is better.
import { summary } from '#steepest/cli/bench/stats.js';

export { isUnsteady, median, quantile, shareOfLimit, summary } from '#steepest/cli/bench/stats.js';

/** How many times better ours is than theirs: above 1 ours is ahead, whether much or little is good. */
export function advantage(ours, theirs, better) {
  return better === 'higher' ? ours / theirs : theirs / ours;
}

/** Round by round, since both saw the same machine then. */
export function advantages(ours, theirs, better) {
  const count = Math.min(ours.length, theirs.length);
  return summary(Array.from({ length: count }, (_, i) => advantage(ours[i], theirs[i], better)));
}
