// Estimators and pipelines for the exchange with other programs: every class with its options, each
// fitted to a few rows, with new rows. The functions are given, so that the package itself and its
// modules can be tested.
import { Draws } from './draws.mjs';
import { drawColumns, drawLaws, drawRows } from './tables.mjs';

const FIT_ROWS = 60;
const COLS = 4;

/** What estimators learn from rows of numbers. */
function targetsOf(draws, rows) {
  const score = ([a, b, c]) => 2 * a - b + 0.4 * c;
  const noisy = rows.map((row) => score(row) + draws.between(-0.4, 0.4));
  const order = [...noisy].sort((a, b) => a - b);
  const [third, middle] = [order[Math.floor(rows.length / 3)], order[Math.floor(rows.length / 2)]];
  return {
    numbers: noisy,
    columns: noisy.map((value, i) => [value, 3 - 2 * value + rows[i][2], rows[i][0]]),
    counts: noisy.map((value) => Math.round(Math.exp(Math.min(3, value / 2)))),
    amounts: noisy.map((value) => Math.exp(value / 4)),
    flags: noisy.map((value) => value > middle),
    two: noisy.map((value) => (value > middle ? 'yes' : 'no')),
    three: noisy.map((value) => (value < third ? -1 : value > middle ? 7 : 3)),
    words: noisy.map((value) => (value < third ? 'low' : value > middle ? 'über' : 'mid')),
  };
}

const text = (options) => (Object.keys(options).length === 0 ? '' : ` ${JSON.stringify(options)}`);

/** Transformers of rows of numbers: [class, options, factor of the numbers, NaN among them]. */
const OF_NUMBERS = [
  ['StandardScaler', {}],
  ['StandardScaler', {}, 1, true],
  ['StandardScaler', { withMean: false }],
  ['StandardScaler', { withStd: false }],
  ['StandardScaler', {}, 1e307],
  ['StandardScaler', {}, 1e-305],
  ['MinMaxScaler', {}],
  ['MinMaxScaler', {}, 1, true],
  ['MinMaxScaler', { featureRange: [-1, 3] }],
  ['MinMaxScaler', { clip: true }],
  ['MinMaxScaler', { clip: true, featureRange: [-2, 2] }, 1, true],
  ['MinMaxScaler', {}, 3.7e307],
  ['MinMaxScaler', {}, 1e-307],
  ['MaxAbsScaler', {}],
  ['MaxAbsScaler', { clip: true }, 1, true],
  ['MaxAbsScaler', {}, 1e307],
  ['RobustScaler', {}],
  ['RobustScaler', {}, 1, true],
  ['RobustScaler', { withCentering: false }],
  ['RobustScaler', { withScaling: false }],
  ['RobustScaler', { quantileRange: [10, 80], unitVariance: true }],
  ['RobustScaler', { quantileRange: [0, 100] }, 3.7e307],
  ['PolynomialFeatures', {}],
  ['PolynomialFeatures', { degree: 3 }],
  ['PolynomialFeatures', { degree: [2, 4], includeBias: false }],
  ['PolynomialFeatures', { degree: 3, interactionOnly: true }],
  ['PolynomialFeatures', { degree: 0 }],
  ['VarianceThreshold', {}],
  ['VarianceThreshold', { threshold: 0.5 }, 1, true],
  ['SelectKBest', { k: 2 }],
  ['SelectKBest', { k: 3, scoreFunc: 'fRegression' }],
  ['SelectPercentile', { percentile: 50 }],
  ['SimpleImputer', {}, 1, true],
  ['SimpleImputer', { strategy: 'median', addIndicator: true }, 1, true],
  ['SimpleImputer', { strategy: 'constant', fillValue: -3 }, 1, true],
  ['SimpleImputer', { strategy: 'mostFrequent', missingValues: 0 }],
];

