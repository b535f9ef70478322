/**
 * Names of our options and values in scikit-learn and other libraries, for "Did you mean …?". Other
 * spellings of our names need no entry.
 */
import type { Aliases } from '../../core/nearest.js';

/** Several of ours if estimators name the same thing differently. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  abortSignal: ['signal'],
  bias: ['includeBias', 'fitIntercept'],
  intercept: ['fitIntercept'],
  epochs: ['maxIter'],
  maxEpochs: ['epochs', 'maxIter'],
  nEpochs: ['epochs', 'maxIter'],
  numEpochs: ['epochs', 'maxIter'],
  maxIter: ['epochs'],
  model: ['network'],
  baseEstimator: ['estimator'],
  classifier: ['estimator'],
  nBin: ['nBins'],
  bins: ['nBins'],
  nIter: ['maxIter', 'nIter'],
  nIterations: ['nIter', 'maxIter'],
  nRepeat: ['nRepeats'],
  iterations: ['maxIter', 'epochs'],
  hiddenUnits: ['hiddenLayerSizes'],
  hiddenLayers: ['hiddenLayerSizes'],
  layers: ['hiddenLayerSizes'],
  lambda: ['alpha', 'C'],
  regularization: ['alpha', 'C'],
  l2: ['alpha', 'C'],
  c: ['C'],
  learningRate: ['learningRate', 'learningRateInit'],
  lr: ['learningRate', 'learningRateInit'],
  eta0: ['learningRate', 'learningRateInit'],
  learningRateInit: ['eta0'],
  numFolds: ['nSplits', 'cv'],
  folds: ['nSplits', 'cv'],
  k: ['nSplits'],
  metric: ['scoring'],
  metrics: ['scoring'],
  nesterov: ['nesterovsMomentum'],
  nThreads: ['workers', 'nJobs'],
  threads: ['workers', 'nJobs'],
  nJobs: ['nJobs', 'workers'],
  njobs: ['nJobs', 'workers'],
  optimizer: ['solver'],
  patience: ['nIterNoChange'],
  randomState: ['seed'],
  randomSeed: ['seed'],
  tau: ['quantile'],
  validationSplit: ['validationFraction'],
  validationFraction: ['validationSplit'],
  weights: ['sampleWeight'],
  sampleWeights: ['sampleWeight'],
  weight: ['sampleWeight'],
};

/** A cache by the list of names: every fit asks, but only errors need the answer. */
const found = new Map<string, Aliases>();

/** The aliases in {@link OPTIONS} that mean one of these names. */
export function optionAliases(known: readonly string[]): Aliases {
  const key = known.join();
  let aliases = found.get(key);
  if (aliases === undefined) {
    aliases = Object.fromEntries(
      Object.entries(OPTIONS).flatMap(([name, ours]) => {
        const meant = ours.find((one) => known.includes(one));
        return meant === undefined ? [] : [[name, meant]];
      }),
    );
    found.set(key, aliases);
  }
  return aliases;
}

/** Values of `solver`, `penalty`, `activation`, `strategy` and so on. */
export const VALUE_ALIASES: Aliases = {
  // Solvers of logistic regression.
  'newton-cg': 'newtonCg',
  'newton-cholesky': 'newton',
  liblinear: 'coordinate',
  saga: 'coordinate',
  sag: 'newtonCg',
  'l-bfgs-b': 'lbfgs',
  // Solvers of least squares.
  svd: 'qr',
  cholesky: 'qr',
  lsqr: 'qr',
  lapack: 'qr',
  // Activations by their names as layers.
  sigmoid: 'logistic',
  linear: 'identity',
  // Losses of stochastic gradient descent.
  log: 'logLoss',
  svm: 'hinge',
  mse: 'squaredError',
  mae: 'epsilonInsensitive',
  // Penalties.
  null: 'none',
  elasticNet: 'elasticnet',
  lasso: 'l1',
  ridge: 'l2',
  // Imputing and encoding.
  mode: 'mostFrequent',
  average: 'mean',
  warn: 'infrequentIfExist',
  raise: 'error',
};

/** Scores; the names of errors are scikit-learn's without "neg". */
export const SCORER_ALIASES: Aliases = {
  acc: 'accuracy',
  auc: 'rocAuc',
  rocAucScore: 'rocAuc',
  ap: 'averagePrecision',
  crossEntropy: 'negLogLoss',
  logLoss: 'negLogLoss',
  mse: 'negMeanSquaredError',
  meanSquaredError: 'negMeanSquaredError',
  rmse: 'negRootMeanSquaredError',
  rootMeanSquaredError: 'negRootMeanSquaredError',
  mae: 'negMeanAbsoluteError',
  meanAbsoluteError: 'negMeanAbsoluteError',
  mape: 'negMeanAbsolutePercentageError',
  meanAbsolutePercentageError: 'negMeanAbsolutePercentageError',
  medianAbsoluteError: 'negMedianAbsoluteError',
  maxError: 'negMaxError',
  meanPoissonDeviance: 'negMeanPoissonDeviance',
  meanGammaDeviance: 'negMeanGammaDeviance',
  brier: 'negBrierScore',
  brierScore: 'negBrierScore',
  brierScoreLoss: 'negBrierScore',
  mcc: 'matthewsCorrcoef',
  topK: 'topKAccuracy',
  explainedVarianceScore: 'explainedVariance',
  f1Score: 'f1',
  r2Score: 'r2',
  accuracyScore: 'accuracy',
};
