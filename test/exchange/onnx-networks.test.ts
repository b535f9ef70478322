import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { callbacks, layers, type OnnxOptions, type Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { atOnce } from '#steepest/core/inParts.js';
import { decoding } from '#steepest/io/onnx/decode.js';
import type { OnnxModel } from '#steepest/io/onnx/messages.js';
import { refused, temporaryFolder } from '../support/folder.js';
import { evaluateOnnx } from '../support/onnx/evaluate.js';
import { ROOT } from '../support/trackedFiles.js';

const decoded = (model: Sequential, options?: OnnxOptions): OnnxModel =>
  atOnce(decoding(model.toOnnx(options)));
const metadataOf = (model: Sequential): Record<string, unknown> =>
  Object.fromEntries([...decoded(model).metadataProps].map(([key, text]) => [key, JSON.parse(text)]));
const opsOf = (model: Sequential): string[] => decoded(model).graph.nodes.map(({ opType }) => opType);

const rows = Array.from({ length: 40 }, (_, i) => [i % 7, (i * 3) % 5, (i * i) % 11]);
const numbers = rows.map(([a, b]) => (a! > b! ? 1 : 0));

function classifier(): Sequential {
  const model = sequential({
    seed: 4,
    classes: ['low', 'high'],
    layers: [
      layers.dense({ units: 4, activation: 'tanh', inputShape: [3] }),
      layers.dense({ units: 2, activation: 'softmax' }),
    ],
  });
  return model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
}

describe('what an ONNX file says of itself', () => {
  it('is its version, its producer and the operators that it needs', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(decoded(classifier(), { name: 'levels' })).toMatchObject({
      irVersion: 8,
      opsetImport: [{ domain: '', version: 18 }],
      producerName: 'steepest',
      producerVersion: version,
      graph: { name: 'levels' },
    });
  });

  it('is the seed, the classes and the columns', () => {
    const columns = ['width', 'height'];
    const model = sequential({ seed: 9, columns, layers: [layers.dense({ units: 1, inputShape: [2] })] });
    const described = { model: expect.objectContaining({ layers: expect.any(Array) }) };
    expect(metadataOf(model)).toEqual({ ...described, seed: 9, columns });
    expect(metadataOf(classifier())).toEqual({ ...described, seed: 4, classes: ['low', 'high'] });
  });

  it('is what the last fit or evaluation found, as long as the weights are the same', async () => {
    const model = classifier();
    const { history } = await model.fit(rows, numbers, { epochs: 3, progress: false, validationSplit: 0.25 });
    expect(Object.keys(history).sort()).toEqual(['accuracy', 'loss', 'valAccuracy', 'valLoss']);
    const last = Object.fromEntries(Object.entries(history).map(([name, values]) => [name, values[2]]));
    expect(metadataOf(model).metrics).toEqual(last);
    const found = await model.evaluate(rows, numbers);
    expect(metadataOf(model).metrics).toEqual(found);
    model.setWeights(model.getWeights());
    expect(metadataOf(model)).not.toHaveProperty('metrics');
  });

  it('is what the best epoch found, if its weights are restored', async () => {
    const model = classifier();
    const stopping = callbacks.earlyStopping({ monitor: 'accuracy', patience: 2, restoreBest: true });
    const { history, bestEpoch } = await model.fit(rows, numbers, {
      epochs: 30,
      progress: false,
      callbacks: [stopping],
    });
    expect(bestEpoch).toBeLessThan(history.loss.length - 1);
    expect(metadataOf(model).metrics).toMatchObject({ loss: history.loss[bestEpoch!] });
  });
});

