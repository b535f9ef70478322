import type { F64 } from '../prepare.js';

/**
 * Rows and columns of C that the micro-kernel keeps in registers. V8 computes all products of one k before
 * the first sum, so 6 sums, 6 products and 3 values of B are what fits in its 15 vector registers; 4 × 4
 * spills and is a third slower (measured on Zen 4: 7.3 against 4.7 GFLOP/s).
 */
export const TILE_ROWS = 2;
export const TILE_COLS = 3;

/**
 * tile[i][j] += Σₚ a[p][i]·b[p][j], p ascending, one chain of float64 sums for each element.
 *
 * @param a panel of A: TILE_ROWS values for each p, from element 0
 * @param b panels of B: TILE_COLS values for each p
 * @param from first element of the panel in b
 * @param to end of the panel in b
 * @param tile TILE_ROWS × TILE_COLS values
 */
export function multiplyPanels(a: F64, b: F64, from: number, to: number, tile: F64): void {
  let c00 = tile[0]!;
  let c01 = tile[1]!;
  let c02 = tile[2]!;
  let c10 = tile[3]!;
  let c11 = tile[4]!;
  let c12 = tile[5]!;
  let ia = 0;
  let ib = from;
  while (ib < to) {
    const b0 = b[ib]!;
    const b1 = b[ib + 1]!;
    const b2 = b[ib + 2]!;
    let x = a[ia]!;
    c00 += x * b0;
    c01 += x * b1;
    c02 += x * b2;
    x = a[ia + 1]!;
    c10 += x * b0;
    c11 += x * b1;
    c12 += x * b2;
    ia += TILE_ROWS;
    ib += TILE_COLS;
  }
  tile[0] = c00;
  tile[1] = c01;
  tile[2] = c02;
  tile[3] = c10;
  tile[4] = c11;
  tile[5] = c12;
}
