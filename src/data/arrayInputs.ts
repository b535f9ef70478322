import type { NdArray, NumberRow, NumericArray } from '../core/ndarray.js';
import type { NamedTable } from './tables/frameOf.js';

/**
 * Rows as users pass them: lists of lists or of typed arrays, or typed memory with a shape.
 * @example
 * ```ts
 * import type { MatrixInput } from 'steepest';
 * const lists: MatrixInput = [[1, 2], [3, 4]];
 * const typed: MatrixInput = { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] };
 * ```
 */
export type MatrixInput = readonly NumberRow[] | NdArray;
/**
 * Samples of a network: rows, a table with named columns, or images as nested lists,
 * `[samples][height][width]` with or without channels.
 */
export type SampleInput = ArraySamples | NamedTable;
/** The same without tables: what batches of streams hold. */
export type ArraySamples =
  | MatrixInput
  | readonly (readonly NumberRow[])[]
  | readonly (readonly (readonly NumberRow[])[])[];
/**
 * Targets as users pass them: also a plain list of class numbers or values.
 * @example
 * ```ts
 * import type { TargetInput } from 'steepest';
 * const targets: TargetInput[] = [[0, 1, 1], [[0.5], [1.5]], Int32Array.of(0, 1)];
 * ```
 */
export type TargetInput = MatrixInput | readonly number[] | NumericArray;
/**
 * Targets by the names of their columns, where x is a table with named columns: those columns are
 * then no part of x.
 */
export type ColumnNames = string | readonly string[];
/**
 * Targets of a network: also class names, if the model has them. Text columns of tables may hold
 * null, which is refused with its row.
 */
export type ClassInput = TargetInput | readonly (string | null)[] | ColumnNames;
