import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync, inflateSync } from 'node:zlib';
import {
  columnTransformer,
  data,
  fromKeras,
  LogisticRegression,
  layers,
  OneHotEncoder,
  pipeline,
  SimpleImputer,
  sequential,
} from 'steepest';
import { beforeAll, describe, expect, it } from 'vitest';
import { inspectFile } from '#steepest/cli/inspect/inspectFile.js';
import { zipBytes } from '#steepest/data/npy/zip.js';
import { encodeSafetensors } from '#steepest/io/safetensors.js';
import { readFixture } from '../support/fixtures.js';
import { temporaryFolder } from '../support/folder.js';

const command = fileURLToPath(new URL('../../dist/bundle/cjs/cli.js', import.meta.url));
const files = temporaryFolder();
const steepest = (...args: string[]) => spawnSync(process.execPath, [command, ...args], { encoding: 'utf8' });

const model = sequential({
  classes: ['a', 'b', 'c'],
  seed: 4,
  layers: [
    layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [8, 8, 1] }),
    layers.flatten(),
    layers.dense({ units: 3, activation: 'softmax' }),
  ],
}).compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });

/** The layers of a description of Keras. */
const kerasConfig = {
  class_name: 'Sequential',
  config: {
    layers: [{ class_name: 'Dense', config: { name: 'first', units: 3, activation: 'relu' } }],
  },
};
const tfjs = {
  format: 'layers-model',
  generatedBy: 'a converter',
  modelTopology: { model_config: kerasConfig },
  weightsManifest: [
    { paths: ['w.bin'], weights: [{ name: 'first/kernel', dtype: 'float32', shape: [2, 3] }] },
  ],
};

beforeAll(async () => {
  await model.save(files.path('net'));
  await model.saveOnnx(files.path('net.onnx'));
  await data.writeSafetensors(files.path('torch'), model.getWeights({ layout: 'pytorch' }));
  await data.writeNpz(files.path('w.npz'), { x: { data: Float32Array.of(1, 2), shape: [1, 2] } });
  await data.writeNpy(files.path('w.npy'), { data: Int32Array.of(1, 2), shape: [2] });
  const table = [1, 2, 3, 4].map((n) => ({ n, t: n % 2 === 0 ? 'x' : 'y' }));
  const prepare = columnTransformer([
    ['numbers', new SimpleImputer(), ['n']],
    ['words', new OneHotEncoder(), ['t']],
  ]);
  await (await pipeline(prepare, new LogisticRegression()).fit(table, ['u', 'v', 'u', 'v'])).save(
    files.path('pipe'),
  );
  const sklearn = readFixture<{ cases: { name: string; dump: object }[] }>('sklearn_json').cases;
  const dump = sklearn.find(({ name }) => name === 'pipeline of a table')!.dump;
  await writeFile(files.path('sk.json'), JSON.stringify(dump));
  await writeFile(files.path('model.json'), JSON.stringify(tfjs));
  const archive = { 'config.json': kerasConfig, 'metadata.json': { keras_version: '3.15.1' } };
  const entries = Object.entries(archive).map(
    ([name, content]) => [name, Buffer.from(JSON.stringify(content))] as const,
  );
  await writeFile(files.path('model.keras'), await zipBytes(entries, true));
});

const inspect = async (name: string) => (await inspectFile(files.path(name))).inspection;
const rows = async (name: string, table: string) =>
  (await inspect(name)).tables.find((one) => one.name === table)!.rows;

