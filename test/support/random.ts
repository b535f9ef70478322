/** Numbers in −1 … 1 that are exact in float32; a multiplicative congruential generator (Park & Miller 1988). */
export function randomNumbers(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return Math.fround((2 * state) / 2147483647 - 1);
  };
}

/**
 * Numbers in −0.5 … 0.5, multiples of 2⁻³²: sums and products of a few are exact. The scripts of the
 * oracles have the same generator, a linear congruential one.
 */
export function centredNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
}

export function randomRows(rows: number, cols: number, next: () => number): number[][] {
  return Array.from({ length: rows }, () => Array.from({ length: cols }, next));
}
