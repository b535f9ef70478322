import { readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import * as steepest from 'steepest';
import { fromTfjs, type GivenArtifacts, layers, Sequential, sequential, type TfjsArtifacts } from 'steepest';
import { describe, expect, it } from 'vitest';
import { networkCases } from '../../scripts/exchange/networks.mjs';
import { expectClose, readFixture } from '../support/fixtures.js';
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();

interface Case {
  title: string;
  artifacts: GivenArtifacts & { weightData: string };
  x: number[];
  shape: number[];
  y: number[];
}
const { cases } = readFixture<{ cases: Case[] }>('tfjs');

/** A fixture's artifacts, as TensorFlow.js passes them to a save handler. */
const artifactsOf = ({ artifacts }: Case): GivenArtifacts => ({
  ...artifacts,
  weightData: new Uint8Array(Buffer.from(artifacts.weightData, 'base64')).buffer,
});

describe('models that TensorFlow.js has saved', () => {
  it.each(cases)('$title', async (one) => {
    const network = await fromTfjs(artifactsOf(one));
    const x = { data: Float32Array.from(one.x), shape: one.shape };
    expectClose(network.predictSync(x).data, one.y, { ofLargest: 1e-6, absolute: 1e-6 });
    expect(network).toBeInstanceOf(Sequential);
    expect(network.summary()).toContain('dense');
  });

  it('are compiled as they were, and train', async () => {
    const compiled = cases.find(({ title }) => title.startsWith('compiled'))!;
    const network = await fromTfjs(artifactsOf(compiled));
    expect(network.compileConfig).toMatchObject({
      optimizer: { name: 'adam', learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
      loss: { name: 'categoricalCrossentropy' },
      metrics: ['accuracy'],
    });
    const x = { data: Float32Array.from(compiled.x), shape: compiled.shape };
    const y = [
      [0, 1],
      [1, 0],
      [0, 1],
    ];
    const { history } = await network.fit(x, y, { epochs: 30, workers: 1 });
    expect(history.loss.at(-1)!).toBeLessThan(history.loss[0]!);
  });
});

/** What TensorFlow.js passes on of our file: its own words, without our description. */
const withoutOurs = ({ userDefinedMetadata: _, ...rest }: TfjsArtifacts): GivenArtifacts => rest;

describe('our networks as TensorFlow.js models', () => {
  const all = [...networkCases(steepest, 10)];
  const writable = all.filter(({ model }) => {
    try {
      return model.toTfjs() !== undefined;
    } catch (error) {
      expect(error).toEqual(refused('ERR_ARGUMENT', 'TensorFlow.js'));
      return false;
    }
  });

  it('are most of all networks', () => {
    expect(writable.length).toBeGreaterThan(all.length / 2);
  });

  it.each(writable)('$name: read again, the same bytes and outputs', async ({ model, x }) => {
    const again = await fromTfjs(model.toTfjs());
    expect(Buffer.from(again.toBytes()).equals(Buffer.from(model.toBytes()))).toBe(true);
    const foreign = await fromTfjs(withoutOurs(model.toTfjs()));
    const input = x(3);
    expect(foreign.predictSync(input).data).toEqual(model.predictSync(input).data);
  });
});

const network = () =>
  sequential({
    seed: 5,
    classes: ['cat', 'dog'],
    layers: [
      layers.randomFlip({ inputShape: [4, 4, 1] }),
      layers.conv2d({ filters: 2, kernelSize: 3, activation: { name: 'leakyRelu', alpha: 0.1 } }),
      layers.batchNorm({ trainable: false }),
      layers.flatten(),
      layers.dense({
        units: 2,
        activation: 'softmax',
        learningRateScale: 0.5,
        kernelRegularizer: { l2: 0.1 },
      }),
    ],
  }).compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy', metrics: ['accuracy', 'f1'] });

describe('saveTfjs', () => {
  it('writes model.json and weights, which fromTfjs reads from a path or a URL', async () => {
    const folder = files.path('new/digits');
    const model = network();
    await model.saveTfjs(folder);
    for (const source of [`${folder}/model.json`, pathToFileURL(`${folder}/model.json`)]) {
      const again = await fromTfjs(source);
      expect(again.config).toEqual(model.config);
      expect(again.getWeights()).toEqual(model.getWeights());
      expect(again.compileConfig).toEqual(model.compileConfig);
    }
    const { weightsManifest } = JSON.parse(await readFile(`${folder}/model.json`, 'utf8'));
    expect(weightsManifest[0].paths).toEqual(['group1-shard1of1.bin']);
    expect(weightsManifest[0].weights[0]).toEqual({
      name: 'conv2d_1/kernel',
      shape: [3, 3, 1, 2],
      dtype: 'float32',
    });
  });

  it('cuts weights into files of at most 4 MiB', async () => {
    const folder = files.path('large');
    const model = sequential({
      layers: [layers.dense({ units: 1100, inputShape: [1000], kernelInitializer: 'ones' })],
    });
    await model.saveTfjs(folder);
    const shards = [
      await readFile(`${folder}/group1-shard1of2.bin`),
      await readFile(`${folder}/group1-shard2of2.bin`),
    ];
    expect(shards.map(({ length }) => length)).toEqual([2 ** 22, 4 * (1000 * 1100 + 1100) - 2 ** 22]);
    const again = await fromTfjs(`${folder}/model.json`);
    expect(Buffer.from(again.toBytes()).equals(Buffer.from(model.toBytes()))).toBe(true);
  });

  it('writes files that an interrupted save cannot mix unnoticed', async () => {
    const folder = files.path('mixed');
    await network().saveTfjs(folder);
    const shard = `${folder}/group1-shard1of1.bin`;
    const bytes = await readFile(shard);
    bytes[0]! ^= 1;
    await writeFile(shard, bytes);
    await expect(fromTfjs(`${folder}/model.json`)).rejects.toEqual(
      refused('ERR_MODEL_FILE', 'Save the model again'),
    );
  });

  it('says what cannot be written', async () => {
    const file = await files.write('text', 'taken');
    await expect(network().saveTfjs(file)).rejects.toEqual(refused('ERR_MODEL_FILE'));
    await expect(network().saveTfjs('https://example.com/model')).rejects.toEqual(refused('ERR_ARGUMENT'));
  });
});

describe('a file that another program changed', () => {
  it('keeps class names that still fit, and takes the topology as it is', async () => {
    const artifacts = structuredClone(network().toTfjs()) as TfjsArtifacts & {
      modelTopology: { config: { layers: { config: { rate?: number; name: string } }[] } };
    };
    artifacts.modelTopology.config.layers.at(-1)!.config.name = 'last';
    artifacts.weightSpecs.at(-1)!.name = 'last/bias';
    artifacts.weightSpecs.at(-2)!.name = 'last/kernel';
    const again = await fromTfjs(artifacts);
    expect(again.classes).toEqual(['cat', 'dog']);
    expect(again.config.layers.map(({ name }) => name)).toContain('last');
    expect(again.config.layers[0]!.type).toBe('activation');
  });

  it('loses class names that do not fit', async () => {
    const artifacts = network().toTfjs();
    (
      artifacts.userDefinedMetadata as { steepest: { model: { classes: string[] } } }
    ).steepest.model.classes.push('owl');
    const again = await fromTfjs(artifacts);
    expect(again.classes).toBeUndefined();
  });
});
