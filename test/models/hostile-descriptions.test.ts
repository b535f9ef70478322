import {
  layers,
  load,
  loadEstimator,
  PolynomialFeatures,
  Sequential,
  SteepestError,
  sequential,
} from 'steepest';
import { describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '#steepest/io/safetensors.js';
import { MAX_LAYERS } from '#steepest/networks/compile/model.js';
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
const format = { format: 'steepest-sequential', version: '1', training: '{"step":0,"epochs":0}' };
const file = (model: string, more: Record<string, string> = {}) =>
  encodeSafetensors(new Map(), { ...format, model, ...more });
const network = (...list: object[]) => file(JSON.stringify({ seed: 0, layers: list }));
const estimator = (description: string) =>
  encodeSafetensors(new Map(), { format: 'steepest-estimator', version: '1', estimator: description });

describe('descriptions that ask for too much', () => {
  const deep = '['.repeat(20_000);
  const closed = deep + ']'.repeat(20_000);
  it.each<[string, string]>([
    ['nested without an end', deep],
    ['nested deeply', `{"seed":0,"layers":${closed}}`],
    ['nested in an option', `{"seed":0,"layers":[{"type":"dense","units":${closed}}]}`],
    ['of a million empty lists', `{"layers":[${'[],'.repeat(2 ** 20)}[]]}`],
    ['that is a list', '[]'],
    ['that is null', 'null'],
    ['cut off', '{"seed":0'],
  ])('%s are refused', async (_, text) => {
    await expect(load(file(text), Sequential)).rejects.toEqual(refused('ERR_MODEL_FILE'));
    await expect(loadEstimator(estimator(text))).rejects.toEqual(refused('ERR_MODEL_FILE'));
    for (const key of ['training', 'compile']) {
      const valid = JSON.stringify({ seed: 0, layers: [{ type: 'flatten', inputShape: [1] }] });
      await expect(load(file(valid, { [key]: text }), Sequential)).rejects.toEqual(refused('ERR_MODEL_FILE'));
    }
  });

  it('brackets inside text do not count', async () => {
    const estimators = estimator(
      JSON.stringify({
        type: 'LabelEncoder',
        params: {},
        state: { tensors: [], attributes: { classes: ['["'.repeat(1000), '\\'] } },
      }),
    );
    const { known } = (await loadEstimator(estimators)) as unknown as { known: string[] };
    expect(known).toEqual(['["'.repeat(1000), '\\']);
  });

  it('the cause is kept', async () => {
    const error: SteepestError = await load(
      network({ type: 'dense', units: -1, inputShape: [1] }),
      Sequential,
    ).then(
      () => expect.fail('was loaded'),
      (thrown: SteepestError) => thrown,
    );
    expect(error).toEqual(refused('ERR_MODEL_FILE', 'dense.units'));
    expect(error.cause).toBeInstanceOf(SteepestError);
    expect((error.cause as SteepestError).code).toBe('ERR_ARGUMENT');
  });
});

describe('models of many layers', () => {
  const flat = { type: 'activation', activation: 'relu' };
  const many = (count: number) => [
    { ...flat, inputShape: [1] },
    ...Array.from({ length: count - 1 }, () => flat),
  ];

  it('are refused above the limit, before training and in files', async () => {
    expect(() => sequential({ layers: many(MAX_LAYERS + 1) as never })).toThrow(
      refused('ERR_ARGUMENT', `${MAX_LAYERS} layers`) as never,
    );
    await expect(load(network(...many(16_000)), Sequential)).rejects.toEqual(
      refused('ERR_MODEL_FILE', 'layers'),
    );
  });

  it('take time in proportion: described, printed, saved and loaded at the limit', async () => {
    const model = sequential({ layers: many(MAX_LAYERS) as never });
    model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    expect(model.summary().split('\n').length).toBeGreaterThan(MAX_LAYERS);
    expect(model.explain()).toContain(`activation_${MAX_LAYERS} `);
    const path = files.path('deep.safetensors');
    await model.save(path);
    expect((await load(path, Sequential)).predictSync([3]).data).toEqual(Float32Array.of(3));
  });

  it('of batchNorm have fewer phases than a step may have', async () => {
    const first = layers.dense({ units: 1, inputShape: [1] });
    const model = sequential({ layers: [first, ...Array.from({ length: 520 }, () => layers.batchNorm())] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await expect(model.fit([[1], [2]], [1, 2])).rejects.toEqual(refused('ERR_ARGUMENT', 'batchNorm'));
    expect(Number.isFinite(model.predictSync([1]).data[0])).toBe(true);
  });

  it('with parameters too: the costs of each layer are its own', async () => {
    const count = 800;
    const list = Array.from({ length: count }, (_, i) =>
      layers.dense({ units: 1, ...(i === 0 ? { inputShape: [1] } : {}) }),
    );
    const model = sequential({ layers: list });
    const path = files.path('dense.safetensors');
    await model.save(path);
    const loaded = await load(path, Sequential);
    expect(loaded.getWeights()).toEqual(model.getWeights());
    const rows = model.summary().split('\n');
    // One product and one sum a layer.
    expect(rows.filter((row) => /^dense_\d+ .* 2 +\S/.test(row)).length).toBe(count);
  });
});

describe('sizes that kernels do not take', () => {
  const image = { inputShape: [4, 4, 1] };
  const most = 2 ** 15;
  it.each<[string, object[]]>([
    ['a stride', [{ type: 'maxPool2d', ...image, strides: most + 1 }]],
    ['a window', [{ type: 'averagePool2d', ...image, poolSize: most + 1, padding: 'same' }]],
    ['an image', [{ type: 'averagePool2d', inputShape: [most + 1, 1, 1], poolSize: 1 }]],
    ['channels', [{ type: 'globalAveragePool2d', inputShape: [1, 1, most + 1] }]],
    ['an augmented image', [{ type: 'randomFlip', inputShape: [1, most + 1, 1] }]],
    [
      'a normalised image',
      [{ type: 'layerNorm', inputShape: [1, most + 1, 1], center: false, scale: false }],
    ],
    ['a sample', [{ type: 'activation', activation: 'relu', inputShape: [2 ** 31] }]],
    [
      'a dilation',
      [{ type: 'conv2d', ...image, filters: 1, kernelSize: 3, dilationRate: 2 ** 15, padding: 'same' }],
    ],
    ['an image of 2^53 numbers', [{ type: 'flatten', inputShape: [2 ** 30, 2 ** 30, 2 ** 30] }]],
  ])('%s', async (_, list) => {
    await expect(load(network(...list), Sequential)).rejects.toEqual(refused('ERR_MODEL_FILE', 'at most'));
    expect(() => sequential({ layers: list as never })).toThrow(SteepestError);
  });

  it.each<[string, object[]]>([
    ['scale', [{ type: 'rescaling', scale: 1e39, inputShape: [1] }]],
    ['offset', [{ type: 'rescaling', scale: 1, offset: -1e39, inputShape: [1] }]],
    ['l2', [{ type: 'dense', units: 1, kernelRegularizer: { l2: 1e39 }, inputShape: [1] }]],
    [
      'fillValue',
      [
        {
          type: 'randomTranslation',
          ...image,
          heightFactor: 1,
          widthFactor: 1,
          fillMode: 'constant',
          fillValue: 1e39,
        },
      ],
    ],
    [
      'float32 holds once it is rescaled',
      [
        {
          type: 'randomTranslation',
          ...image,
          heightFactor: 1,
          widthFactor: 1,
          fillMode: 'constant',
          fillValue: 1e38,
        },
        { type: 'rescaling', scale: 10 },
      ],
    ],
  ])('%s beyond float32', async (words, list) => {
    await expect(load(network(...list), Sequential)).rejects.toEqual(refused('ERR_MODEL_FILE', words));
  });

  it('the largest are taken', async () => {
    const model = await load(
      network({ type: 'maxPool2d', ...image, poolSize: 2, strides: most, padding: 'valid' }),
      Sequential,
    );
    expect(
      model.predictSync({ data: Float32Array.from({ length: 16 }, (_, i) => i), shape: [1, 4, 4, 1] }).data,
    ).toEqual(Float32Array.of(5));
  });
});

describe('PolynomialFeatures of a small file', () => {
  const described = (cols: number, degree: unknown, interactionOnly = false) =>
    estimator(
      JSON.stringify({
        type: 'PolynomialFeatures',
        params: {},
        state: { tensors: [], attributes: { cols, degree, interactionOnly, includeBias: false } },
      }),
    );

  it('takes no memory before it transforms', async () => {
    // C(2891, 2) products of two columns each, and 2890 of one.
    const many = await loadEstimator(described(2890, 2), PolynomialFeatures);
    expect(many.nOutputFeatures).toBe((2891 * 2890) / 2 + 2890);
    expect((many as unknown as { listed: unknown }).listed).toBeUndefined();
  });

  it.each<[number, unknown, boolean]>([
    [1, 2 ** 53 - 1, false],
    [1, [2 ** 53 - 1, 2 ** 53 - 1], false],
    [2 ** 53 - 1, [2 ** 53 - 1, 2 ** 53 - 1], true],
    [2 ** 53 - 1, 1, false],
    [1e6, 3, true],
  ])('of %s columns and degree %s is refused at once', async (cols, degree, interactionOnly) => {
    await expect(loadEstimator(described(cols, degree, interactionOnly))).rejects.toEqual(
      refused('ERR_MODEL_FILE', 'factors'),
    );
  });

  it('of one column has its powers, however many', async () => {
    const powers = await loadEstimator(described(1, [5000, 5000]), PolynomialFeatures);
    expect((await powers.transform([[-1], [1]])).data).toEqual(Float64Array.of(1, 1));
    expect(powers.getFeatureNamesOut()).toEqual(['x0^5000']);
  });
});

it('tensors of no estimator, and one twice, are refused', async () => {
  const path = files.path('poly.safetensors');
  await (await new PolynomialFeatures().fit([[1]])).save(path);
  const { metadata } = decodeSafetensors(estimator('{}'));
  const tensors = new Map([['x', { data: new Float64Array(1), shape: [1] }]]);
  const params = { type: 'LabelEncoder', params: {}, state: { tensors: [], attributes: { classes: ['a'] } } };
  const text = JSON.stringify(params);
  await expect(loadEstimator(encodeSafetensors(tensors, { ...metadata, estimator: text }))).rejects.toEqual(
    refused('ERR_MODEL_FILE', "'x' besides"),
  );
  const twice = text.replace('"tensors":[]', '"tensors":["x","x"]');
  await expect(loadEstimator(encodeSafetensors(tensors, { ...metadata, estimator: twice }))).rejects.toEqual(
    refused('ERR_MODEL_FILE', 'once'),
  );
});
