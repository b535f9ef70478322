import { activationNames, constraintNames, fromTfjs, initializerNames, layers, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { formOf, readableClasses } from '#steepest/networks/exchange/keras/layers/index.js';
import { refused } from '../support/folder.js';

type Json = Record<string, unknown>;

/** A layer of Keras, with what every layer has. */
const layer = (class_name: string, config: Json = {}, name = class_name.toLowerCase()): Json => ({
  class_name,
  config: { name, trainable: true, dtype: 'float32', ...config },
});

interface Model {
  layers: Json[];
  shape?: readonly (number | null)[];
  version?: string;
  weights?: Record<string, number[]>;
}

/** Artifacts of a Sequential model whose weights are 1, 2, 3, … */
function artifacts({ layers: list, shape = [null, 3], version = '3.15.1', weights = {} }: Model) {
  const weightSpecs = Object.entries(weights).map(([name, sizes]) => ({
    name,
    shape: sizes,
    dtype: 'float32',
  }));
  const count = weightSpecs.reduce((sum, spec) => sum + spec.shape.reduce((a, b) => a * b, 1), 0);
  const weightData = Float32Array.from({ length: count }, (_, i) => i + 1).buffer;
  const first = layer('InputLayer', { batch_shape: shape }, 'input');
  const modelTopology = {
    keras_version: version,
    class_name: 'Sequential',
    config: { name: 'sequential', layers: [first, ...list] },
  };
  return { format: 'layers-model', modelTopology, weightSpecs, weightData };
}

const read = async (model: Model) => (await fromTfjs(artifacts(model))).config.layers;
const dense = (config: Json = {}): Model => ({
  layers: [layer('Dense', { units: 1, use_bias: false, ...config })],
  weights: { 'dense/kernel': [3, 1] },
});
const image = (list: Json[], weights: Record<string, number[]> = {}): Model => ({
  layers: list,
  shape: [null, 6, 6, 2],
  weights,
});

describe('every layer type', () => {
  it.each(Object.keys(layers))('%s has both directions, or says why not', (type) => {
    const form = formOf(type);
    expect(form.type).toBe(type);
    expect(Object.keys(form.readers).length > 0 || type === 'randomTranslation').toBe(true);
  });

  it('has classes of its own', () => {
    const classes = Object.keys(layers).flatMap((type) => Object.keys(formOf(type).readers));
    expect(new Set(classes).size).toBe(classes.length);
    expect(readableClasses().sort()).toEqual(classes.sort());
  });
});

/** A network with one thing chosen, and what is read of its topology alone. */
async function again(options: Json): Promise<Json> {
  const network = sequential({ layers: [layers.dense({ units: 3, inputShape: [3], ...options })] });
  const { userDefinedMetadata: _, ...rest } = network.toTfjs();
  const [first] = (await fromTfjs(rest)).config.layers as unknown as Json[];
  return first!;
}

describe('what layers are given', () => {
  it.each(initializerNames)('initializer %s, both ways', async (name) => {
    const { kernelInitializer } = await again({ kernelInitializer: name });
    const made = layers.dense({ units: 3, kernelInitializer: name });
    expect(kernelInitializer).toEqual(made.kernelInitializer);
  });

  it.each(['fanIn', 'fanOut', 'fanAverage'] as const)('variance scaling by %s, both ways', async (mode) => {
    for (const distribution of ['truncatedNormal', 'untruncatedNormal', 'uniform'] as const) {
      const kernelInitializer = { name: 'varianceScaling', scale: 2, mode, distribution };
      expect((await again({ kernelInitializer })).kernelInitializer).toEqual(kernelInitializer);
    }
  });

  it.each(constraintNames)('constraint %s, both ways', async (name) => {
    for (const axis of name === 'nonNeg' ? [undefined] : [undefined, [0], [1], [0, 1]]) {
      const kernelConstraint = { name, ...(axis && { axis }) };
      const made = layers.dense({ units: 3, kernelConstraint } as never);
      expect((await again({ kernelConstraint })).kernelConstraint).toEqual(made.kernelConstraint);
    }
  });

  it('penalties, both ways', async () => {
    const given = { kernelRegularizer: { l1: 0.1, l2: 0.2 }, biasRegularizer: { l1: 0, l2: 0.5 } };
    expect(await again(given)).toMatchObject(given);
  });

  it.each(activationNames)('activation %s, of Keras 3', async (name) => {
    const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const [first] = (await read(dense({ activation: snake }))) as unknown as Json[];
    expect(first!.activation).toEqual(layers.activation({ activation: name }).activation);
  });

  it.each([
    ['LeakyReLU', { negative_slope: 0.1 }, '3.15.1', { name: 'leakyRelu', alpha: 0.1 }],
    ['LeakyReLU', { alpha: 0.1 }, '2.15.0', { name: 'leakyRelu', alpha: 0.1 }],
    ['LeakyReLU', {}, 'tfjs-layers 4.22.0', { name: 'leakyRelu', alpha: 0.3 }],
    ['ELU', { alpha: 0.5 }, '3.15.1', { name: 'elu', alpha: 0.5 }],
    [
      'ReLU',
      { max_value: null, negative_slope: 0.2, threshold: 0 },
      '3.15.1',
      { name: 'leakyRelu', alpha: 0.2 },
    ],
    ['ReLU', { max_value: 6 }, '2.15.0', { name: 'relu6' }],
    ['Softmax', { axis: -1 }, '3.15.1', { name: 'softmax' }],
  ])('%s %o of %s', async (className, config, version, expected) => {
    const [first] = (await read({ layers: [layer(className, config)], version })) as unknown as Json[];
    expect(first).toMatchObject({ type: 'activation', activation: expected });
    const inside = { activation: layer(className, config) };
    const [within] = (await read({ ...dense(inside), version })) as unknown as Json[];
    expect(within!.activation).toEqual(expected);
  });

  it('axes of normalisations counted from the front', async () => {
    const norm = layer('BatchNormalization', { axis: [3], center: false, scale: false }, 'norm');
    const weights = { 'norm/moving_mean': [2], 'norm/moving_variance': [2] };
    expect((await read(image([norm], weights)))[0]).toMatchObject({ type: 'batchNorm', center: false });
  });

  it('layers that are frozen', async () => {
    expect((await read(dense({ trainable: false })))[0]).toMatchObject({ trainable: false });
    expect((await read({ layers: [layer('Flatten', { trainable: false })] }))[0]).toEqual({
      type: 'flatten',
      name: 'flatten',
      inputShape: [3],
    });
  });

  it('names that this package does not allow, changed and made different', async () => {
    const list = [
      layer('Flatten', {}, 'a/b c'),
      layer('Flatten', {}, 'a b/c'),
      layer('Flatten', {}, 'ö'.repeat(200)),
    ];
    expect((await read({ layers: list })).map(({ name }) => name)).toEqual([
      'a_b_c',
      'a_b_c_1',
      '_'.repeat(80),
    ]);
  });
});

describe('a separable convolution', () => {
  it('is two convolutions', async () => {
    const options = { filters: 3, kernel_size: [2, 2], depth_multiplier: 2, activation: 'relu' };
    const weights = {
      'separable/depthwise_kernel': [2, 2, 2, 2],
      'separable/pointwise_kernel': [1, 1, 4, 3],
      'separable/bias': [3],
    };
    const found = await read(image([layer('SeparableConv2D', options, 'separable')], weights));
    expect(found).toMatchObject([
      { name: 'separable_depthwise', groups: 2, filters: 4, useBias: false, activation: { name: 'linear' } },
      { name: 'separable', groups: 1, filters: 3, kernelSize: [1, 1], activation: { name: 'relu' } },
    ]);
  });
});

describe('what has no equal is refused by name', () => {
  it.each([
    ['a layer', { layers: [layer('LSTM', { units: 2 })] }, 'Conv2D', 'LSTM'],
    ['an option', dense({ lora_rank: 4 }), 'lora_rank', '4'],
    ['an activation', dense({ activation: 'log_softmax' }), 'softmax', 'log_softmax'],
    [
      'the old hard_sigmoid',
      { ...dense({ activation: 'hard_sigmoid' }), version: '2.15.0' },
      'x / 6',
      'x / 5',
    ],
    [
      "TensorFlow.js's hard_sigmoid",
      { ...dense({ activation: 'hard_sigmoid' }), version: 'tfjs-layers 4.22.0' },
      'x / 6',
    ],
    [
      'an initializer',
      dense({ kernel_initializer: { class_name: 'STFT', config: {} } }),
      'GlorotUniform',
      'STFT',
    ],
    ['a penalty', dense({ kernel_regularizer: { class_name: 'OrthogonalRegularizer', config: {} } }), 'L1L2'],
    ['a penalty of activity', dense({ activity_regularizer: 'l2' }), 'activity_regularizer'],
    [
      'a constraint',
      dense({ kernel_constraint: { class_name: 'MinMaxNorm', config: {} } }),
      'MaxNorm',
      'MinMaxNorm',
    ],
    ['an axis', dense({ kernel_constraint: { class_name: 'UnitNorm', config: { axis: 2 } } }), 'axis', '2'],
    ['another type of numbers', dense({ dtype: 'float16' }), 'float32', 'float16'],
    [
      'mixed precision',
      dense({ dtype: { class_name: 'DTypePolicy', config: { name: 'mixed_float16' } } }),
      'float32',
    ],
    [
      'channels first',
      image([layer('MaxPooling2D', { data_format: 'channels_first' })]),
      'channels_last',
      'channels_first',
    ],
    ['kept dimensions', image([layer('GlobalAveragePooling2D', { keepdims: true })]), 'keepdims'],
    ['a threshold', { layers: [layer('ReLU', { threshold: 1 })] }, 'threshold'],
    ['another cap', { layers: [layer('ReLU', { max_value: 5 })] }, 'max_value', '5'],
    ['another axis', image([layer('LayerNormalization', { axis: [1] })]), 'axis', '[1]'],
    ['renormalisation', { layers: [layer('BatchNormalization', { renorm: true })] }, 'renorm'],
    ['noise of a shape', { layers: [layer('Dropout', { rate: 0.1, noise_shape: [1, 3] })] }, 'noise_shape'],
    ['an alpha per pixel', image([layer('PReLU', { shared_axes: null })]), 'shared_axes', '[1, 2]'],
    ['scales of channels', { layers: [layer('Rescaling', { scale: [1, 2, 3] })] }, 'scale', 'a number'],
    ['a rate', { layers: [layer('Dropout', { rate: 1.5 })] }, 'rate', '1.5'],
    ['dense layers on images', image([layer('Dense', { units: 2 })]), 'one row per sample'],
    ['softmax on images', image([layer('Softmax')]), 'one row per sample'],
    ['an input of any size', { layers: [layer('Flatten')], shape: [null, null, null, 3] }, 'fixed sizes'],
    ['sequences', { layers: [layer('Flatten')], shape: [null, 5, 4] }, 'fixed sizes'],
    ['no layer', { layers: [] }, 'at least one layer'],
  ] as [string, Model, ...string[]][])('%s', async (_title, model, ...words) => {
    await expect(fromTfjs(artifacts(model))).rejects.toEqual(refused('ERR_MODEL_FILE', ...words));
  });
});

describe('toTfjs refuses what TensorFlow.js does not have', () => {
  const conv = (options: object) =>
    layers.conv2d({ filters: 4, kernelSize: 2, inputShape: [6, 6, 4], ...options } as never);
  it.each([
    ['hardSigmoid', layers.dense({ units: 1, activation: 'hardSigmoid', inputShape: [1] }), 'hardSigmoid'],
    ['celu', layers.activation({ activation: 'celu', inputShape: [1] }), 'celu'],
    [
      'elu',
      layers.activation({ activation: { name: 'elu', alpha: 0.5 }, inputShape: [1] }),
      'elu with alpha 0.5',
    ],
    ['crops', layers.randomCrop({ height: 2, width: 2, inputShape: [4, 4, 1] }), 'randomCrop'],
    ['groups', conv({ groups: 2 }), '1 group or 4', '2'],
    ['dilation with strides', conv({ dilationRate: 2, strides: 2 }), 'strides or dilationRate'],
    ['dilation with groups', conv({ dilationRate: 2, groups: 4 }), 'dilationRate'],
  ] as [string, { type: string }, ...string[]][])('%s', (_title, first, ...words) => {
    const network = sequential({ layers: [first] });
    expect(() => network.toTfjs()).toThrow(refused('ERR_ARGUMENT', ...words) as Error);
  });
});

describe('functional models', () => {
  const chain = layer('Dense', { units: 2, use_bias: false });
  const history = (name: string): unknown => ({
    class_name: '__keras_tensor__',
    config: { shape: [null, 3], dtype: 'float32', keras_history: [name, 0, 0] },
  });
  const nodes = {
    'of Keras 3': (...names: string[]) => [
      { args: names.length > 1 ? [names.map(history)] : names.map(history), kwargs: {} },
    ],
    'of Keras 2': (...names: string[]) => [names.map((name) => [name, 0, 0, {}])],
  };
  const functional = (list: Json[], outputs: unknown = [['last', 0, 0]]) => {
    const inputs = layer('InputLayer', { batch_input_shape: [null, 3] }, 'input');
    const config = {
      name: 'model',
      layers: [{ ...inputs, name: 'input', inbound_nodes: [] }, ...list],
      input_layers: [['input', 0, 0]],
      output_layers: outputs,
    };
    return {
      format: 'layers-model',
      modelTopology: { class_name: 'Functional', config, keras_version: '2.15.0' },
      weightSpecs: [{ name: 'dense/kernel', shape: [3, 2], dtype: 'float32' }],
      weightData: new Float32Array(6).buffer,
    };
  };

  describe.each(Object.entries(nodes))('%s', (_title, node) => {
    const last = (...from: string[]): Json => ({
      ...layer('Flatten', {}, 'last'),
      name: 'last',
      inbound_nodes: node(...from),
    });
    const first = { ...chain, name: 'dense', inbound_nodes: node('input') };

    it('are read in the order of their connections', async () => {
      const { config } = await fromTfjs(functional([last('dense'), first]));
      expect(config.layers.map(({ type }) => type)).toEqual(['dense', 'flatten']);
      expect((await fromTfjs(functional([last('dense'), first], ['last', 0, 0]))).config.layers.length).toBe(
        2,
      );
    });

    it.each([
      ['a merge', [first, last('dense', 'input')], undefined, 'to read one other', 'dense, input'],
      ['a layer beside', [first, last('input')], undefined, 'one chain', 'dense'],
      ['a missing layer', [last('nobody')], undefined, 'every layer', 'nobody'],
      [
        'a circle',
        [{ ...first, inbound_nodes: node('last') }, last('dense')],
        undefined,
        'follow one another',
        'circle',
      ],
      [
        'a layer used twice',
        [{ ...first, inbound_nodes: [...node('input'), ...node('input')] }, last('dense')],
        undefined,
        'used once',
      ],
      [
        'two outputs',
        [first, last('dense')],
        [
          ['last', 0, 0],
          ['dense', 0, 0],
        ],
        'one output',
      ],
      ['one name twice', [first, { ...first }, last('dense')], undefined, 'a name of its own'],
    ] as [string, Json[], unknown, ...string[]][])(
      '%s is refused',
      async (_what, list, outputs, ...words) => {
        await expect(fromTfjs(functional(list, outputs))).rejects.toEqual(
          refused('ERR_MODEL_FILE', ...words),
        );
      },
    );
  });
});
