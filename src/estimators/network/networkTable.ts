import { MOST_FLOAT32 } from '../../core/check.js';
import type { NdArray } from '../../core/ndarray.js';
import {
  checkFiniteFeatures,
  type FeatureInput,
  type Features,
  type FittedColumns,
  readFeatures,
} from '../base/features.js';

/**
 * Samples that a network can compute with in float32.
 * @param columns those that the samples have to have, if they are known
 * @throws SteepestError as `readFeatures`; `ERR_NOT_FINITE` also beyond float32
 */
export function networkSamples(x: FeatureInput, columns: FittedColumns | undefined): Features {
  const features = readFeatures('X', x, columns);
  checkFiniteFeatures('X', features, MOST_FLOAT32);
  return features;
}

/** The same as a network takes them. */
export function networkTable(x: FeatureInput, columns: FittedColumns): NdArray {
  const { data, rows, cols } = networkSamples(x, columns);
  return { data, shape: [rows, cols] };
}
