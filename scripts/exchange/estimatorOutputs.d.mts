import type { FittedCase } from './estimators.mjs';

/** Values with their shape; text has `''` for null. */
export interface PlainValues {
  data: number[] | string[];
  shape: number[];
}

/**
 * Rows as the inputs of a graph, by name.
 * @param options those of toOnnx
 */
export function onnxInputs(
  x: unknown,
  options?: import('steepest').EstimatorOnnxOptions,
): Record<string, PlainValues>;

/** What an estimator says of rows, by the names of outputs. */
export function expectedOutputs(estimator: FittedCase, x: unknown): Promise<Record<string, PlainValues>>;

/** Values as a runtime has them. */
export interface ActualValues {
  data: ArrayLike<number | string | bigint>;
  shape: readonly number[];
}

/**
 * The largest relative difference of outputs by name.
 * @throws Error for other names, shapes, text or labels
 */
export function compareOutputs(
  actual: Readonly<Record<string, ActualValues>>,
  expected: Readonly<Record<string, PlainValues>>,
  isFloat32: boolean,
): number;