describe('what is in', () => {
  it('a network', async () => {
    expect(await inspect('net')).toMatchObject({
      kind: 'a network',
      facts: {
        input: [8, 8, 1],
        output: [3],
        parameters: 40 + 435,
        seed: 4,
        steps: 0,
        loss: expect.stringContaining('sparseCategoricalCrossentropy'),
        optimizer: expect.stringContaining('learningRate 0.001'),
        metrics: ['accuracy'],
        classes: ['a', 'b', 'c'],
      },
    });
    expect(await rows('net', 'layers')).toEqual([
      ['conv2d_1', 'conv2d', [6, 6, 4], 40],
      ['flatten_1', 'flatten', [144], 0],
      ['dense_1', 'dense', [3], 435],
    ]);
  });

  it('a pipeline', async () => {
    expect((await inspect('pipe')).kind).toBe('an estimator: Pipeline');
    expect((await rows('pipe', 'estimators')).map(([place, type]) => [place, type])).toEqual([
      ['/', 'Pipeline'],
      ['/columnTransformer', 'ColumnTransformer'],
      ['/columnTransformer/numbers', 'SimpleImputer'],
      ['/columnTransformer/words', 'OneHotEncoder'],
      ['/logisticRegression', 'LogisticRegression'],
    ]);
  });

  it('tensors of another program', async () => {
    expect((await inspect('torch')).facts).toMatchObject({ tensors: 4, numbers: 475 });
    expect((await rows('torch', 'tensors'))[0]).toEqual(['0.weight', 'F32', [4, 1, 3, 3]]);
  });

  it('metadata of another program, the beginning of each text', async () => {
    const path = files.path('described');
    await writeFile(path, encodeSafetensors(new Map(), { format: 'pt', about: 'x'.repeat(999) }));
    expect((await inspect('described')).facts).toMatchObject({
      'metadata format': 'pt',
      'metadata about': 'x'.repeat(60),
    });
  });

  it('an ONNX model', async () => {
    expect(await inspect('net.onnx')).toMatchObject({
      kind: 'an ONNX model',
      facts: {
        opsets: [expect.stringMatching(/^ai\.onnx \d+$/)],
        producer: expect.stringContaining('steepest'),
      },
    });
    expect(await rows('net.onnx', 'inputs')).toEqual([['input', 'float', ['N', 8, 8, 1]]]);
    expect(await rows('net.onnx', 'operators')).toContainEqual(['Conv', 1]);
  });

  it("NumPy's files", async () => {
    expect((await inspect('w.npy')).facts).toEqual({ type: 'int32', shape: [2], numbers: 2 });
    expect(await rows('w.npz', 'arrays')).toEqual([['x', 'float32', [1, 2]]]);
  });

  it('models of Keras and TensorFlow.js', async () => {
    expect((await inspect('model.keras')).facts).toMatchObject({ class: 'Sequential', keras: '3.15.1' });
    const layer = ['first', 'Dense', 'units 3, activation relu'];
    expect(await rows('model.keras', 'layers')).toEqual([layer]);
    expect(await rows('model.json', 'layers')).toEqual([layer]);
    expect((await inspect('model.json')).facts).toMatchObject({ parameters: 6, files: ['w.bin'] });
    expect(await rows('model.json', 'weights')).toEqual([['first/kernel', 'float32', [2, 3]]]);
  });

  it('weights of Keras, in both formats', async () => {
    // Keras's InputLayer is no layer here, and groups of HDF5 list their members in another order.
    const sorted = (list: unknown[]) => list.map((one) => JSON.stringify(one)).sort();
    const { deflated } = readFixture<{ deflated: Record<'stored' | 'h5', string> }>('keras_models');
    for (const kind of ['stored', 'h5'] as const) {
      const bytes = inflateSync(Buffer.from(deflated[kind], 'base64'));
      await writeFile(files.path(kind), bytes);
      const network = await fromKeras(bytes);
      const shapes = network.getWeights().map(({ shape }) => ['float32', shape]);
      const arrays = (await rows(kind, 'arrays')).map(([name, ...rest]) => ({ name, rest }));
      const own = arrays.filter(({ name }) => !String(name).startsWith('optimizer'));
      expect(sorted(own.map(({ rest }) => rest)), kind).toEqual(sorted(shapes));
      expect(await rows(kind, 'layers')).toHaveLength(1 + network.config.layers.length);
    }
    expect((await inspect('h5')).kind).toBe('a Keras model (.h5)');
  });

  it('an estimator of scikit-learn', async () => {
    const { facts } = await inspect('sk.json');
    expect(facts).toMatchObject({ read: 'as Pipeline', columns: ['age', 'city', 'plan', 'paid'] });
    expect(await rows('sk.json', 'estimators')).toContainEqual([
      '/logisticregression',
      'LogisticRegression',
      expect.stringContaining('coef_'),
    ]);
  });
});

describe('steepest inspect', () => {
  it('prints facts and tables', () => {
    const { status, stdout, stderr } = steepest('inspect', files.path('net'));
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^file {2,}.*net, \d/);
    expect(stdout).toMatch(/^input {2,}\[8, 8, 1\]$/m);
    expect(stdout).toMatch(/^layer +type +output +parameters\n─/m);
    expect(stdout).toMatch(/^dense_1 +dense +\[3\] +435$/m);
  });

  it('prints names of facts as words, of which JSON makes one', () => {
    expect(steepest('inspect', files.path('net.onnx')).stdout).toMatch(/^IR version {2,}\d+$/m);
    expect(steepest('inspect', files.path('model.json')).stdout).toMatch(/^generated by {2,}a converter$/m);
    const parsed = JSON.parse(steepest('inspect', files.path('net.onnx'), '--json').stdout);
    expect(parsed.irVersion).toBeGreaterThan(0);
  });

  it('prints JSON, with every number', () => {
    for (const name of [
      'net',
      'pipe',
      'torch',
      'net.onnx',
      'w.npz',
      'sk.json',
      'model.keras',
      'model.json',
    ]) {
      const { status, stdout } = steepest('inspect', files.path(name), '--json');
      expect(status, name).toBe(0);
      const parsed = JSON.parse(stdout);
      expect(parsed).toMatchObject({
        file: files.path(name),
        bytes: expect.any(Number),
        kind: expect.any(String),
      });
      if (name === 'net') expect(parsed.layers[2]).toMatchObject({ layer: 'dense_1', parameters: 435 });
    }
  });

  it('ends with 1 and the error of a bad file', async () => {
    await writeFile(files.path('damaged'), (await readFile(files.path('net'))).subarray(0, -9));
    await writeFile(files.path('packed'), gzipSync('x'));
    await writeFile(files.path('a.txt'), 'some text');
    for (const [name, words] of [
      ['damaged', 'incomplete'],
      ['packed', 'gzip'],
      ['a.txt', 'text'],
      ['nothing', 'ENOENT'],
    ] as const) {
      const { status, stdout, stderr } = steepest('inspect', files.path(name));
      expect([status, stdout], name).toEqual([1, '']);
      expect(stderr, name).toMatch(new RegExp(`^steepest: ERR_MODEL_FILE: expected [^]*${words}`));
      expect(stderr).toMatch(/^.+\nhint: .+\n$/);
    }
  });

  it('shows nothing that a terminal would obey', async () => {
    const x = { data: new Float32Array(1), shape: [1] };
    await data.writeSafetensors(files.path('evil'), { 'a\u001b[31m\nb': x });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
    expect(steepest('inspect', files.path('evil')).stdout).not.toMatch(/[\0-\x09\x0b-\x1f]/);
  });

  it.each([[[]], [['a', 'b']], [['--fast', 'a']]])('answers %j with the usage', (args) => {
    expect(steepest('inspect', ...args)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('Usage: '),
    });
  });
});
