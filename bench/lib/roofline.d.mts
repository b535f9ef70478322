export function stepFlops(
  model: { explain(options: { batchSize: number; workers: number }): string },
  sizes: { batchSize: number; workers?: number },
): number;
