import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { layers, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { randomNumbers } from '../support/random.js';

const ROWS = 20;
const SHAPE = [5, 8, 3];
const next = randomNumbers(41);
const numbers = (count: number) => Float32Array.from({ length: count }, next);
const x = { data: numbers(ROWS * 120), shape: [ROWS, ...SHAPE] };
const y = { data: numbers(ROWS), shape: [ROWS, 1] };

/** Parameters after a few steps. */
async function trained(winograd?: 0 | 2 | 4): Promise<number[]> {
  const conv = { filters: 32, kernelSize: 3, padding: 'same', activation: 'relu' } as const;
  const cells = winograd === undefined ? {} : { winograd };
  const model = sequential({
    seed: 2,
    layers: [
      layers.conv2d({ ...conv, inputShape: SHAPE }),
      layers.conv2d({ ...conv, ...cells }),
      layers.globalAveragePool2d(),
      layers.dense({ units: 1 }),
    ],
  }).compile({ optimizer: { name: 'sgd', learningRate: 0.05 }, loss: 'meanSquaredError' });
  await model.fit(x, y, { epochs: 3, batchSize: 10, workers: 1, backend: 'native' });
  return model.getWeights().flatMap(({ data }) => Array.from(data));
}

describe('conv2d({ winograd })', () => {
  it('changes how far sums are rounded, and nothing else', async () => {
    const plain = await trained(0);
    const small = await trained(2);
    const large = await trained(4);
    for (const other of [small, large]) {
      expect(other).not.toEqual(plain);
      other.forEach((value, i) => {
        expect(Math.abs(value - plain[i]!)).toBeLessThan(2e-6);
      });
    }
    expect(large).not.toEqual(small);
    expect(await trained()).toEqual(large);
  });

  it('is a part of the model that is saved', async () => {
    const layer = { filters: 8, kernelSize: 3, winograd: 2, inputShape: [5, 5, 8] } as const;
    const file = join(mkdtempSync(join(tmpdir(), 'winograd-')), 'model.safetensors');
    await sequential({ layers: [layers.conv2d(layer)] }).save(file);
    expect(readFileSync(file, 'latin1')).toContain('\\"winograd\\":2');
    rmSync(dirname(file), { recursive: true });
  });

  it.each([1, 3, 8, '4', true, Number.NaN])('refuses %s', (winograd) => {
    const layer = { filters: 1, kernelSize: 3, winograd: winograd as 2 };
    expect(() => layers.conv2d(layer)).toThrow('conv2d.winograd to be 0, 2 or 4');
  });
});
