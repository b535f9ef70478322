/** What a matrix of second derivatives is made of. */
export interface BlockShape {
  outputs: number;
  features: number;
  fitIntercept: boolean;
  /** Rows and columns of a block: intercept, features, padding. */
  blockSize: number;
}

/**
 * Places blocks into a symmetric matrix of all variables: coefficients, outputs × features, then
 * intercepts. There is a block for each pair of outputs k ≤ l; its upper triangle is
 * Σ h·[1 | x]ᵀ·[1 | x], where −h is the second derivative of the loss by the scores k and l ≠ k.
 * @param scale every element is multiplied by it
 */
export function readBlocks(
  blocks: Float64Array,
  { outputs, features, fitIntercept, blockSize }: BlockShape,
  scale: number,
  matrix: Float64Array,
): void {
  const coefficients = outputs * features;
  const size = coefficients + (fitIntercept ? outputs : 0);
  // Row 0 of a block is the intercept's.
  const place = (k: number, i: number): number => (i === 0 ? coefficients + k : k * features + i - 1);
  const first = fitIntercept ? 0 : 1;
  for (let k = 0, start = 0; k < outputs; k++) {
    for (let l = k; l < outputs; l++, start += blockSize * blockSize) {
      const factor = l === k ? scale : -scale;
      for (let i = first; i <= features; i++) {
        for (let j = i; j <= features; j++) {
          const value = blocks[start + i * blockSize + j]! * factor;
          const [ki, kj, li, lj] = [place(k, i), place(k, j), place(l, i), place(l, j)];
          matrix[ki * size + lj] = value;
          matrix[lj * size + ki] = value;
          matrix[kj * size + li] = value;
          matrix[li * size + kj] = value;
        }
      }
    }
  }
}
