import { SteepestError } from '../../core/errors.js';
import type { ColumnNames, TargetInput } from '../../data/arrayInputs.js';
import { separateTarget } from '../../data/tables/target.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import { checkFiniteFeatures, type FeatureInput, type Features, readFeatures } from '../base/features.js';
import { checkBesideStream, isRowStream, type RowStream } from '../base/rowStream.js';
import { readTargets } from '../base/targets.js';
import { readSampleWeight } from '../base/weights.js';
import { ALONE } from '../sharded/ranks.js';
import {
  type Factor,
  factorAgain,
  factorRows,
  faintColumns,
  foldBlockRows,
  isFiniteFactor,
} from './factor.js';
import type { PassOptions } from './rowJob.js';
import { type RowSource, streamSource, tableSource } from './source.js';

/** The checked input of a fit. */
export interface LeastSquaresInput {
  source: RowSource;
  features: Features | undefined;
  columns: { cols: number; names: readonly string[] | undefined };
  isVector: boolean;
  /** rows × targets, and weights; undefined for a stream. */
  table: { y: Float64Array; weight: Float64Array | undefined } | undefined;
}

/**
 * Rows of a fit: a table with its targets, or a stream of batches that include them.
 * @param times how often the rows will be read
 * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_NOT_FINITE` (of y),
 *   `ERR_ARGUMENT`
 */
export async function readRows(
  given: FeatureInput | RowStream,
  givenY: TargetInput | ColumnNames | undefined,
  { sampleWeight, signal }: EstimatorFitOptions,
  times = 1,
): Promise<LeastSquaresInput> {
  const { x, y } = isRowStream(given) ? { x: given, y: givenY } : separateTarget('X', given, givenY);
  if (isRowStream(x)) {
    checkBesideStream(y, sampleWeight);
    const { source, first, isVector } = await streamSource(x, signal, times);
    const columns = { cols: first.cols, names: first.names };
    return { source, features: undefined, columns, isVector, table: undefined };
  }
  const features = readFeatures('X', x);
  const targets = readTargets('y', y as TargetInput, features.rows);
  const weight = readSampleWeight(sampleWeight, features.rows);
  const source = await tableSource(features, targets.data, targets.cols, weight);
  return {
    source,
    features,
    columns: { cols: features.cols, names: features.names },
    isVector: targets.isVector,
    table: { y: targets.data, weight },
  };
}

/**
 * Computes the factor of the rows. Reads a table twice if its first rows did not show the range of
 * its numbers.
 * @throws SteepestError `ERR_NOT_FINITE` for NaN or infinities among them, `ERR_ABORTED`,
 *   `ERR_WORKER_LOST`
 */
export async function factorInput(
  { source, features }: LeastSquaresInput,
  fitIntercept: boolean,
  options: PassOptions,
): Promise<Factor> {
  const factor = await factorRows(source, fitIntercept, options);
  const isSummed = isFiniteFactor(factor);
  const faint = faintColumns(factor);
  const each = source.joint?.ranks ?? ALONE;
  const holds = async (): Promise<boolean> =>
    (await each.all(() => holdNumbers(source, factor, faint))).includes(true);
  if (isSummed && (faint.length === 0 || !(await holds()))) return factor;
  // A NaN spoils its column of R, so rows are checked only after that.
  if (features !== undefined) {
    await each.all(() => checkFiniteFeatures('X', features));
    return factorAgain(source, fitIntercept, options);
  }
  throw new SteepestError('ERR_NOT_FINITE', {
    expected: 'finite numbers in the stream, none of them 2^400 times as large as those of the first rows',
    given: isSummed
      ? 'a column that begins with zeros and goes on with tiny numbers'
      : 'NaN, an infinity or larger ones',
    hint: 'Fill missing values with SimpleImputer; scale such columns, or pass a table in memory.',
  });
}

/**
 * True if any of these columns, x's first, contains a number other than 0. For a stream only the
 * factor can answer this.
 */
async function holdNumbers(source: RowSource, factor: Factor, columns: readonly number[]): Promise<boolean> {
  const { cols, targets } = source;
  const { r, size, ones } = factor;
  if (source.rows === undefined) {
    return columns.some((j) => r.some((value, at) => at % size === ones + j && value !== 0));
  }
  for await (const { rows, x, y } of source.blocks(foldBlockRows(cols, targets))) {
    for (const j of columns) {
      const [values, stride, from] = j < cols ? [x, cols, j] : [y, targets, j - cols];
      for (let i = 0; i < rows; i++) if (values[i * stride + from] !== 0) return true;
    }
  }
  return false;
}
