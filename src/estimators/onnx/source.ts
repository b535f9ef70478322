import { SteepestError } from '../../core/errors.js';
import { OnnxClasses } from './classes.js';
import type { Graph } from './graph.js';
import { type ColumnType, type OnnxColumns, OnnxTable } from './table.js';

/** Estimators as a graph sees them: alone, and inside others. */

/** What an estimator makes of a table: a table or predictions, or classes. */
export type OnnxResult = OnnxTable | OnnxClasses;

/** An estimator that can be written. */
export interface OnnxSource {
  readonly type: string;
  /** The columns of the fit. @throws SteepestError `ERR_NOT_FITTED` */
  onnxColumns(): OnnxColumns;
  /**
   * Adds the nodes that compute what the estimator predicts or transforms.
   * @throws SteepestError `ERR_NOT_FITTED`; `ERR_ARGUMENT` for what has no ONNX form
   */
  writeOnnx(graph: Graph, table: OnnxTable): OnnxResult;
  /** Names of the columns that `transform` returns. */
  getFeatureNamesOut?(): string[];
  getParams?(): { seed?: unknown };
}

/** A transformer that takes its results back in a graph. */
export interface OnnxInverse {
  /** @throws SteepestError `ERR_ARGUMENT` for a transformer whose inverse has no ONNX form */
  writeOnnxInverse(graph: Graph, table: OnnxTable): OnnxTable;
}

/** The error for what cannot be written. */
export function noOnnxForm(what: string, hint = 'Use estimators of this package.'): SteepestError {
  return new SteepestError('ERR_ARGUMENT', { expected: 'what can be written as ONNX', given: what, hint });
}

/** The error for a transformer of targets whose results cannot be taken back. */
export const noOnnxInverse = (type: string): SteepestError =>
  noOnnxForm(
    `the inverse of ${type}`,
    'For targets use a scaler, or a function that is built in, such as log1p.',
  );

/**
 * An estimator inside another.
 * @throws SteepestError `ERR_ARGUMENT` for a class of the user's
 */
export function onnxSource(step: { readonly type: string }): OnnxSource & OnnxInverse {
  if ('writeOnnx' in step && typeof step.writeOnnx === 'function') return step as OnnxSource & OnnxInverse;
  throw noOnnxForm(step.type);
}

/** The table that a step of a pipeline gets. @throws SteepestError `ERR_ARGUMENT` for classes */
export function onnxTable(result: OnnxResult): OnnxTable {
  if (result instanceof OnnxTable) return result;
  throw noOnnxForm('a classifier whose classes others take for numbers');
}

/** What a classifier inside another makes of a table. @throws SteepestError `ERR_ARGUMENT` */
export function onnxClasses(step: { readonly type: string }, graph: Graph, table: OnnxTable): OnnxClasses {
  const result = onnxSource(step).writeOnnx(graph, table);
  if (result instanceof OnnxClasses) return result;
  throw noOnnxForm(step.type);
}

/** A transformer of some columns; a word for those that stay as they are. */
export interface OnnxPart {
  readonly step: { readonly type: string } | 'passthrough' | 'drop';
  readonly columns: readonly number[];
}

/** What each column holds, by the parts that use it. */
export function typesOfParts(cols: number, parts: readonly OnnxPart[]): (ColumnType | undefined)[] {
  const types = new Array<ColumnType | undefined>(cols).fill(undefined);
  for (const { step, columns } of parts) {
    // The output is numbers, so that columns without a transformer are.
    const own = typeof step === 'string' ? undefined : onnxSource(step).onnxColumns().types;
    columns.forEach((j, k) => {
      types[j] ??= own === undefined ? 'number' : own[k];
    });
  }
  return types;
}

/** What a part makes of its columns. */
export const writePart = (graph: Graph, { step }: OnnxPart, table: OnnxTable): OnnxTable =>
  typeof step === 'string' ? table : onnxTable(onnxSource(step).writeOnnx(graph, table));
