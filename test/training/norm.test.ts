import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CallbackContext, layers, load, Sequential, SteepestError, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { idleThreads } from '#steepest/parallel/threads.js';
import { expectClose } from '../support/fixtures.js';
import { kernelChoices } from '../support/kernelChoices.js';
import { randomNumbers, randomRows } from '../support/random.js';

const next = randomNumbers(41);
const ROWS = 40;
const x = randomRows(ROWS, 3, next).map(([a, b, c]) => [5 * a!, b! + 10, 0.1 * c! - 3]);
const y = x.map(([a, b]) => [a! - 0.5 * b!]);

function build(options: Parameters<typeof layers.batchNorm>[0] = {}, learningRate = 0.01): Sequential {
  return sequential({
    seed: 5,
    layers: [layers.batchNorm({ ...options, inputShape: [3] }), layers.dense({ units: 1 })],
  }).compile({ optimizer: { name: 'sgd', learningRate }, loss: 'meanSquaredError' });
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const column = (rows: readonly (readonly number[])[], j: number): number[] =>
  rows.map((row) => Math.fround(row[j]!));
const variance = (values: readonly number[]): number => mean(values.map((v) => (v - mean(values)) ** 2));
/** [gamma, beta, moving mean, moving variance] of the first layer. */
const arrays = (model: Sequential): Float32Array[] => model.getWeights().map(({ data }) => data);

describe.each(kernelChoices)('moving mean and variance, $title', ({ options }) => {
  it('take their share of each mini-batch, the last and short one too', async () => {
    const model = build({ momentum: 0.75 });
    await model.fit(x, y, { ...options, epochs: 1, batchSize: 18, shuffle: false, workers: 2 });
    const expected = [0, 1, 2].map((j) => {
      let [m, v] = [0, 1];
      for (let at = 0; at < ROWS; at += 18) {
        const part = column(x.slice(at, at + 18), j);
        m = 0.75 * m + 0.25 * mean(part);
        v = 0.75 * v + 0.25 * variance(part);
      }
      return [m, v];
    });
    expectClose(
      arrays(model)[2]!,
      expected.map(([m]) => m!),
      { relative: 1e-6 },
    );
    expectClose(
      arrays(model)[3]!,
      expected.map(([, v]) => v!),
      { relative: 1e-5 },
    );
  });

  it('are what predictions are made with, and stay as they are', async () => {
    const model = build();
    await model.fit(x, y, { ...options, epochs: 3, batchSize: 7, workers: 1 });
    const before = model.getWeights();
    const [gamma, beta, moving, spread, kernel, bias] = arrays(model);
    const expected = x.map((row) =>
      row.reduce(
        (sum, v, j) =>
          sum +
          (((Math.fround(v) - moving![j]!) / Math.sqrt(spread![j]! + 1e-3)) * gamma![j]! + beta![j]!) *
            kernel![j]!,
        bias![0]!,
      ),
    );
    const { data } = await model.predict(x, { ...options, workers: 2 });
    expectClose(data, expected, { ofLargest: 1e-6 });
    const { loss } = await model.evaluate(x, y, { ...options, workers: 2 });
    expectClose([loss!], [mean(expected.map((v, r) => (v - y[r]![0]!) ** 2))], { relative: 1e-5 });
    await model.gradients(x, y, options);
    expect(model.getWeights()).toEqual(before);
  });

  it('of a mini-batch of one row: its variance is 0, its output beta', async () => {
    const model = build({ momentum: 0 });
    await model.fit(x.slice(0, 1), y.slice(0, 1), { ...options, epochs: 1, workers: 2 });
    expect(Array.from(arrays(model)[2]!)).toEqual(
      column(x.slice(0, 1), 0).concat(column(x, 1)[0]!, column(x, 2)[0]!),
    );
    expect(Array.from(arrays(model)[3]!)).toEqual([0, 0, 0]);
    // x̂ is 0, so gamma has no gradient.
    const [gamma] = await model.gradients(x.slice(0, 1), y.slice(0, 1), options);
    expect(Array.from(gamma!.data, Math.abs)).toEqual([0, 0, 0]);
  });
});

describe('folding into the weights before', () => {
  /** Dropout passes predictions through, but keeps the two layers apart. */
  function pair(
    fold: boolean,
    head: 'dense' | 'conv2d' | 'flattened',
    useBias: boolean,
    activation: 'relu' | 'gelu',
  ) {
    const inputShape = head === 'dense' ? [30] : [5, 3, 2];
    const first =
      head === 'dense'
        ? layers.dense({ units: 70, useBias, inputShape })
        : layers.conv2d({ filters: 17, kernelSize: 2, useBias, inputShape });
    return sequential({
      seed: 9,
      layers: [
        first,
        // Each number of a flattened image has a norm of its own.
        ...(head === 'flattened' ? [layers.flatten()] : []),
        ...(fold ? [] : [layers.dropout({ rate: 0.5 })]),
        layers.batchNorm(),
        layers.activation({ activation }),
        ...(head === 'conv2d' ? [layers.flatten()] : []),
        layers.dense({ units: 2 }),
      ],
    }).compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  }

  it.each([
    ['dense', true, 'relu'],
    ['dense', false, 'gelu'],
    ['conv2d', true, 'gelu'],
    ['conv2d', false, 'relu'],
    ['flattened', true, 'relu'],
  ] as const)('%s, bias %s, %s: as without it, to within rounding', async (head, useBias, activation) => {
    const folded = pair(true, head, useBias, activation);
    const plain = pair(false, head, useBias, activation);
    const random = randomNumbers(7);
    const drawn = folded
      .getWeights()
      .map(({ shape, data }) => ({ shape, data: data.map(() => 1 + 0.5 * random()) }));
    folded.setWeights(drawn);
    plain.setWeights(drawn);
    const rows = randomRows(50, 30, random);
    const inputs = {
      data: Float32Array.from(rows.flat()),
      shape: head === 'dense' ? [50, 30] : [50, 5, 3, 2],
    };
    for (const { options } of kernelChoices) {
      const expected = Array.from((await plain.predict(inputs, { ...options, workers: 2 })).data);
      const { data } = await folded.predict(inputs, { ...options, workers: 2 });
      expectClose(data, expected, { ofLargest: 2e-6 });
    }
    // New weights are folded anew.
    expect(folded.predictSync(inputs).data[0]).not.toBe(0);
    folded.setWeights(drawn.map(({ shape, data }) => ({ shape, data: data.map((v) => v / 2) })));
    plain.setWeights(folded.getWeights());
    expectClose(folded.predictSync(inputs).data, Array.from(plain.predictSync(inputs).data), {
      ofLargest: 2e-6,
    });
  });
});

describe('a network with batchNorm', () => {
  it('comes back from a file with its moving moments, and trains on with the same bits', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'steepest-norm-'));
    try {
      const model = build({ momentum: 0.9 });
      await model.fit(x, y, { epochs: 2, batchSize: 16, workers: 1 });
      const path = join(folder, 'model.safetensors');
      await model.save(path);
      const again = await load(path, Sequential);
      expect(again.getWeights()).toEqual(model.getWeights());
      expect(again.predictSync(x)).toEqual(model.predictSync(x));
      await model.fit(x, y, { epochs: 2, batchSize: 16, workers: 1 });
      await again.fit(x, y, { epochs: 2, batchSize: 16, workers: 3 });
      expect(again.getWeights()).toEqual(model.getWeights());
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  /** The last finite step, moving moments included, whatever was not finite. */
  it.each([
    [1e38, 1, 'a parameter'],
    [1e38, 3, 'a parameter'],
    [1e15, 2, 'a loss'],
    [10, 2, 'a loss'],
  ])(
    'learning rate %d, %i workers: goes back to the last finite step',
    async (learningRate, workers, what) => {
      const fit = { batchSize: ROWS, shuffle: false, workers } as const;
      const model = build({}, learningRate);
      const error = await model.fit(x, y, { ...fit, epochs: 1000 }).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect((error as SteepestError).code).toBe('ERR_DIVERGED');
      expect((error as SteepestError).given).toContain(what);
      const step = Number(/step (\d+)/.exec((error as SteepestError).given)?.[1]);
      const steps = build({}, learningRate);
      if (step > 1) await steps.fit(x, y, { ...fit, epochs: step - 1 });
      expect(model.getWeights()).toEqual(steps.getWeights());
    },
  );

  it('says which parameters do not train', () => {
    expect(build().summary()).toMatch(/16 parameters \(6 of them non-trainable\)/);
  });

  it('refuses negative variances, from the user and from a file', async () => {
    const model = build();
    const weights = model.getWeights();
    weights[3]!.data[1] = -1;
    expect(() => model.setWeights(weights)).toThrow(expect.objectContaining({ code: 'ERR_ARGUMENT' }));
    expect(Array.from(arrays(model)[3]!)).toEqual([1, 1, 1]);
    const folder = await mkdtemp(join(tmpdir(), 'steepest-norm-'));
    try {
      const path = join(folder, 'model.safetensors');
      await model.save(path);
      const bytes = await readFile(path);
      // The tensor of ones is the only one with three equal numbers of 1 behind three zeros.
      const zeros = Buffer.alloc(12);
      const ones = Buffer.from(new Float32Array([1, 1, 1]).buffer);
      const at = bytes.lastIndexOf(Buffer.concat([zeros, ones]));
      expect(at).toBeGreaterThan(0);
      bytes.writeFloatLE(-1, at + 12);
      await writeFile(path, bytes);
      await expect(load(path, Sequential)).rejects.toThrow(
        expect.objectContaining({ code: 'ERR_MODEL_FILE' }),
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('survives the loss of a thread, with moments of a whole step', async () => {
    const model = build();
    await model.fit(x, y, { workers: 3 });
    const threads = idleThreads(3) as unknown as readonly { terminate(): Promise<number> }[];
    // Some hundred steps, after which the moving moments have reached those of the data.
    let reached = (): void => {};
    const steps = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const callbacks = [
      {
        onEpochEnd: ({ epoch }: CallbackContext) => {
          if (epoch >= 500) reached();
        },
      },
    ];
    const running = model.fit(x, y, { epochs: 10_000_000, workers: 3, callbacks }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    await steps;
    void threads.at(-2)!.terminate();
    expect((await running) as SteepestError).toMatchObject({ code: 'ERR_WORKER_LOST' });
    expect(arrays(model).every((data) => data.every(Number.isFinite))).toBe(true);
    expectClose(
      arrays(model)[2]!,
      [0, 1, 2].map((j) => mean(column(x, j))),
      { relative: 0.2 },
    );
    await model.fit(x, y, { epochs: 2, workers: 3 });
  });

  it('needs something to train', async () => {
    const model = sequential({
      layers: [layers.batchNorm({ center: false, scale: false, inputShape: [3] })],
    });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await expect(model.fit(x, x)).rejects.toThrow(SteepestError);
  });

  it.each([
    [{ momentum: 1.5 }, /momentum/],
    [{ epsilon: 0 }, /epsilon/],
    [{ center: 'yes' as unknown as boolean }, /center/],
    [{ axis: 1 } as object, /axis/],
  ])('refuses %o', (options, message) => {
    expect(() => layers.batchNorm(options)).toThrow(SteepestError);
    expect(() => layers.batchNorm(options)).toThrow(message);
  });
});
