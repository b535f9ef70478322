export function logisticObjective(
  table: { x: ArrayLike<number>; y: ArrayLike<number>; rows: number; cols: number },
  model: { coef: Float64Array | number[]; intercept: Float64Array | number[] },
  C?: number,
  isL1?: boolean,
): number;
export function fewest(
  reaches: (count: number) => Promise<boolean>,
  most: number,
): Promise<number | undefined>;