const FUNCTIONS = {
  identity: 9,
  log: 0,
  exp: 9,
  log1p: 0,
  expm1: 9,
  log2: 0,
  exp2: 9,
  log10: 0,
  exp10: 9,
  sqrt: 0,
  square: 9,
  cbrt: 9,
  cube: 9,
  reciprocal: 9,
  negative: 9,
  tanh: 9,
  sinh: 9,
  arcsinh: 9,
  logit: 1,
  expit: 9,
  abs: 9,
  sign: 9,
  sin: 9,
  cos: 9,
};

/** Numbers of many sizes that a function takes: above 0, below 1, or any. */
function argumentsOf(draws, domain, rows) {
  const value = () => {
    const size = 10 ** draws.between(-12, domain === 1 ? 0 : 2);
    return domain === 9 && draws.chance(0.5) ? -size : size * 0.999;
  };
  return Array.from({ length: rows }, () => Array.from({ length: 3 }, value));
}

const gaps = (draws, rows) =>
  rows.map((row) => row.map((value) => (draws.chance(0.15) ? Number.NaN : value)));

function* transformerCases(steepest, draws) {
  for (const [type, options, factor = 1, hasGaps = false] of OF_NUMBERS) {
    const make = (rows) => {
      const made = drawRows(draws, rows, COLS, factor);
      return hasGaps ? gaps(draws, made) : made;
    };
    const x = make(FIT_ROWS);
    const { two, numbers } = targetsOf(draws, drawRows(draws, FIT_ROWS, COLS));
    const isRegression = options.scoreFunc === 'fRegression';
    const needsTarget = type.startsWith('Select');
    const y = needsTarget ? (isRegression ? numbers : two) : undefined;
    yield {
      kind: type,
      name: `${type}${text(options)} ${factor}${hasGaps ? ' with NaN' : ''}`,
      fitted: () => new steepest[type](options).fit(x, y),
      rows: make,
    };
  }
  for (const [func, domain] of Object.entries(FUNCTIONS)) {
    const make = (rows) => argumentsOf(draws, domain, rows);
    yield {
      kind: 'FunctionTransformer',
      name: `FunctionTransformer ${func}`,
      fitted: () => new steepest.FunctionTransformer({ func, checkInverse: false }).fit(make(9)),
      rows: make,
    };
  }
}

/** [class, options, target]. */
const REGRESSORS = [
  ['LinearRegression', {}],
  ['LinearRegression', { fitIntercept: false }],
  ['Lasso', { alpha: 0.05, positive: true }],
  ['LinearRegression', {}, 'columns'],
  ['Ridge', { alpha: 0.3 }],
  ['Ridge', { alpha: 2 }, 'columns'],
  ['RidgeCV', {}],
  ['RidgeCV', { cv: 3 }, 'columns'],
  ['Lasso', { alpha: 0.05 }],
  ['Lasso', { alpha: 0.05 }, 'columns'],
  ['LassoCV', { alphas: 9 }],
  ['ElasticNet', { alpha: 0.05 }],
  ['ElasticNetCV', { alphas: 9 }],
  ['HuberRegressor', {}],
  ['QuantileRegressor', { alpha: 0, quantile: 0.3 }],
  ['SGDRegressor', {}],
  ['PoissonRegressor', {}, 'counts'],
  ['PoissonRegressor', { alpha: 0, fitIntercept: false }, 'counts'],
  ['GammaRegressor', {}, 'amounts'],
  ['MLPRegressor', { hiddenLayerSizes: [7], maxIter: 20 }],
  ['MLPRegressor', { hiddenLayerSizes: [5, 4], activation: 'tanh', maxIter: 20 }, 'columns'],
  ['MLPRegressor', { hiddenLayerSizes: [6], activation: 'logistic', maxIter: 20 }],
];
const CLASSIFIERS = [
  ['LogisticRegression', {}, 'two'],
  ['LogisticRegression', {}, 'flags'],
  ['LogisticRegression', { penalty: 'l1' }, 'three'],
  ['LogisticRegression', { fitIntercept: false, C: 100 }, 'words'],
  ['LogisticRegressionCV', { Cs: [0.1, 5], cv: 3 }, 'two'],
  ['LogisticRegressionCV', { Cs: [0.1, 5], cv: 3 }, 'words'],
  ...['hinge', 'squaredHinge', 'logLoss', 'modifiedHuber', 'perceptron'].flatMap((loss) => [
    ['SGDClassifier', { loss }, 'two'],
    ['SGDClassifier', { loss, average: true }, 'three'],
  ]),
  ['MLPClassifier', { hiddenLayerSizes: [7], maxIter: 20 }, 'two'],
  ['MLPClassifier', { hiddenLayerSizes: [7], activation: 'identity', maxIter: 20 }, 'words'],
  ['MLPClassifier', { hiddenLayerSizes: [], maxIter: 20 }, 'three'],
];

