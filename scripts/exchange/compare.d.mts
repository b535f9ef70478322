import type { Sequential } from 'steepest';
import type { Samples } from './networks.mjs';

/** What the rounding of float32 alone may make. */
export const MOST_DIFFERENCE: number;

/** How far two implementations of a network in float32 may be apart. */
export function mostDifference(model: Sequential, x: Samples): Promise<number>;

/** The outputs of one batch, by their names. */
export interface ComparedBatch {
  expected: Record<string, { data: readonly (number | string)[]; shape: readonly number[] }>;
  actual: Record<string, { data: Iterable<number | string>; dims: readonly number[] }>;
}

/** The largest difference between outputs, in units of the largest number of the output. */
export function differenceOf(batches: readonly ComparedBatch[]): number;
