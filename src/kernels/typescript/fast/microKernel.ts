/**
 * Rows and columns of C that the micro-kernel keeps in registers. V8 computes all products of one k before
 * the first sum, so 6 sums, 6 products and 3 values of B are what fits in its 15 vector registers; with
 * 4 × 4 it spills and is a third slower (measured on Zen 4: 7.3 against 4.7 GFLOP/s).
 */
export const TILE_ROWS = 2;
export const TILE_COLS = 3;

/** Longest stretch of k that is packed at a time. */
export const MOST_DEPTH = 4096;

/** Elements of B that are packed at a time: 512 KiB of float64, half of a core's usual L2. */
export const PACKED_ELEMENTS = 65536;

// These three have a fixed size and are not exported by name, so that V8 compiles their addresses and lengths
// into the loop instead of fetching them each time round (7.3 against 4.4 GFLOP/s). Ops run one after the
// other on a thread and leave nothing in here.
const packedA = new Float64Array(2 * 4096);
const packedB = new Float64Array(65536);
const tile = new Float64Array(2 * 3);

/** What the micro-kernel works on: a panel of A, the panels of B, and one tile of C. */
export const panels = { a: packedA, b: packedB, tile } as const;

/**
 * tile[i][j] += Σₚ a[p][i]·b[p][j], p ascending, one chain of float64 sums for each element.
 *
 * Reads the panel of A from its start (TILE_ROWS values for each p) and elements `[from, to)` of B's panels
 * (TILE_COLS values for each p).
 */
export function multiplyPanels(from: number, to: number): void {
  let c00 = tile[0]!;
  let c01 = tile[1]!;
  let c02 = tile[2]!;
  let c10 = tile[3]!;
  let c11 = tile[4]!;
  let c12 = tile[5]!;
  let ia = 0;
  let ib = from;
  while (ib < to) {
    const b0 = packedB[ib]!;
    const b1 = packedB[ib + 1]!;
    const b2 = packedB[ib + 2]!;
    let x = packedA[ia]!;
    c00 += x * b0;
    c01 += x * b1;
    c02 += x * b2;
    x = packedA[ia + 1]!;
    c10 += x * b0;
    c11 += x * b1;
    c12 += x * b2;
    // TILE_ROWS and TILE_COLS; an exported constant would be read from memory each time round.
    ia += 2;
    ib += 3;
  }
  tile[0] = c00;
  tile[1] = c01;
  tile[2] = c02;
  tile[3] = c10;
  tile[4] = c11;
  tile[5] = c12;
}