function* predictorCases(steepest, draws) {
  const make = (rows) => drawRows(draws, rows, COLS);
  for (const [type, options, target = 'numbers'] of [...REGRESSORS, ...CLASSIFIERS]) {
    const x = make(FIT_ROWS);
    const y = targetsOf(draws, x)[target];
    const isRandom = 'seed' in new steepest[type]().getParams();
    yield {
      kind: type,
      name: `${type}${text(options)} of ${target}`,
      fitted: () => new steepest[type]({ ...options, ...(isRandom ? { seed: 3 } : {}) }).fit(x, y),
      rows: make,
    };
  }
  for (const one of networkCases(steepest)) {
    const x = make(FIT_ROWS);
    const y = targetsOf(draws, x)[one.target];
    yield {
      kind: one.kind,
      name: `${one.kind} ${one.loss} of ${one.target}`,
      fitted: () => one.make().fit(x, y),
      rows: make,
    };
  }
  for (const { kind, name, make: makeOne, target } of metaCases(steepest)) {
    const x = make(FIT_ROWS);
    const y = targetsOf(draws, x)[target];
    yield { kind, name: `${name} of ${target}`, fitted: () => makeOne().fit(x, y), rows: make };
  }
}

function networkCases({ NetworkClassifier, NetworkRegressor, layers, sequential }) {
  const network = (units, activation, loss) =>
    sequential({
      seed: 5,
      layers: [
        layers.dense({ units: 6, activation: 'relu', inputShape: [COLS] }),
        layers.batchNorm({}),
        layers.dense({ units, activation }),
      ],
    }).compile({ loss });
  const images = (units, activation, loss) =>
    sequential({
      seed: 5,
      layers: [
        layers.reshape({ targetShape: [2, 2, 1], inputShape: [COLS] }),
        layers.conv2d({ filters: 3, kernelSize: 2, padding: 'same', activation: 'tanh' }),
        layers.flatten({}),
        layers.dense({ units, activation }),
      ],
    }).compile({ loss });
  const logits = (name) => ({ name, fromLogits: true });
  const list = [
    ['NetworkRegressor', network, 1, 'linear', 'meanSquaredError', 'numbers'],
    ['NetworkRegressor', network, 3, 'linear', 'meanAbsoluteError', 'columns'],
    ['NetworkRegressor', images, 1, 'linear', 'meanSquaredError', 'numbers'],
    ['NetworkClassifier', network, 3, 'softmax', 'sparseCategoricalCrossentropy', 'words'],
    ['NetworkClassifier', images, 3, 'softmax', 'categoricalCrossentropy', 'three'],
    ['NetworkClassifier', network, 3, 'linear', logits('sparseCategoricalCrossentropy'), 'three'],
    ['NetworkClassifier', network, 1, 'sigmoid', 'binaryCrossentropy', 'two'],
    ['NetworkClassifier', network, 1, 'linear', logits('binaryCrossentropy'), 'flags'],
    ['NetworkClassifier', network, 2, 'softmax', 'sparseCategoricalCrossentropy', 'two'],
    ['NetworkClassifier', network, 1, 'linear', 'hinge', 'two'],
    ['NetworkClassifier', network, 3, 'linear', 'categoricalHinge', 'words'],
  ];
  const Classes = { NetworkClassifier, NetworkRegressor };
  return list.map(([kind, build, units, activation, loss, target]) => ({
    kind,
    loss: loss.name ?? loss,
    target,
    make: () => new Classes[kind](build(units, activation, loss), { epochs: 8 }),
  }));
}

