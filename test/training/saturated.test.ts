import { type ActivationName, layers, type Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { kernelChoices, native, nativeChoices, typescriptExact } from '../support/kernelChoices.js';

// Units far in the tail of their activation, whose derivatives are anywhere between 1 and 2⁻¹⁴⁹.

const UNITS = 128;
const ROWS = 50;
const INPUT = 1000;
/** Inputs of the units are 0, −step, −2·step, … for the input 1000. */
const STEPS: Partial<Record<ActivationName, number>> = {
  sigmoid: 1,
  softplus: 1,
  silu: 1,
  mish: 1,
  exponential: 1,
  gelu: 1 / 8,
};

function saturated(activation: ActivationName, step: number, optimizer: 'adam' | 'nadam'): Sequential {
  const model = sequential({
    seed: 3,
    layers: [layers.dense({ units: UNITS, activation, inputShape: [1] }), layers.dense({ units: 3 })],
  });
  const [, ...rest] = model.getWeights();
  const kernel = Float32Array.from({ length: UNITS }, (_, j) => (-j * step) / INPUT);
  model.setWeights([{ data: kernel, shape: [1, UNITS] }, ...rest]);
  model.compile({ optimizer, loss: 'meanSquaredError' });
  return model;
}

const x = Array.from({ length: ROWS }, (_, i) => [INPUT * (1 + i / 1000)]);
const y = x.map((_, i) => [i % 3, -1, 2]);
const choices = [...nativeChoices, ...kernelChoices.slice(1)];

describe.each(Object.entries(STEPS))('%s in its tail', (name, step) => {
  const activation = name as ActivationName;

  it.each(choices)('gradients are 0 or far from denormal numbers, $title', async ({ options }) => {
    const model = saturated(activation, step, 'adam');
    // One row, so that each gradient is one product.
    const [kernel, bias] = await model.gradients(x.slice(0, 1), y.slice(0, 1), { ...options });
    for (const { data } of [kernel!, bias!]) {
      const sizes = Array.from(data, Math.abs);
      expect(sizes.filter((size) => size > 0 && size < 2 ** -95)).toEqual([]);
      expect(sizes.filter((size) => size >= 2 ** -95).length).toBeGreaterThan(UNITS / 3);
      expect(sizes.filter((size) => size === 0).length).toBeGreaterThan(UNITS / 8);
    }
  });

  it('the same bits for every number of workers and both kernel sets', async () => {
    const trained = async (workers: number, options: object): Promise<string> => {
      const model = saturated(activation, step, 'nadam');
      await model.fit(x, y, { epochs: 3, batchSize: 16, workers, ...options });
      const all = model.getWeights().map(({ data }) => Buffer.from(Float32Array.from(data).buffer));
      return Buffer.concat(all).toString('base64');
    };
    const expected = await trained(1, native.options);
    for (const workers of [2, 3]) expect(await trained(workers, native.options)).toBe(expected);
    expect(await trained(1, typescriptExact.options)).toBe(expected);
  });
});
