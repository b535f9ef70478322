import { fromSklearn } from 'steepest';
import { describe, expect, it } from 'vitest';
import { refused } from '../support/folder.js';

const dump = (name: string, fitted: object, params: object = {}): never =>
  ({ sklearn: '1.9.1', estimator: { class: name, params, fitted } }) as never;
const ridge = { coef_: { array: [2, 3], dtype: 'float64' }, intercept_: 1, n_features_in_: 2 };

async function refuses(source: never, ...words: string[]): Promise<void> {
  await expect(fromSklearn(source)).rejects.toEqual(refused('ERR_MODEL_FILE', ...words));
}

describe('fromSklearn', () => {
  it('names classes that it does not read, and those that it does', async () => {
    await refuses(
      dump('RandomForestClassifier', {}),
      'LogisticRegression',
      "'RandomForestClassifier'",
      'Fit one of',
    );
    await refuses(dump('StandartScaler', {}), "Did you mean 'StandardScaler'?");
    const inner = {
      class: 'Pipeline',
      params: { steps: [['pca', { class: 'PCA', params: {}, fitted: {} }]] },
      fitted: {},
    };
    await refuses({ sklearn: '1', estimator: inner } as never, "'PCA'");
  });

  it('says what is missing: an estimator that was not fitted, or not the whole of one', async () => {
    await refuses(dump('Ridge', {}), 'coef_', 'Fit it before');
    await refuses(dump('Ridge', { ...ridge, coef_: undefined, coefs_: [1] }), "Did you mean 'coefs_'?");
    await refuses(
      dump('Ridge', { ...ridge, n_features_in_: 3 }),
      'coef_ of Ridge with 3 columns',
      'shape [2]',
    );
    await refuses(dump('Ridge', { ...ridge, coef_: { array: [2, 'x'] } }), 'to be numbers');
    await refuses(dump('Ridge', { ...ridge, coef_: { array: [2, { float: 'nan' }] } }), 'finite numbers');
    await refuses({ estimator: [] } as never, '{ class, params, fitted }');
    await refuses({ class: 'Ridge' } as never, '{ sklearn, estimator }');
  });

  it('refuses options that decide what is computed and that ours does not have', async () => {
    const scaler = { data_min_: [0], data_max_: [1], n_features_in_: 1 };
    const params = { feature_range: [1, 0], clip: false };
    await refuses(dump('MinMaxScaler', scaler, params), 'feature_range of MinMaxScaler');
    const fitted = { ...ridge, classes_: ['a', 'b'], coef_: [[2, 3]], intercept_: [1], n_iter_: 3, t_: 9 };
    await refuses(
      dump('SGDClassifier', fitted, { loss: 'squared_error' }),
      'loss of SGDClassifier',
      'rebuild',
    );
    const func = { func: { other: 'my_function' } };
    await refuses(dump('FunctionTransformer', { n_features_in_: 1 }, func), 'my');
  });

  it('takes defaults for options that only a new fit would use', async () => {
    const model = await fromSklearn(dump('Ridge', ridge, { alpha: 3, solver: 'sparse_cg', n_jobs: 4 }));
    expect(model.getParams()).toMatchObject({ alpha: 3 });
    expect(model.predictSync([10, 100])).toEqual(Float64Array.of(321));
  });

  it('reads text only as JSON in a file', async () => {
    await refuses(Buffer.from('{"estimator": NaN}') as never, 'JSON');
    await refuses(Buffer.from([0xff, 0xfe]) as never, 'JSON in these bytes');
    await refuses(Buffer.from('[1]') as never, 'a JSON object');
    await expect(fromSklearn(3 as never)).rejects.toEqual(refused('ERR_ARGUMENT', 'fromSklearn'));
    await expect(fromSklearn(Buffer.from('{}'), { limits: { bytes: 1 } })).rejects.toEqual(
      refused('ERR_DATA_LIMIT'),
    );
  });
});
