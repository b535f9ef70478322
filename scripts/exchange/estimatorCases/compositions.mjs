import { drawRows } from '../tables.mjs';
import { FIT_ROWS, targetsOf, text } from './common.mjs';

const NAMES = ['first/scaled', 'classes', 'X', 'a b/c', 'größe'];

/** Columns by number and by name, some of them twice, in transformers inside each other. */
function columnsFromTheEnd({ columnTransformer, PolynomialFeatures, StandardScaler }) {
  const nested = columnTransformer([['inner', new StandardScaler(), [1]]], { remainder: 'passthrough' });
  return columnTransformer(
    [
      ['twice', new StandardScaler(), [0, -1]],
      ['as they are', 'passthrough', ['X', 'classes']],
      ['nested', nested, [3, 1, 0]],
    ],
    { remainder: new PolynomialFeatures() },
  );
}

function unionOfUnions({ featureUnion, FunctionTransformer, pipeline, PolynomialFeatures, StandardScaler }) {
  const weighted = featureUnion(
    [
      ['a', new StandardScaler()],
      ['b', 'passthrough'],
    ],
    { transformerWeights: { b: 3 } },
  );
  const powers = pipeline(
    new FunctionTransformer({ func: 'tanh' }),
    new PolynomialFeatures({ degree: [2, 2] }),
  );
  return featureUnion([
    ['one', weighted],
    ['two', powers],
  ]);
}

/** [name, target, estimator]. */
function compositions(steepest) {
  const { gridSearch, LogisticRegression, MLPRegressor, pipeline, Ridge } = steepest;
  const { SelectKBest, StandardScaler, TransformedTargetRegressor, VarianceThreshold } = steepest;
  const ridge = () => new Ridge({ alpha: 0.1 });
  const perceptron = () => new MLPRegressor({ hiddenLayerSizes: [6], maxIter: 9, seed: 1 });
  return [
    ['columns from the end', 'numbers', () => pipeline(columnsFromTheEnd(steepest), ridge())],
    [
      'selected',
      'two',
      () => pipeline(new VarianceThreshold(), new SelectKBest({ k: 2 }), new LogisticRegression()),
    ],
    [
      'a search at the end',
      'numbers',
      () => pipeline(new StandardScaler(), gridSearch(ridge(), { alpha: [0.1, 1] }, { cv: 2 })),
    ],
    ['a union of unions', 'numbers', () => pipeline(unionOfUnions(steepest), ridge())],
    [
      'a perceptron of scaled targets',
      'columns',
      () =>
        new TransformedTargetRegressor({
          regressor: pipeline(new StandardScaler(), perceptron()),
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
}

/** Compositions that pipelines of random tables do not have. */
export function* compositionCases(steepest, draws) {
  const { DataTable } = steepest.data;
  const make = (rows) => {
    const drawn = drawRows(draws, rows, NAMES.length);
    return new DataTable(NAMES.map((name, j) => [name, drawn.map((row) => row[j])]));
  };
  const known = make(FIT_ROWS);
  const y = targetsOf(
    draws,
    Array.from(known.column('X'), (x, i) => [x, known.column('classes')[i], 1]),
  );
  y.flat = y.numbers.map((value) => [0, value, 0, -value]);
  for (const [name, target, makeOne] of compositions(steepest)) {
    for (const options of [{}, { inputs: 'matrix' }]) {
      yield {
        kind: 'Compositions',
        name: `${name}${text(options)}`,
        options,
        fitted: () => makeOne().fit(known, y[target]),
        rows: make,
      };
    }
  }
  yield* oddNumberCases(steepest, draws);
}

/** Numbers as categories, with gaps, fractions and both zeros. */
function* oddNumberCases({ OneHotEncoder, OrdinalEncoder }, draws) {
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
