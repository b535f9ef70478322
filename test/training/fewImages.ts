import { activationNames, layers, type Sequential, sequential } from 'steepest';
import { type ModelConfig, resolveModel } from '#steepest/networks/compile/model.js';
import type { LayerConfig } from '#steepest/networks/layers/definition.js';
import { randomNumbers } from '../support/random.js';

// Networks of all kinds, drawn at random, and images for
// them: what the tests of predictions of a few images share.

/** Two full groups of 16 and one image more. */
export const IMAGES = 33;
export const MODELS = 48;
const ACTIVATIONS = activationNames.filter((name) => name !== 'softmax');

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

/**
 * A convolution of any kind: dense, in groups of channels, one
 * channel to an output, with steps or holes, padded or not.
 */
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

/**
 * Layers whose output is `[height, width, channels]`, or a
 * row, with a dense head, or back from a dense row to images.
 */
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
export function build(config: ModelConfig): Sequential {
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

export const configs = Array.from({ length: MODELS }, (_, seed) => configOf(seed));

export function imagesOf(config: ModelConfig): { data: Uint8Array; shape: number[]; size: number } {
  const { inputShape, inputCols } = resolveModel(config);
  const next = randomNumbers(config.seed + 99);
  const data = Uint8Array.from({ length: IMAGES * inputCols }, () => Math.floor((next() + 1) * 127));
  return { data, shape: [IMAGES, ...inputShape], size: inputCols };
}

export const bits = (data: Float32Array): string => Buffer.from(data.slice().buffer).toString('hex');