describe('the graph of a network', () => {
  const images = (...rest: Parameters<typeof sequential>[0]['layers']): Sequential =>
    sequential({ layers: [layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [6, 6, 1] }), ...rest] });

  it('holds the weights bit for bit, kernels of convolutions with their filters first', () => {
    const model = images(layers.batchNorm(), layers.flatten(), layers.dense({ units: 3 }));
    const arrays = new Map(decoded(model).graph.initializers.map(({ name, data }) => [name, data]));
    const [kernel, bias, , , , , dense] = model.getWeights();
    expect(arrays.get('dense_1/kernel')).toEqual(dense!.data);
    expect(arrays.get('conv2d_1/bias')).toEqual(bias!.data);
    const filtersFirst = [0, 1].flatMap((filter) =>
      Array.from({ length: 9 }, (_, tap) => kernel!.data[tap * 2 + filter]!),
    );
    expect(arrays.get('conv2d_1/kernel')).toEqual(Float32Array.from(filtersFirst));
  });

  it('moves the channels of images once there and once back', () => {
    const model = images(
      layers.activation({ activation: 'relu' }),
      layers.batchNorm(),
      layers.prelu(),
      layers.maxPool2d(),
      layers.dropout({ rate: 0.5 }),
      layers.conv2d({ filters: 2, kernelSize: 1 }),
      layers.flatten(),
    );
    expect(opsOf(model)).toEqual(
      'Transpose Conv Relu BatchNormalization PRelu MaxPool Conv Transpose Flatten'.split(' '),
    );
    expect(opsOf(images(layers.globalAveragePool2d()))).not.toContain('Reshape');
    expect(opsOf(images(layers.globalAveragePool2d())).filter((op) => op === 'Transpose')).toHaveLength(1);
  });

  it('has nothing of layers that only training computes', () => {
    const plain = (...more: Parameters<typeof sequential>[0]['layers']): string[] =>
      opsOf(sequential({ layers: [layers.rescaling({ scale: 2, inputShape: [8, 8, 1] }), ...more] }));
    const random = [
      layers.randomFlip(),
      layers.randomTranslation({ heightFactor: 0.2, widthFactor: 0.2 }),
      layers.dropout({ rate: 0.5 }),
    ];
    expect(plain(...random)).toEqual(plain());
  });

  it('keeps its own names whatever layers are called', () => {
    const names = ['input', 'output', 'label', 'probabilities', 'N', 'classes', 'class'];
    const model = sequential({
      classes: ['a', 'b'],
      layers: names.map((name, i) =>
        layers.dense({ name, units: 2, activation: 'softmax', ...(i === 0 ? { inputShape: [2] } : {}) }),
      ),
    });
    const { graph } = decoded(model);
    expect(graph.inputs.map(({ name }) => name)).toEqual(['input']);
    expect(graph.outputs.map(({ name }) => name)).toEqual(['label', 'probabilities']);
    const outputs = evaluateOnnx(decoded(model), { input: { shape: [1, 2], data: [1, -1] } });
    const { data } = model.predictSync([1, -1]);
    expect((outputs.get('probabilities')!.data as Float64Array)[0]).toBeCloseTo(data[0]!, 6);
  });

  it.each([
    ['a probability of one half', 'binaryCrossentropy', 'sigmoid', 0, 'first'],
    ['a logit of 0', { name: 'binaryCrossentropy', fromLogits: true }, 'linear', 0, 'first'],
    ['the least logit above 0', { name: 'binaryCrossentropy', fromLogits: true }, 'linear', 1e-20, 'second'],
    ['a score below 0', 'hinge', 'linear', -1e-20, 'first'],
    ['a score above 0', 'hinge', 'linear', 1e-20, 'second'],
  ] as const)('takes %s as predictClasses does', async (_what, loss, activation, weight, label) => {
    const model = sequential({
      classes: ['first', 'second'],
      layers: [layers.dense({ units: 1, activation, useBias: false, inputShape: [1] })],
    }).compile({ loss });
    model.setWeights([{ data: Float32Array.of(weight), shape: [1, 1] }]);
    expect(await model.predictClasses([[1]])).toEqual([label]);
    const outputs = evaluateOnnx(decoded(model), { input: { shape: [1, 1], data: [1] } });
    expect(outputs.get('label')!.data).toEqual([label]);
  });

  it('gives the first of equal classes', () => {
    const model = sequential({
      classes: ['a', 'b', 'c'],
      layers: [
        layers.dense({ units: 3, activation: 'softmax', kernelInitializer: 'zeros', inputShape: [1] }),
      ],
    });
    const outputs = evaluateOnnx(decoded(model), { input: { shape: [2, 1], data: [1, 2] } });
    expect(outputs.get('label')!.data).toEqual(['a', 'a']);
  });

  it('is refused for an epsilon that float32 cannot hold', () => {
    for (const [type, epsilon] of [
      ['batchNorm', 1e-50],
      ['layerNorm', 1e39],
    ] as const) {
      const model = sequential({ layers: [layers[type]({ epsilon, inputShape: [2] })] });
      expect(() => model.toOnnx()).toThrow(
        refused('ERR_ARGUMENT', `epsilon of layer ${type}_1`, 'from 1.2e-38 to 3.4e38', String(epsilon)),
      );
    }
  });
});

describe('options of toOnnx', () => {
  const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
  it.each([
    [{ inputtype: 'uint8' }, 'ERR_UNKNOWN_NAME', "Did you mean 'inputType'?"],
    [{ dtype: 'uint8' }, 'ERR_UNKNOWN_NAME', "Did you mean 'inputType'?"],
    [{ opset: 15 }, 'ERR_UNKNOWN_NAME', 'Check the spelling, or remove it.'],
    [{ inputType: 'uint9' }, 'ERR_UNKNOWN_NAME', "Did you mean 'uint8'?"],
    [{ inputType: 'toString' }, 'ERR_UNKNOWN_NAME', ''],
    [{ labels: 1 }, 'ERR_ARGUMENT', ''],
    [{ name: '' }, 'ERR_ARGUMENT', "Write name: 'digits'."],
    [{ name: 5 }, 'ERR_ARGUMENT', "Write name: 'digits'."],
    ['model.onnx', 'ERR_ARGUMENT', "Write toOnnx({ inputType: 'uint8' })."],
    [null, 'ERR_ARGUMENT', ''],
  ])('refuse %j', async (options, code, hint) => {
    const error = refused(code, hint);
    expect(() => model.toOnnx(options as OnnxOptions)).toThrow(error);
    await expect(model.saveOnnx('/nowhere/model.onnx', options as OnnxOptions)).rejects.toThrow(error);
  });

  const { path } = temporaryFolder();
  it('are the same for files, which hold the same bytes', async () => {
    const options = { inputType: 'uint8', name: 'one' } as const;
    await model.saveOnnx(path('model.onnx'), options);
    expect(new Uint8Array(readFileSync(path('model.onnx')))).toEqual(model.toOnnx(options));
  });

  it('name the file that cannot be written', async () => {
    await expect(model.saveOnnx('/nowhere/model.onnx')).rejects.toThrow(refused('ERR_MODEL_FILE'));
    await expect(model.saveOnnx(5 as never)).rejects.toThrow(refused('ERR_ARGUMENT'));
  });
});
