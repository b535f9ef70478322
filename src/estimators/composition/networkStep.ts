import type { Sequential } from '../../networks/models/sequential.js';
import { learnsClasses } from '../network/networkTask.js';
import { NetworkClassifier } from '../networkClassifier.js';
import { NetworkRegressor } from '../networkRegressor.js';

/**
 * A network as an estimator: a classifier if its loss is one of classes, otherwise a regressor.
 * @throws SteepestError `ERR_NOT_COMPILED`
 */
export function networkEstimator(network: Sequential): NetworkClassifier | NetworkRegressor {
  const isClassifier = network.compileConfig !== undefined && learnsClasses(network);
  return isClassifier ? new NetworkClassifier(network) : new NetworkRegressor(network);
}
