import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModelInfo } from '#steepest/cli/modelInfo.js';
import { data, load, type NetworkClassifier, Pipeline, Sequential } from '#steepest/index.js';
import { loadDigits } from '../../examples/lib/load-digits.mjs';
import { steepest } from './inProcess.js';

let home: string;
const at = (name: string): string => join(home, name);
const train = (...args: string[]) => steepest('train', ...args);
const SIDE = 8;
/** The first digits of the package's file, 8 × 8 pixels of 0 to 16. */
const digits = (rows: number) => {
  const { x, y } = loadDigits().train;
  return {
    x: { data: x.data.slice(0, rows * SIDE * SIDE), shape: [rows, SIDE, SIDE] },
    y: { data: y.data.slice(0, rows), shape: [rows] },
  };
};

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'steepest-train-networks-'));
  const { x, y } = digits(300);
  const rows = { data: x.data, shape: [300, SIDE * SIDE] };
  const test = {
    x_test: { data: x.data.slice(0, 640), shape: [10, SIDE, SIDE] },
    y_test: { data: y.data.slice(0, 10), shape: [10] },
  };
  await data.writeNpz(at('images.npz'), { x_train: x, y_train: y, ...test });
  await data.writeNpz(at('rows.npz'), { features: rows, kind: y });
  await data.writeNpy(at('x.npy'), rows);
  await data.writeNpy(at('y.npy'), y);
  const lines = Array.from(
    { length: 150 },
    (_, i) => `${i % 17},${i % 5 === 0 ? '' : i % 11},${(i % 17) * 1000 + (i % 11)}`,
  );
  writeFileSync(at('numbers.csv'), `a,b,y\n${lines.join('\n')}\n`);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('steepest train of networks', () => {
  it('writes the same bytes for the same seed and any number of threads, and others for another seed', async () => {
    const bytes = async (out: string, ...args: string[]) => {
      const { status } = await train(
        at('numbers.csv'),
        '-t',
        'y',
        '--model',
        'mlp',
        '--epochs',
        '4',
        '-q',
        '-o',
        at(out),
        ...args,
      );
      expect(status).toBe(0);
      return readFileSync(at(out));
    };
    const first = await bytes('one.st', '--workers', '1');
    expect(await bytes('two.st', '--workers', '2')).toEqual(first);
    expect(await bytes('three.st', '--workers', '3', '--json')).toEqual(first);
    expect(await bytes('other.st', '--seed', '1')).not.toEqual(first);
    const model = await load(at('one.st'), Pipeline);
    const [value] = model.predictSync({ a: 4, b: null }) as Float64Array;
    // Targets are scaled for the network, and predictions taken back.
    expect(value).toBeGreaterThan(100);
  });

  it('takes images with rows held out by the data, and classes by number', async () => {
    const { status, stdout, stderr } = await train(
      at('images.npz'),
      '--epochs',
      '2',
      '-o',
      at('i.st'),
      '--json',
    );
    expect(status).toBe(0);
    expect(stderr).toMatch(/^data .*300 images, 10 more to score with of 8 × 8 pixels, grey$/m);
    expect(stderr).toContain("note    learns 'y_train' from 'x_train'");
    expect(stderr).toMatch(/^Epoch 2\/2/m);
    expect(JSON.parse(stdout)).toMatchObject({
      model: 'cnn',
      validation: { kind: 'given' },
      rows: { trained: 300, held: 10, dropped: 0 },
      classes: [...'0123456789'],
    });
    const model = await load(at('i.st'), Sequential);
    expect(model.classes).toEqual([...'0123456789']);
    expect(model.config.layers[0]).toMatchObject({ type: 'rescaling', inputShape: [SIDE, SIDE, 1] });
  });

  it('takes rows of numbers from one archive or two files', async () => {
    const said = await train(at('rows.npz'), '-t', 'kind', '-o', at('r.st'), '--json', '-q');
    const { scores, model } = JSON.parse(said.stdout);
    expect(model).toBe('logistic');
    expect(scores[0].value).toBeGreaterThan(0.8);
    const two = await train(at('x.npy'), '-t', at('y.npy'), '-o', at('n.st'), '--json', '-q');
    expect(JSON.parse(two.stdout).scores).toEqual(scores);
    expect((await train(at('x.npy'), '-o', at('n.st'))).stderr).toContain('Write --target y.npy');
    expect((await train(at('rows.npz'), '-t', 'knd', '-o', at('n.st'))).stderr).toContain(
      "Did you mean 'kind'",
    );
    expect((await train(at('rows.npz'), '-t', 'kind', '--drop', 'a', '-o', at('n.st'))).status).toBe(2);
  });

  it('takes a folder of images for each class, and a page shows them', async () => {
    const folder = at('photos');
    for (const [name, value] of [
      ['dark', 30],
      ['light', 220],
    ] as const) {
      mkdirSync(join(folder, name), { recursive: true });
      for (let i = 0; i < 12; i++) {
        const pixels = Buffer.alloc(8 * 6 * 3, value + i);
        await sharp(pixels, { raw: { width: 8, height: 6, channels: 3 } })
          .png()
          .toFile(join(folder, name, `${i}.png`));
      }
    }
    const out = at('photos.st');
    const { status, stderr, stdout } = await train(
      folder,
      '--epochs',
      '6',
      '-o',
      out,
      '--report',
      at('photos.html'),
    );
    expect(stderr).toMatch(/24 images of 6 × 8 pixels, 3 channels/);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Accuracy +/m);
    expect(readFileSync(at('photos.html'), 'utf8').includes('conv2d (linear)')).toBe(true);
    const info = (await readModelInfo(out))!;
    expect(info).toMatchObject({
      target: 'class',
      classes: ['dark', 'light'],
      image: { size: [6, 8], channels: 3 },
    });
    const images = await data.readImage(join(folder, 'light/3.png'), { size: [6, 8] });
    expect(['dark', 'light']).toContain((await (await load(out, Sequential)).predictClasses(images))[0]);
    const sized = await train(folder, '--epochs', '1', '--image-size', '16', '-q', '-o', out, '--json');
    expect(JSON.parse(sized.stdout).image).toEqual({ size: [16, 16], channels: 3 });
    expect((await train(folder, '-t', 'class', '-o', out)).status).toBe(2);
  });
});