function metaCases(steepest) {
  const { CalibratedClassifierCV, FixedThresholdClassifier, LogisticRegression, MLPClassifier, Ridge } =
    steepest;
  const { SGDClassifier, StandardScaler, TransformedTargetRegressor, TunedThresholdClassifierCV } = steepest;
  const { gridSearch, pipeline, randomizedSearch } = steepest;
  const logistic = () => new LogisticRegression();
  const hinge = () => new SGDClassifier({ seed: 1 });
  const perceptron = () => new MLPClassifier({ hiddenLayerSizes: [5], maxIter: 9, seed: 2 });
  const calibrated = (name, target, estimator, options) => ({
    kind: 'CalibratedClassifierCV',
    name: `CalibratedClassifierCV ${name}${text(options)}`,
    target,
    make: () => new CalibratedClassifierCV({ estimator: estimator(), cv: 3, ...options }),
  });
  const threshold = (name, estimator, options) => ({
    kind: 'FixedThresholdClassifier',
    name: `FixedThresholdClassifier ${name}${text(options)}`,
    target: 'two',
    make: () => new FixedThresholdClassifier({ estimator: estimator(), ...options }),
  });
  const target = (options, label, of = 'numbers') => ({
    kind: 'TransformedTargetRegressor',
    name: `TransformedTargetRegressor ${label}`,
    target: of,
    make: () => new TransformedTargetRegressor({ regressor: new Ridge({ alpha: 0.1 }), ...options() }),
  });
  const scalers = ['StandardScaler', 'MinMaxScaler', 'MaxAbsScaler', 'RobustScaler'];
  return [
    calibrated('logistic', 'two', logistic, {}),
    calibrated('hinge', 'words', hinge, {}),
    calibrated('hinge', 'two', hinge, { method: 'isotonic' }),
    calibrated('logistic', 'three', logistic, { method: 'isotonic', ensemble: false }),
    calibrated('perceptron', 'flags', perceptron, { method: 'isotonic' }),
    calibrated('perceptron', 'words', perceptron, {}),
    threshold('logistic', logistic, { threshold: 0.3 }),
    threshold('logistic', logistic, { threshold: 0.3, posLabel: 'no' }),
    threshold('hinge', hinge, { threshold: -0.2, posLabel: 'no', responseMethod: 'decisionFunction' }),
    threshold('logistic', logistic, { responseMethod: 'decisionFunction' }),
    threshold('perceptron', perceptron, { threshold: 0.6 }),
    {
      kind: 'TunedThresholdClassifierCV',
      name: 'TunedThresholdClassifierCV',
      target: 'two',
      make: () =>
        new TunedThresholdClassifierCV({ estimator: pipeline(new StandardScaler(), logistic()), cv: 3 }),
    },
    ...scalers.flatMap((type) => [
      target(() => ({ transformer: new steepest[type]() }), type),
      target(() => ({ transformer: new steepest[type]() }), `${type}, columns`, 'columns'),
    ]),
    ...['log', 'sqrt', 'log1p', 'reciprocal', 'log2', 'log10'].map((func) =>
      target(() => ({ func, checkInverse: false }), func, 'amounts'),
    ),
    ...['exp', 'expm1', 'arcsinh', 'sinh', 'cbrt', 'cube', 'identity', 'negative', 'expit', 'tanh'].map(
      (func) =>
        target(() => ({ func, checkInverse: false, regressor: new Ridge({ alpha: 50 }) }), func, 'amounts'),
    ),
    target(() => ({ func: 'log', inverseFunc: 'exp' }), 'log with inverseFunc', 'amounts'),
    target(
      () => ({
        transformer: pipeline(new steepest.FunctionTransformer({ func: 'log' }), new StandardScaler()),
      }),
      'pipeline',
      'amounts',
    ),
    {
      kind: 'gridSearch',
      name: 'gridSearch',
      target: 'words',
      make: () =>
        gridSearch(
          pipeline(new StandardScaler(), logistic()),
          { logisticRegression__C: [0.1, 10] },
          { cv: 3 },
        ),
    },
    {
      kind: 'randomizedSearch',
      name: 'randomizedSearch',
      target: 'numbers',
      make: () => randomizedSearch(new Ridge(), { alpha: [0.1, 1, 9] }, { cv: 3, nIter: 2 }),
    },
  ];
}

