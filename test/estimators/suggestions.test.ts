/** "Did you mean …?" for what scikit-learn's users write, and keys that nothing would read. */
import { describe, expect, it } from 'vitest';
import {
  columnTransformer,
  crossValidate,
  gridSearch,
  KFold,
  LinearRegression,
  LogisticRegression,
  MinMaxScaler,
  MLPClassifier,
  MLPRegressor,
  metrics,
  OneHotEncoder,
  PolynomialFeatures,
  pipeline,
  Ridge,
  SimpleImputer,
  StandardScaler,
  trainTestSplit,
} from '#steepest/index.js';

const X = [[0], [1], [2], [3]];
const y = [0, 1, 0, 1];

/** What was written, what happens, and the name to be suggested. */
const WRITTEN: [string, (wrong: never) => unknown, string, string][] = [
  ['max_iter', (o) => new LogisticRegression(o), 'max_iter', 'maxIter'],
  ['n_iter', (o) => new LogisticRegression(o), 'n_iter', 'maxIter'],
  ['epochs', (o) => new MLPClassifier(o), 'epochs', 'maxIter'],
  ['c', (o) => new LogisticRegression(o), 'c', 'C'],
  ['lambda', (o) => new LogisticRegression(o), 'lambda', 'C'],
  ['lambda of Ridge', (o) => new Ridge(o), 'lambda', 'alpha'],
  ['fit_intercept', (o) => new Ridge(o), 'fit_intercept', 'fitIntercept'],
  ['hidden_layer_sizes', (o) => new MLPClassifier(o), 'hidden_layer_sizes', 'hiddenLayerSizes'],
  ['hiddenUnits', (o) => new MLPRegressor(o), 'hiddenUnits', 'hiddenLayerSizes'],
  ['random_state', (o) => new MLPRegressor(o), 'random_state', 'seed'],
  ['random_state of a split', (o) => trainTestSplit(X, o), 'random_state', 'seed'],
  ['random_state of folds', (o) => new KFold(o), 'random_state', 'seed'],
  ['n_splits', (o) => new KFold(o), 'n_splits', 'nSplits'],
  ['test_size', (o) => trainTestSplit(X, o), 'test_size', 'testSize'],
  ['n_jobs of an estimator', (o) => new LogisticRegression(o), 'n_jobs', 'workers'],
  ['n_jobs of a search', (o) => gridSearch(new Ridge(), { alpha: [1] }, o), 'n_jobs', 'nJobs'],
  ['learning_rate', (o) => new MLPClassifier(o), 'learning_rate', 'learningRateInit'],
  ['lr', (o) => new LogisticRegression(o), 'lr', 'learningRate'],
  ['early_stopping', (o) => new MLPClassifier(o), 'early_stopping', 'earlyStopping'],
  ['validation_split', (o) => new MLPClassifier(o), 'validation_split', 'validationFraction'],
  ['patience', (o) => new MLPClassifier(o), 'patience', 'nIterNoChange'],
  ['class_weight', (o) => new LogisticRegression(o), 'class_weight', 'classWeight'],
  ['with_mean', (o) => new StandardScaler(o), 'with_mean', 'withMean'],
  ['feature_range', (o) => new MinMaxScaler(o), 'feature_range', 'featureRange'],
  ['handle_unknown', (o) => new OneHotEncoder(o), 'handle_unknown', 'handleUnknown'],
  ['fill_value', (o) => new SimpleImputer(o), 'fill_value', 'fillValue'],
  ['interaction_only', (o) => new PolynomialFeatures(o), 'interaction_only', 'interactionOnly'],
  [
    'verbose_feature_names_out',
    (o) => columnTransformer([], o),
    'verbose_feature_names_out',
    'verboseFeatureNamesOut',
  ],
  ['sample_weight of fit', (o) => new Ridge().fit(X, y, o), 'sample_weight', 'sampleWeight'],
  ['weights of fit', (o) => new MLPRegressor().fit(X, y, o), 'weights', 'sampleWeight'],
  [
    'sample_weight of score',
    async (o) => (await new Ridge().fit(X, y)).score(X, y, o),
    'sample_weight',
    'sampleWeight',
  ],
  ['sample_weight of a metric', (o) => metrics.accuracyScore(y, y, o), 'sample_weight', 'sampleWeight'],
  ['pos_label', (o) => metrics.f1Score(y, y, o), 'pos_label', 'posLabel'],
  ['zero_division', (o) => metrics.classificationReport(y, y, o), 'zero_division', 'zeroDivision'],
  [
    'return_train_score',
    (o) => crossValidate(new Ridge(), X, y, o),
    'return_train_score',
    'returnTrainScore',
  ],
  [
    'a step',
    (o) => pipeline(new StandardScaler()).setParams(o),
    'standardscaler__withMean',
    'standardScaler',
  ],
];