describe('a network in a file', () => {
  const LAYERS = [
    { type: 'dense', units: 6, activation: 'relu' },
    { type: 'dense', units: 10, activation: 'softmax' },
  ];
  const learn = (file: string, text: string, ...args: string[]) => {
    writeFileSync(at(file), text);
    return train(at('rows.npz'), '-t', 'kind', '--model', at(file), '-o', at('own.st'), '-q', ...args);
  };

  it('is JSON, an object of a module or a function of the data', async () => {
    const compile = {
      optimizer: { name: 'adam', learningRate: 0.02 },
      loss: 'sparseCategoricalCrossentropy',
    };
    const layersOf = async () => {
      const model = await load(at('own.st'), Pipeline);
      const { config, compileConfig } = (model.last as NetworkClassifier).trainedNetwork;
      const optimizer = compileConfig!.optimizer as { learningRate: number };
      return [
        ...config.layers.map((layer) => (layer as unknown as { units: number }).units),
        optimizer.learningRate,
      ];
    };
    const json = JSON.stringify({ layers: LAYERS, compile, epochs: 3 });
    expect(await learn('net.json', json)).toMatchObject({ status: 0, stderr: '' });
    expect(await layersOf()).toEqual([6, 10, 0.02]);
    expect((await readModelInfo(at('own.st')))!.model).toBe('net.json');
    expect((await learn('net.cjs', `module.exports = ${json}`)).status).toBe(0);
    const own = `export default ({ inputShape, task, classes, rows }) => ({
      layers: [
        { type: 'dense', units: inputShape[0] / 4, activation: 'relu' },
        { type: 'dense', units: classes.length, activation: 'softmax' },
      ],
      epochs: task === 'classification' && rows === 240 ? 2 : -1,
    })`;
    expect((await learn('net.mjs', own, '--learning-rate', '0.3')).status).toBe(0);
    expect(await layersOf()).toEqual([16, 10, 0.3]);
  });

  it.each<[string, string, string, RegExp]>([
    [
      'a misspelled layer',
      'n.json',
      JSON.stringify({ layers: [{ type: 'dens', units: 3 }] }),
      /Did you mean 'dense'/,
    ],
    ['an unknown key', 'n.json', JSON.stringify({ layers: LAYERS, optimiser: 'adam' }), /'optimiser'/],
    ['no layers', 'n.json', '{}', /to have a list of layers/],
    [
      'the wrong outputs',
      'n.json',
      JSON.stringify({ layers: [{ type: 'dense', units: 7, activation: 'softmax' }] }),
      /given 10: 0, 1/,
    ],
    [
      'another shape',
      'n.json',
      JSON.stringify({ layers: [{ ...LAYERS[0], inputShape: [3] }, LAYERS[1]] }),
      /inputShape \[64\]/,
    ],
    ['half of JSON', 'n.json', '{"layers": [', /to be JSON/],
    ['a module that throws', 'n1.mjs', 'throw new Error("oh no")', /oh no/],
    ['a module without a default', 'n2.mjs', 'export const layers = []', /no default export/],
  ])('is refused with %s', async (_, file, text, words) => {
    const said = await learn(file, text);
    expect(said.stderr).toMatch(words);
    expect(said.status).toBe(1);
  });
});
