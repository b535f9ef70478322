/** What tests of files ask of an estimator. */
export interface SavedEstimator {
  save(path: string): Promise<void>;
  predict?(x: unknown): Promise<unknown>;
  transform?(x: unknown): Promise<unknown>;
}

/** Rows that the estimators of numbers take. */
export const numbers: number[][];
/** Options of the smallest perceptron. */
export const small: { hiddenLayerSizes: number[]; maxIter: number };
/** One fitted estimator of each type that can be saved, with something it takes. */
export const ESTIMATORS: Record<string, [x: unknown, make: () => Promise<SavedEstimator>]>;
