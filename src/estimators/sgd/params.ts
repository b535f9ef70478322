import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { type ParamSpec, type ParamSpecs, param } from '../base/params.js';
import { PENALTIES, type PenaltyName } from '../logistic/params.js';
import { share } from '../network/mlpParams.js';

const RATES = ['constant', 'optimal', 'invscaling', 'adaptive'] as const;

/** Hyperparameters of classifier and regressor, with scikit-learn's meanings and defaults. */
export interface SgdParams {
  /** Default `'l2'`. */
  penalty: PenaltyName;
  /** Strength of the penalty, at least 0. Default 1e-4. */
  alpha: number;
  /** The share of L1 for `'elasticnet'`, from 0 to 1. Default 0.15. */
  l1Ratio: number;
  /** Default true. The intercept is not penalised. */
  fitIntercept: boolean;
  /** Maximum number of passes over the rows. Default 1000. */
  maxIter: number;
  /**
   * Training ends when `nIterNoChange` consecutive passes have not lowered the mean loss, penalty
   * included, by more than this or, with `earlyStopping`, have not raised the score by this. `null`
   * for `maxIter` passes in any case. Default 1e-3.
   */
  tol: number | null;
  /** Takes the rows in another order in each pass. Default true. */
  shuffle: boolean;
  /** Seed of the orders and of held-out rows. Default 0. */
  seed: number;
  /**
   * The length of step t, from 1 on:
   * - `'constant'`: eta0;
   * - `'optimal'` (default of the classifier): 1 / (alpha·(t + t0 − 1)) with t0 of Bottou's rule;
   * - `'invscaling'` (default of the regressor): eta0 / t^powerT;
   * - `'adaptive'`: eta0, divided by 5 where training would end, down to 1e-6.
   */
  learningRate: (typeof RATES)[number];
  /** Default 0.01. */
  eta0: number;
  /** Default 0.5 of the classifier, 0.25 of the regressor. */
  powerT: number;
  /** Holds out rows and stops by the score on them (accuracy, R²). Default false. */
  earlyStopping: boolean;
  /** The share of rows that `earlyStopping` holds out. Default 0.1. */
  validationFraction: number;
  /** Default 5. */
  nIterNoChange: number;
  /** Starts the next fit from the coefficients of the last. Default false. */
  warmStart: boolean;
  /**
   * Coefficients are the average over all steps, or from this step on. Default false.
   */
  average: boolean | number;
}

function refuse(expected: string, given: unknown, hint: string): never {
  throw new SteepestError('ERR_ARGUMENT', { expected, given: show(given), hint });
}

const averageParam: ParamSpec<boolean | number> = param.custom<boolean | number>(false, (name, value) => {
  if (typeof value === 'boolean') return value;
  if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number;
  return refuse(
    `${name} to be true, false or a step of at least 1 to begin with`,
    value,
    'Use true for all steps.',
  );
});

export const SGD_SPECS: ParamSpecs<SgdParams> = {
  penalty: param.oneOf('l2', PENALTIES),
  alpha: param.nonNegative(1e-4),
  l1Ratio: param.custom(0.15, (name, value) =>
    typeof value === 'number' && value >= 0 && value <= 1
      ? value
      : refuse(`${name} from 0 to 1`, value, 'Use 0.15.'),
  ),
  fitIntercept: param.boolean(true),
  maxIter: param.integer(1000),
  tol: param.custom<number | null>(1e-3, (name, value) =>
    value === null ? null : param.nonNegative(0).check(name, value),
  ),
  shuffle: param.boolean(true),
  seed: param.integer(0, 0),
  learningRate: param.oneOf('optimal', RATES),
  eta0: param.positive(0.01),
  powerT: param.nonNegative(0.5),
  earlyStopping: param.boolean(false),
  validationFraction: param.custom(0.1, share),
  nIterNoChange: param.integer(5),
  warmStart: param.boolean(false),
  average: averageParam,
};

/** @throws SteepestError `ERR_ARGUMENT` for parameters that exclude each other */
export function checkSgd({ learningRate, alpha }: SgdParams): void {
  if (learningRate !== 'optimal' || alpha > 0) return;
  refuse("alpha above 0 for learningRate 'optimal', which depends on it", alpha, "Use 'invscaling'.");
}
