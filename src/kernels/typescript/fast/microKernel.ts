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

// These have a fixed size and are not exported by name, so that V8 compiles their addresses and
// lengths into the loop instead of fetching them each time round (7.3 against 4.4 GFLOP/s). The
// masks below tell it how large positions can become: panels are so much longer than what they hold
// that no load needs a check of its bounds. Ops run one after the other on a thread and leave
// nothing in here.
const packedA = new Float64Array(2 * 8192);
const packedB = new Float64Array(65536 + 3 * 8192);
const places = new Int32Array(8192);
const tile = new Float64Array(2 * 3);

/** What the micro-kernel works on: a panel of A, the panels of B, and one tile of C. */
export const panels = { a: packedA, b: packedB, places, tile } as const;

/**
 * tile[i][j] += Σₚ a[p][i]·b[p][j], p ascending, one chain of float64 sums for each element.
 *
 * Reads the panel of A from its start (TILE_ROWS values for each p) and B's panels from element
 * `first` on (TILE_COLS values for each p).
 * @param first below {@link PACKED_ELEMENTS}
 * @param k at most {@link MOST_DEPTH}
 */
export function multiplyPanels(first: number, k: number): void {
  const from = first & 0xffff;
  const depth = k & 0x1fff;
  let c00 = tile[0]!;
  let c01 = tile[1]!;
  let c02 = tile[2]!;
  let c10 = tile[3]!;
  let c11 = tile[4]!;
  let c12 = tile[5]!;
  for (let p = 0; p < depth; p++) {
    // TILE_ROWS and TILE_COLS; an exported constant would be read from memory each time round.
    const ia = 2 * p;
    const ib = from + 3 * p;
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
  }
  tile[0] = c00;
  tile[1] = c01;
  tile[2] = c02;
  tile[3] = c10;
  tile[4] = c11;
  tile[5] = c12;
}

/**
 * The same where {@link dropZeros} has left `count` pairs of A: each has its place in B's panel in
 * `places`. Sums have the same bits, because a product that is left out would have added 0.
 */
export function multiplySparsePanels(first: number, count: number): void {
  const from = first & 0xffff;
  const depth = count & 0x1fff;
  let c00 = tile[0]!;
  let c01 = tile[1]!;
  let c02 = tile[2]!;
  let c10 = tile[3]!;
  let c11 = tile[4]!;
  let c12 = tile[5]!;
  for (let p = 0; p < depth; p++) {
    const ia = 2 * p;
    const ib = (from + places[p]!) & 0xffff;
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
  }
  tile[0] = c00;
  tile[1] = c01;
  tile[2] = c02;
  tile[3] = c10;
  tile[4] = c11;
  tile[5] = c12;
}

/**
 * Drops pairs of zeros from a packed panel of A of `k` pairs, if they are many: pixels of images
 * and units after ReLU mostly are 0.
 * @returns the pairs that are left, with their places; −1 if the panel is as it was
 */
export function dropZeros(k: number): number {
  const depth = k & 0x1fff;
  let zeros = 0;
  for (let p = 0; p < depth; p++) if (packedA[2 * p]! === 0 && packedA[2 * p + 1]! === 0) zeros++;
  if (4 * zeros < depth) return -1;
  let kept = 0;
  for (let p = 0; p < depth; p++) {
    const upper = packedA[2 * p]!;
    const lower = packedA[2 * p + 1]!;
    if (upper === 0 && lower === 0) continue;
    packedA[2 * kept] = upper;
    packedA[2 * kept + 1] = lower;
    places[kept] = 3 * p;
    kept++;
  }
  return kept;
}
