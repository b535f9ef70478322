/**
 * Where the rows of each rank are in the table of all, which is theirs one below the other. Kernels
 * sum rows in units whose size depends only on the table, such as blocks or groups, so that bits do
 * not depend on the ranks. A unit belongs to the rank that has its first row; that rank gets the
 * unit's later rows from the ranks after it.
 */

/** Rows [first, end) of the table. */
export interface RowRange {
  first: number;
  end: number;
}

/** The rows of each rank, in rank order. */
export function rangesOf(counts: readonly number[]): RowRange[] {
  let first = 0;
  return counts.map((count) => {
    const range = { first, end: first + count };
    first = range.end;
    return range;
  });
}

/** Numbers [first, end) of the units that a rank has: those whose first row is its own. */
export const unitsOf = ({ first, end }: RowRange, unitRows: number): RowRange => ({
  first: Math.ceil(first / unitRows),
  end: Math.ceil(end / unitRows),
});

/**
 * The rows that a rank reads: its own, and those of later ranks in its last unit of each size.
 * @param total rows of the table
 */
export function windowOf(range: RowRange, unitSizes: readonly number[], total: number): RowRange {
  const ends = unitSizes.map((unitRows) => {
    const units = unitsOf(range, unitRows);
    return units.end > units.first ? Math.min(total, units.end * unitRows) : range.end;
  });
  return { first: range.first, end: Math.max(range.end, ...ends) };
}

/** The rows that are in both. */
export function common(a: RowRange, b: RowRange): RowRange {
  const first = Math.max(a.first, b.first);
  return { first, end: Math.max(first, Math.min(a.end, b.end)) };
}
