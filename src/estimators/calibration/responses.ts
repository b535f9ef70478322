import { SteepestError } from '../../core/errors.js';
import type { Matrix } from '../../core/matrix.js';
import type { NdArray } from '../../core/ndarray.js';
import { type Manner, type Work, workInSlices } from '../base/work.js';
import { calling, type Step } from '../composition/steps.js';
import type { Graph } from '../onnx/graph.js';
import { noOnnxForm, onnxClasses } from '../onnx/source.js';
import type { OnnxTable } from '../onnx/table.js';
import type { RowsInput } from '../selection/rows.js';

/**
 * What classifiers say of rows besides classes.
 * @example
 * ```ts
 * import { FixedThresholdClassifier, LogisticRegression, type ResponseMethod } from 'steepest';
 * const responseMethod: ResponseMethod = 'decisionFunction';
 * const estimator = new LogisticRegression();
 * const model = new FixedThresholdClassifier({ estimator, responseMethod, threshold: 0 });
 * await model.fit([[1], [2], [8], [9]], [0, 0, 1, 1]);
 * console.log(await model.predict([[1], [9]])); // [ 0, 1 ]
 * ```
 */
export type ResponseMethod = 'decisionFunction' | 'predictProba';

/** True for the name of one, as a file may have it. */
export const isResponseMethod = (value: unknown): value is ResponseMethod =>
  value === 'decisionFunction' || value === 'predictProba';

/** The methods that a classifier inside others may not have. */
interface Nested {
  last?: object;
  estimator?: object;
  /** False if `predictProba` is an error with the estimator's parameters. */
  givesProbabilities?: boolean;
}

/** Whether an estimator, the last step of a pipeline or the estimator of a search has a method. */
export function responds(estimator: object, name: ResponseMethod): boolean {
  if (typeof (estimator as Record<string, unknown>)[name] !== 'function') return false;
  const { last, estimator: inner, givesProbabilities } = estimator as Nested;
  if (name === 'predictProba' && givesProbabilities === false) return false;
  if (last !== undefined) return responds(last, name);
  return inner === undefined || responds(inner, name);
}

/**
 * The first of these methods that an estimator has.
 * @throws SteepestError `ERR_ARGUMENT` for an estimator without any
 */
export function responseMethod(estimator: object, preferred: readonly ResponseMethod[]): ResponseMethod {
  const found = preferred.find((name) => responds(estimator, name));
  if (found !== undefined) return found;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `a classifier with ${preferred.map((name) => `${name}()`).join(' or ')}`,
    given: 'one that has none',
    hint: 'Use a classifier, such as LogisticRegression.',
  });
}

/** What an estimator's method says of rows, by columns. */
export function* scoring(
  estimator: object,
  method: ResponseMethod,
  x: unknown,
  manner: Manner,
): Work<Float64Array[]> {
  const response = yield* calling(estimator as Step, method + manner, 'a classifier', x);
  return columnsOf(response as Float64Array | Matrix<Float64Array>);
}

/** {@link scoring} for callers that wait. */
export function scoresOf(estimator: object, method: ResponseMethod, x: RowsInput): Promise<Float64Array[]> {
  return workInSlices(scoring(estimator, method, x, ''));
}

/** Columns of a response; of two, which are probabilities, only the second. */
export function columnsOf(response: Float64Array | NdArray<Float64Array>): Float64Array[] {
  if (!('shape' in response)) return [response];
  const { data, shape } = response;
  const [rows = 0, cols = 1] = shape;
  const column = (j: number): Float64Array =>
    Float64Array.from({ length: rows }, (_, i) => data[i * cols + j]!);
  if (cols <= 2) return [column(cols - 1)];
  return Array.from({ length: cols }, (_, j) => column(j));
}

/**
 * The same columns in a graph, [N, 1] each.
 * @throws SteepestError `ERR_ARGUMENT` for a classifier without an ONNX form
 */
export function writeResponse(
  graph: Graph,
  table: OnnxTable,
  estimator: Step,
  method: ResponseMethod,
): string[] {
  const { classes, probabilities, scores } = onnxClasses(estimator, graph, table);
  const isProbable = method === 'predictProba';
  const response = (isProbable ? probabilities : scores)?.();
  if (response === undefined) throw noOnnxForm(estimator.type);
  const count = classes.length;
  if (count > 2) return Array.from({ length: count }, (_, c) => graph.columns(response, [c], 'response'));
  return [isProbable ? graph.columns(response, [1], 'response') : response];
}
