/** Numbers in −1 … 1 that are exact in float32; a multiplicative congruential generator (Park & Miller 1988). */
export function randomNumbers(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return Math.fround((2 * state) / 2147483647 - 1);
  };
}

export function randomRows(rows: number, cols: number, next: () => number): number[][] {
  return Array.from({ length: rows }, () => Array.from({ length: cols }, next));
}
