import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Batch,
  type CallbackContext,
  type Logs,
  layers,
  load,
  Sequential,
  SteepestError,
  sequential,
} from 'steepest';
import { afterAll, describe, expect, it } from 'vitest';
import { idleThreads } from '#steepest/parallel/threads.js';
import { Draws, Generated } from '../support/generated.js';

const folder = mkdtempSync(join(tmpdir(), 'steepest-callbacks-'));
afterAll(() => rmSync(folder, { recursive: true }));

const draws = new Draws(17);
const kinds = [false, true].map((isImages) => {
  const generated = new Generated(draws, 'categoricalCrossentropy', isImages);
  return { isImages, generated, rows: generated.rows(40) };
});

/** Everything that a model says of itself is said of the same parameters. */
async function expectOneModel(model: Sequential, x: number[][], y: number[][]): Promise<void> {
  const path = join(folder, 'now.safetensors');
  const inCallback = model.predictSync(x);
  const one = model.predictSync(x[0]!);
  const weights = model.getWeights();
  expect(await model.predict(x)).toEqual(inCallback);
  expect(inCallback.data.slice(0, one.data.length)).toEqual(one.data);
  const [evaluated, gradients] = [await model.evaluate(x, y), await model.gradients(x, y)];
  await model.save(path);
  const copy = await load(path, Sequential);
  expect(copy.getWeights()).toEqual(weights);
  expect(copy.predictSync(x)).toEqual(inCallback);
  expect(await copy.evaluate(x, y)).toEqual(evaluated);
  expect(await copy.gradients(x, y)).toEqual(gradients);
}

describe.each(kinds)('inside onEpochEnd (images: $isImages)', ({ generated, rows }) => {
  const [x, y] = [rows.x, rows.y as number[][]];

  it.each([1, 2])('every method speaks of the epoch that has just ended, %i workers', async (workers) => {
    const model = generated.model();
    model.predictSync(x);
    const seen: Float32Array[] = [];
    const onEpochEnd = async (): Promise<void> => {
      await expectOneModel(model, x, y);
      seen.push(model.predictSync(x).data);
    };
    await model.fit(x, y, { epochs: 3, workers, callbacks: [{ onEpochEnd }] });
    for (const [epoch, predicted] of seen.entries()) {
      const apart = generated.model();
      await apart.fit(x, y, { epochs: epoch + 1, workers });
      expect(predicted).toEqual(apart.predictSync(x).data);
    }
    await expectOneModel(model, x, y);
  });

  it('what changes the model is refused, and changes nothing', async () => {
    const model = generated.model();
    const codes: unknown[] = [];
    const code = (error: unknown): unknown => codes.push((error as SteepestError).code);
    const onEpochEnd = async (): Promise<void> => {
      const before = model.getWeights();
      for (const change of [
        () => model.setWeights(before.map(({ data, shape }) => ({ data: data.map((v) => v + 1), shape }))),
        () => model.compile({ loss: 'meanSquaredError' }),
        () => model.fit(x, y),
      ]) {
        try {
          await change();
        } catch (error) {
          code(error);
        }
      }
      expect(model.getWeights()).toEqual(before);
    };
    await model.fit(x, y, { epochs: 2, callbacks: [{ onEpochEnd }] });
    expect(codes).toEqual(Array(6).fill('ERR_BUSY'));
  });
});

describe('a long reading of the model keeps to the moment it began', () => {
  const { generated, rows } = kinds[0]!;

  it('evaluate and predict on a slow stream, while epochs pass', async () => {
    const model = generated.model();
    const before = generated.model();
    let go = (): void => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    async function* slow(): AsyncGenerator<Batch> {
      yield { x: rows.x.slice(0, 20), y: rows.y.slice(0, 20) as number[][] };
      await gate;
      yield { x: rows.x.slice(20), y: rows.y.slice(20) as number[][] };
    }
    async function* slower(): AsyncGenerator<Batch> {
      await gate;
      yield* slow();
    }
    const readings = Promise.all([
      model.evaluate(slower()),
      model.predict(slow(), { batchSize: 20 }),
      model.predict(slower()),
    ]);
    await model.fit(rows.x, rows.y, { epochs: 3, callbacks: [{ onEpochEnd: () => undefined }] });
    go();
    const predicted = before.predictSync(rows.x);
    expect(await readings).toEqual([await before.evaluate(rows.x, rows.y), predicted, predicted]);
  });
});

describe('after a fit that ended early', () => {
  const { generated, rows } = kinds[0]!;
  const [x, y] = [rows.x, rows.y as number[][]];

  it('by an abort', async () => {
    const model = generated.model();
    const control = new AbortController();
    const onEpochEnd = ({ epoch }: CallbackContext): void => {
      model.predictSync(x);
      if (epoch === 2) control.abort();
    };
    const options = { epochs: 1000, signal: control.signal, callbacks: [{ onEpochEnd }] };
    await expect(model.fit(x, y, options)).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    await expectOneModel(model, x, y);
    const apart = generated.model();
    await apart.fit(x, y, { epochs: 3 });
    expect(model.getWeights()).toEqual(apart.getWeights());
  });

  it('by a divergence: the step before it', async () => {
    const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
    model.compile({ optimizer: { name: 'sgd', learningRate: 1e15 }, loss: 'meanSquaredError' });
    const [rising, line] = [
      [[1], [2]],
      [[3], [5]],
    ];
    const losses: Logs[] = [];
    const onEpochEnd = ({ logs }: CallbackContext): void => {
      losses.push(logs);
      model.predictSync(rising);
    };
    const options = { epochs: 100, shuffle: false, callbacks: [{ onEpochEnd }] };
    await expect(model.fit(rising, line, options)).rejects.toMatchObject({ code: 'ERR_DIVERGED' });
    expect(losses.length).toBeGreaterThan(0);
    expect(model.predictSync(rising)).toEqual(await model.predict(rising));
    expect(model.getWeights().every(({ data }) => data.every(Number.isFinite))).toBe(true);
  });

  it('by a lost thread', async () => {
    const model = generated.model();
    await model.fit(x, y, { workers: 2 });
    const threads = idleThreads(2) as unknown as readonly { terminate(): Promise<number> }[];
    const onEpochEnd = async ({ epoch }: CallbackContext): Promise<void> => {
      model.predictSync(x);
      if (epoch === 1) await threads[threads.length - 1]!.terminate();
    };
    const error = await model
      .fit(x, y, { epochs: 1000, workers: 2, callbacks: [{ onEpochEnd }] })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SteepestError);
    expect(error).toMatchObject({ code: 'ERR_WORKER_LOST' });
    await expectOneModel(model, x, y);
  });
});
