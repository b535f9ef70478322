import { drawRows } from '../tables.mjs';
import { COLS, FIT_ROWS, targetsOf, text } from './common.mjs';

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

/** Transformers of numbers, with all functions of FunctionTransformer. */
export function* transformerCases(steepest, draws) {
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