it.each(WRITTEN)('%s', async (_, call, wrong, right) => {
  const run = async (): Promise<unknown> => call({ [wrong]: 1 } as never);
  await expect(run()).rejects.toMatchObject({
    code: 'ERR_UNKNOWN_NAME',
    given: `'${wrong}'`,
    hint: `Did you mean '${right}'?`,
  });
});

describe('values', () => {
  const VALUES: [string, string | null, (value: never) => unknown, string][] = [
    ['solver', 'newton-cg', (solver) => new LogisticRegression({ solver }), 'newtonCg'],
    ['solver', 'liblinear', (solver) => new LogisticRegression({ solver }), 'coordinate'],
    ['solver', 'saga', (solver) => new LogisticRegression({ solver }), 'coordinate'],
    ['solver', 'LBFGS', (solver) => new LogisticRegression({ solver }), 'lbfgs'],
    ['solver', 'svd', (solver) => new LinearRegression({ solver }), 'qr'],
    ['penalty', null, (penalty) => new LogisticRegression({ penalty }), 'none'],
    ['penalty', 'elastic_net', (penalty) => new LogisticRegression({ penalty }), 'elasticnet'],
    ['activation', 'sigmoid', (activation) => new MLPClassifier({ activation }), 'logistic'],
    ['strategy', 'most_frequent', (strategy) => new SimpleImputer({ strategy }), 'mostFrequent'],
    [
      'handleUnknown',
      'infrequent_if_exist',
      (handleUnknown) => new OneHotEncoder({ handleUnknown }),
      'infrequentIfExist',
    ],
    [
      'scoring',
      'neg_mean_squared_error',
      (scoring) => gridSearch(new Ridge(), { alpha: [1] }, { scoring }),
      'negMeanSquaredError',
    ],
    ['scoring', 'roc_auc', (scoring) => gridSearch(new Ridge(), { alpha: [1] }, { scoring }), 'rocAuc'],
    [
      'scoring',
      'rmse',
      (scoring) => gridSearch(new Ridge(), { alpha: [1] }, { scoring }),
      'negRootMeanSquaredError',
    ],
    [
      'refit',
      'f1_macro',
      (refit) => gridSearch(new Ridge(), { alpha: [1] }, { scoring: ['r2', 'f1Macro'], refit }),
      'f1Macro',
    ],
  ];
  it.each(VALUES)('%s %s', (_, value, make, right) => {
    expect(() => make(value as never)).toThrow(
      expect.objectContaining({ code: 'ERR_UNKNOWN_NAME', hint: `Did you mean '${right}'?` }),
    );
  });

  it("drop 'if_binary'", () => {
    expect(() => new OneHotEncoder({ drop: 'if_binary' as never })).toThrow("Did you mean 'ifBinary'?");
  });
});

describe('options that would be lost', () => {
  it.each([
    [
      'weights of a transformer without any',
      () => new MinMaxScaler().fit(X, undefined, { sampleWeight: [1, 1, 1, 1] }),
    ],
    ['options in the place of y', () => new StandardScaler().fit(X, { sampleWeight: [1, 1, 1, 1] })],
    ['an unknown key beside data', () => pipeline(new Ridge()).fit(X, y, { verbose: true } as object)],
    [
      'a second call of partialFit with other options',
      () => new MLPRegressor().partialFit(X, y, { classes: y } as object),
    ],
  ])('%s', async (_, call) => {
    await expect(call()).rejects.toMatchObject({
      code: expect.stringMatching(/ERR_(UNKNOWN_NAME|ARGUMENT)/),
    });
  });

  it.each([{}, 'stop', null, { aborted: false }])('signal %o', async (signal) => {
    const options = { signal } as object;
    const refused = { code: 'ERR_ARGUMENT', expected: 'signal to be an AbortSignal' };
    for (const train of [
      () => new Ridge().fit(X, y, options),
      () => new LogisticRegression().fit(X, y, options),
      () => new MLPClassifier().fit(X, y, options),
      () => new OneHotEncoder().fit(X, undefined, options),
      () => pipeline(new StandardScaler(), new Ridge()).fit(X, y, options),
      () => gridSearch(new Ridge(), { alpha: [1] }, { cv: 2 }).fit(X, y, options),
      () => crossValidate(new Ridge(), X, y, { cv: 2, ...options }),
    ]) {
      await expect(train()).rejects.toMatchObject(refused);
    }
  });
});
