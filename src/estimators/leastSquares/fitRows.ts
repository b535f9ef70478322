import type { ColumnNames, TargetInput } from '../../data/arrayInputs.js';
import type { KernelRequest } from '../../kernels/backend.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import type { FeatureInput } from '../base/features.js';
import { isRowStream, type RowStream } from '../base/rowStream.js';
import { type RowClusterOptions, ranksOf, refuseStream } from '../sharded/ownRows.js';
import { type LeastSquaresInput, readRows } from './input.js';
import { type JointRequest, readJointRows } from './jointInput.js';

/**
 * The checked rows of a fit: of this process alone, or of all ranks of a cluster.
 * @throws SteepestError as {@link readRows} and {@link readJointRows} do
 */
export async function readFitRows(
  request: Omit<JointRequest, 'ranks'>,
  x: FeatureInput | RowStream,
  y: TargetInput | ColumnNames | undefined,
  options: EstimatorFitOptions & RowClusterOptions,
): Promise<{ input: LeastSquaresInput; kernels: KernelRequest }> {
  const ranks = ranksOf(`${request.type}.fit`, options);
  const begin = (): KernelRequest => {
    const kernels = request.begin();
    if (options.cluster !== undefined && isRowStream(x)) refuseStream();
    return kernels;
  };
  if (ranks !== undefined) return readJointRows({ ...request, ranks, begin }, x as FeatureInput, y, options);
  return { kernels: begin(), input: await readRows(x, y, options) };
}
