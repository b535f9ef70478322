import { readFileSync } from 'node:fs';
import * as steepest from 'steepest';
import { fromOnnx, layers, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { NUMBERS_PER_PART } from '#steepest/core/inParts.js';
import { encodeOnnx } from '#steepest/io/onnx/encode.js';
import { readingNetwork } from '#steepest/networks/exchange/onnx/readNetwork.js';
import { type NetworkCase, networkCases } from '../../scripts/exchange/networks.mjs';
import { asForeign, decode } from './onnxCases.js';

interface Foreign {
  file: string;
  x: number[];
  shape: number[];
  y: number[];
  outputs: number[];
  labels?: string[];
}
const foreign = JSON.parse(
  readFileSync(new URL('../fixtures/onnx_models.json', import.meta.url), 'utf8'),
) as Record<string, Foreign>;

const bits = (data: Float32Array): string =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
const weightsOf = (model: steepest.Sequential): string[] => model.getWeights().map(({ data }) => bits(data));

/** Every layer with every option, and networks at random. */
const cases = [...networkCases(steepest, 60)];

describe('a network that was written as ONNX', () => {
  it.each(cases)('comes back whole: $name', async ({ model, options, x }: NetworkCase) => {
    const again = await fromOnnx(model.toOnnx(options));
    expect(again.config).toEqual(model.config);
    expect(weightsOf(again)).toEqual(weightsOf(model));
    const input = x(3);
    expect(bits(again.predictSync(input).data)).toBe(bits(model.predictSync(input).data));
  });

  it.each(cases)('predicts the same bits without its description: $name', async ({ model, options, x }) => {
    const again = await fromOnnx(asForeign(model.toOnnx(options)));
    for (const rows of [1, 5]) {
      const input = x(rows);
      expect(bits(again.predictSync(input).data)).toBe(bits(model.predictSync(input).data));
    }
  });

  it('keeps seed, names of classes and columns, and can be trained further', async () => {
    const model = sequential({
      seed: 7,
      classes: ['no', 'yes'],
      columns: ['a', 'b'],
      layers: [
        layers.dense({ units: 4, inputShape: [2], kernelRegularizer: { l2: 0.01 }, trainable: false }),
        layers.dropout({ rate: 0.25 }),
        layers.dense({ units: 1, activation: 'sigmoid' }),
      ],
    });
    const again = await fromOnnx(model.toOnnx());
    expect(again.config).toEqual(model.config);
    again.compile({ loss: 'binaryCrossentropy' });
    await again.fit(
      [
        [0, 1],
        [1, 0],
      ],
      ['no', 'yes'],
      { epochs: 1, workers: 1 },
    );
    expect(weightsOf(again).slice(0, 2)).toEqual(weightsOf(model).slice(0, 2));
    expect(weightsOf(again)[2]).not.toBe(weightsOf(model)[2]);
  });

  it('is read from its graph if another program has changed that', async () => {
    const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [2], activation: 'relu' })] });
    const file = decode(model.toOnnx());
    file.graph.nodes[1]!.opType = 'Tanh';
    const again = await fromOnnx(encodeOnnx(file));
    expect(again.config.layers).toMatchObject([{ activation: { name: 'tanh' } }]);
    // A kernel of another shape is not that of the description either.
    const kernel = file.graph.initializers.find(({ name }) => name.endsWith('kernel'))!;
    Object.assign(kernel, { shape: [4, 1], data: Float32Array.of(1, 2, 3, 4) });
    file.graph.inputs[0]!.shape = ['N', 4];
    file.graph.nodes[0]!.inputs.length = 2;
    const other = await fromOnnx(encodeOnnx(file));
    expect(other.config.layers).toMatchObject([{ units: 1, useBias: false, inputShape: [4] }]);
  });

  it('is read in parts, also where kernels change their order and the description is compared', () => {
    const model = sequential({
      classes: ['a', 'b', 'c', 'd'],
      layers: [
        layers.conv2d({ filters: 512, kernelSize: 3, inputShape: [3, 3, 128], useBias: false }),
        layers.globalAveragePool2d(),
        ...Array.from({ length: 500 }, () => layers.dense({ units: 4 })),
      ],
    });
    model.compile({ loss: { name: 'sparseCategoricalCrossentropy', fromLogits: true } });
    const file = decode(model.toOnnx());
    const { nodes, initializers } = file.graph;
    let parts = 0;
    for (const work = readingNetwork(file); work.next().done !== true; ) parts++;
    // Each node is put into the index, asked for its users and compared; constants are compared.
    const ofGraph = 3 * nodes.length + initializers.length;
    // The kernel is put in order and then checked; every other array is checked in one part.
    const ofNumbers = 2 * Math.floor((9 * 128 * 512) / NUMBERS_PER_PART) + 1000;
    expect(parts).toBeGreaterThan(ofGraph + ofNumbers);
  });

  it('does not trust a description that would fill memory', async () => {
    const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [2] })] });
    const file = decode(model.toOnnx());
    const size = 2 ** 30;
    const huge = [layers.layerNorm({ inputShape: [size], center: false, scale: false })];
    file.metadataProps.set('model', JSON.stringify({ seed: 0, layers: huge }));
    expect((await fromOnnx(encodeOnnx(file))).config.layers).toMatchObject([{ type: 'dense', units: 2 }]);
  });
});

describe("another program's file", () => {
  it.each(Object.entries(foreign))(
    'gives its own outputs: %s',
    async (_, { file, x, shape, y, outputs, labels }) => {
      const model = await fromOnnx(Buffer.from(file, 'base64'));
      const input = { data: Float32Array.from(x), shape };
      const output = model.predictSync(input);
      expect(output.shape).toEqual(outputs);
      const largest = Math.max(...y.map(Math.abs));
      y.forEach((value, i) => {
        expect(Math.abs(output.data[i]! - value)).toBeLessThan(1e-6 * largest);
      });
      if (labels !== undefined) expect(await model.predictClasses(input)).toEqual(labels);
    },
  );

  it('is written again as the same network', async () => {
    for (const { file, x, shape } of Object.values(foreign)) {
      const model = await fromOnnx(Buffer.from(file, 'base64'));
      const again = await fromOnnx(asForeign(model.toOnnx({ labels: false })));
      const input = { data: Float32Array.from(x), shape };
      expect(bits(again.predictSync(input).data)).toBe(bits(model.predictSync(input).data));
    }
  });
});
