/** One fitted estimator of each type that can be saved. */
import {
  CalibratedClassifierCV,
  columnTransformer,
  data,
  ElasticNet,
  ElasticNetCV,
  FixedThresholdClassifier,
  FunctionTransformer,
  featureUnion,
  GammaRegressor,
  HuberRegressor,
  LabelEncoder,
  Lasso,
  LassoCV,
  LinearRegression,
  LogisticRegression,
  LogisticRegressionCV,
  layers,
  MaxAbsScaler,
  MinMaxScaler,
  MLPClassifier,
  MLPRegressor,
  NetworkClassifier,
  NetworkRegressor,
  OneHotEncoder,
  OrdinalEncoder,
  PoissonRegressor,
  PolynomialFeatures,
  pipeline,
  QuantileRegressor,
  Ridge,
  RidgeCV,
  RobustScaler,
  SelectKBest,
  SelectPercentile,
  SGDClassifier,
  SGDRegressor,
  SimpleImputer,
  StandardScaler,
  sequential,
  TargetEncoder,
  TransformedTargetRegressor,
  TunedThresholdClassifierCV,
  VarianceThreshold,
} from 'steepest';

export const numbers = [
  [1, 2],
  [3, 4],
];
const table = new data.DataTable({ a: [1, 2, Number.NaN], b: ['x', null, 'y'] });
const network = (activation, loss) =>
  sequential({ layers: [layers.dense({ units: 1, activation, inputShape: [2] })] }).compile({ loss });
export const small = { hiddenLayerSizes: [2], maxIter: 1 };
/** One fitted estimator of each type that can be saved, with something it takes. */
export const ESTIMATORS = {
  StandardScaler: [numbers, () => new StandardScaler().fit(numbers)],
  MinMaxScaler: [numbers, () => new MinMaxScaler().fit(numbers)],
  MaxAbsScaler: [numbers, () => new MaxAbsScaler().fit(numbers)],
  RobustScaler: [numbers, () => new RobustScaler().fit(numbers)],
  OneHotEncoder: [table, () => new OneHotEncoder({ drop: [undefined, null], maxCategories: 2 }).fit(table)],
  OrdinalEncoder: [
    table,
    () =>
      new OrdinalEncoder({
        maxCategories: 2,
        handleUnknown: 'useEncodedValue',
        unknownValue: -1,
        encodedMissingValue: -2,
      }).fit(table),
  ],
  TargetEncoder: [table, () => new TargetEncoder().fit(table, ['a', 'b', 'c'])],
  SimpleImputer: [
    table,
    () => new SimpleImputer({ strategy: 'mostFrequent', addIndicator: true }).fit(table),
  ],
  PolynomialFeatures: [numbers, () => new PolynomialFeatures().fit(numbers)],
  LabelEncoder: [['a', 'b'], () => new LabelEncoder().fit(['a', 'b'])],
  VarianceThreshold: [numbers, () => new VarianceThreshold().fit(numbers)],
  SelectKBest: [numbers, () => new SelectKBest({ k: 1, discreteFeatures: [1] }).fit(numbers, [0, 1])],
  SelectPercentile: [numbers, () => new SelectPercentile({ percentile: 50 }).fit(numbers, [0, 1])],
  FunctionTransformer: [
    numbers,
    () => new FunctionTransformer({ func: 'log', inverseFunc: 'exp' }).fit(numbers),
  ],
  FeatureUnion: [
    numbers,
    () =>
      featureUnion(
        [
          ['s', new StandardScaler()],
          ['p', 'passthrough'],
          ['d', 'drop'],
        ],
        {
          transformerWeights: { s: 2 },
        },
      ).fit(numbers),
  ],
  TransformedTargetRegressor: [
    numbers,
    () =>
      new TransformedTargetRegressor({ regressor: new Ridge(), transformer: new StandardScaler() }).fit(
        numbers,
        [1, 2],
      ),
  ],
  Pipeline: [
    numbers,
    () => pipeline(new StandardScaler(), new MinMaxScaler(), new Ridge()).fit(numbers, [1, 2]),
  ],
  ColumnTransformer: [
    table,
    () =>
      columnTransformer([['e', new OneHotEncoder(), 'b']], { remainder: new StandardScaler() }).fit(table),
  ],
  LinearRegression: [numbers, () => new LinearRegression().fit(numbers, [1, 2])],
  RidgeCV: [numbers, () => new RidgeCV().fit(numbers, [1, 2])],
  Lasso: [numbers, () => new Lasso().fit(numbers, [1, 2])],
  LassoCV: [numbers, () => new LassoCV({ alphas: 3, cv: 2 }).fit(numbers, [1, 2])],
  ElasticNet: [numbers, () => new ElasticNet().fit(numbers, [1, 2])],
  ElasticNetCV: [numbers, () => new ElasticNetCV({ alphas: 3, cv: 2 }).fit(numbers, [1, 2])],
  Ridge: [numbers, () => new Ridge().fit(numbers, [1, 2])],
  LogisticRegression: [numbers, () => new LogisticRegression({ penalty: 'none' }).fit(numbers, ['a', 'b'])],
  LogisticRegressionCV: [
    numbers,
    () => new LogisticRegressionCV({ Cs: 2, cv: 2 }).fit([...numbers, ...numbers], ['a', 'b', 'a', 'b']),
  ],
  PoissonRegressor: [numbers, () => new PoissonRegressor({ alpha: 0 }).fit(numbers, [1, 2])],
  GammaRegressor: [numbers, () => new GammaRegressor({ alpha: 0 }).fit(numbers, [1, 2])],
  SGDClassifier: [
    numbers,
    () => new SGDClassifier({ average: true, tol: null, maxIter: 2 }).fit(numbers, ['a', 'b']),
  ],
  SGDRegressor: [numbers, () => new SGDRegressor({ tol: null, maxIter: 2 }).fit(numbers, [1, 2])],
  HuberRegressor: [numbers, () => new HuberRegressor().fit(numbers, [1, 2])],
  QuantileRegressor: [numbers, () => new QuantileRegressor({ alpha: 0 }).fit(numbers, [1, 2])],
  CalibratedClassifierCV: [
    numbers,
    () =>
      new CalibratedClassifierCV({ estimator: new LogisticRegression(), method: 'isotonic', cv: 2 }).fit(
        [...numbers, ...numbers],
        ['a', 'b', 'a', 'b'],
      ),
  ],
  FixedThresholdClassifier: [
    numbers,
    () => new FixedThresholdClassifier({ estimator: new LogisticRegression() }).fit(numbers, ['a', 'b']),
  ],
  TunedThresholdClassifierCV: [
    numbers,
    () =>
      new TunedThresholdClassifierCV({ estimator: new LogisticRegression(), cv: 2, thresholds: 3 }).fit(
        [...numbers, ...numbers],
        ['a', 'b', 'a', 'b'],
      ),
  ],
  MLPRegressor: [numbers, () => new MLPRegressor(small).fit(numbers, [1, 2])],
  NetworkRegressor: [
    numbers,
    () => new NetworkRegressor(network('linear', 'meanSquaredError')).fit(numbers, [1, 2]),
  ],
  NetworkClassifier: [
    numbers,
    () => new NetworkClassifier(network('sigmoid', 'binaryCrossentropy')).fit(numbers, ['a', 'b']),
  ],
  MLPClassifier: [numbers, () => new MLPClassifier(small).fit(numbers, ['a', 'b'])],
};
