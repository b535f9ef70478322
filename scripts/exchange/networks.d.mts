import type { OnnxOptions, Sequential } from 'steepest';

/** Numbers with their shape, samples first. */
export interface Samples {
  data: Float32Array;
  shape: number[];
}

export interface NetworkCase {
  name: string;
  model: Sequential;
  options: OnnxOptions;
  /** Samples drawn at random. */
  x(rows: number): Samples;
  /** Whether they are whole numbers from 0 to 255. */
  bytes: boolean;
}

/** Every layer with every option, and networks drawn at random. */
export function networkCases(
  steepest: Pick<typeof import('steepest'), 'activationNames' | 'layers' | 'lossNames' | 'sequential'>,
  random: number,
): Generator<NetworkCase>;
