import { type LearningRate, layers, load, type Schedule, Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { completeSchedule } from '#steepest/networks/schedules/complete.js';
import { rateAt } from '#steepest/networks/training/rateAt.js';
import { temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();

/**
 * A model whose gradient never changes: its prediction is w·1, far below the target, and the loss is
 * their distance. Each step of sgd adds the learning rate to every weight, so that the weights tell
 * which rates were used.
 */
function adder(learningRate: LearningRate, units = 1): Sequential {
  const layer = layers.dense({ units, useBias: false, inputShape: [1], kernelInitializer: 'zeros' });
  return sequential({ layers: [layer] }).compile({
    optimizer: { name: 'sgd', learningRate },
    loss: 'meanAbsoluteError',
  });
}
const table = (rows: number, units = 1) => ({
  x: Array.from({ length: rows }, () => [1]),
  y: Array.from({ length: rows }, () => Array.from({ length: units }, () => 1e6)),
});
const weightsOf = (model: Sequential): Float32Array => model.getWeights()[0]!.data as Float32Array;

/** The weight of `adder` after steps of these rates. */
const sumOf = (rates: readonly number[], start = 0): number =>
  rates.reduce((w, rate) => Math.fround(w + Math.fround(rate)), start);

describe('every step of a fit has the rate of its schedule', () => {
  const schedules: Schedule[] = [
    { schedule: 'cosine', from: 0.5, to: 0.01, epochs: 5.5, warmup: 1.25 },
    { schedule: 'oneCycle', peak: 0.9, steps: 70, warmup: 5 },
    { schedule: 'piecewise', rates: [0.5, 0.25, 0.125], epochs: [1.5, 4] },
  ];
  it.each(schedules)('$schedule, in two fits of three epochs', async (schedule) => {
    const complete = completeSchedule('learningRate', schedule);
    const perEpoch = 13;
    const { x, y } = table(25);
    const model = adder(schedule);
    const seen: number[] = [];
    const expected = Array.from({ length: 6 * perEpoch }, (_, step) =>
      rateAt(complete, {
        steps: step,
        epochs: Math.floor(step / perEpoch),
        stepInEpoch: step % perEpoch,
        stepsPerEpoch: perEpoch,
      }),
    );
    const onEpochEnd = (): void => {
      seen.push(weightsOf(model)[0]!);
    };
    for (let i = 0; i < 2; i++) {
      await model.fit(x, y, { epochs: 3, batchSize: 2, workers: 2, callbacks: { onEpochEnd } });
    }
    const sums = seen.map((_, epoch) => sumOf(expected.slice(0, (epoch + 1) * perEpoch)));
    expect(seen).toEqual(sums);
  });

  it('counts epochs of stepsPerEpoch steps, and one that was stopped as a whole one', async () => {
    const model = adder({ schedule: 'polynomial', from: 1, epochs: 4 });
    const { x, y } = table(7);
    const rates: number[] = [];
    await model.fit(x, y, {
      epochs: 2,
      stepsPerEpoch: 2,
      batchSize: 3,
      callbacks: { onEpochEnd: ({ learningRate }) => void rates.push(learningRate) },
    });
    expect(rates).toEqual([0.75, 0.5]);
    expect(weightsOf(model)[0]).toBe(1 + 0.875 + 0.75 + 0.625);
    const signal = AbortSignal.abort();
    await expect(model.fit(x, y, { signal })).rejects.toThrow();
    expect(model.learningRate).toBe(0.5);
  });

  it('keeps the rate during an epoch of a stream whose length nobody knows', async () => {
    const stream = () => [table(5), table(2)];
    const schedule = { schedule: 'polynomial', from: 1, epochs: 4 } as const;
    const unknown = adder(schedule);
    await unknown.fit(stream, { epochs: 2, batchSize: 2, shuffle: false });
    expect(weightsOf(unknown)[0]).toBe(4 * 1 + 4 * 0.75);
    const known = adder(schedule);
    await known.fit(stream, { epochs: 2, batchSize: 2, stepsPerEpoch: 4, shuffle: false });
    const { x, y } = table(7);
    const inMemory = adder(schedule);
    await inMemory.fit(x, y, { epochs: 2, batchSize: 2 });
    expect(weightsOf(known)).toEqual(weightsOf(inMemory));
  });
});

describe('model.learningRate', () => {
  const { x, y } = table(4);

  it('needs a compiled model', () => {
    const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
    expect(() => model.learningRate).toThrow(/compile\(\) before learningRate/);
    expect(() => {
      model.learningRate = 1;
    }).toThrow(/compile\(\) before learningRate/);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e39, 1e-40, '1', null, undefined, {}, [], true])(
    'refuses %s, and nothing has changed then',
    (value) => {
      const model = adder(0.25);
      expect(() => {
        model.learningRate = value as never;
      }).toThrow(expect.objectContaining({ code: 'ERR_ARGUMENT' }) as Error);
      expect(model.learningRate).toBe(0.25);
    },
  );

  it('replaces a schedule by a number, and a number by a schedule that begins now', async () => {
    const model = adder({ schedule: 'polynomial', from: 1, steps: 4 });
    await model.fit(x, y, { batchSize: 2 });
    expect(model.learningRate).toBe(0.5);
    model.learningRate = 0.125;
    expect(model.compileConfig?.optimizer).toEqual({
      ...(model.compileConfig?.optimizer as object),
      learningRate: 0.125,
    });
    await model.fit(x, y, { batchSize: 2 });
    expect(weightsOf(model)[0]).toBe(1 + 0.75 + 0.125 + 0.125);
    model.learningRate = { schedule: 'polynomial', from: 8, steps: 4 };
    expect(model.learningRate).toBe(8);
    await model.fit(x, y, { batchSize: 2 });
    expect(model.learningRate).toBe(4);
    expect(weightsOf(model)[0]).toBe(2 + 8 + 6);
    expect(model.summary()).toContain('learningRate polynomial (from 8, to 0, power 1, steps 4)');
  });

  it('keeps the state of the optimizer', async () => {
    const build = (learningRate: LearningRate): Sequential => {
      const layer = layers.dense({ units: 3, inputShape: [1] });
      return sequential({ layers: [layer] }).compile({
        optimizer: { name: 'adam', learningRate },
        loss: 'meanSquaredError',
      });
    };
    const [xs, ys] = [
      [[1], [2], [-1]],
      [
        [1, 0, 2],
        [3, 1, 1],
        [0, 0, 1],
      ],
    ];
    const set = build(0.1);
    await set.fit(xs, ys, { epochs: 3 });
    set.learningRate = 0.01;
    await set.fit(xs, ys, { epochs: 3 });
    const scheduled = build({ schedule: 'piecewise', rates: [0.1, 0.01], epochs: [3] });
    await scheduled.fit(xs, ys, { epochs: 6 });
    expect(set.getWeights()).toEqual(scheduled.getWeights());
  });

  it.each([1, 2, 3])('set in a callback holds from the next step on, %i workers', async (workers) => {
    const model = adder({ schedule: 'polynomial', from: 1, steps: 100 });
    const seen: number[] = [];
    await model.fit(x, y, {
      epochs: 4,
      batchSize: 2,
      workers,
      callbacks: {
        onTrainBegin() {
          model.learningRate = 4;
        },
        onEpochBegin({ epoch, learningRate }) {
          seen.push(learningRate);
          if (epoch === 2) model.learningRate = 0.25;
        },
        onEpochEnd({ epoch }) {
          if (epoch === 0) model.learningRate = 1;
        },
      },
    });
    expect(seen).toEqual([4, 1, 1, 0.25]);
    expect(weightsOf(model)[0]).toBe(2 * 4 + 2 * 1 + 4 * 0.25);
    expect(model.learningRate).toBe(0.25);
  });

  it('set while the workers run holds for all of them from the same step on', async () => {
    // Each worker updates some of the rows of this matrix.
    const inputs = 400;
    const layer = layers.dense({
      units: 3,
      useBias: false,
      inputShape: [inputs],
      kernelInitializer: 'zeros',
    });
    const model = sequential({ layers: [layer] });
    const ones = Array.from({ length: 4 }, () => new Array<number>(inputs).fill(1));
    const far = Array.from({ length: 4 }, () => [1e9, 1e9, 1e9]);
    for (const workers of [2, 3]) {
      model.compile({ optimizer: { name: 'sgd', learningRate: 1 }, loss: 'meanAbsoluteError' });
      let changes = 0;
      await model.fit(ones, far, {
        epochs: 2,
        stepsPerEpoch: 300,
        batchSize: 1,
        workers,
        callbacks: {
          every: 10,
          onBatchEnd({ learningRate }) {
            changes++;
            model.learningRate = learningRate === 1 ? 3 : 1;
          },
        },
      });
      expect(changes).toBeGreaterThan(1);
      expect(new Set(weightsOf(model)).size).toBe(1);
    }
  });

  it('takes no schedule while a fit runs', async () => {
    const model = adder(1);
    const onEpochEnd = (): void => {
      model.learningRate = { schedule: 'cosine', from: 1, steps: 4 };
    };
    await expect(model.fit(x, y, { callbacks: { onEpochEnd } })).rejects.toThrow(
      /to be a number while a fit runs/,
    );
    expect(model.learningRate).toBe(1);
  });

  it('is saved as it is, also inside a callback', async () => {
    const path = files.path('rate');
    const model = adder(1);
    await model.fit(x, y, {
      epochs: 2,
      batchSize: 2,
      callbacks: {
        async onEpochEnd({ epoch }) {
          if (epoch > 0) return;
          model.learningRate = 0.5;
          await model.save(path);
        },
      },
    });
    const loaded = await load(path, Sequential);
    expect(loaded.learningRate).toBe(0.5);
    await loaded.fit(x, y, { batchSize: 2 });
    expect(weightsOf(loaded)).toEqual(weightsOf(model));
  });

  /** Small gradients, and at the end one that makes the update overflow while the loss is finite. */
  const overflowing = (rows: number, { inputs, units }: { inputs: number; units: number }) => ({
    x: Array.from({ length: rows + 1 }, (_, i) => {
      const row = new Array<number>(inputs).fill(i < rows ? SMALL : 0);
      row[0] = i < rows ? SMALL : HUGE;
      return row;
    }),
    y: Array.from({ length: rows + 1 }, () => new Array<number>(units).fill(1e6)),
  });
  const SMALL = 2 ** -18;
  const HUGE = 4e36;
  const diverged = expect.objectContaining({ code: 'ERR_DIVERGED' }) as Error;

  it.each([1, 2])('goes back to the last finite parameters with its rate, %i workers', async (workers) => {
    const { x, y } = overflowing(4, { inputs: 1, units: 1 });
    const model = adder(1);
    const callbacks = {
      onEpochBegin() {
        model.learningRate = 256;
      },
    };
    const fit = model.fit(x, y, { batchSize: 1, shuffle: false, workers, callbacks });
    await expect(fit).rejects.toThrow(diverged);
    expect(weightsOf(model)[0]).toBe(4 * 256 * SMALL);
    expect(model.learningRate).toBe(256);
  });

  it('set in the middle of an epoch, steps are repeated with the rates that they had', async () => {
    const [rows, inputs, units, rate] = [200, 300, 32, 2 ** 13];
    const { x, y } = overflowing(rows, { inputs, units });
    const layer = layers.dense({ units, useBias: false, inputShape: [inputs], kernelInitializer: 'zeros' });
    const model = sequential({ layers: [layer] }).compile({
      optimizer: { name: 'sgd', learningRate: rate },
      loss: 'meanAbsoluteError',
    });
    const every = 10;
    const callbacks = {
      every,
      onBatchEnd() {
        model.learningRate = 2 * rate;
      },
    };
    const slow = { backend: 'typescript', numerics: 'exact' } as const;
    const fit = model.fit(x, y, { batchSize: 1, shuffle: false, workers: 2, callbacks, ...slow });
    await expect(fit).rejects.toThrow(diverged);
    const sums = new Set(weightsOf(model));
    expect(sums.size).toBe(1);
    const [steps] = [...sums].map((sum) => (sum * units) / (SMALL * rate) - rows);
    // So many steps had the second rate: not all, and not none.
    expect(steps).toBeGreaterThan(0);
    expect(steps).toBeLessThanOrEqual(rows - every);
  });
});

describe('saved half-way and loaded, a schedule goes on with the bits of an undisturbed run', () => {
  const schedules: Schedule[] = [
    { schedule: 'cosine', from: 0.1, to: 1e-4, epochs: 5, warmup: 1.5 },
    { schedule: 'exponential', from: 0.1, factor: 0.3, steps: 4, warmup: 3 },
  ];
  it.each(schedules)('$schedule', async (schedule) => {
    const [x, y] = [
      [[1], [2], [-1], [0.5], [4]],
      [
        [1, 0],
        [3, 1],
        [0, 1],
        [2, 2],
        [1, 5],
      ],
    ];
    const path = files.path(schedule.schedule);
    const build = (): Sequential => {
      const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [1] })] });
      // Counters that differ from those of a new model: trained, then compiled.
      return model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    };
    const [whole, half] = [build(), build()];
    for (const model of [whole, half]) {
      await model.fit(x, y, { epochs: 2, batchSize: 2 });
      model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
      await model.fit(x, y, { epochs: 1, batchSize: 2 });
      model.learningRate = schedule;
    }
    await whole.fit(x, y, { epochs: 4, batchSize: 2, workers: 2 });
    await half.fit(x, y, { epochs: 2, batchSize: 2 });
    await half.save(path);
    const loaded = await load(path, Sequential);
    expect(loaded.learningRate).toBe(half.learningRate);
    expect(loaded.compileConfig).toEqual(half.compileConfig);
    await loaded.fit(x, y, { epochs: 2, batchSize: 2 });
    expect(loaded.getWeights()).toEqual(whole.getWeights());
    expect(loaded.learningRate).toBe(whole.learningRate);
  });
});

