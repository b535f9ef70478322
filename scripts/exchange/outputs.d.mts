import type { OnnxOptions, Sequential } from 'steepest';
import type { Samples } from './networks.mjs';

/** What a network's graph has to return, by the names of its outputs. */
export function expectedOutputs(
  model: Sequential,
  options: OnnxOptions,
  x: Samples,
): Promise<Record<string, { data: number[] | string[]; shape: number[] }>>;
