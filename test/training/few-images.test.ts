import { layers, type Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { compileProgram } from '#steepest/compile/compile.js';
import { mostImagesPredictedAsRows } from '#steepest/compile/fewImages.js';
import { type ModelConfig, resolveModel } from '#steepest/compile/model.js';
import type { LayerConfig } from '#steepest/layers/definition.js';
import { MemoryPlan } from '#steepest/program/memory.js';
import { randomNumbers } from '../gradients/check.js';
import { type KernelChoice, nativeChoices, typescriptExact, typescriptFast } from '../oracle/support.js';

/** Two full groups of 16 and one image more. */
const IMAGES = 33;
const MODELS = 48;
/** Emulated float32 arithmetic is slow: one model of so many. */
const EXACT_EVERY = 8;

const ACTIVATIONS = ['linear', 'relu', 'leakyRelu', 'elu', 'gelu', 'sigmoid', 'tanh', 'softplus'] as const;

class Dice {
  private readonly next: () => number;

  constructor(seed: number) {
    this.next = randomNumbers(seed);
  }

  below(n: number): number {
    return Math.min(n - 1, Math.floor(((this.next() + 1) / 2) * n));
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  pair(most: number): [number, number] {
    return [1 + this.below(most), 1 + this.below(most)];
  }
}

/** A convolution of any kind: dense, in groups of channels, one channel to an output, with steps or holes, padded or not. */
function convolution(dice: Dice, channels: number): LayerConfig[] {
  const groups = dice.pick([1, 1, channels, channels % 2 === 0 ? 2 : 1]);
  const perGroup = dice.pick([1, 1, 2, 3, 5, 8, 16, 17, 33]);
  const own = {
    filters: groups * (groups > 4 ? Math.min(perGroup, 2) : perGroup),
    kernelSize: dice.pair(3),
    ...dice.pick([{ strides: dice.pair(2) }, { dilationRate: dice.pair(2) }, {}]),
    padding: dice.pick(['same', 'same', 'valid'] as const),
    groups,
    useBias: dice.below(4) > 0,
  };
  const activation = dice.pick(ACTIVATIONS);
  return dice.pick([
    [layers.conv2d({ ...own, activation })],
    [layers.conv2d({ ...own, activation }), layers.maxPool2d()],
    [layers.conv2d(own), layers.batchNorm(), layers.activation({ activation })],
    [
      layers.conv2d(own),
      layers.maxPool2d(),
      layers.activation({ activation }),
      layers.dropout({ rate: 0.3 }),
    ],
  ]);
}

const pooling = (dice: Dice): LayerConfig[] => {
  const sizes = {
    poolSize: dice.pair(3),
    strides: dice.pair(2),
    padding: dice.pick(['same', 'valid'] as const),
  };
  return [dice.below(2) === 0 ? layers.maxPool2d(sizes) : layers.averagePool2d(sizes)];
};

/** Layers whose output is `[height, width, channels]`, or a row, with a dense head, or back from a dense row to images. */
function ending(dice: Dice): LayerConfig[] {
  const dense = layers.dense({ units: 5, activation: 'softmax' });
  return dice.pick([
    [],
    [layers.flatten(), dense],
    [layers.globalAveragePool2d(), dense],
    [
      layers.flatten(),
      layers.dense({ units: 60 }),
      layers.reshape({ targetShape: [4, 5, 3] }),
      layers.conv2d({ filters: 18, kernelSize: 2, activation: 'relu' }),
    ],
  ]);
}

/** Adds what fits: pooling of an image that has become too small does not. */
function configOf(seed: number): ModelConfig {
  const dice = new Dice(1000 + seed);
  const inputShape = [6 + dice.below(6), 6 + dice.below(6), 1 + dice.below(6)];
  let config: ModelConfig = {
    seed,
    layers: [layers.rescaling({ scale: 1 / 64, offset: -0.5, inputShape })],
  };
  const add = (more: LayerConfig[]): void => {
    const larger = { ...config, layers: [...config.layers, ...more] };
    try {
      resolveModel(larger);
      config = larger;
    } catch {
      // Too small for this.
    }
  };
  const channels = (): number => resolveModel(config).outputShape[2] as number;
  for (let i = 0; i < 2 + dice.below(2); i++) {
    add(convolution(dice, channels()));
    if (dice.below(2) === 0) add(pooling(dice));
  }
  // Normalised where it cannot be folded into weights: nothing then can be computed as rows.
  if (seed % 12 === 11) add([layers.batchNorm()]);
  add(ending(dice));
  return config;
}

/** Every array has values of its own; those of one dimension are positive, as variances are. */
function build(config: ModelConfig): Sequential {
  const model = sequential(config);
  const next = randomNumbers(config.seed + 7);
  model.setWeights(
    model.getWeights().map(({ data, shape }) => ({
      data: data.map(() => (shape.length === 1 ? 0.6 + 0.5 * next() : 0.5 * next())),
      shape,
    })),
  );
  return model;
}

const configs = Array.from({ length: MODELS }, (_, seed) => configOf(seed));

function imagesOf(config: ModelConfig): { data: Uint8Array; shape: number[]; size: number } {
  const { inputShape, inputCols } = resolveModel(config);
  const next = randomNumbers(config.seed + 99);
  const data = Uint8Array.from({ length: IMAGES * inputCols }, () => Math.floor((next() + 1) * 127));
  return { data, shape: [IMAGES, ...inputShape], size: inputCols };
}

const bits = (data: Float32Array): string => Buffer.from(data.slice().buffer).toString('hex');

/** Predictions of 1 to 7 images against the same ones within the batch of all. */
async function expectSameBits(config: ModelConfig, { title, options }: KernelChoice): Promise<void> {
  const model = build(config);
  const { data, shape, size } = imagesOf(config);
  const all = await model.predict({ data, shape }, { ...options, batchSize: IMAGES, workers: 1 });
  expect(new Set(all.data).size, 'outputs that differ').toBeGreaterThan(3);
  const cols = all.data.length / IMAGES;
  for (let rows = 1; rows <= 7; rows++) {
    const first = 3 * rows;
    const few = { data: data.slice(first * size, (first + rows) * size), shape: [rows, ...shape.slice(1)] };
    const expected = bits(all.data.slice(first * cols, (first + rows) * cols));
    const same = await model.predict(few, options);
    expect(bits(same.data), `${rows} images, model ${config.seed}, ${title}`).toBe(expected);
  }
}

describe('a few images have the bits that they have in a large batch', () => {
  for (const choice of nativeChoices) {
    it(`on ${choice.title}`, async () => {
      for (const config of configs) await expectSameBits(config, choice);
    });
  }

  it('on the fast TypeScript kernels', async () => {
    for (const config of configs) await expectSameBits(config, typescriptFast);
  });

  it('on the exact TypeScript kernels', async () => {
    for (const config of configs.filter(({ seed }) => seed % EXACT_EVERY === 0)) {
      await expectSameBits(config, typescriptExact);
    }
  });

  it('by predictSync', async () => {
    for (const config of configs) {
      const model = build(config);
      const { data, shape, size } = imagesOf(config);
      const all = (await model.predict({ data, shape }, { batchSize: IMAGES, workers: 1 })).data;
      const cols = all.length / IMAGES;
      for (let rows = 1; rows <= 7; rows++) {
        const few = { data: data.slice(0, rows * size), shape: [rows, ...shape.slice(1)] };
        const same = model.predictSync(few).data;
        expect(bits(same), `${rows} images, model ${config.seed}`).toBe(bits(all.slice(0, rows * cols)));
      }
    }
  });

  it('shared out among workers, whatever the size of mini-batches', async () => {
    const config = configs.find((one) => mostImagesPredictedAsRows(resolveModel(one)) === 7) as ModelConfig;
    const model = build(config);
    const { data, shape } = imagesOf(config);
    const all = await model.predict({ data, shape }, { batchSize: IMAGES, workers: 1 });
    for (const [batchSize, workers] of [
      [1, 2],
      [5, 2],
      [7, 3],
      [8, 2],
    ] as const) {
      const same = await model.predict({ data, shape }, { batchSize, workers });
      expect(bits(same.data), `batches of ${batchSize}, ${workers} workers`).toBe(bits(all.data));
    }
  });

  it('one after the other from one model, few and many in turn, and after its weights have changed', () => {
    const config = configs.find((one) => mostImagesPredictedAsRows(resolveModel(one)) === 7) as ModelConfig;
    const model = build(config);
    const { data, shape, size } = imagesOf(config);
    const rows = (first: number, count: number) => ({
      data: data.slice(first * size, (first + count) * size),
      shape: [count, ...shape.slice(1)],
    });
    const check = (): void => {
      const one = model.predictSync(rows(0, 1)).data;
      const all = model.predictSync(rows(0, IMAGES)).data;
      const again = model.predictSync(rows(0, 1)).data;
      expect(bits(one)).toBe(bits(all.slice(0, one.length)));
      expect(bits(again)).toBe(bits(one));
    };
    check();
    const before = bits(model.predictSync(rows(0, 1)).data);
    model.setWeights(
      model.getWeights().map(({ data: old, shape: of }) => ({ data: old.map((w) => 0.7 * w), shape: of })),
    );
    check();
    expect(bits(model.predictSync(rows(0, 1)).data)).not.toBe(before);
  });
});

/** Kinds of ops that predict a mini-batch of so many images. */
function kindsFor(config: ModelConfig, rows: number): Set<string> {
  const model = resolveModel(config);
  const x = { buffer: 1, dtype: 'f32', rows, cols: model.inputCols, firstRow: 0 } as const;
  const out = { buffer: 2, dtype: 'f32', rows, cols: model.outputCols, firstRow: 0 } as const;
  const program = compileProgram(model, undefined, 'predict', { x, out }, new MemoryPlan(), rows, 1);
  return new Set(program.ops.map(({ kind }) => kind));
}

describe('images are computed as rows', () => {
  const conv = (filters: number, more: LayerConfig[] = []): ModelConfig => ({
    seed: 0,
    layers: [layers.conv2d({ filters, kernelSize: 3, inputShape: [8, 8, 3] }), ...more],
  });

  it('up to seven of them, where outputs fill vectors', () => {
    expect(kindsFor(conv(16), 7)).toContain('conv2dRows');
    expect(kindsFor(conv(16), 8)).toContain('conv2d');
  });

  it('as many as leave fewer lanes empty than a group would', () => {
    expect(kindsFor(conv(3), 3)).toContain('conv2dRows');
    expect(kindsFor(conv(3), 4)).toContain('conv2d');
    expect(mostImagesPredictedAsRows(resolveModel(conv(1)))).toBe(1);
  });

  it('with normalisation folded into weights, but not where a layer takes groups only', () => {
    const folded = conv(16, [layers.batchNorm(), layers.activation({ activation: 'relu' })]);
    expect(kindsFor(folded, 1)).toContain('conv2dRows');
    const apart = conv(16, [layers.activation({ activation: 'relu' }), layers.batchNorm()]);
    expect(kindsFor(apart, 1)).not.toContain('conv2dRows');
    expect(mostImagesPredictedAsRows(resolveModel(apart))).toBe(0);
  });

  it('in most of the models above', () => {
    const most = configs.map((config) => mostImagesPredictedAsRows(resolveModel(config)));
    expect(most.filter((images) => images > 0).length).toBeGreaterThan(MODELS / 2);
    expect(new Set(most).size).toBeGreaterThan(3);
    const kinds = new Set(configs.flatMap((config) => [...kindsFor(config, 1)]));
    for (const kind of ['padRows', 'conv2dRows', 'maxPool2dRows', 'averagePool2dRows', 'foldNorm']) {
      expect(kinds).toContain(kind);
    }
  });
});