/** Encoders of text and numbers: [class, options, whether new rows may have unknown categories]. */
const ENCODERS = [
  ['OneHotEncoder', {}],
  ['OneHotEncoder', { drop: 'first' }],
  ['OneHotEncoder', { drop: 'ifBinary', handleUnknown: 'ignore' }, true],
  ['OneHotEncoder', { handleUnknown: 'ignore' }, true],
  ['OneHotEncoder', { handleUnknown: 'infrequentIfExist', minFrequency: 8 }, true],
  ['OneHotEncoder', { handleUnknown: 'infrequentIfExist', maxCategories: 2, drop: 'first' }, true],
  ['OneHotEncoder', { maxCategories: 2 }],
  ['OrdinalEncoder', {}],
  ['OrdinalEncoder', { encodedMissingValue: -2 }],
  ['OrdinalEncoder', { handleUnknown: 'useEncodedValue', unknownValue: -1 }, true],
  ['OrdinalEncoder', { handleUnknown: 'useEncodedValue', unknownValue: Number.NaN, maxCategories: 3 }, true],
  ['TargetEncoder', { targetType: 'continuous' }, true],
  ['TargetEncoder', { smooth: 3 }, true],
  ['TargetEncoder', { targetType: 'multiclass' }, true],
];

/** The same table with a category in its last row that was never seen. */
function withUnknown({ DataTable }, table) {
  const replace = (values) => [
    ...Array.from(values).slice(0, -1),
    values instanceof Float64Array ? 77 : 'never seen',
  ];
  return new DataTable(table.columnNames.map((name) => [name, replace(table.column(name))]));
}

function* tableTransformerCases(steepest, draws) {
  const { data } = steepest;
  for (const [type, options, takesUnknown = false] of ENCODERS) {
    for (const types of [['text'], ['text', 'code', 'text'], ['code']]) {
      const laws = drawLaws(draws, types);
      const columns = drawColumns(draws, laws, FIT_ROWS);
      const known = new data.DataTable(columns);
      const target = { continuous: 'numbers', multiclass: 'words' }[options.targetType] ?? 'two';
      const y = targetsOf(draws, drawRows(draws, FIT_ROWS, COLS))[target];
      yield {
        kind: type,
        name: `${type}${text(options)} of ${types.join(', ')}`,
        fitted: () => new steepest[type](options).fit(known, type === 'TargetEncoder' ? y : undefined),
        rows: (rows) =>
          takesUnknown
            ? new data.DataTable(drawColumns(draws, laws, rows, true))
            : known.take(Array.from({ length: rows }, () => draws.whole(0, FIT_ROWS - 1))),
        ...(takesUnknown ? {} : { refused: (rows) => withUnknown(data, known.slice(0, rows)) }),
      };
    }
  }
  const imputers = [
    { strategy: 'mostFrequent' },
    { strategy: 'mostFrequent', addIndicator: true },
    { strategy: 'mostFrequent', missingValues: 'nan', addIndicator: true },
  ];
  for (const options of imputers) {
    for (const types of [['text'], ['number', 'text', 'text', 'number']]) {
      if (options.missingValues !== undefined && types.length > 1) continue;
      const laws = drawLaws(draws, types);
      const known = new data.DataTable(drawColumns(draws, laws, FIT_ROWS));
      yield {
        kind: 'SimpleImputer',
        name: `SimpleImputer${text(options)} of ${types.join(', ')}`,
        fitted: () => new steepest.SimpleImputer(options).fit(known),
        rows: (rows) => new data.DataTable(drawColumns(draws, laws, rows, true)),
      };
    }
  }
}

