import { SteepestError } from '../../core/errors.js';
import type { Batch } from '../../data/batches.js';
import { checkFiniteFeatures, type Features, type FittedColumns, readFeatures } from '../base/features.js';
import { wholeBatch } from '../base/rowStream.js';
import { readSampleWeight } from '../base/weights.js';

/**
 * A batch's rows, checked.
 * @throws SteepestError as `wholeBatch`, `readFeatures` and `readSampleWeight`
 */
export function readBatch(
  batch: Batch,
  number: number,
  columns: FittedColumns | undefined,
): { features: Features; y: NonNullable<Batch['y']>; weights: Float64Array | undefined } {
  const { x, y, sampleWeight } = wholeBatch(batch, number);
  const what = `x of batch ${number}`;
  const features = readFeatures(what, x, columns);
  checkFiniteFeatures(what, features);
  return { features, y, weights: readSampleWeight(sampleWeight, features.rows, what) };
}

/** Early stopping needs all rows at once. */
export const noEarlyStopping = (what: string): SteepestError =>
  new SteepestError('ERR_ARGUMENT', {
    expected: `${what} without earlyStopping`,
    given: 'earlyStopping: true',
    hint: 'Use fit with a table, or set earlyStopping to false.',
  });
