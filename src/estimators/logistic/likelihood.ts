import { isCount } from '../../core/guards.js';
import { attribute, FINITE, float64Tensor, type SavedState } from '../base/saved.js';

/** What a fit without a penalty keeps for inference. */
export interface Likelihood {
  /** Second derivatives of the negative log-likelihood: coefficients, then intercepts if any. */
  curvature: Float64Array;
  logLikelihood: number;
  nullLogLikelihood: number;
  /** Rows with a weight above 0. */
  weightedRows: number;
}

/** Why a fit kept none. */
export type NoLikelihood = 'penalty' | 'solver' | 'size';

/** A likelihood as plain data. */
export function savedLikelihood(likelihood: Likelihood | NoLikelihood): SavedState {
  if (typeof likelihood === 'string') return { tensors: {}, attributes: { likelihood } };
  const { curvature, logLikelihood, nullLogLikelihood, weightedRows } = likelihood;
  const size = Math.sqrt(curvature.length);
  return {
    tensors: { curvature: { data: curvature, shape: [size, size] } },
    attributes: { likelihood: { logLikelihood, nullLogLikelihood, weightedRows } },
  };
}

type Numbers = Omit<Likelihood, 'curvature'>;

const isLikelihood = (value: unknown): value is Numbers => {
  if (typeof value !== 'object' || value === null) return false;
  const { logLikelihood, nullLogLikelihood, weightedRows } = value as Partial<Numbers>;
  return Number.isFinite(logLikelihood) && Number.isFinite(nullLogLikelihood) && isCount(weightedRows);
};

const isReason = (value: unknown): value is NoLikelihood =>
  value === 'penalty' || value === 'solver' || value === 'size';

/**
 * The inverse of {@link savedLikelihood}.
 * @param sizes the numbers of parameters that the fit may have: without and with intercepts
 * @throws SteepestError `ERR_MODEL_FILE`
 */
export function restoredLikelihood(state: SavedState, sizes: readonly number[]): Likelihood | NoLikelihood {
  const either = (value: unknown): value is Numbers | NoLikelihood => isReason(value) || isLikelihood(value);
  const kept = attribute(state, 'likelihood', either);
  if (typeof kept === 'string') return kept;
  const { shape } = float64Tensor(state, 'curvature', [-1, -1]);
  const size = sizes.find((one) => one === shape[0]) ?? sizes[0]!;
  const { data } = float64Tensor(state, 'curvature', [size, size], FINITE);
  const { logLikelihood, nullLogLikelihood, weightedRows } = kept;
  return { curvature: data, logLikelihood, nullLogLikelihood, weightedRows };
}
