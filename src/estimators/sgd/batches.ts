import { SteepestError } from '../../core/errors.js';
import type { WeightInput } from '../../core/ndarray.js';
import type { MatrixInput } from '../../data/arrayInputs.js';
import { type Batch, isBatchStream } from '../../data/batches.js';
import {
  checkFiniteFeatures,
  type FeatureInput,
  type Features,
  type FittedColumns,
  readFeatures,
} from '../base/features.js';
import { readSampleWeight } from '../base/weights.js';
import type { RowStream } from '../leastSquares/source.js';

/** True for a stream of batches; tables may be iterable if they have named columns. */
export const isRowStream = (x: FeatureInput | RowStream): x is RowStream =>
  isBatchStream(x) && !('shape' in x);

/** A batch's rows, checked. @throws SteepestError as `readFeatures` and `readSampleWeight` */
export function readBatch(
  batch: Batch,
  number: number,
  columns: FittedColumns | undefined,
): { features: Features; y: NonNullable<Batch['y']>; weights: Float64Array | undefined } {
  const { x, y, sampleWeight } = (batch ?? {}) as Partial<Batch>;
  if (x === undefined || y === undefined) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'batches { x, y }',
      given: `batch ${number} without ${x === undefined ? 'x' : 'y'}`,
      hint: 'Name the target column (data.csv), or yield { x, y } from the generator.',
    });
  }
  const what = `x of batch ${number}`;
  const features = readFeatures(what, x as MatrixInput, columns);
  checkFiniteFeatures(what, features);
  return { features, y, weights: readSampleWeight(sampleWeight, features.rows, what) };
}

/** What belongs in the batches of a stream must not stand beside it. @throws SteepestError `ERR_ARGUMENT` */
export function checkBesideStream(
  y: unknown,
  sampleWeight: WeightInput | undefined,
  earlyStopping: boolean,
): void {
  if (y !== undefined || sampleWeight !== undefined) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'y and sampleWeight inside the batches of a stream',
      given: `${y === undefined ? 'sampleWeight' : 'y'} beside one`,
      hint: 'Yield { x, y, sampleWeight } from the stream.',
    });
  }
  if (earlyStopping) throw noEarlyStopping('a stream');
}

/** Early stopping needs all rows at once. */
export const noEarlyStopping = (what: string): SteepestError =>
  new SteepestError('ERR_ARGUMENT', {
    expected: `${what} without earlyStopping`,
    given: 'earlyStopping: true',
    hint: 'Use fit with a table, or set earlyStopping to false.',
  });
