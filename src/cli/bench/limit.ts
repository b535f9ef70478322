/** The limit that the processor sets: the rate of fused multiply-adds of the cores used. */
import { backend, measurePeak } from '../../kernels/backend.js';

const UNITS: Record<string, number> = { '': 1, k: 1e3, M: 1e6 };

/** The part of a network that {@link stepFlops} needs. */
export interface Explained {
  explain(options: { batchSize: number; workers: number }): string;
}

/**
 * Floating-point operations of a training step, as `explain` counts them; a convolution counts as a
 * direct one.
 */
export function stepFlops(
  model: Explained,
  { batchSize, workers = 1 }: { batchSize: number; workers?: number },
): number {
  const [first] = model.explain({ batchSize, workers }).split('\n');
  const [, number, unit] = /([\d.]+) (k|M)?FLOP\b/.exec(first!) ?? [];
  if (number === undefined) throw new Error(`explain gives no number of operations: ${first}`);
  return Number(number) * UNITS[unit ?? '']!;
}

/** The peak of one core in FLOP/s, measured now; undefined without native kernels. */
export function peakOfCore(isa: string = backend().isa): number | undefined {
  return backend().kind === 'native' ? Math.max(measurePeak(isa), measurePeak(isa)) : undefined;
}
