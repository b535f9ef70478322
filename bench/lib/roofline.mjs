// The limit that the processor sets: the rate of fused multiply-adds of the cores used.
import { backend } from 'steepest';
import { measurePeak } from '#steepest/kernels/backend.js';

const UNITS = { '': 1, k: 1e3, M: 1e6 };

/**
 * Floating-point operations of a training step, as `explain` counts them; a convolution counts as a
 * direct one.
 */
export function stepFlops(model, { batchSize, workers = 1 }) {
  const [first] = model.explain({ batchSize, workers }).split('\n');
  const [, number, unit] = /([\d.]+) (k|M)?FLOP\b/.exec(first) ?? [];
  if (number === undefined) throw new Error(`explain gives no number of operations: ${first}`);
  return Number(number) * UNITS[unit ?? ''];
}

/** The peak of one core in FLOP/s, measured now; undefined without native kernels. */
export function peakOfCore(isa = backend().isa) {
  return backend().kind === 'native' ? Math.max(measurePeak(isa), measurePeak(isa)) : undefined;
}

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
