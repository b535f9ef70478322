import type { F32, F64, Matrix } from '../kernel.js';

/**
 * Packs rows `[p, p + k)`, columns `[first, last)` of B into panels of TILE_COLS = 3 columns, k by k. Columns
 * beyond the last count as 0 and are not stored later. B is read row by row, as it lies in memory.
 * @returns whether all of them are finite
 */
export function packColumns(
  b: Matrix<F32>,
  p: number,
  k: number,
  first: number,
  last: number,
  packed: F64,
): boolean {
  const { data, rowStride, colStride } = b;
  // 0 for finite values, NaN for any other.
  let probe = 0;
  const whole = last - ((last - first) % 3);
  const panel = 3 * k;
  for (let q = 0; q < k; q++) {
    let from = (p + q) * rowStride + first * colStride;
    let to = 3 * q;
    for (let j = first; j < whole; j += 3) {
      const b0 = data[from]!;
      const b1 = data[from + colStride]!;
      const b2 = data[from + 2 * colStride]!;
      packed[to] = b0;
      packed[to + 1] = b1;
      packed[to + 2] = b2;
      // Three float32s cannot overflow in float64.
      probe += (b0 + b1 + b2) * 0;
      from += 3 * colStride;
      to += panel;
    }
    if (whole === last) continue;
    const b0 = data[from]!;
    const b1 = whole + 1 < last ? data[from + colStride]! : 0;
    packed[to] = b0;
    packed[to + 1] = b1;
    packed[to + 2] = 0;
    probe += (b0 + b1) * 0;
  }
  return probe === 0;
}

/**
 * Packs columns `[p, p + k)` of TILE_ROWS = 2 rows of A, from row i on, k by k. With one row left, the second
 * counts as 0 and is not stored later.
 */
export function packRows(a: Matrix<F32>, i: number, rows: number, p: number, k: number, packed: F64): void {
  const { data, rowStride, colStride } = a;
  const end = 2 * k;
  let from = i * rowStride + p * colStride;
  if (rows === 1) {
    for (let to = 0; to < end; to += 2) {
      packed[to] = data[from]!;
      packed[to + 1] = 0;
      from += colStride;
    }
    return;
  }
  let second = from + rowStride;
  for (let to = 0; to < end; to += 2) {
    packed[to] = data[from]!;
    packed[to + 1] = data[second]!;
    from += colStride;
    second += colStride;
  }
}
