/** How the rows of a table are spread over ranks: evenly, unevenly, with ranks that have few or none. */
export const ROWS = 30_011;

export const DIVISIONS: readonly (readonly number[])[] = [
  [15_005, 15_006],
  [1, 30_010],
  [30_011, 0],
  [10_000, 10_011, 10_000],
  [0, 7_000, 0, 23_011],
  [5_000, 1, 2, 20_000, 5_008],
  [3_751, 3_751, 3_751, 3_751, 3_751, 3_751, 3_751, 3_754],
];

/** The rows of a rank. */
export function partOf(counts: readonly number[], rank: number): { first: number; rows: number } {
  const first = counts.slice(0, rank).reduce((sum, rows) => sum + rows, 0);
  return { first, rows: counts[rank]! };
}
