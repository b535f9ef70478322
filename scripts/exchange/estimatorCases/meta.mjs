import { text } from './common.mjs';

function calibrations({ CalibratedClassifierCV }, { logistic, hinge, perceptron }) {
  const calibrated = (name, target, estimator, options) => ({
    kind: 'CalibratedClassifierCV',
    name: `CalibratedClassifierCV ${name}${text(options)}`,
    target,
    make: () => new CalibratedClassifierCV({ estimator: estimator(), cv: 3, ...options }),
  });
  return [
    calibrated('logistic', 'two', logistic, {}),
    calibrated('hinge', 'words', hinge, {}),
    calibrated('hinge', 'two', hinge, { method: 'isotonic' }),
    calibrated('logistic', 'three', logistic, { method: 'isotonic', ensemble: false }),
    calibrated('perceptron', 'flags', perceptron, { method: 'isotonic' }),
    calibrated('perceptron', 'words', perceptron, {}),
  ];
}

function thresholds(steepest, { logistic, hinge, perceptron }) {
  const { FixedThresholdClassifier, pipeline, StandardScaler, TunedThresholdClassifierCV } = steepest;
  const threshold = (name, estimator, options) => ({
    kind: 'FixedThresholdClassifier',
    name: `FixedThresholdClassifier ${name}${text(options)}`,
    target: 'two',
    make: () => new FixedThresholdClassifier({ estimator: estimator(), ...options }),
  });
  return [
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
  ];
}

function transformedTargets(steepest) {
  const { FunctionTransformer, pipeline, Ridge, StandardScaler, TransformedTargetRegressor } = steepest;
  const target = (options, label, of = 'numbers') => ({
    kind: 'TransformedTargetRegressor',
    name: `TransformedTargetRegressor ${label}`,
    target: of,
    make: () => new TransformedTargetRegressor({ regressor: new Ridge({ alpha: 0.1 }), ...options() }),
  });
  const scalers = ['StandardScaler', 'MinMaxScaler', 'MaxAbsScaler', 'RobustScaler'];
  return [
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
        transformer: pipeline(new FunctionTransformer({ func: 'log' }), new StandardScaler()),
      }),
      'pipeline',
      'amounts',
    ),
  ];
}

function searches({ gridSearch, pipeline, randomizedSearch, Ridge, StandardScaler }, { logistic }) {
  return [
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

/** Estimators of estimators: { kind, name, target, make }. */
export function metaCases(steepest) {
  const { LogisticRegression, MLPClassifier, SGDClassifier } = steepest;
  const inner = {
    logistic: () => new LogisticRegression(),
    hinge: () => new SGDClassifier({ seed: 1 }),
    perceptron: () => new MLPClassifier({ hiddenLayerSizes: [5], maxIter: 9, seed: 2 }),
  };
  return [
    ...calibrations(steepest, inner),
    ...thresholds(steepest, inner),
    ...transformedTargets(steepest),
    ...searches(steepest, inner),
  ];
}
