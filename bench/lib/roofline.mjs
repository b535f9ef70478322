// The limit that the processor sets, around contenders that take turns.
import { peakOfCore } from '#steepest/cli/bench/limit.js';

export { stepFlops } from '#steepest/cli/bench/limit.js';

/**
 * Runs contenders between two measurements of the peak, so that both saw the same clock.
 * @param flops of what a contender does in the time that it gives
 * @param cores by contender
 * @returns [results, limit], which rowOf takes
 */
export async function withPeak({ flops, cores }, run) {
  const before = peakOfCore();
  const results = await run();
  const peak = before === undefined ? undefined : Math.max(before, peakOfCore());
  return [results, peak === undefined ? undefined : { flops, cores, peak }];
}
