import { mkdir, writeFile } from 'node:fs/promises';
import { inflateSync } from 'node:zlib';
import { fromKeras, fromTfjs, layers, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { float16FromBits } from '#steepest/core/float16.js';
import { openHdf5 } from '#steepest/io/hdf5/hdf5.js';
import { readFixture } from '../support/fixtures.js';
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
const network = sequential({ layers: [layers.dense({ units: 2, inputShape: [3], name: 'dense' })] });

interface Manifest {
  paths: string[];
  weights: object[];
}
interface Json {
  format: string;
  modelTopology: unknown;
  weightsManifest: Manifest[];
}

let count = 0;
/** model.json with its weights in a new folder, once changed. */
async function folderWith(
  change: (json: Json) => void,
  shards?: Record<string, Uint8Array>,
): Promise<string> {
  const { weightSpecs, weightData, ...rest } = network.toTfjs();
  const json: Json = { ...rest, weightsManifest: [{ paths: ['w.bin'], weights: weightSpecs }] };
  change(json);
  const folder = files.path(`model${count++}`);
  await mkdir(folder);
  await writeFile(`${folder}/model.json`, JSON.stringify(json));
  for (const [name, bytes] of Object.entries(shards ?? { 'w.bin': new Uint8Array(weightData) })) {
    await writeFile(`${folder}/${name}`, bytes);
  }
  return `${folder}/model.json`;
}

describe('model.json', () => {
  it('is read with its weights', async () => {
    const again = await fromTfjs(await folderWith(() => {}));
    expect(again.getWeights()).toEqual(network.getWeights());
  });

  it('is read with weights in several files and groups', async () => {
    const bytes = new Uint8Array(network.toTfjs().weightData);
    const path = await folderWith(
      ({ weightsManifest: groups }) => {
        const [kernel, bias] = groups[0]!.weights as [object, object];
        groups.splice(0, 1, { paths: ['a', 'b'], weights: [kernel] }, { paths: ['c'], weights: [bias] });
      },
      { a: bytes.subarray(0, 10), b: bytes.subarray(10, 24), c: bytes.subarray(24) },
    );
    expect((await fromTfjs(path)).getWeights()).toEqual(network.getWeights());
  });

  it.each(['../w.bin', '/etc/hostname', 'a/../../w.bin', 'file:///etc/hostname', 'a//b', '', 'a\0b'])(
    'names no file outside of its folder: %j',
    async (name) => {
      const path = await folderWith((json) => {
        json.weightsManifest[0]!.paths = [name];
      });
      await expect(fromTfjs(path)).rejects.toEqual(refused('ERR_MODEL_FILE', 'beside model.json'));
    },
  );

  it.each([
    ['a file that is named twice', (m) => m.paths.push('w.bin'), 'each file of weights once'],
    ['a missing file', (m) => m.paths.push('x.bin'), 'x.bin'],
    ['fewer arrays than bytes', (m) => m.weights.pop(), '24 bytes'],
    [
      'more arrays than bytes',
      (m) => m.weights.push({ name: 'x', shape: [9], dtype: 'float32' }),
      '68 bytes',
      '32',
    ],
    ['an array of another shape', (m) => Object.assign(m.weights[0]!, { shape: [2, 3] }), '[3, 2]', '[2, 3]'],
    ['an array of another name', (m) => Object.assign(m.weights[0]!, { name: 'x' }), 'kernel', 'none'],
    ['an array twice', (m) => Object.assign(m.weights[1]!, { name: 'dense/kernel' }), 'each array once'],
    ['another type', (m) => Object.assign(m.weights[0]!, { dtype: 'int32' }), 'float32', 'int32'],
    ['an unknown type', (m) => Object.assign(m.weights[0]!, { dtype: 'string' }), 'float32', 'string'],
    ['a negative size', (m) => Object.assign(m.weights[0]!, { shape: [-3, -2] }), 'a shape', '-3'],
    [
      'sizes without end',
      (m) => Object.assign(m.weights[0]!, { shape: [2 ** 40, 2 ** 40] }),
      'float32 numbers',
    ],
    ['other quantisation', (m) => Object.assign(m.weights[0]!, { quantization: { dtype: 'int4' } }), 'uint8'],
    [
      'quantisation without a scale',
      (m) => Object.assign(m.weights[0]!, { quantization: { dtype: 'uint8' } }),
      'scale',
    ],
    ['no names', (m) => Object.assign(m.weights[0]!, { name: 7 }), 'a name'],
    ['no manifest', (m) => Object.assign(m, { weights: undefined }), 'paths and weights'],
  ] as [string, (manifest: Manifest) => unknown, ...string[]][])(
    'with %s is refused',
    async (_what, change, ...words) => {
      const path = await folderWith((json) => change(json.weightsManifest[0]!));
      await expect(fromTfjs(path)).rejects.toEqual(refused('ERR_MODEL_FILE', ...words));
    },
  );

  it('with numbers that are not finite is refused', async () => {
    const path = await folderWith(() => {}, {
      'w.bin': new Uint8Array(new Float32Array(8).fill(Number.NaN).buffer),
    });
    await expect(fromTfjs(path)).rejects.toEqual(refused('ERR_MODEL_FILE', 'finite'));
  });

  it.each([
    [
      'a graph model',
      { format: 'graph-model', modelTopology: { node: [] } },
      'graph model',
      'tensorflowjs_converter',
    ],
    ['a graph model of old', { modelTopology: { node: [] } }, 'graph model'],
    ['no topology', { modelTopology: undefined }, 'modelTopology'],
    ['another class', { modelTopology: { class_name: 'Custom', config: {} } }, 'Sequential', 'Custom'],
  ] as [string, object, ...string[]][])('with %s is refused', async (_what, change, ...words) => {
    const path = await folderWith((json) => Object.assign(json, change));
    await expect(fromTfjs(path)).rejects.toEqual(refused('ERR_MODEL_FILE', ...words));
  });

  it('is no other text, no folder and no file that is too large', async () => {
    await expect(fromTfjs(await files.write('{"a":'))).rejects.toEqual(refused('ERR_MODEL_FILE', 'JSON'));
    await expect(fromTfjs(await files.write('['.repeat(1e5)))).rejects.toEqual(
      refused('ERR_MODEL_FILE', 'nested'),
    );
    await expect(fromTfjs(files.path('.'))).rejects.toEqual(refused('ERR_MODEL_FILE', 'a folder'));
    await expect(fromTfjs(await folderWith(() => {}), { limits: { bytes: 100 } })).rejects.toEqual(
      refused('ERR_DATA_LIMIT'),
    );
  });
});

describe('artifacts', () => {
  it.each([
    [{}, 'ERR_MODEL_FILE', 'modelTopology'],
    [{ modelTopology: {} }, 'ERR_ARGUMENT', 'weightData'],
    [{ modelTopology: {}, weightsManifest: [] }, 'ERR_ARGUMENT', 'model.json'],
    [{ modelTopology: {}, weightSpecs: [], weightData: 'text' }, 'ERR_ARGUMENT', 'ArrayBuffer'],
    [{ modelTopology: new ArrayBuffer(8) }, 'ERR_MODEL_FILE', 'graph model'],
    [7, 'ERR_ARGUMENT', 'path'],
    [undefined, 'ERR_ARGUMENT', 'path'],
    [new Uint8Array(8), 'ERR_ARGUMENT', 'bytes'],
    ['https://example.com/model.json', 'ERR_ARGUMENT', 'Download'],
  ] as [unknown, string, ...string[]][])('%o are refused', async (given, code, ...words) => {
    await expect(fromTfjs(given as never)).rejects.toEqual(refused(code, ...words));
  });

  it('may have their weights in pieces, of which nothing is kept', async () => {
    const given = network.toTfjs();
    const whole = new Uint8Array(given.weightData);
    const again = await fromTfjs({ ...given, weightData: [whole.slice(0, 5).buffer, whole.slice(5)] });
    whole.fill(0);
    expect(again.getWeights()).toEqual(network.getWeights());
  });
});

describe('float16', () => {
  it.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x7bff, 65504],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x7e00, Number.NaN],
  ])('%i is %d', (bits, value) => {
    expect(float16FromBits(bits)).toBe(value);
  });
});

