/**
 * The gradient of a step is, bit by bit, that of each shard alone, added up along the tree. Scales
 * are powers of two here, so that a shard's share of the mini-batch's mean is exact.
 */
import { layers, type Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { decodeSafetensors } from '#steepest/io/safetensors.js';
import { native } from '../../support/kernelChoices.js';
import { randomNumbers } from '../../support/random.js';

const OUTPUTS = 4;

const networks = {
  MLP: () => [
    layers.dense({ units: 19, activation: 'gelu', inputShape: [12] }),
    layers.dense({ units: OUTPUTS }),
  ],
  CNN: () => [
    layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', padding: 'same', inputShape: [6, 6, 3] }),
    layers.conv2d({ filters: 9, kernelSize: 3, activation: 'relu' }),
    layers.maxPool2d(),
    layers.conv2d({ filters: 4, kernelSize: 2 }),
    layers.flatten(),
    layers.dense({ units: OUTPUTS }),
  ],
};

function build(name: keyof typeof networks): Sequential {
  return sequential({ seed: 3, layers: networks[name]() }).compile({
    optimizer: { name: 'sgd', momentum: 0.5 },
    loss: 'meanSquaredError',
  });
}

/** a + b in float32, of each pair of neighbours, until one is left. */
function tree(gradients: readonly Float32Array[]): Float32Array {
  if (gradients.length === 1) return gradients[0]!;
  const pairs = Array.from({ length: gradients.length / 2 }, (_, i) =>
    gradients[2 * i]!.map((g, j) => Math.fround(g + gradients[2 * i + 1]![j]!)),
  );
  return tree(pairs);
}

/** What the first step made of v = momentum · 0 + g. */
function velocities(model: Sequential): Float32Array[] {
  const { tensors } = decodeSafetensors(model.toBytes());
  return model.config.layers.flatMap(({ name }) =>
    ['kernel', 'bias'].flatMap((array) => {
      const tensor = tensors.get(`optimizer.v/${name}/${array}`);
      return tensor ? [tensor.data as Float32Array] : [];
    }),
  );
}

describe.each(['MLP', 'CNN'] as const)('%s', (name) => {
  const random = randomNumbers(4);
  const size = name === 'MLP' ? 12 : 108;
  const shardRows = name === 'MLP' ? 4 : 16;
  const batchSize = 8 * shardRows;
  const rowOf = (count: number): number[] => Array.from({ length: count }, random);
  const options = { ...native.options, batchSize, shards: 8, shuffle: false };

  it.each([8, 4, 2])('with rows in %i of 8 shards', async (filled) => {
    const rows = filled * shardRows;
    const x = Array.from({ length: rows }, () => rowOf(size));
    const y = Array.from({ length: rows }, () => rowOf(OUTPUTS));
    const start = build(name);
    const asked = Array.from({ length: filled }, (_, s) => {
      const of = <T>(all: readonly T[]): T[] => all.slice(s * shardRows, (s + 1) * shardRows);
      return start.gradients(of(x), of(y), native.options);
    });
    const shards = await Promise.all(asked);
    const expected = shards[0]!.map((first, i) => {
      const gradients = shards.map((shard) => shard[i]!.data.map((g) => g / filled));
      const none = new Float32Array(first.data.length);
      return tree([...gradients, ...Array.from({ length: 8 - filled }, () => none)]);
    });
    for (const workers of [1, 2]) {
      const model = build(name);
      // A mini-batch of weight 0 before it leaves everything as it was.
      const before = filled < 8 ? batchSize : 0;
      const padding = (count: number) => Array.from({ length: before }, () => rowOf(count));
      const sampleWeight = [...Array(before).fill(0), ...Array(rows).fill(1)] as number[];
      await model.fit([...padding(size), ...x], [...padding(OUTPUTS), ...y], {
        ...options,
        workers,
        sampleWeight,
      });
      expect(velocities(model)).toEqual(expected);
    }
  });
});
