import {
  CalibratedClassifierCV,
  columnTransformer,
  crossValidate,
  ElasticNet,
  ElasticNetCV,
  estimatorTypes,
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
  metrics,
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
  type Sequential,
  SGDClassifier,
  SGDRegressor,
  SimpleImputer,
  StandardScaler,
  sequential,
  TargetEncoder,
  TransformedTargetRegressor,
  TunedThresholdClassifierCV,
  trainTestSplit,
  VarianceThreshold,
} from 'steepest';

/**
 * Everything that takes a table of numbers, each as one function from data to a result that can be
 * compared: networks, all estimators, splitting. The tests of this folder walk the list.
 */
export interface Subject {
  name: string;
  /** Learns from x and y and predicts x: all numbers that come of it. */
  run: (x: never, y: never) => Promise<unknown>;
  /** Columns of text and missing values are data like any other. */
  takesCells?: boolean;
  /** A list of numbers is a column. */
  takesFlat?: boolean;
  /** Numbers are not looked at before the rows have been split, which numbers them anew. */
  takesAnything?: boolean;
  y: 'numbers' | 'labels' | 'class numbers' | 'any';
}

export const ROWS = 12;
export const COLS = 4;
/** Whole numbers from 0 to 100, which every typed array holds exactly. */
export const ROW_LIST: readonly (readonly number[])[] = Array.from({ length: ROWS }, (_, i) =>
  Array.from({ length: COLS }, (_, j) => (17 * i + 29 * j + 5 * i * j * j) % 101),
);
export const CLASSES: readonly number[] = ROW_LIST.map(([a, b]) => (a! > b! ? 1 : 0));

/** A small network on rows, for numbers or for two classes. */
export function network(classes: 1 | 2): Sequential {
  const model = sequential({
    seed: 3,
    layers: [
      layers.rescaling({ scale: 0.01, inputShape: [COLS] }),
      layers.dense({ units: 3, activation: 'tanh' }),
      layers.dense({ units: classes, activation: classes === 1 ? 'linear' : 'softmax' }),
    ],
  });
  const loss = classes === 1 ? 'meanSquaredError' : 'sparseCategoricalCrossentropy';
  return model.compile({ optimizer: 'adam', loss });
}

const plain = (arrays: readonly { data: ArrayLike<number> }[]): number[][] =>
  arrays.map(({ data }) => Array.from(data));

async function runNetwork(classes: 1 | 2, x: never, y: never): Promise<unknown> {
  const model = network(classes);
  await model.fit(x, y, { epochs: 2, batchSize: 5, workers: 1, validationData: [x, y] });
  const logs = await model.evaluate(x, y, { workers: 1 });
  const gradients = plain(await model.gradients(x, y));
  const predicted = plain([await model.predict(x, { workers: 1 }), model.predictSync(x)]);
  return [plain(model.getWeights()), logs, gradients, predicted];
}

const NETWORKS: Subject[] = [
  { name: 'Sequential', y: 'numbers', run: (x, y) => runNetwork(1, x, y) },
  { name: 'Sequential with classes', y: 'class numbers', run: (x, y) => runNetwork(2, x, y) },
  {
    name: 'Sequential on a stream',
    y: 'numbers',
    async run(x, y) {
      const model = network(1);
      const stream = () => [{ x, y }];
      await model.fit(stream, { epochs: 2, batchSize: 5, workers: 1 });
      const logs = await model.evaluate(stream, { workers: 1 });
      return [plain(model.getWeights()), logs, plain([await model.predict(stream, { workers: 1 })])];
    },
  },
  {
    name: 'LinearRegression on a stream',
    y: 'numbers',
    async run(x, y) {
      const model = await new LinearRegression().fit([{ x, y }] as never);
      return model.predict(x);
    },
  },
];

interface Predictor {
  fit(x: never, y: never, options?: object): Promise<unknown>;
  predict(x: never): Promise<unknown>;
}
interface Transformer {
  fit(x: never, y?: never): Promise<unknown>;
  transform(x: never): Promise<unknown>;
}

const predictor = (name: string, y: Subject['y'], make: () => object): Subject => ({
  name,
  y,
  async run(x, target) {
    const estimator = make() as Predictor;
    await estimator.fit(x, target);
    return estimator.predict(x);
  },
});
const transformer = (name: string, make: () => object, takesCells = false): Subject => ({
  name,
  y: 'any',
  takesCells,
  async run(x) {
    const estimator = make() as Transformer;
    await estimator.fit(x);
    return estimator.transform(x);
  },
});

/** A transformer that learns from y, too. */
const supervised = (name: string, make: () => object): Subject => ({
  name,
  y: 'numbers',
  async run(x, target) {
    const estimator = make() as Transformer;
    await estimator.fit(x, target);
    return estimator.transform(x);
  },
});

const few = { maxIter: 1, hiddenLayerSizes: [3], workers: 1 } as const;