describe('an HDF5 file', () => {
  const { deflated } = readFixture<{ deflated: { h5: string; stored: string } }>('keras_models');
  const h5 = inflateSync(Buffer.from(deflated.h5, 'base64'));

  it('gives no more numbers than it has bytes', () => {
    const root = openHdf5(h5);
    const group = root.child('model_weights')!.child('conv2d')!;
    const [path] = group.texts('weight_names') as [string];
    const array = group.at(...path.split('/'))!;
    const readAll = (): void => {
      for (let i = 0; i < h5.length; i++) array.numbers('the kernel');
    };
    expect(readAll).toThrow(refused('ERR_MODEL_FILE', 'bytes of their own') as Error);
  });

  it('of another version, or with an address outside, is refused', async () => {
    const changed = (at: number, value: number): Buffer => {
      const copy = Buffer.from(h5);
      copy[at] = value;
      return copy;
    };
    await expect(fromKeras(changed(8, 9))).rejects.toEqual(refused('ERR_MODEL_FILE', 'version 0 to 3', '9'));
    await expect(fromKeras(changed(13, 4))).rejects.toEqual(
      refused('ERR_MODEL_FILE', 'addresses of 8 bytes'),
    );
    await expect(fromKeras(changed(64 + 5, 1))).rejects.toEqual(refused('ERR_MODEL_FILE', 'HDF5'));
  });

  it('cut at any place is refused', async () => {
    for (let length = 8; length < h5.length; length += 997) {
      await expect(fromKeras(h5.subarray(0, length)), String(length)).rejects.toEqual(
        refused('ERR_MODEL_FILE'),
      );
    }
  });
});
