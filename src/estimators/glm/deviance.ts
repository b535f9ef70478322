import { SteepestError } from '../../core/errors.js';
import type { LogLinkFamily } from '../../kernels/contract.js';
import { ALONE, type Together } from '../sharded/ranks.js';

/** y·log(y/μ) − y + μ, or log(μ/y) + y/μ − 1: half the deviance of a row. */
const HALF_DEVIANCE: Readonly<Record<LogLinkFamily, (y: number, mean: number) => number>> = {
  poisson: (y, mean) => (y > 0 ? y * Math.log(y / mean) : 0) - y + mean,
  gamma: (y, mean) => Math.log(mean / y) + y / mean - 1,
};
/** The variance of a mean, for a dispersion of 1. */
const VARIANCE: Readonly<Record<LogLinkFamily, (mean: number) => number>> = {
  poisson: (mean) => mean,
  gamma: (mean) => mean * mean,
};

/** Rows with their weights and offsets. */
export interface WeighedRows {
  y: Float64Array;
  weights: Float64Array | undefined;
  offset: Float64Array | undefined;
}

/** Deviances of predicted means. */
export interface Deviances {
  deviance: number;
  /** Of the best model of an intercept alone, with the same offsets. */
  nullDeviance: number;
  /** Σ w·(y − μ)² / variance. */
  pearson: number;
  weightedRows: number;
}

/**
 * The mean that an intercept alone gives for an offset of 0: for a Poisson Σ w·y / Σ w·e^offset,
 * for a gamma Σ w·y·e^−offset / Σ w.
 * @param together all who have rows; `rows` are this process's
 */
export async function nullMean(
  family: LogLinkFamily,
  { y, weights, offset }: WeighedRows,
  together: Together = ALONE,
): Promise<number> {
  const [above, below] = await together.inTurn([0, 0], (state) => {
    let [sum, base] = state as unknown as [number, number];
    for (let r = 0; r < y.length; r++) {
      const weight = weights?.[r] ?? 1;
      const scale = Math.exp(offset?.[r] ?? 0);
      sum += weight * (family === 'gamma' ? y[r]! / scale : y[r]!);
      base += family === 'gamma' ? weight : weight * scale;
    }
    state.set([sum, base]);
  });
  return above! / below!;
}

/**
 * (McCullagh & Nelder, "Generalized Linear Models", §2.3)
 * @param means of the rows
 * @param together all who have rows; `rows` are this process's
 */
export async function deviancesOf(
  family: LogLinkFamily,
  rows: WeighedRows,
  means: Float64Array,
  together: Together = ALONE,
): Promise<Deviances> {
  const { y, weights, offset } = rows;
  const half = HALF_DEVIANCE[family];
  const base = await nullMean(family, rows, together);
  const sums = await together.inTurn([0, 0, 0, 0], (state) => {
    let [deviance, nullDeviance, pearson, weightedRows] = state as unknown as [
      number,
      number,
      number,
      number,
    ];
    for (let r = 0; r < y.length; r++) {
      const weight = weights?.[r] ?? 1;
      if (weight === 0) continue;
      weightedRows++;
      const mean = means[r]!;
      deviance += 2 * weight * half(y[r]!, mean);
      nullDeviance += 2 * weight * half(y[r]!, base * Math.exp(offset?.[r] ?? 0));
      pearson += (weight * (y[r]! - mean) ** 2) / VARIANCE[family](mean);
    }
    state.set([deviance, nullDeviance, pearson, weightedRows]);
  });
  const [deviance, nullDeviance, pearson, weightedRows] = sums as unknown as [number, number, number, number];
  return { deviance, nullDeviance, pearson, weightedRows };
}

/** @throws SteepestError `ERR_ARGUMENT` for a target that the family cannot have */
export function checkTargets(family: LogLinkFamily, y: Float64Array): void {
  const isBad = family === 'gamma' ? (v: number) => !(v > 0) : (v: number) => !(v >= 0);
  const row = y.findIndex(isBad);
  if (row < 0) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: family === 'gamma' ? 'y with amounts above 0' : 'y with counts of at least 0',
    given: `${y[row]} at row ${row}`,
    hint:
      family === 'gamma'
        ? 'Leave rows without an amount out, or use PoissonRegressor, which takes zeros.'
        : 'Use LinearRegression or Ridge for targets below 0.',
  });
}