/** Compositions that pipelines of random tables do not have. */
function* compositionCases(steepest, draws) {
  const { columnTransformer, data, featureUnion, gridSearch, pipeline } = steepest;
  const { FunctionTransformer, MLPRegressor, OneHotEncoder, OrdinalEncoder, PolynomialFeatures } = steepest;
  const { Ridge, StandardScaler, SelectKBest, VarianceThreshold, TransformedTargetRegressor } = steepest;
  const names = ['first/scaled', 'classes', 'X', 'a b/c', 'größe'];
  const make = (rows) => {
    const columns = drawRows(draws, rows, names.length);
    return new data.DataTable(names.map((name, j) => [name, columns.map((row) => row[j])]));
  };
  const known = make(FIT_ROWS);
  const y = targetsOf(
    draws,
    Array.from(known.column('X'), (x, i) => [x, known.column('classes')[i], 1]),
  );
  const ridge = () => new Ridge({ alpha: 0.1 });
  const list = [
    [
      'columns from the end',
      'numbers',
      () =>
        pipeline(
          columnTransformer(
            [
              ['twice', new StandardScaler(), [0, -1]],
              ['as they are', 'passthrough', ['X', 'classes']],
              [
                'nested',
                columnTransformer([['inner', new StandardScaler(), [1]]], { remainder: 'passthrough' }),
                [3, 1, 0],
              ],
            ],
            { remainder: new PolynomialFeatures() },
          ),
          ridge(),
        ),
    ],
    [
      'selected',
      'two',
      () => pipeline(new VarianceThreshold(), new SelectKBest({ k: 2 }), new steepest.LogisticRegression()),
    ],
    [
      'a search at the end',
      'numbers',
      () => pipeline(new StandardScaler(), gridSearch(ridge(), { alpha: [0.1, 1] }, { cv: 2 })),
    ],
    [
      'a union of unions',
      'numbers',
      () =>
        pipeline(
          featureUnion([
            [
              'one',
              featureUnion(
                [
                  ['a', new StandardScaler()],
                  ['b', 'passthrough'],
                ],
                { transformerWeights: { b: 3 } },
              ),
            ],
            [
              'two',
              pipeline(new FunctionTransformer({ func: 'tanh' }), new PolynomialFeatures({ degree: [2, 2] })),
            ],
          ]),
          ridge(),
        ),
    ],
    [
      'a perceptron of scaled targets',
      'columns',
      () =>
        new TransformedTargetRegressor({
          regressor: pipeline(
            new StandardScaler(),
            new MLPRegressor({ hiddenLayerSizes: [6], maxIter: 9, seed: 1 }),
          ),
          transformer: new StandardScaler(),
        }),
    ],
    [
      'targets without a constant column',
      'flat',
      () =>
        new TransformedTargetRegressor({
          regressor: ridge(),
          transformer: new VarianceThreshold(),
          checkInverse: false,
        }),
    ],
  ];
  const flat = y.numbers.map((value) => [0, value, 0, -value]);
  for (const [name, target, makeOne] of list) {
    for (const options of [{}, { inputs: 'matrix' }]) {
      yield {
        kind: 'Compositions',
        name: `${name}${text(options)}`,
        options,
        fitted: () => makeOne().fit(known, target === 'flat' ? flat : y[target]),
        rows: make,
      };
    }
  }
  // Numbers as categories, with gaps, fractions and both zeros.
  const codes = [0, -0, 0.1, -3, 1e300, 2 ** 60, Number.NaN, 5e-324];
  const numbers = (rows) => Array.from({ length: rows }, () => [draws.pick(codes), draws.pick(codes)]);
  for (const encoder of [new OneHotEncoder(), new OrdinalEncoder({ encodedMissingValue: 99 })]) {
    yield {
      kind: 'Compositions',
      name: `${encoder.type} of odd numbers`,
      fitted: () => encoder.fit(codes.map((code, i) => [code, codes[(i + 3) % codes.length]])),
      rows: numbers,
    };
  }
}

