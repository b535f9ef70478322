/** Streams of rows that estimators learn from. */
import { SteepestError } from '../../core/errors.js';
import type { WeightInput } from '../../core/ndarray.js';
import type { MatrixInput } from '../../data/arrayInputs.js';
import { type Batch, isBatchStream } from '../../data/batches.js';
import type { FeatureInput } from './features.js';

/**
 * A batch of a stream of rows: each includes y, and weights if the first batch does.
 * @example
 * ```ts
 * import { LinearRegression, type RowBatch } from 'steepest';
 * async function* batches(): AsyncGenerator<RowBatch> {
 *   yield { x: [[1], [2]], y: [3, 5] };
 *   yield { x: [[3], [4]], y: [7, 9] };
 * }
 * const model = await new LinearRegression().fit(batches);
 * console.log(model.coef.data[0]!.toFixed(3)); // 2.000
 * ```
 */
export interface RowBatch extends Batch {
  /** Rows × columns. */
  x: MatrixInput;
  sampleWeight?: WeightInput | undefined;
}

/** Consecutive batches, such as `data.csv` yields; or a function that opens them. */
export type RowStream =
  | AsyncIterable<RowBatch>
  | Iterable<RowBatch>
  | (() => AsyncIterable<RowBatch> | Iterable<RowBatch>);

/**
 * True for a stream of batches, and false for tables, which may be iterable if they have named
 * columns.
 */
export const isRowStream = (x: FeatureInput | RowStream): x is RowStream =>
  isBatchStream(x) && !('shape' in x);

/**
 * What belongs in the batches of a stream must not stand beside it.
 * @throws SteepestError `ERR_ARGUMENT`
 */
export function checkBesideStream(y: unknown, sampleWeight: WeightInput | undefined): void {
  if (y === undefined && sampleWeight === undefined) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'y and sampleWeight inside the batches of a stream',
    given: `${y === undefined ? 'sampleWeight' : 'y'} beside one`,
    hint: 'Yield { x, y, sampleWeight } from the stream.',
  });
}

/** A batch with x and y. @throws SteepestError `ERR_ARGUMENT` */
export function wholeBatch(batch: Batch, number: number): RowBatch & { y: NonNullable<Batch['y']> } {
  const { x, y, sampleWeight } = (batch ?? {}) as Partial<Batch>;
  if (x !== undefined && y !== undefined) return { x: x as MatrixInput, y, sampleWeight };
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'batches { x, y }',
    given: `batch ${number} without ${x === undefined ? 'x' : 'y'}`,
    hint: 'Name the target column (data.csv), or yield { x, y } from the generator.',
  });
}

/** A stream that ended before its first batch. */
export const noBatches = (): SteepestError =>
  new SteepestError('ERR_EMPTY', {
    expected: 'at least one batch of rows',
    given: 'a stream without any',
    hint: 'Check the source of the stream; one that has been read already is also empty.',
  });
