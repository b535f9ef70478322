import { drawRows } from '../tables.mjs';
import { COLS, FIT_ROWS, targetsOf, text } from './common.mjs';
import { metaCases } from './meta.mjs';
import { networkCases } from './networks.mjs';

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

/** Regressors and classifiers, alone and inside others. */
export function* predictorCases(steepest, draws) {
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
