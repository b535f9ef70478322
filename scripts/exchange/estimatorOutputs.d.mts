import type { FittedCase } from './estimators.mjs';

/** Values with their shape; text has `''` for null. */
export interface PlainValues {
  data: number[] | string[];
  shape: number[];
}

/** Rows as the inputs of a graph, by name. */
export function onnxInputs(x: unknown): Record<string, PlainValues>;

/** What an estimator says of rows, by the names of outputs. */
export function expectedOutputs(estimator: FittedCase, x: unknown): Promise<Record<string, PlainValues>>;