describe('compile with keepState', () => {
  const { x, y } = table(4);
  const adam = { name: 'adam', learningRate: 0.5 } as const;
  const build = (): Sequential =>
    sequential({ layers: [layers.dense({ units: 2, inputShape: [1] })] }).compile({
      optimizer: adam,
      loss: 'meanSquaredError',
    });
  const rows = { x, y: y.map(() => [1, 2]) };

  it('goes on as if nothing had been compiled', async () => {
    const [kept, whole, anew] = [build(), build(), build()];
    for (const model of [kept, whole, anew]) await model.fit(rows.x, rows.y, { epochs: 2 });
    kept.compile({ loss: 'meanSquaredError', metrics: ['mae'], keepState: true });
    anew.compile({ optimizer: adam, loss: 'meanSquaredError' });
    for (const model of [kept, whole, anew]) await model.fit(rows.x, rows.y, { epochs: 2 });
    expect(kept.getWeights()).toEqual(whole.getWeights());
    expect(anew.getWeights()).not.toEqual(whole.getWeights());
    expect(kept.compileConfig).toEqual({ ...whole.compileConfig, metrics: ['mae'] });
  });

  it('lets the same schedule go on, and another one begin', async () => {
    const schedule = { schedule: 'polynomial', from: 1, steps: 4 } as const;
    const model = adder(schedule);
    await model.fit(x, y, { batchSize: 2 });
    const optimizer = { name: 'sgd', learningRate: schedule } as const;
    expect(model.compile({ optimizer, loss: 'meanAbsoluteError', keepState: true }).learningRate).toBe(0.5);
    const other = { name: 'sgd', learningRate: { ...schedule, steps: 5 } } as const;
    model.compile({ optimizer: other, loss: 'meanAbsoluteError', keepState: true });
    expect(model.learningRate).toBe(1);
    await model.fit(x, y, { batchSize: 2 });
    expect(model.learningRate).toBeCloseTo(0.6, 15);
    expect(model.compile({ optimizer, loss: 'meanAbsoluteError' }).learningRate).toBe(1);
  });

  it('refuses an optimizer with other arrays, and a model that was never compiled', () => {
    const loss = 'meanSquaredError';
    const model = build();
    expect(() => model.compile({ optimizer: 'rmsprop', loss, keepState: true })).toThrow(
      /expected the optimizer 'adam' with the arrays m, v, as before, .* given 'rmsprop' with the arrays v/,
    );
    expect(() => model.compile({ loss, keepState: 1 as never })).toThrow(/keepState to be true or false/);
    expect(model.compileConfig?.optimizer).toMatchObject(adam);
    const sgd = adder(1);
    const momentum = { name: 'sgd', momentum: 0.5 } as const;
    expect(() => sgd.compile({ optimizer: momentum, loss, keepState: true })).toThrow(/with no arrays/);
    const fresh = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
    expect(() => fresh.compile({ loss, keepState: true })).toThrow(/Leave keepState out/);
  });
});