const NUMBERS_STEPS = (steepest, draws) => {
  const { MinMaxScaler, PolynomialFeatures, RobustScaler, SimpleImputer, StandardScaler } = steepest;
  return draws.pick([
    () => steepest.pipeline(new SimpleImputer(), new StandardScaler()),
    () => steepest.pipeline(new StandardScaler(), new SimpleImputer({ addIndicator: true })),
    () =>
      steepest.pipeline(
        new SimpleImputer({ strategy: 'median' }),
        new RobustScaler(),
        new PolynomialFeatures(),
      ),
    () =>
      steepest.pipeline(
        new SimpleImputer(),
        steepest.featureUnion(
          [
            ['scaled', new MinMaxScaler({ clip: true })],
            ['all', 'passthrough'],
            ['roots', new steepest.FunctionTransformer({ func: 'cbrt' })],
          ],
          { transformerWeights: { roots: 0.5 } },
        ),
      ),
  ]);
};

const TEXT_STEPS = (steepest, draws, target) => {
  const { OneHotEncoder, OrdinalEncoder, SimpleImputer, TargetEncoder } = steepest;
  const isClass = ['two', 'three', 'words'].includes(target);
  return draws.pick([
    () => new OneHotEncoder({ handleUnknown: 'ignore' }),
    () => new OneHotEncoder({ handleUnknown: 'infrequentIfExist', minFrequency: 0.2 }),
    () =>
      steepest.pipeline(
        new SimpleImputer({ strategy: 'mostFrequent' }),
        new OneHotEncoder({ handleUnknown: 'ignore', drop: 'first' }),
      ),
    () =>
      steepest.pipeline(
        new SimpleImputer({ strategy: 'constant', fillValue: 'nothing' }),
        new OrdinalEncoder({ handleUnknown: 'useEncodedValue', unknownValue: -1 }),
      ),
    ...(target === 'columns'
      ? []
      : [() => new TargetEncoder({ seed: 4, ...(isClass ? {} : { targetType: 'continuous' }) })]),
  ]);
};

/** [model, kind of target] for the end of a pipeline. */
const ENDS = [
  [({ LogisticRegression }) => new LogisticRegression(), 'words'],
  [({ LogisticRegression }) => new LogisticRegression({ penalty: 'l1' }), 'two'],
  [({ Ridge }) => new Ridge(), 'numbers'],
  [({ LinearRegression }) => new LinearRegression(), 'columns'],
  [({ Lasso }) => new Lasso({ alpha: 0.01 }), 'numbers'],
  [({ SGDClassifier }) => new SGDClassifier({ loss: 'modifiedHuber', seed: 1 }), 'three'],
  [({ MLPClassifier }) => new MLPClassifier({ hiddenLayerSizes: [6], maxIter: 9, seed: 1 }), 'words'],
  [({ PoissonRegressor }) => new PoissonRegressor(), 'counts'],
  [
    ({ CalibratedClassifierCV, LogisticRegression }) =>
      new CalibratedClassifierCV({ estimator: new LogisticRegression(), cv: 3, method: 'isotonic' }),
    'two',
  ],
  [
    ({ TransformedTargetRegressor, Ridge }) =>
      new TransformedTargetRegressor({ regressor: new Ridge(), func: 'log' }),
    'amounts',
  ],
  [undefined, 'two'],
];

/** What some pipelines are inside of. */
const WRAPS = [
  { name: 'plain', targets: [] },
  {
    name: 'calibrated',
    targets: ['two', 'three', 'words'],
    make: ({ CalibratedClassifierCV }, estimator) => new CalibratedClassifierCV({ estimator, cv: 2 }),
  },
  { name: 'plain', targets: [] },
  {
    name: 'with a threshold',
    targets: ['two'],
    make: ({ FixedThresholdClassifier }, estimator) =>
      new FixedThresholdClassifier({ estimator, threshold: 0.4, posLabel: 'no' }),
  },
  {
    name: 'with scaled targets',
    targets: ['numbers', 'columns'],
    make: ({ TransformedTargetRegressor, RobustScaler }, regressor) =>
      new TransformedTargetRegressor({ regressor, transformer: new RobustScaler() }),
  },
];