export const ESTIMATORS: Subject[] = [
  predictor('LinearRegression', 'numbers', () => new LinearRegression()),
  predictor('Ridge', 'numbers', () => new Ridge()),
  predictor('RidgeCV', 'numbers', () => new RidgeCV()),
  predictor('Lasso', 'numbers', () => new Lasso({ alpha: 0.1 })),
  predictor('LassoCV', 'numbers', () => new LassoCV({ alphas: 5, cv: 2 })),
  predictor('ElasticNet', 'numbers', () => new ElasticNet({ alpha: 0.1 })),
  predictor('ElasticNetCV', 'numbers', () => new ElasticNetCV({ alphas: 5, cv: 2 })),
  predictor('LogisticRegression', 'labels', () => new LogisticRegression({ maxIter: 5 })),
  predictor('LogisticRegressionCV', 'labels', () => new LogisticRegressionCV({ Cs: 2, cv: 2 })),
  predictor('PoissonRegressor', 'numbers', () => new PoissonRegressor()),
  predictor('SGDClassifier', 'labels', () => new SGDClassifier({ tol: null, maxIter: 2 })),
  predictor('SGDRegressor', 'numbers', () => new SGDRegressor({ tol: null, maxIter: 2 })),
  predictor('QuantileRegressor', 'numbers', () => new QuantileRegressor({ alpha: 0.1 })),
  predictor('HuberRegressor', 'numbers', () => new HuberRegressor()),
  {
    name: 'GammaRegressor',
    y: 'any',
    async run(x) {
      // Amounts above 0, which the numbers of other subjects are not.
      const amounts = ROW_LIST.map((_, i) => i + 1);
      return (await new GammaRegressor().fit(x, amounts)).predict(x);
    },
  },
  ...[
    predictor(
      'CalibratedClassifierCV',
      'labels',
      () => new CalibratedClassifierCV({ estimator: new LogisticRegression(), cv: 2 }),
    ),
    predictor(
      'FixedThresholdClassifier',
      'labels',
      () => new FixedThresholdClassifier({ estimator: new LogisticRegression() }),
    ),
    predictor(
      'TunedThresholdClassifierCV',
      'labels',
      () => new TunedThresholdClassifierCV({ estimator: new LogisticRegression(), cv: 2, thresholds: 5 }),
    ),
    // Rows are counted and split before the classifier inside reads them.
  ].map((subject) => ({ ...subject, takesAnything: true, takesFlat: true })),
  predictor('MLPClassifier', 'labels', () => new MLPClassifier(few)),
  predictor('MLPRegressor', 'numbers', () => new MLPRegressor(few)),
  predictor('NetworkClassifier', 'labels', () => new NetworkClassifier(network(2), { epochs: 2 })),
  predictor('NetworkRegressor', 'numbers', () => new NetworkRegressor(network(1), { epochs: 2 })),
  predictor('TransformedTargetRegressor', 'numbers', () => new TransformedTargetRegressor({ func: 'cbrt' })),
  predictor('Pipeline', 'numbers', () => pipeline(new StandardScaler(), new Ridge())),
  transformer('StandardScaler', () => new StandardScaler()),
  transformer('MaxAbsScaler', () => new MaxAbsScaler()),
  transformer('RobustScaler', () => new RobustScaler()),
  transformer('MinMaxScaler', () => new MinMaxScaler()),
  transformer('PolynomialFeatures', () => new PolynomialFeatures()),
  transformer('OneHotEncoder', () => new OneHotEncoder(), true),
  transformer('OrdinalEncoder', () => new OrdinalEncoder(), true),
  { ...supervised('TargetEncoder', () => new TargetEncoder()), takesCells: true },
  transformer('VarianceThreshold', () => new VarianceThreshold()),
  supervised('SelectKBest', () => new SelectKBest({ scoreFunc: 'mutualInfoRegression', k: 3 })),
  supervised('SelectPercentile', () => new SelectPercentile({ scoreFunc: 'fRegression', percentile: 60 })),
  transformer('FunctionTransformer', () => new FunctionTransformer({ func: 'log1p' })),
  transformer('FeatureUnion', () => featureUnion([['scale', new StandardScaler()]]), true),
  transformer('SimpleImputer', () => new SimpleImputer(), true),
  transformer('ColumnTransformer', () => columnTransformer([['scale', new StandardScaler(), [0, 1]]]), true),
];

/** Those that the registry has and the list above must have. */
export const missingEstimators = (): string[] =>
  estimatorTypes().filter(
    (type) => type !== new LabelEncoder().type && !ESTIMATORS.some(({ name }) => name === type),
  );

const SCORES: Subject[] = [
  {
    name: 'meanSquaredError',
    y: 'any',
    takesFlat: true,
    run: async (x) => metrics.meanSquaredError(ROW_LIST as never, x, { multioutput: 'rawValues' }),
  },
];

const SPLITS: Subject[] = [
  {
    name: 'crossValidate',
    y: 'numbers',
    takesAnything: true,
    takesFlat: true,
    async run(x, y) {
      const { test } = await crossValidate(new Ridge(), x, y, { cv: 3 });
      return test;
    },
  },
  {
    name: 'trainTestSplit',
    y: 'any',
    takesAnything: true,
    takesCells: true,
    takesFlat: true,
    async run(x, y) {
      const parts = trainTestSplit(x, y, { seed: 1 } as never) as unknown as never[];
      const scaled = await new StandardScaler().fitTransform(parts[0]!);
      return scaled;
    },
  },
];

export const SUBJECTS: readonly Subject[] = [...NETWORKS, ...ESTIMATORS, ...SCORES, ...SPLITS];
