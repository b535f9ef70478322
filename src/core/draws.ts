import { checkInteger } from './check.js';
import { atOnce, eachRange, type InParts } from './inParts.js';
import { inverseNormal } from './normal.js';
import { UniformStream } from './random.js';

/**
 * Stream numbers: each use draws from its own stream, so that one seed gives independent numbers.
 */
export const STREAMS = {
  classification: 1,
  regression: 2,
  blobs: 3,
  moons: 4,
  split: 5,
  folds: 6,
  search: 7,
  importance: 8,
  curve: 9,
  images: 10,
  mutualInformation: 11,
  descent: 12,
  report: 13,
} as const;

/** The seed is one 32-bit word of the random generator's key. */
const SEEDS = 2 ** 32;

/** @throws SteepestError `ERR_ARGUMENT` */
export function checkSeed(seed: unknown): number {
  return checkInteger('seed', seed, 0) % SEEDS;
}

/**
 * A sequence of random numbers: number i is a function of seed, stream and i (Threefry-2x32-20).
 * Normal numbers are the inverse distribution function of a uniform one, so the same seed gives the
 * same bits on every machine.
 */
export class Draws {
  private position = 0;
  private readonly uniforms: UniformStream;

  constructor(seed: number, stream: number) {
    this.uniforms = new UniformStream(seed, stream);
  }

  /** Uniform in the open interval (low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * this.uniforms.at(this.position++);
  }

  /** Standard normal. */
  normal(): number {
    return inverseNormal(this.uniform());
  }

  /** A whole number from 0 to n − 1. */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** n numbers from one draw function. */
  many(n: number, draw: () => number): Float64Array {
    return Float64Array.from({ length: n }, draw);
  }

  /** 0 … n − 1 in random order (Fisher–Yates shuffle). */
  permutation(n: number): Uint32Array {
    return atOnce(this.permuting(n));
  }

  /** {@link permutation} in parts. Nothing else may draw before its end. */
  *permuting(n: number): InParts<Uint32Array> {
    const order = new Uint32Array(n);
    for (let i = 0; i < n; i++) order[i] = i;
    yield* eachRange(n - 1, (begin, end) => {
      for (let i = n - 1 - begin; i > n - 1 - end; i--) {
        const j = this.below(i + 1);
        const kept = order[i]!;
        order[i] = order[j]!;
        order[j] = kept;
      }
    });
    return order;
  }
}
