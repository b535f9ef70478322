import { type Callback, callbacks, layers, load, type Optimizer, Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../support/fixtures.js';
import { temporaryFolder } from '../support/folder.js';
import { kernelChoices, native, nativeChoices, typescriptExact } from '../support/kernelChoices.js';
import { randomNumbers, randomRows } from '../support/random.js';

const files = temporaryFolder();
const next = randomNumbers(61);
const x = randomRows(48, 6, next);
const y = x.map((row) => [row[0]! * row[1]!, row[2]! - row[3]!]);
const valX = randomRows(20, 6, next);
const valY = valX.map((row) => [row[0]! * row[1]!, row[2]! - row[3]!]);
const DECAY = 0.9;
const ema = callbacks.ema({ decay: DECAY });

const ADAM: Optimizer = { name: 'adam', learningRate: 0.02 };
function build(optimizer: Optimizer = ADAM, constrained = false): Sequential {
  const constraint = constrained ? { kernelConstraint: 'unitNorm' as const } : {};
  const model = sequential({
    seed: 5,
    layers: [
      layers.dense({ units: 20, activation: 'tanh', inputShape: [6], ...constraint }),
      layers.batchNorm({ momentum: 0.8 }),
      layers.dense({ units: 2 }),
    ],
  });
  return model.compile({ optimizer, loss: 'meanSquaredError' });
}

const weightsOf = (model: Sequential): number[][] => model.getWeights().map(({ data }) => [...data]);
const bytesOf = (model: Sequential): string[] =>
  model.getWeights().map(({ data }) => Buffer.from(data.buffer).toString('hex'));
/** Of the arrays of a model, those that batchNorm writes. */
const STATISTICS = [4, 5];

describe.each(kernelChoices)('averages of weights, $title', ({ options }) => {
  const oneStep = { ...options, batchSize: 12, stepsPerEpoch: 1, epochs: 9, workers: 2 };

  it('are those of the weights after each update', async () => {
    const plain = build();
    const expected = weightsOf(plain);
    const average: Callback = {
      onEpochEnd: () => {
        plain.getWeights().forEach(({ data }, i) => {
          const decay = STATISTICS.includes(i) ? 0 : DECAY;
          expected[i] = expected[i]!.map((e, j) => decay * e + (1 - decay) * data[j]!);
        });
      },
    };
    await plain.fit(x, y, { ...oneStep, callbacks: average });
    const model = build();
    await model.fit(x, y, { ...oneStep, callbacks: ema });
    model.getWeights().forEach(({ data }, i) => {
      expectClose(data, expected[i]!, { absolute: 1e-6 });
    });
    // Training itself is the same.
    const raw = build();
    await raw.fit(x, y, { ...oneStep, callbacks: callbacks.ema({ decay: DECAY, overwrite: false }) });
    expect(bytesOf(raw)).toEqual(bytesOf(plain));
  });

  it('are validated, and given to callbacks', async () => {
    const model = build();
    const seen: number[] = [];
    const { history } = await model.fit(x, y, {
      ...options,
      epochs: 3,
      batchSize: 12,
      workers: 2,
      validationData: [valX, valY],
      callbacks: [
        ema,
        { onEpochEnd: async () => void seen.push((await model.evaluate(valX, valY, options)).loss) },
      ],
    });
    expect(seen).toEqual(history.valLoss);
    expect((await model.evaluate(valX, valY, options)).loss).toBe(seen[2]);
  });
});

describe('averages of weights', () => {
  const fit = { ...native.options, epochs: 4, batchSize: 7, callbacks: ema };

  it.each([
    ['alone', ADAM, false],
    ['with a constraint', ADAM, true],
    ['with clipping and accumulation', { ...ADAM, clipNorm: 0.1, accumulateSteps: 3 }, true],
  ] as [string, Optimizer, boolean][])(
    'have the same bits for all workers and kernels, %s',
    async (_, optimizer, constrained) => {
      const run = async (options: object): Promise<unknown> => {
        const model = build(optimizer, constrained);
        const { history } = await model.fit(x, y, { ...fit, validationData: [valX, valY], ...options });
        return [bytesOf(model), history];
      };
      const reference = await run({ workers: 1 });
      for (const workers of [2, 3, 7])
        expect(await run({ workers }), `${workers} workers`).toEqual(reference);
      for (const { options, title } of [...nativeChoices, typescriptExact]) {
        expect(await run({ ...options, workers: 2 }), title).toEqual(reference);
      }
    },
  );

  it('go on in the next fit, also of a loaded model', async () => {
    const whole = build();
    await whole.fit(x, y, { ...fit, epochs: 4 });
    for (const overwrite of [true, false]) {
      const half = build();
      await half.fit(x, y, { ...fit, epochs: 2, callbacks: callbacks.ema({ decay: DECAY, overwrite }) });
      const path = files.path(`half-${overwrite}`);
      await half.save(path);
      for (const model of [half, await load(path, Sequential)]) {
        await model.fit(x, y, { ...fit, epochs: 2 });
        expect(bytesOf(model)).toEqual(bytesOf(whole));
      }
    }
  });

  it('begin anew with weights that a user sets', async () => {
    const [model, fresh] = [build('sgd'), build('sgd')];
    await model.fit(x, y, { ...fit, shuffle: false });
    const start = fresh.getWeights();
    model.setWeights(start);
    for (const one of [model, fresh]) await one.fit(x, y, { ...fit, shuffle: false });
    expect(bytesOf(model)).toEqual(bytesOf(fresh));
  });

  it('are what earlyStopping restores', async () => {
    const model = build({ name: 'sgd', learningRate: 0.3 });
    const seen: string[][] = [];
    const { bestEpoch } = await model.fit(x, y, {
      ...fit,
      epochs: 8,
      validationData: [valX, valY],
      callbacks: [
        ema,
        callbacks.earlyStopping({ monitor: 'valLoss', patience: 8, restoreBest: true }),
        { onEpochEnd: () => void seen.push(bytesOf(model)) },
      ],
    });
    expect(bytesOf(model)).toEqual(seen[bestEpoch!]);
  });

  it.each([
    ['each mini-batch', ADAM],
    ['three of them', { ...ADAM, accumulateSteps: 3, globalClipNorm: 0.1 }],
  ] as [string, Optimizer][])(
    'of a resumed fit have the bits of an undisturbed one, an update for %s',
    async (name, optimizer) => {
      const whole = build(optimizer);
      await whole.fit(x, y, { ...fit, epochs: 6 });
      const resume = { folder: files.path(`run for ${name}`), everySteps: 1 };
      const controller = new AbortController();
      const abort: Callback = {
        onBatchEnd: ({ step }) => {
          if (step >= 8) controller.abort();
        },
      };
      const again = { ...fit, epochs: 6, resume };
      const aborted = build(optimizer).fit(x, y, {
        ...again,
        callbacks: [ema, abort],
        signal: controller.signal,
      });
      await expect(aborted).rejects.toMatchObject({ code: 'ERR_ABORTED' });
      const epochs: number[] = [];
      const model = build(optimizer);
      await model.fit(x, y, {
        ...again,
        workers: 3,
        callbacks: [ema, { onBatchEnd() {}, onEpochEnd: ({ epoch }) => void epochs.push(epoch) }],
      });
      expect(epochs[0]).toBeGreaterThan(0);
      expect(bytesOf(model)).toEqual(bytesOf(whole));
    },
  );

  it('of a fit that diverges are those before', async () => {
    const bad = y.map((row, i) => (i === 40 ? [1e30, 0] : row));
    const [model, expected] = [build(), build()];
    const order = { ...fit, epochs: 1, shuffle: false };
    await expect(model.fit(x, bad, order)).rejects.toMatchObject({ code: 'ERR_DIVERGED' });
    await expected.fit(x.slice(0, 35), y.slice(0, 35), order);
    expect(bytesOf(model)).toEqual(bytesOf(expected));
  });

  it('are refused twice', async () => {
    const twice = build().fit(x, y, { callbacks: [ema, callbacks.ema()] });
    await expect(twice).rejects.toMatchObject({ code: 'ERR_ARGUMENT', given: '2, with decays 0.9 and 0.99' });
    expect(() => callbacks.ema({ decay: 1 })).toThrow('ema.decay to be a number of at least 0 and below 1');
  });
});
