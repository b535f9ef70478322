import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import type { Workers } from '../../parallel/workers.js';
import { type ParamSpecs, param } from '../base/params.js';
import { workersParam } from '../base/workersParam.js';

export const ACTIVATIONS = ['relu', 'tanh', 'logistic', 'identity'] as const;
export const SOLVERS = ['adam', 'sgd', 'lbfgs'] as const;
/** Rows per mini-batch for `'auto'`; all rows if there are fewer. */
const DEFAULT_BATCH = 200;

/** Hyperparameters of multi-layer perceptrons, with scikit-learn's meanings and defaults. */
export interface MlpParams {
  /** Units of each hidden layer; empty for a linear model. Default `[100]`. */
  hiddenLayerSizes: readonly number[];
  /** Activation of the hidden layers. Default `'relu'`. */
  activation: (typeof ACTIVATIONS)[number];
  /**
   * `'adam'` (default) and `'sgd'` take mini-batches. `'lbfgs'` computes on all rows at once, and
   * has no use for `batchSize`, rates, `shuffle`, `nIterNoChange` and early stopping: for tables
   * of a few thousand rows it often ends sooner and lower.
   */
  solver: (typeof SOLVERS)[number];
  /**
   * Strength of the L2 penalty: alpha/2·Σw² / batchSize is added to the mean loss; with `'lbfgs'`,
   * over the sum of the weights of all rows. Default 1e-4.
   */
  alpha: number;
  /** Rows per mini-batch. `'auto'` (default): 200, or all rows if there are fewer. */
  batchSize: number | 'auto';
  /** Default 1e-3. */
  learningRateInit: number;
  /** For `'sgd'`. Default 0.9. */
  momentum: number;
  /** For `'sgd'`. Default true. */
  nesterovsMomentum: boolean;
  /** Maximum number of passes over the rows; of iterations with `'lbfgs'`. Default 200. */
  maxIter: number;
  /** For `'lbfgs'`: ends after the iteration that exceeds so many evaluations. Default 15000. */
  maxFun: number;
  /** Shuffles the rows for each epoch. Default true. */
  shuffle: boolean;
  /**
   * Training ends when more than `nIterNoChange` consecutive epochs have not lowered the loss by
   * more than this or, with `earlyStopping`, have not raised the score by this. `'lbfgs'` ends when
   * no element of the gradient is larger. Default 1e-4.
   */
  tol: number;
  /** Default 10. */
  nIterNoChange: number;
  /**
   * Holds out ⌈rows · `validationFraction`⌉ random rows (stratified for classifiers), stops by the
   * score on them (accuracy, R²), and ends with the weights of the best epoch. Default false.
   */
  earlyStopping: boolean;
  /** Default 0.1. */
  validationFraction: number;
  /** Continues the next fit from the end of the last, optimizer state included. Default false. */
  warmStart: boolean;
  /** Seed of initial weights, row order and held-out rows. Default 0. */
  seed: number;
  /** Worker threads; the number never changes the result. Default `'auto'`. */
  workers: Workers;
}

/** The check of a fraction of the rows. */
export const share = (name: string, value: unknown): number => {
  if (typeof value === 'number' && value > 0 && value < 1) return value;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${name} above 0 and below 1`,
    given: show(value),
    hint: 'Use 0.1 for a tenth of the rows.',
  });
};

export const MLP_SPECS: ParamSpecs<MlpParams> = {
  hiddenLayerSizes: param.custom<readonly number[]>([100], (name, value) => {
    if (Array.isArray(value) && [...value].every((units) => Number.isSafeInteger(units) && units >= 1)) {
      return [...(value as number[])];
    }
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name} to be an array of whole numbers of at least 1`,
      given: show(value),
      hint: 'Write [100] for one hidden layer of 100 units.',
    });
  }),
  activation: param.oneOf('relu', ACTIVATIONS),
  solver: param.oneOf('adam', SOLVERS),
  alpha: param.nonNegative(1e-4),
  batchSize: param.custom<number | 'auto'>('auto', (name, value) => {
    if (value === 'auto' || (Number.isSafeInteger(value) && (value as number) >= 1)) {
      return value as number | 'auto';
    }
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name} to be 'auto' or a whole number of at least 1`,
      given: show(value),
      hint: "Use 'auto' for 200 rows, or all if there are fewer.",
    });
  }),
  learningRateInit: param.positive(1e-3),
  momentum: param.custom(0.9, (name, value) => {
    if (typeof value === 'number' && value >= 0 && value < 1) return value;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name} of at least 0 and below 1`,
      given: show(value),
      hint: 'Use 0.9, or 0 for none.',
    });
  }),
  nesterovsMomentum: param.boolean(true),
  maxIter: param.integer(200),
  maxFun: param.integer(15_000),
  shuffle: param.boolean(true),
  tol: param.nonNegative(1e-4),
  nIterNoChange: param.integer(10),
  earlyStopping: param.boolean(false),
  validationFraction: param.custom(0.1, share),
  warmStart: param.boolean(false),
  seed: param.integer(0, 0),
  workers: workersParam,
};

/** Mini-batch size for a number of rows. */
export const batchRows = (batchSize: MlpParams['batchSize'], rows: number): number =>
  Math.min(batchSize === 'auto' ? DEFAULT_BATCH : batchSize, rows);
