/** Numbers for test cases, from a seed; Marsaglia's xorshift32 is random enough to fill matrices. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 1;
  }

  /** A word of 32 bits. */
  word(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return x >>> 0;
  }

  /** In [0, 1). */
  unit(): number {
    return this.word() / 2 ** 32;
  }

  /** A whole number below n. */
  below(n: number): number {
    return Math.floor(this.unit() * n);
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }
}

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** The numbers that float32 code gets wrong: signed zeros, infinities, NaN, both ends of the range. */
const SPECIAL = [
  0,
  -0,
  1,
  -1,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
  2 ** -149,
  -(2 ** -149),
  2 ** -126,
  -(2 ** -126) + 2 ** -149,
  3.4028234663852886e38,
  -3.4028234663852886e38,
  2 ** -75,
  88.72,
  -87.4,
  -103.9,
];

/** How a case's float operands are filled. */
export const VALUES = ['ordinary', 'integers', 'wild', 'anyBits'] as const;
export type Values = (typeof VALUES)[number];

/** A float32 number of the given sort. */
export function floatOf(values: Values, random: Random): number {
  switch (values) {
    case 'integers':
      // Small ones: many equal, many zero, sums exact.
      return random.below(9) - 4;
    case 'wild':
      if (random.chance(0.1)) return random.pick(SPECIAL);
      return Math.fround((random.unit() - 0.5) * 2 ** (random.below(60) - 30));
    case 'anyBits':
      word[0] = random.word();
      return float[0] as number;
    default:
      return Math.fround((random.unit() - 0.5) * 6);
  }
}
