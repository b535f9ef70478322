import { readFile } from 'node:fs/promises';
import {
  type Activation,
  data,
  LabelEncoder,
  layers,
  load,
  loadEstimator,
  OneHotEncoder,
  sequential,
} from 'steepest';
import { expect, it } from 'vitest';
import { MAX_HEADER_BYTES } from '#steepest/io/safetensors.js';
import { MAX_LAYERS } from '#steepest/networks/compile/model.js';
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
/** As many digits as a number of a description can have. */
const LONG = 1.2345678901234567e-100;
const LONGEST = {
  name: 'varianceScaling',
  scale: 1.2345678901234567e-30,
  mode: 'fanAverage',
  distribution: 'untruncatedNormal',
} as const;
const LAYERS = 64;
/** Digits that shapes of four sizes and two offsets may have besides those of here. */
const MORE_DIGITS = 4 * 4 + 2 * 7;
/** Digits that sizes in a description may have besides. */
const MORE_IN_DESCRIPTION = 10 * 4;

it('a header has room for the most layers, with the longest names and descriptions and the most arrays', async () => {
  const convolution = (i: number) =>
    layers.conv2d({
      filters: 1,
      kernelSize: 1,
      padding: 'same',
      activation: { name: 'leakyRelu', alpha: LONG } as Activation,
      kernelInitializer: LONGEST,
      biasInitializer: LONGEST,
      biasRegularizer: { l1: LONG, l2: LONG },
      kernelRegularizer: { l1: LONG, l2: LONG },
      learningRateScale: LONG,
      name: `${i}`.padStart(100, 'n'),
      ...(i === 0 ? { inputShape: [1, 1, 1] } : {}),
    });
  const model = sequential({ layers: Array.from({ length: LAYERS }, (_, i) => convolution(i)) });
  model.compile({ optimizer: { name: 'adam', amsgrad: true }, loss: 'meanSquaredError' });
  await model.fit([[1]], [[1]], { epochs: 1, workers: 1 });
  await model.save(files.path('deep'));
  const bytes = await readFile(files.path('deep'));
  const header = Number(bytes.readBigUInt64LE());
  const arrays = 8 * LAYERS;
  expect(bytes.toString('latin1').split('data_offsets').length - 1).toBe(arrays);
  const most = ((header + arrays * MORE_DIGITS) / LAYERS + MORE_IN_DESCRIPTION) * MAX_LAYERS;
  expect(most).toBeLessThan(MAX_HEADER_BYTES);
  await expect(load(files.path('deep'))).resolves.toBeDefined();
});

it('a model larger than a file may be is refused before it is made', () => {
  const big = layers.dense({ units: 32_768, inputShape: [32_768], name: 'big' });
  expect(() => sequential({ layers: [big] })).toThrow(refused('ERR_MEMORY', 'layer big'));
});

it('more categories than a header holds are saved and loaded', async () => {
  const names = Array.from({ length: 30_000 }, (_, i) => `${i} "${'é'.repeat(40)}"`);
  const labels = await new LabelEncoder().fit(names);
  await labels.save(files.path('labels'));
  expect((await readFile(files.path('labels'))).readBigUInt64LE()).toBeLessThan(1000n);
  const loaded = (await loadEstimator(files.path('labels'))) as unknown as LabelEncoder;
  expect(loaded.classes).toEqual(labels.classes);

  const table = new data.DataTable({ name: names });
  const encoder = await new OneHotEncoder().fit(table);
  await encoder.save(files.path('categories'));
  const again = (await loadEstimator(files.path('categories'))) as unknown as OneHotEncoder;
  expect(again.categories).toEqual(encoder.categories);
});