/** Pipelines of tables with text and gaps. */
function* pipelineCases(steepest, draws, number) {
  const { columns, columnTransformer, data, pipeline, StandardScaler } = steepest;
  for (let i = 0; i < number; i++) {
    const types = Array.from({ length: draws.whole(3, 7) }, () =>
      draws.pick(['number', 'text', 'number', 'code']),
    );
    types[0] = 'number';
    types[1] = 'text';
    const laws = drawLaws(draws, types);
    const known = drawColumns(draws, laws, 90);
    const [end, target] = ENDS[i % ENDS.length];
    // Targets depend on the table: gaps count as 0.
    const first = known[0][1].map((v) => (Number.isNaN(v) ? 0 : (v - laws[0][1].center) / laws[0][1].spread));
    const last = known[1][1].map((v) => (v === laws[1][1].words[0] ? 1 : v === null ? -0.5 : 0));
    const y = targetsOf(
      draws,
      first.map((v, row) => [v, last[row], v * last[row]]),
    )[target];
    const codes = laws.filter(([, law]) => law.type === 'code').map(([name]) => name);
    const numbers = laws.filter(([, law]) => law.type === 'number').map(([name]) => name);
    const isWhole = draws.chance(0.5);
    const prepare = columnTransformer(
      [
        ['numbers', NUMBERS_STEPS(steepest, draws)(), numbers],
        ['text', TEXT_STEPS(steepest, draws, target)(), columns.byType('text')],
      ],
      { remainder: codes.length > 0 && isWhole ? new StandardScaler() : 'drop' },
    );
    const wrap = WRAPS[i % WRAPS.length];
    const isWrapped = end !== undefined && wrap.targets.includes(target);
    yield {
      kind: 'Pipeline of a table',
      name: `pipeline ${i} of ${types.join(', ')} with ${end?.(steepest).type ?? 'no model'} of ${target}${isWrapped ? `, ${wrap.name}` : ''}`,
      fitted: () =>
        (end === undefined
          ? pipeline(prepare)
          : isWrapped
            ? wrap.make(steepest, pipeline(prepare, end(steepest)))
            : pipeline(prepare, end(steepest))
        ).fit(new data.DataTable(known), y),
      rows: (rows) => new data.DataTable(drawColumns(draws, laws, rows, true)),
    };
  }
}

/** Labels of targets. */
function* labelCases({ LabelEncoder }, draws) {
  const lists = [
    ['b', 'a', 'ü'],
    [3, -1, 7],
    [true, false],
    [0.5, 2],
  ];
  for (const labels of lists) {
    yield {
      kind: 'LabelEncoder',
      name: `LabelEncoder ${JSON.stringify(labels)}`,
      fitted: () => new LabelEncoder().fit(labels),
      rows: (rows) => Array.from({ length: rows }, () => draws.pick(labels)),
    };
  }
}

/**
 * All cases: { kind, name, isFloat32, fitted(), rows(count) }, and for some options of toOnnx and
 * `refused(count)`. `fitted` gives the estimator, `rows` new data, and `refused` data that it
 * refuses, as the graph does. With `isFloat32` it computes in float32.
 * @param steepest the functions of the package
 * @param tables the number of random tables with pipelines
 */
export function* estimatorCases(steepest, tables, seed = 18) {
  const draws = new Draws(seed);
  const groups = [
    transformerCases(steepest, draws),
    predictorCases(steepest, draws),
    tableTransformerCases(steepest, draws),
    compositionCases(steepest, draws),
    labelCases(steepest, draws),
    pipelineCases(steepest, draws, tables),
  ];
  for (const group of groups) {
    for (const one of group) yield { ...one, isFloat32: /MLP|Network|perceptron/.test(one.name) };
  }
}
