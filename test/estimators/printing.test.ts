/** Estimators in `console.log`, in text and as JSON. */
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import {
  columnTransformer,
  gridSearch,
  LogisticRegression,
  MLPClassifier,
  MLPRegressor,
  OneHotEncoder,
  pipeline,
  Ridge,
  StandardScaler,
} from '#steepest/index.js';

const network = () =>
  pipeline(
    columnTransformer([
      ['numbers', new StandardScaler({ withMean: false }), ['age', 'height']],
      ['text', new OneHotEncoder(), [2]],
    ]),
    new Ridge({ alpha: 2 }),
  );

it('shows the class and what is not the default', () => {
  expect(inspect(new LogisticRegression())).toBe('LogisticRegression()');
  expect(String(new LogisticRegression({ C: 10, tol: 1e-4 }))).toBe('LogisticRegression({ C: 10 })');
  expect(inspect(new MLPClassifier({ hiddenLayerSizes: [100], seed: 3 }))).toBe('MLPClassifier({ seed: 3 })');
  expect(inspect([new Ridge()])).toBe('[ Ridge() ]');
});

it('shows estimators in estimators, on several lines where one would be long', () => {
  expect(inspect(network())).toBe(`Pipeline({
  steps: [
    [
      'columnTransformer',
      ColumnTransformer({
        transformers: [
          ['numbers', StandardScaler({ withMean: false }), ['age', 'height']],
          ['text', OneHotEncoder(), [2]],
        ],
      }),
    ],
    ['ridge', Ridge({ alpha: 2 })],
  ],
})`);
  expect(inspect(gridSearch(new Ridge(), { alpha: [1, 2] }, { cv: 3 }))).toBe(
    'GridSearch({ estimator: Ridge(), paramGrid: { alpha: [1, 2] }, cv: 3 })',
  );
});

it('is JSON of its parameters alone, whatever it has learned', async () => {
  const model = new MLPRegressor({ hiddenLayerSizes: [50], maxIter: 1 });
  const before = JSON.stringify(model);
  await model.fit([[1], [2]], [1, 2]);
  expect(JSON.stringify(model)).toBe(before);
  expect(JSON.parse(before)).toEqual({ type: 'MLPRegressor', params: model.getParams() });
  const { params } = JSON.parse(JSON.stringify(network())) as { params: { steps: [string, object][] } };
  expect(params.steps[1]).toEqual(['ridge', { type: 'Ridge', params: new Ridge({ alpha: 2 }).getParams() }]);
  expect(() => JSON.stringify(gridSearch(network(), { ridge__alpha: [1] }))).not.toThrow();
});
