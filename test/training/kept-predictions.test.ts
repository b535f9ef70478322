import { layers, type NdArray, type Sequential, sequential, shutdown } from 'steepest';
import { afterEach, describe, expect, it } from 'vitest';
import { countKept, keptFor } from '#steepest/networks/training/keptPredictions.js';
import { kernelChoices } from '../support/kernelChoices.js';

/**
 * Small whole numbers: every sum is exact in float32, so that integer arithmetic gives the expected
 * values.
 */
const INPUTS = 5;
const OUTPUTS = 3;
const value = (i: number, seed: number): number => ((i * 7 + seed * 13) % 11) - 5;

function weights(seed: number): NdArray[] {
  const kernel = Array.from({ length: INPUTS * OUTPUTS }, (_, i) => value(i, seed));
  const bias = Array.from({ length: OUTPUTS }, (_, i) => value(i, seed + 1));
  return [
    { data: Float32Array.from(kernel), shape: [INPUTS, OUTPUTS] },
    { data: Float32Array.from(bias), shape: [OUTPUTS] },
  ] as NdArray[];
}

function linear(seed: number): Sequential {
  const model = sequential({ layers: [layers.dense({ units: OUTPUTS, inputShape: [INPUTS] })] });
  model.setWeights(weights(seed));
  return model;
}

const numbers = (rows: number, seed: number): number[] =>
  Array.from({ length: rows * INPUTS }, (_, i) => value(i, seed));

function expected(x: ArrayLike<number>, seed: number): number[] {
  const [kernel, bias] = weights(seed).map(({ data }) => data as Float32Array);
  const outputs: number[] = [];
  for (let row = 0; row < x.length / INPUTS; row++) {
    for (let j = 0; j < OUTPUTS; j++) {
      let sum = bias![j]!;
      for (let i = 0; i < INPUTS; i++) sum += x[row * INPUTS + i]! * kernel![i * OUTPUTS + j]!;
      outputs.push(sum);
    }
  }
  return outputs;
}

const table = (data: Float32Array | Uint8Array) => ({ data, shape: [data.length / INPUTS, INPUTS] as const });

const choices = kernelChoices.flatMap(({ title, options }) =>
  (['auto', 1, 2, 3] as const).map((workers) => ({ title, options, workers })),
);

afterEach(() => {
  keptFor.ms = 1000;
});

describe.each(choices)(
  'predictions one after another ($title, workers: $workers)',
  ({ options, workers }) => {
    const how = { ...options, workers };
    const check = async (model: Sequential, seed: number, x: Float32Array | Uint8Array): Promise<void> => {
      const { data, shape } = await model.predict(table(x), how);
      expect(Array.from(data)).toEqual(expected(x, seed));
      expect(shape).toEqual([x.length / INPUTS, OUTPUTS]);
    };

    it('are of their own rows, model, parameters and type of numbers', async () => {
      const models = [linear(1), linear(2)];
      const seeds = [1, 2];
      for (let i = 0; i < 24; i++) {
        const which = i % 3 === 2 ? 1 : 0;
        // As many bytes in both types at times: 4 rows of float32 and 16 of uint8.
        const rows = [4, 4, 16, 4, 1, 9][i % 6]!;
        const data = numbers(rows, i);
        const x = rows === 16 ? Uint8Array.from(data, Math.abs) : Float32Array.from(data);
        await check(models[which]!, seeds[which]!, x);
        if (i % 5 === 4) {
          seeds[which] = 10 + i;
          models[which]!.setWeights(weights(10 + i));
        }
      }
    });

    it('at the same time do not disturb each other', async () => {
      const model = linear(3);
      const all = Array.from({ length: 9 }, (_, i) => Float32Array.from(numbers(6, i)));
      for (let round = 0; round < 2; round++) await Promise.all(all.map((x) => check(model, 3, x)));
    });

    it('read shared memory that has changed, and batches of it', async () => {
      const model = linear(4);
      const x = new Float32Array(new SharedArrayBuffer(8 * INPUTS * 4));
      for (let i = 0; i < 4; i++) {
        x.set(numbers(8, i));
        await check(model, 4, x);
        const { data } = await model.predict(table(x), { ...how, batchSize: 3 });
        expect(Array.from(data)).toEqual(expected(x, 4));
        for (const [from, to] of [
          [2, 5],
          [0, 3],
          [0, 4],
          [4, 8],
        ] as const) {
          await check(model, 4, x.subarray(from * INPUTS, to * INPUTS));
        }
      }
    });

    it('are right after one that was refused, and with new threads', async () => {
      const model = linear(5);
      const x = Float32Array.from(numbers(4, 1));
      await check(model, 5, x);
      const bad = x.slice();
      bad[7] = Number.NaN;
      await expect(model.predict(table(bad), how)).rejects.toMatchObject({ code: 'ERR_NOT_FINITE' });
      await check(model, 5, x);
      await shutdown();
      await check(model, 5, Float32Array.from(numbers(4, 2)));
    });

    it('leave results alone that were returned before', async () => {
      const model = linear(6);
      const first = await model.predict(table(Float32Array.from(numbers(4, 1))), how);
      const copy = Array.from(first.data);
      await check(model, 6, Float32Array.from(numbers(4, 2)));
      expect(Array.from(first.data)).toEqual(copy);
    });
  },
);

describe('kept predictions', () => {
  it('are few, and none stays for long', async () => {
    keptFor.ms = 20;
    const model = linear(7);
    for (let rows = 1; rows < 12; rows++) {
      await model.predict(table(Float32Array.from(numbers(rows, rows))));
      expect(countKept()).toBeGreaterThan(0);
      expect(countKept()).toBeLessThanOrEqual(4);
    }
    await expect.poll(countKept, { timeout: 5000 }).toBe(0);
    const x = Float32Array.from(numbers(4, 3));
    expect(Array.from((await model.predict(table(x))).data)).toEqual(expected(x, 7));
  });

  it('have no large tables', async () => {
    keptFor.ms = 1;
    await expect.poll(countKept, { timeout: 5000 }).toBe(0);
    const rows = 2 ** 20;
    const { data } = await linear(8).predict(table(new Float32Array(rows * INPUTS)), { workers: 2 });
    expect(data.length).toBe(rows * OUTPUTS);
    expect(countKept()).toBe(0);
  });
});
