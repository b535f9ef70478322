import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layers, load, type NdArray, Sequential, sequential } from 'steepest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '#steepest/io/safetensors.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steepest-'));
});
afterAll(() => rm(folder, { recursive: true }));

const x = Array.from({ length: 30 }, (_, i) => [Math.sin(i), Math.cos(i), Math.sin(5 * i)]);
const y = x.map(([a]) => (a! > 0 ? 1 : 0));
const flat = (arrays: readonly NdArray[]): number[] => arrays.flatMap(({ data }) => Array.from(data));

function makeModel() {
  return sequential({
    seed: 11,
    layers: [
      layers.rescaling({ scale: 2, offset: 0.5, inputShape: [3] }),
      layers.dense({
        units: 6,
        activation: { name: 'leakyRelu', alpha: 0.1 },
        kernelRegularizer: { l2: 0.01 },
      }),
      layers.dropout({ rate: 0.2 }),
      layers.dense({ units: 2, activation: 'softmax', name: 'out' }),
    ],
  }).compile({
    optimizer: { name: 'adam', learningRate: 0.01 },
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
}

describe('save and load', () => {
  it('gives a model that predicts the same and trains on to the same bits', async () => {
    const model = makeModel();
    await model.fit(x, y, { epochs: 3, batchSize: 7 });
    const path = join(folder, 'model.safetensors');
    await model.save(path);
    const again = await load(path, Sequential);
    expect(again.summary()).toBe(model.summary());
    expect(again.predictSync(x).data).toEqual(model.predictSync(x).data);
    await model.fit(x, y, { epochs: 2, batchSize: 7 });
    await again.fit(x, y, { epochs: 2, batchSize: 7 });
    expect(flat(again.getWeights())).toEqual(flat(model.getWeights()));
  });

  it('saves a model that was never compiled', async () => {
    const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })] });
    const path = join(folder, 'plain.safetensors');
    await model.save(path);
    const again = await load(path, Sequential);
    expect(again.predictSync(x).data).toEqual(model.predictSync(x).data);
    await expect(again.fit(x, y)).rejects.toMatchObject({ code: 'ERR_NOT_COMPILED' });
  });
});

describe('load refuses', () => {
  async function tampered(
    change: (tensors: Map<string, NdArray>, metadata: Record<string, string>) => void,
  ): Promise<string> {
    const path = join(folder, 'tampered.safetensors');
    await makeModel().save(path);
    const { tensors, metadata } = decodeSafetensors(await readFile(path));
    change(tensors, metadata);
    await writeFile(path, encodeSafetensors(tensors, metadata));
    return path;
  }
  const editModel = (
    metadata: Record<string, string>,
    edit: (model: { layers: Record<string, unknown>[] }) => void,
  ) => {
    const model = JSON.parse(metadata.model!) as { layers: Record<string, unknown>[] };
    edit(model);
    metadata.model = JSON.stringify(model);
  };

  const cases: Record<string, (tensors: Map<string, NdArray>, metadata: Record<string, string>) => void> = {
    'another format': (_, metadata) => {
      metadata.format = 'pt';
    },
    'a later version': (_, metadata) => {
      metadata.version = '2';
    },
    'a description that is no JSON': (_, metadata) => {
      metadata.model = '{';
    },
    'an unknown layer': (_, metadata) =>
      editModel(metadata, (m) => Object.assign(m.layers[1]!, { type: 'lambda' })),
    'an unknown option': (_, metadata) =>
      editModel(metadata, (m) => Object.assign(m.layers[1]!, { code: 'x' })),
    'more units than there are numbers': (_, metadata) =>
      editModel(metadata, (m) => Object.assign(m.layers[1]!, { units: 2 ** 40 })),
    'a missing tensor': (tensors) => {
      tensors.delete('out/bias');
    },
    'a tensor too many': (tensors) => {
      tensors.set('extra', { data: new Float32Array(1), shape: [1] });
    },
    'a tensor of another shape': (tensors) => {
      tensors.set('out/bias', { data: new Float32Array(3), shape: [3] });
    },
    'NaN weights': (tensors) => {
      tensors.set('out/bias', { data: new Float32Array([Number.NaN, 0]), shape: [2] });
    },
    'negative counters': (_, metadata) => {
      metadata.training = '{"step":-1,"epochs":0}';
    },
    'an unknown optimizer': (_, metadata) => {
      metadata.compile = '{"optimizer":"constructor","loss":"meanSquaredError","metrics":[]}';
    },
  };
  for (const [name, change] of Object.entries(cases)) {
    it(name, async () => {
      await expect(load(await tampered(change), Sequential)).rejects.toMatchObject({
        code: 'ERR_MODEL_FILE',
      });
    });
  }

  it('a file that is not there', async () => {
    await expect(load(join(folder, 'none.safetensors'), Sequential)).rejects.toMatchObject({
      code: 'ERR_MODEL_FILE',
    });
  });

  it('a file cut off anywhere', async () => {
    const path = join(folder, 'whole.safetensors');
    await makeModel().save(path);
    const bytes = await readFile(path);
    const cut = join(folder, 'cut.safetensors');
    for (let length = 0; length < bytes.length; length += 13) {
      await writeFile(cut, bytes.subarray(0, length));
      await expect(load(cut, Sequential)).rejects.toMatchObject({ code: 'ERR_MODEL_FILE' });
    }
  });
});
