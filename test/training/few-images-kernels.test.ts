import { describe, expect, it } from 'vitest';
import type { ModelConfig } from '#steepest/networks/compile/model.js';
import {
  type KernelChoice,
  nativeChoices,
  typescriptExact,
  typescriptFast,
} from '../support/kernelChoices.js';
import { bits, build, configs, IMAGES, imagesOf } from './fewImages.js';

/** Emulated float32 arithmetic is slow: one model of so many. */
const EXACT_EVERY = 8;

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
});
