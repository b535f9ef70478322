import { isCount } from '../../core/guards.js';
import { attribute, FINITE, float64Tensor, type SavedState } from '../base/saved.js';

/** What a fit of counts or amounts without a penalty keeps for inference. */
export interface DevianceFit {
  /**
   * Expected second derivatives of the negative log-likelihood of dispersion 1: coefficients, then
   * the intercept if there is one.
   */
  information: Float64Array;
  /** 1 for counts; for amounts Pearson's estimate. */
  dispersion: number;
  deviance: number;
  /** That of the best model of an intercept alone. */
  nullDeviance: number;
  /** Rows with a weight above 0. */
  weightedRows: number;
}

/** Why a fit kept none. */
export type NoDevianceFit = 'penalty' | 'size';

type Figures = Omit<DevianceFit, 'information'>;

const isFigures = (value: unknown): value is Figures => {
  if (typeof value !== 'object' || value === null) return false;
  const { dispersion, deviance, nullDeviance, weightedRows } = value as Partial<Figures>;
  return [dispersion, deviance, nullDeviance].every(Number.isFinite) && isCount(weightedRows);
};
const isKept = (value: unknown): value is Figures | NoDevianceFit =>
  value === 'penalty' || value === 'size' || isFigures(value);

/** As plain data. */
export function savedDeviance(fit: DevianceFit | NoDevianceFit): SavedState {
  if (typeof fit === 'string') return { tensors: {}, attributes: { likelihood: fit } };
  const { information, ...likelihood } = fit;
  const size = Math.sqrt(information.length);
  return { tensors: { information: { data: information, shape: [size, size] } }, attributes: { likelihood } };
}

/**
 * The inverse of {@link savedDeviance}.
 * @param cols columns of the fit
 * @throws SteepestError `ERR_MODEL_FILE`
 */
export function restoredDeviance(state: SavedState, cols: number): DevianceFit | NoDevianceFit {
  const kept = attribute(state, 'likelihood', isKept);
  if (typeof kept === 'string') return kept;
  const { shape } = float64Tensor(state, 'information', [-1, -1]);
  const size = shape[0] === cols ? cols : cols + 1;
  const { data } = float64Tensor(state, 'information', [size, size], FINITE);
  const { dispersion, deviance, nullDeviance, weightedRows } = kept;
  return { information: data, dispersion, deviance, nullDeviance, weightedRows };
}
