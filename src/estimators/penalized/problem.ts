import { SteepestError } from '../../core/errors.js';
import { nextTurn } from '../../core/nextTurn.js';
import { checkFiniteFeatures } from '../base/features.js';
import { factorInput, type LeastSquaresInput } from '../leastSquares/input.js';
import type { PassOptions } from '../leastSquares/rowJob.js';
import { ColumnsQuadratic, type Quadratic } from './coordinateDescent.js';
import { gramQuadratics, type Moments, momentsOf } from './moments.js';

/** The problems of all targets, and what leads from coefficients to intercepts. */
export interface PenalizedProblem {
  quadratics: readonly Quadratic[];
  means: Pick<Moments, 'xMean' | 'yMean'>;
}

/**
 * Penalised least squares: from the triangle of one pass over the rows, or from the columns of a
 * table that has more of them than rows.
 * @throws SteepestError as `factorInput` and `momentsOf` do
 */
export async function penalizedProblem(
  input: LeastSquaresInput,
  fitIntercept: boolean,
  options: PassOptions,
): Promise<PenalizedProblem> {
  const { rows, cols } = input.source;
  if (rows !== undefined && cols > rows) return columnsProblem(input, fitIntercept);
  const moments = momentsOf(await factorInput(input, true, options), fitIntercept);
  return { quadratics: await gramQuadratics(moments), means: moments };
}

/** Elements copied between two turns of the event loop. */
const SLICE_ELEMENTS = 1e6;

/** The columns themselves, centred, in float64. */
export async function columnsProblem(
  { features, table }: LeastSquaresInput,
  fitIntercept: boolean,
): Promise<PenalizedProblem> {
  const { data, rows, cols } = features!;
  const { y, weight } = table!;
  checkFiniteFeatures('X', features!);
  const targets = y.length / rows;
  const total = weight === undefined ? rows : weight.reduce((sum, value) => sum + value, 0);
  const share = Float64Array.from({ length: rows }, (_, i) => (weight?.[i] ?? 1) / total);
  const centred = (values: ArrayLike<number>, stride: number, j: number, to: Float64Array): number => {
    let mean = 0;
    if (fitIntercept) {
      const first = values[j]!;
      for (let i = 0; i < rows; i++) mean += share[i]! * (values[i * stride + j]! - first);
      mean += first;
    }
    for (let i = 0; i < rows; i++) to[i] = (values[i * stride + j]! - mean) * Math.sqrt(share[i]!);
    return mean;
  };
  const columns = new Float64Array(rows * cols);
  const xMean = new Float64Array(cols);
  for (let j = 0; j < cols; j++) {
    if (j > 0 && j % Math.ceil(SLICE_ELEMENTS / rows) === 0) await nextTurn();
    xMean[j] = centred(data, cols, j, columns.subarray(j * rows, (j + 1) * rows));
  }
  const yMean = new Float64Array(targets);
  const quadratics = Array.from({ length: targets }, (_, k) => {
    const own = new Float64Array(rows);
    yMean[k] = centred(y, targets, k, own);
    return new ColumnsQuadratic(columns, own);
  });
  if (quadratics.every(({ diagonal }) => diagonal.every(Number.isFinite)))
    return { quadratics, means: { xMean, yMean } };
  throw new SteepestError('ERR_NOT_FINITE', {
    expected: 'columns whose squares float64 can hold',
    given: 'larger numbers',
    hint: 'Scale the columns with StandardScaler.',
  });
}
