/**
 * Counter-based random numbers: a value is a function of a key and a counter only. Shuffling,
 * dropout and initialization therefore do not depend on the order of draws.
 *
 * Threefry-2x32 with 20 rounds: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1,
 * 2, 3" (SC'11), section 4.3.
 */

/** Rotation distances of the eight rounds that repeat (Random123, R_32x2). */
const R0 = 13;
const R1 = 15;
const R2 = 26;
const R3 = 6;
const R4 = 17;
const R5 = 29;
const R6 = 16;
const R7 = 24;

/** Parity word of the key schedule: the Skein constant C240, truncated to 32 bits. */
const KEY_PARITY = 0x1bd11bda;

/** 2³²: the number of values of a word. */
const WORDS = 4294967296;

/** 2²⁶: two words contribute 26 bits each, because a float64 holds 52 bits and a half exactly. */
const HALF = 67108864;

/** 2¹⁶. */
const HALF_WORD = 65536;

/**
 * The two words for key (k0, k1) and counter (c0, c1), written to `out[0]` and `out[1]`. Arguments
 * are taken mod 2³²; whole numbers up to 2⁵³ are accepted.
 */
export function threefry2x32(k0: number, k1: number, c0: number, c1: number, out: Uint32Array): void {
  const ks0 = k0 | 0;
  const ks1 = k1 | 0;
  const ks2 = KEY_PARITY ^ ks0 ^ ks1;
  let x = ((c0 | 0) + ks0) | 0;
  let y = ((c1 | 0) + ks1) | 0;

  // Rounds 1–4, then the first key injection. Each round: x += y; y = rotate(y) ^ x.
  x = (x + y) | 0;
  y = ((y << R0) | (y >>> (32 - R0))) ^ x;
  x = (x + y) | 0;
  y = ((y << R1) | (y >>> (32 - R1))) ^ x;
  x = (x + y) | 0;
  y = ((y << R2) | (y >>> (32 - R2))) ^ x;
  x = (x + y) | 0;
  y = ((y << R3) | (y >>> (32 - R3))) ^ x;
  x = (x + ks1) | 0;
  y = (y + ks2 + 1) | 0;

  // Rounds 5–8.
  x = (x + y) | 0;
  y = ((y << R4) | (y >>> (32 - R4))) ^ x;
  x = (x + y) | 0;
  y = ((y << R5) | (y >>> (32 - R5))) ^ x;
  x = (x + y) | 0;
  y = ((y << R6) | (y >>> (32 - R6))) ^ x;
  x = (x + y) | 0;
  y = ((y << R7) | (y >>> (32 - R7))) ^ x;
  x = (x + ks2) | 0;
  y = (y + ks0 + 2) | 0;

  // Rounds 9–12.
  x = (x + y) | 0;
  y = ((y << R0) | (y >>> (32 - R0))) ^ x;
  x = (x + y) | 0;
  y = ((y << R1) | (y >>> (32 - R1))) ^ x;
  x = (x + y) | 0;
  y = ((y << R2) | (y >>> (32 - R2))) ^ x;
  x = (x + y) | 0;
  y = ((y << R3) | (y >>> (32 - R3))) ^ x;
  x = (x + ks0) | 0;
  y = (y + ks1 + 3) | 0;

  // Rounds 13–16.
  x = (x + y) | 0;
  y = ((y << R4) | (y >>> (32 - R4))) ^ x;
  x = (x + y) | 0;
  y = ((y << R5) | (y >>> (32 - R5))) ^ x;
  x = (x + y) | 0;
  y = ((y << R6) | (y >>> (32 - R6))) ^ x;
  x = (x + y) | 0;
  y = ((y << R7) | (y >>> (32 - R7))) ^ x;
  x = (x + ks1) | 0;
  y = (y + ks2 + 4) | 0;

  // Rounds 17–20.
  x = (x + y) | 0;
  y = ((y << R0) | (y >>> (32 - R0))) ^ x;
  x = (x + y) | 0;
  y = ((y << R1) | (y >>> (32 - R1))) ^ x;
  x = (x + y) | 0;
  y = ((y << R2) | (y >>> (32 - R2))) ^ x;
  x = (x + y) | 0;
  y = ((y << R3) | (y >>> (32 - R3))) ^ x;
  out[0] = x + ks2;
  out[1] = y + ks0 + 5;
}

/** ⌊word·n / 2³²⌋: a whole number below n. n may be up to 2³²; the product is exact. */
export function scaleWord(word: number, n: number): number {
  // word·n may need 64 bits, so n is split into halves to keep every product below 2⁵³.
  const high = Math.floor(n / HALF_WORD);
  const low = n - high * HALF_WORD;
  const carry = Math.floor((word * low) / HALF_WORD);
  return Math.floor((word * high + carry) / HALF_WORD);
}

/**
 * Uniform float64 in the open interval (0, 1): number i of a stream is (b + ½) / 2⁵² with b the
 * upper 26 bits of word 0 and of word 1, at counter (⌊i / 2³²⌋, i mod 2³²). Every step is exact.
 */
export class UniformStream {
  private readonly words = new Uint32Array(2);

  /** @param seed key word 0. @param stream key word 1: one per independent use. */
  constructor(
    private readonly seed: number,
    private readonly stream: number,
  ) {}

  at(i: number): number {
    const { words } = this;
    // The remainder of a float64 costs more than all the rounds.
    const upper = i < WORDS ? 0 : Math.floor(i / WORDS);
    threefry2x32(this.seed, this.stream, upper, i - upper * WORDS, words);
    const high = (words[0] as number) >>> 6;
    const low = (words[1] as number) >>> 6;
    return (high * HALF + low + 0.5) / (HALF * HALF);
  }
}
