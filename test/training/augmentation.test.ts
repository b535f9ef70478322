import { type Batch, layers, load, type ModelConfig, Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { threefry2x32 } from '#steepest/core/random.js';
import { selectKernels } from '#steepest/kernels/backend.js';
import { BORDERS, PHASES } from '#steepest/kernels/contract.js';
import { temporaryFolder } from '../support/folder.js';
import {
  type KernelChoice,
  kernelChoices,
  native,
  nativeChoices,
  typescriptExact,
  typescriptFast,
} from '../support/kernelChoices.js';
import { randomNumbers } from '../support/random.js';

const files = temporaryFolder();

const SEED = 77;
const ROWS = 16;
const [HEIGHT, WIDTH, CHANNELS] = [7, 6, 2];
const SHAPE = [HEIGHT, WIDTH, CHANNELS];
const SIZE = HEIGHT * WIDTH * CHANNELS;

const next = randomNumbers(5);
const bytes = Uint8Array.from({ length: ROWS * SIZE }, () => Math.floor((next() + 1) * 127));
const floats = Float32Array.from({ length: ROWS * SIZE }, next);

/** An image as rows of pixels of channels. */
type Image = number[][][];

function imageOf(data: ArrayLike<number>, r: number): Image {
  const at = (h: number, w: number, c: number): number =>
    data[r * SIZE + (h * WIDTH + w) * CHANNELS + c] as number;
  return Array.from({ length: HEIGHT }, (_, h) =>
    Array.from({ length: WIDTH }, (_, w) => Array.from({ length: CHANNELS }, (_, c) => at(h, w, c))),
  );
}

/** The four random words of row r of a mini-batch, as the contract of drawWindows names them. */
function wordsOf(stream: number, step: number, r: number) {
  const [place, flip] = [new Uint32Array(2), new Uint32Array(2)];
  threefry2x32(SEED, stream, step, 2 * r, place);
  threefry2x32(SEED, stream, step, 2 * r + 1, flip);
  return { place, flip };
}

/** A random whole number from `least` to `most`. */
const between = (word: number, least: number, most: number): number =>
  least + Math.floor((word / 2 ** 32) * (most - least + 1));

/** What one layer makes of an image: each transformation as plainly as it can be written. */
type Transform = (image: Image, words: ReturnType<typeof wordsOf>) => Image;

const flip =
  (vertical: boolean, horizontal: boolean): Transform =>
  (image, { flip: words }) => {
    const rows = vertical && words[0]! >= 2 ** 31 ? [...image].reverse() : image;
    return horizontal && words[1]! >= 2 ** 31 ? rows.map((row) => [...row].reverse()) : rows;
  };

const crop =
  (height: number, width: number): Transform =>
  (image, { place }) => {
    const top = between(place[0]!, 0, image.length - height);
    const left = between(place[1]!, 0, image[0]!.length - width);
    return image.slice(top, top + height).map((row) => row.slice(left, left + width));
  };

/** The list continued on both sides, four times its length each: then it is only cut. */
function extended<T>(list: readonly T[], fillMode: string, fill: T): T[] {
  const n = list.length;
  const reversed = [...list].reverse();
  const around = {
    constant: [Array<T>(4 * n).fill(fill), Array<T>(4 * n).fill(fill)],
    nearest: [Array<T>(4 * n).fill(list[0]!), Array<T>(4 * n).fill(list[n - 1]!)],
    reflect: [
      [...list, ...reversed, ...list, ...reversed],
      [...reversed, ...list, ...reversed, ...list],
    ],
    wrap: [
      [...list, ...list, ...list, ...list],
      [...list, ...list, ...list, ...list],
    ],
  }[fillMode]!;
  return [...around[0]!, ...list, ...around[1]!];
}

/** Shifts of up to so many rows and columns either way. */
const translate =
  (rows: number, columns: number, fillMode: string, fill = 0): Transform =>
  (image, { place }) => {
    // The window's first row is drawn: minus the shift.
    const top = between(place[0]!, -rows, rows);
    const left = between(place[1]!, -columns, columns);
    const [height, width] = [image.length, image[0]!.length];
    const nothing = Array.from({ length: width }, () => Array<number>(CHANNELS).fill(fill));
    const from = 4 * height + top;
    return extended(image, fillMode, nothing)
      .slice(from, from + height)
      .map((row) =>
        extended(row, fillMode, Array<number>(CHANNELS).fill(fill)).slice(4 * width + left, 5 * width + left),
      );
  };

const scale: Transform = (image) => image.map((row) => row.map((pixel) => pixel.map((v) => v * 0.5 + 0.25)));

type Layout = 'rows' | 'images';
type Input = Uint8Array | Float32Array;
type LayerConfig = ModelConfig['layers'][number];

interface Case {
  title: string;
  layers: readonly LayerConfig[];
  transforms: readonly Transform[];
  /** Height and width of what comes out, if not those of what goes in. */
  size?: [number, number];
}

const half = layers.rescaling({ scale: 0.5, offset: 0.25 });
const CASES: readonly Case[] = [
  { title: 'flip both ways', layers: [layers.randomFlip()], transforms: [flip(true, true)] },
  {
    title: 'flip left and right',
    layers: [layers.randomFlip({ mode: 'horizontal' })],
    transforms: [flip(false, true)],
  },
  {
    title: 'flip top and bottom',
    layers: [layers.randomFlip({ mode: 'vertical' })],
    transforms: [flip(true, false)],
  },
  {
    title: 'crop',
    layers: [layers.randomCrop({ height: 4, width: 5 })],
    transforms: [crop(4, 5)],
    size: [4, 5],
  },
  ...(['reflect', 'nearest', 'wrap', 'constant'] as const).map((fillMode) => ({
    title: `translation, ${fillMode}`,
    layers: [
      layers.randomTranslation({ heightFactor: 1, widthFactor: [-0.5, 0.5], fillMode, fillValue: -3 }),
    ],
    transforms: [translate(7, 3, fillMode, -3)],
  })),
  {
    title: 'translation by rows alone',
    layers: [layers.randomTranslation({ heightFactor: 0.3, widthFactor: 0 })],
    transforms: [translate(2, 0, 'reflect')],
  },
  {
    title: 'all of them after rescaling',
    layers: [
      half,
      layers.randomTranslation({
        heightFactor: 0.3,
        widthFactor: 0.4,
        fillMode: 'constant',
        fillValue: 1.25,
      }),
      layers.randomCrop({ height: 5, width: 5 }),
      layers.randomFlip(),
    ],
    transforms: [scale, translate(2, 2, 'constant', 1.25), crop(5, 5), flip(true, true)],
    size: [5, 5],
  },
  {
    title: 'all of them before rescaling and around it',
    layers: [
      layers.randomFlip(),
      layers.randomTranslation({ heightFactor: 0.3, widthFactor: 0.4, fillMode: 'constant', fillValue: 7 }),
      half,
      layers.randomCrop({ height: 5, width: 3 }),
      layers.randomTranslation({ heightFactor: 0.9, widthFactor: 1, fillMode: 'wrap' }),
    ],
    transforms: [
      flip(true, true),
      translate(2, 2, 'constant', 7),
      scale,
      crop(5, 3),
      translate(4, 3, 'wrap'),
    ],
    size: [5, 3],
  },
];

const shaped = ([first, ...others]: readonly LayerConfig[]): LayerConfig[] => [
  { ...first!, inputShape: SHAPE },
  ...others,
];

/**
 * A model whose weights, after one step from zero with learning rate 128 towards the identity matrix, are the images
 * that it saw: 16 outputs and 16 images make the gradient −x / 128 exactly.
 */
function camera({ layers: list, size = [HEIGHT, WIDTH] }: Case, layout: Layout, seed = SEED): Sequential {
  const zeros = { useBias: false, kernelInitializer: 'zeros' } as const;
  const eye =
    layout === 'rows'
      ? [layers.flatten(), layers.dense({ units: ROWS, ...zeros })]
      : [layers.conv2d({ filters: ROWS, kernelSize: size, ...zeros }), layers.flatten()];
  const model = sequential({ seed, layers: [...shaped(list), ...eye] });
  return model.compile({ optimizer: { name: 'sgd', learningRate: 128 }, loss: 'meanSquaredError' });
}

const identity = Array.from({ length: ROWS }, (_, r) =>
  Array.from({ length: ROWS }, (_, c) => Number(r === c)),
);
const once = { epochs: 1, batchSize: ROWS, shuffle: false } as const;

/** The images that the model sees in its next step, one row each. */
async function seen(model: Sequential, data: Input, options: KernelChoice['options'] & { workers?: number }) {
  model.setWeights(model.getWeights().map(({ data: w, shape }) => ({ data: w.fill(0), shape })));
  await model.fit({ data, shape: [ROWS, ...SHAPE] }, identity, { ...once, ...options });
  const weights = model.getWeights()[0]!.data;
  return Array.from({ length: ROWS }, (_, r) => Array.from(weights).filter((_v, i) => i % ROWS === r));
}

/** The same images from the reference. */
function expectedImages({ layers: list, transforms }: Case, data: Input, step: number): number[][] {
  return Array.from({ length: ROWS }, (_, r) =>
    transforms
      .reduce((image, transform, i) => transform(image, wordsOf(i, step, r)), imageOf(data, r))
      .flat(2),
  ).map((row, _r, all) => {
    expect(transforms.length, 'a transformation per layer').toBe(list.length);
    expect(row.length).toBe(all[0]!.length);
    return row.map(Math.fround);
  });
}

describe('images as they are seen in training', () => {
  describe.each(CASES)('$title', (given) => {
    it.each(['rows', 'images'] as const)(
      'are those of plain transformations, gathered as %s',
      async (layout) => {
        for (const data of [bytes, floats]) {
          for (const { title, options } of kernelChoices) {
            const model = camera(given, layout);
            // The second fit goes on counting steps: it draws anew.
            for (const step of [1, 2]) {
              const images = await seen(model, data, { ...options, workers: 1 });
              expect(images, `${title}, step ${step}`).toEqual(expectedImages(given, data, step));
            }
          }
        }
      },
    );
  });

  it('are others with another seed', async () => {
    const given = CASES[0]!;
    const options = { ...native.options, workers: 1 };
    expect(await seen(camera(given, 'rows', SEED), bytes, options)).not.toEqual(
      await seen(camera(given, 'rows', SEED + 1), bytes, options),
    );
  });
});

describe('windows', () => {
  it('begin at every place equally often, and images are mirrored half the time', () => {
    const rows = 6000;
    const scalars = {
      height: 1,
      width: 1,
      outHeight: 2,
      outWidth: 2,
      topLeast: 0,
      topCount: 1,
      leftLeast: -2,
      leftCount: 5,
      border: BORDERS.constant,
      flipRows: 1,
      flipCols: 0,
      seed: 5,
      stream: 3,
    };
    const windows = new Int32Array(rows * 4);
    const matrix = {
      buffer: 0,
      dtype: 'i32',
      byteOffset: 0,
      rows,
      cols: 4,
      rowStride: 4,
      colStride: 1,
    } as const;
    const op = { kind: 'drawWindows', phase: PHASES.rows, split: 'slice', begin: 0, end: rows } as const;
    selectKernels(native.options).runOnce(
      [{ ...op, operands: { windows: matrix }, scalars }],
      [new Uint8Array(windows.buffer)],
      rows,
    );
    const count = (test: (window: Int32Array) => boolean): number =>
      Array.from({ length: rows }, (_, r) => windows.subarray(4 * r, 4 * r + 4)).filter(test).length;
    // Five standard deviations of a binomial distribution.
    const near = (share: number): [number, number] => {
      const spread = 5 * Math.sqrt(rows * share * (1 - share));
      return [rows * share - spread, rows * share + spread];
    };
    const within = (value: number, [least, most]: [number, number]): void => {
      expect(value).toBeGreaterThan(least);
      expect(value).toBeLessThan(most);
    };
    // One row of pixels, in a window of two: it comes first unless mirrored.
    within(
      count((window) => window[0] === 0),
      near(1 / 2),
    );
    expect(count((window) => window[0] === 0) + count((window) => window[1] === 0)).toBe(rows);
    // Starts −2 … 2 of a window of two columns on one: the first sees it from 0, the second from −1.
    within(
      count((window) => window[2] === 0),
      near(1 / 5),
    );
    within(
      count((window) => window[3] === 0),
      near(1 / 5),
    );
    within(
      count((window) => window[2] === 0 && window[0] === 0),
      near(1 / 10),
    );
  });
});

const AUGMENTED = [
  half,
  layers.randomTranslation({ heightFactor: 0.3, widthFactor: 0.2 }),
  layers.randomCrop({ height: 6, width: 5 }),
  layers.randomFlip({ mode: 'horizontal' }),
];

/** A small network; rows: 53, so that groups and mini-batches are left over. */
const MANY = 53;
const manyX = {
  data: Uint8Array.from({ length: MANY * SIZE }, (_, i) => bytes[i % bytes.length]! ^ (i % 7)),
  shape: [MANY, ...SHAPE],
};
const manyY = Array.from({ length: MANY }, (_, r) => r % 3);

function network(kind: Layout, list: readonly LayerConfig[] = AUGMENTED): Sequential {
  const body =
    kind === 'images'
      ? [
          layers.conv2d({ filters: 5, kernelSize: 3, activation: 'relu' }),
          layers.maxPool2d(),
          layers.flatten(),
        ]
      : [layers.flatten(), layers.dense({ units: 9, activation: 'tanh' })];
  const model = sequential({
    seed: 9,
    layers: [...shaped(list), ...body, layers.dense({ units: 3, activation: 'softmax' })],
  });
  return model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
}

const bytesOf = (model: Sequential): string[] =>
  model.getWeights().map(({ data }) => Buffer.from(data.buffer).toString('hex'));

describe.each(['rows', 'images'] as const)('a network on %s', (kind) => {
  const options = { epochs: 3, batchSize: 20, validationSplit: 0.2 } as const;
  const train = async (choice: KernelChoice, workers: number) => {
    const model = network(kind);
    const { history } = await model.fit(manyX, manyY, { ...options, ...choice.options, workers });
    return { history, weights: bytesOf(model) };
  };

  it('has the same bits for any number of workers, every instruction set and the exact twin', async () => {
    const reference = await train(native, 1);
    expect(reference.weights).not.toEqual(bytesOf(network(kind)));
    for (const workers of [2, 3, 5])
      expect(await train(native, workers), `${workers} workers`).toEqual(reference);
    for (const choice of [...nativeChoices, typescriptExact]) {
      expect(await train(choice, 2), choice.title).toEqual(reference);
    }
  });

  it('has the same bits for any number of workers on the fast TypeScript kernels', async () => {
    expect(await train(typescriptFast, 3)).toEqual(await train(typescriptFast, 1));
  });

  it('evaluates and predicts on images as they are, or their middles', async () => {
    const augmented = network(kind);
    await augmented.fit(manyX, manyY, { epochs: 2, batchSize: 20, workers: 1 });
    const rows = Array.from({ length: MANY }, (_, r) => {
      // Of 7 × 6 pixels, 6 × 5 from the top left: the spare row and column lie after them.
      const image = imageOf(manyX.data.subarray(r * SIZE, (r + 1) * SIZE), 0);
      return image.slice(0, 6).flatMap((row) => row.slice(0, 5).flat());
    });
    const cut = sequential({
      seed: 1,
      layers: [{ ...half, inputShape: [6, 5, CHANNELS] }, ...augmented.config.layers.slice(AUGMENTED.length)],
    }).compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    cut.setWeights(augmented.getWeights());
    const cutX = { data: Uint8Array.from(rows.flat()), shape: [MANY, 6, 5, CHANNELS] };
    expect((await augmented.predict(manyX)).data).toEqual((await cut.predict(cutX)).data);
    expect(augmented.predictSync(manyX).data).toEqual(cut.predictSync(cutX).data);
    expect(await augmented.evaluate(manyX, manyY)).toEqual(await cut.evaluate(cutX, manyY));
  });

  it('trains on after saving and loading as it would have', async () => {
    const model = network(kind);
    const file = files.path(`${kind}.safetensors`);
    await model.save(file);
    const again = await load(file, Sequential);
    expect(again.config).toEqual(model.config);
    again.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    const fit = { epochs: 2, batchSize: 20, workers: 1 };
    await model.fit(manyX, manyY, fit);
    await again.fit(manyX, manyY, fit);
    expect(bytesOf(again)).toEqual(bytesOf(model));
  });

  it('has the same bits on a stream as in memory, for any number of workers', async () => {
    const order = { epochs: 2, batchSize: 20, shuffle: false } as const;
    const memory = network(kind);
    await memory.fit(manyX, manyY, { ...order, workers: 2 });
    async function* batches(): AsyncGenerator<Batch> {
      for (const [from, to] of [
        [0, 7],
        [7, 40],
        [40, MANY],
      ] as const) {
        await Promise.resolve();
        const part = manyX.data.slice(from * SIZE, to * SIZE);
        yield { x: { data: part, shape: [to - from, ...SHAPE] }, y: manyY.slice(from, to) };
      }
    }
    for (const workers of [1, 3]) {
      const model = network(kind);
      await model.fit(batches, { ...order, workers });
      expect(bytesOf(model), `${workers} workers`).toEqual(bytesOf(memory));
    }
  });
});
