import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type CallbackContext, callbacks, type FitOptions, type StreamFitOptions } from 'steepest';
import { describe, expect, it } from 'vitest';
import { nativeChoices, typescriptExact, typescriptFast } from '../support/kernelChoices.js';
import {
  batches,
  build,
  bytesOf,
  checkpointsIn,
  finished,
  newFolder,
  nobody,
  photographer,
  some,
  x,
  y,
} from './runs.js';

const shared = { batchSize: 16, epochs: 4, workers: 1 } as const;

/** The bits of fast TypeScript kernels are others: those of a run stay with it. */
const choices = [...nativeChoices, typescriptExact].filter(
  ({ options }) => nativeChoices.length > 0 || options !== typescriptExact.options,
);

describe('a fit that goes on from any moment ends with the bits of an undisturbed one', () => {
  it('on arrays, with other numbers of workers', async () => {
    const folder = join(await newFolder(), 'run');
    const options = { ...shared, validationSplit: 0.2 } as const;
    const expected = await finished((model, own) => model.fit(x, y, { ...options, ...own }));
    const { photos, callback } = photographer(folder, () => true);
    const resume = { folder, everySteps: 3 };
    expect(await finished((model, own) => model.fit(x, y, { ...options, ...own, resume }), callback)).toEqual(
      expected,
    );
    expect(photos.length).toBeGreaterThan(4);
    for (const [i, photo] of some(photos).entries()) {
      const again = { ...options, resume: { ...resume, folder: photo }, workers: 1 + (i % 3) };
      expect(await finished((model, own) => model.fit(x, y, { ...again, ...own })), photo).toEqual(expected);
    }
  });

  it('on other instruction sets', async () => {
    const [first, ...others] = choices;
    const folder = join(await newFolder(), 'run');
    const expected = await finished((model, own) =>
      model.fit(x, y, { ...shared, ...first!.options, ...own }),
    );
    const { photos, callback } = photographer(folder, ({ step }) => step >= 15);
    const options = { ...shared, ...first!.options, resume: { folder, everySteps: 1 } };
    await finished((model, own) => model.fit(x, y, { ...options, ...own }), callback);
    for (const [i, second] of others.entries()) {
      const again = { ...shared, ...second.options, resume: photos[i % photos.length]! };
      expect(await finished((model, own) => model.fit(x, y, { ...again, ...own }))).toEqual(expected);
    }
  });

  it.each([
    ['shuffled in a buffer of 40 rows', { shuffleBuffer: 40 }],
    ['shuffled in a buffer for all rows', {}],
    ['in order', { shuffle: false }],
    ['in epochs of 7 steps', { stepsPerEpoch: 7, shuffleBuffer: 60 }],
    ['in epochs of 25 steps, validated now and then', { stepsPerEpoch: 25, epochs: 3, validationFreq: 2 }],
  ] as const)('on a stream %s', async (_title, own) => {
    const folder = join(await newFolder(), 'run');
    const held = (): ReturnType<typeof batches> => batches(x.slice(0, 33), y.slice(0, 33));
    const options: StreamFitOptions = { ...shared, validationData: held, validationSteps: 2, ...own };
    const expected = await finished((model, also) => model.fit(batches, { ...options, ...(also as object) }));
    const { photos, callback } = photographer(folder, () => true);
    const resume = { folder, everySteps: 2 };
    const watched = { ...options, resume, callbacks: callback };
    expect(await finished((model) => model.fit(() => batches(), watched))).toEqual(expected);
    expect(photos.length).toBeGreaterThan(3);
    for (const [i, photo] of some(photos).entries()) {
      const again = {
        ...options,
        resume: { folder: photo, everySteps: 4 },
        workers: 1 + (i % 2),
        callbacks: nobody,
      };
      expect(await finished((model) => model.fit(() => batches(), again)), photo).toEqual(expected);
    }
  });

  it('on a generator that is read only once, as a new process makes it', async () => {
    function* forEver(): Generator<{ x: number[][]; y: number[][] }> {
      for (let at = 0; ; at = (at + 11) % 130) yield { x: x.slice(at, at + 16), y: y.slice(at, at + 16) };
    }
    const folder = join(await newFolder(), 'run');
    const options = { ...shared, stepsPerEpoch: 6, shuffleBuffer: 50 };
    const expected = await finished((model) => model.fit(forEver(), { ...options, callbacks: nobody }));
    const { photos, callback } = photographer(folder, () => true);
    const resume = { folder, everySteps: 5 };
    await build().fit(forEver(), { ...options, resume, callbacks: callback });
    const photo = photos.at(-2)!;
    const again = { ...options, resume: photo, callbacks: nobody };
    expect(await finished((model) => model.fit(forEver(), again))).toEqual(expected);
  });

  it('on the fast TypeScript kernels', async () => {
    const folder = join(await newFolder(), 'run');
    const options = { ...shared, ...typescriptFast.options };
    const expected = await finished((model, own) => model.fit(x, y, { ...options, ...own }));
    const { photos, callback } = photographer(folder, ({ step }) => step > 12);
    await build().fit(x, y, { ...options, resume: { folder, everySteps: 4 }, callbacks: callback });
    const again = { ...options, resume: photos[0]!, workers: 2 };
    expect(await finished((model, own) => model.fit(x, y, { ...again, ...own }))).toEqual(expected);
  });

  it('after an abort within mini-batches that share an update', async () => {
    const model = () =>
      build().compile({ optimizer: { name: 'adam', accumulateSteps: 4 }, loss: 'meanSquaredError' });
    const train = { ...shared, batchSize: 8 };
    const expected = await finished((one, own) => one.fit(x, y, { ...train, ...own }), nobody, model());
    for (const [i, at] of [1, 3, 6, 8].entries()) {
      const folder = join(await newFolder(), 'run');
      const abort = new AbortController();
      const aborting = {
        name: nobody.name,
        onBatchEnd({ step }: CallbackContext): void {
          if (step >= at) abort.abort();
        },
      };
      const options = { ...train, resume: folder };
      const first = model().fit(x, y, { ...options, signal: abort.signal, callbacks: aborting });
      await expect(first).rejects.toMatchObject({ code: 'ERR_ABORTED' });
      const again = { ...options, workers: 1 + (i % 3) };
      expect(await finished((one, own) => one.fit(x, y, { ...again, ...own }), nobody, model())).toEqual(
        expected,
      );
    }
  });

  it.each([
    { schedule: 'cosine', from: 0.02, to: 1e-3, epochs: 4, warmup: 1.5 },
    { schedule: 'exponential', from: 0.01, factor: 0.9, steps: 3 },
  ] as const)('with the learning rates of $schedule', async (learningRate) => {
    const model = () =>
      build().compile({
        optimizer: { name: 'rmsprop', learningRate: learningRate as never },
        loss: 'meanSquaredError',
      });
    for (const stepsPerEpoch of [undefined, 7]) {
      const folder = join(await newFolder(), 'run');
      const options = { ...shared, ...(stepsPerEpoch && { stepsPerEpoch }) };
      const expected = await finished((one, own) => one.fit(x, y, { ...options, ...own }), nobody, model());
      const { photos, callback } = photographer(folder, () => true);
      const watched = { ...options, resume: { folder, everySteps: 2 }, callbacks: callback };
      await model().fit(x, y, watched);
      for (const photo of some(photos, 3)) {
        const again = { ...options, resume: photo, workers: 2 };
        expect(await finished((one, own) => one.fit(x, y, { ...again, ...own }), nobody, model())).toEqual(
          expected,
        );
      }
    }
  });

  it('from the end of epochs, when their callbacks have run', async () => {
    const folder = join(await newFolder(), 'run');
    const options = { ...shared, stepsPerEpoch: 8 };
    const expected = await finished((model, own) => model.fit(x, y, { ...options, ...own }));
    const { photos, callback } = photographer(folder, () => true);
    await build().fit(x, y, {
      ...options,
      resume: { folder, everyEpochs: 1, keepLast: 9 },
      callbacks: callback,
    });
    const steps = checkpointsIn(folder).map((name) => Number(/\d+/.exec(name)));
    expect(steps).toEqual(expect.arrayContaining([0, 32]));
    expect(steps.every((step) => step % 8 === 0)).toBe(true);
    for (const photo of some(photos, 3)) {
      const again = { ...options, resume: photo, workers: 2 };
      expect(await finished((model, own) => model.fit(x, y, { ...again, ...own }))).toEqual(expected);
    }
  });
});

describe('callbacks of a fit that goes on', () => {
  /** Lowers the rate by what it counted, and remembers how often each hook was called. */
  function lowering(calls: string[]) {
    let count = 0;
    return {
      name: 'lowering',
      onEpochBegin: ({ epoch }: CallbackContext) => void calls.push(`begin ${epoch}`),
      onEpochEnd({ model, epoch }: CallbackContext) {
        calls.push(`end ${epoch}`);
        count++;
        if (count % 2 === 0) model.learningRate /= 1 + count;
      },
      state: () => ({ count, notANumber: Number.NaN, none: -0 }),
      restore(state: { count: number; notANumber: number; none: number }) {
        expect([state.notANumber, state.none]).toEqual([Number.NaN, -0]);
        count = state.count;
      },
    };
  }

  it('go on from what they kept, with the learning rate that they had set', async () => {
    const folder = join(await newFolder(), 'run');
    const run = async (resume: FitOptions['resume'], calls: string[], photo?: { callback: object }) => {
      const model = build();
      const own = [photo?.callback ?? nobody, lowering(calls)] as FitOptions['callbacks'];
      const result = await model.fit(x, y, {
        ...shared,
        epochs: 6,
        callbacks: own,
        ...(resume && { resume }),
      });
      return { result, bytes: await bytesOf(model), rate: model.learningRate };
    };
    const all: string[] = [];
    const expected = await run(undefined, all);
    const { photos, callback } = photographer(folder, () => true);
    expect(await run({ folder, everySteps: 4 }, [], { callback })).toEqual(expected);
    for (const photo of some(photos)) {
      const calls: string[] = [];
      expect(await run(photo, calls), photo).toEqual(expected);
      // Every hook that is called follows those of the epochs before.
      expect(all.slice(all.length - calls.length)).toEqual(calls);
    }
  });

  it('keep the learning rate, however often the process ends between the last step and the result', async () => {
    const folder = join(await newFolder(), 'run');
    const run = async () => {
      const model = build();
      const own = { ...shared, epochs: 6, callbacks: lowering([]), resume: folder };
      const { history } = await model.fit(x, y, own);
      return { history, rate: model.learningRate, bytes: await bytesOf(model) };
    };
    const expected = await run();
    expect(expected.rate).toBeLessThan(1e-3);
    for (let i = 0; i < 3; i++) {
      rmSync(join(folder, 'result.safetensors'));
      expect(await run()).toEqual(expected);
    }
  });

  it('that end training end it at the same step', async () => {
    const folder = join(await newFolder(), 'run');
    const stopping = (): object => {
      let calls = 0;
      return {
        name: 'stopping',
        onEpochEnd: ({ stop }: CallbackContext) => ++calls === 3 && stop(),
        state: () => calls,
        restore: (state: number) => {
          calls = state;
        },
      };
    };
    const run = (resume?: FitOptions['resume'], other: object = nobody) =>
      finished((model) => {
        const own = [other, stopping()] as FitOptions['callbacks'];
        return model.fit(x, y, { ...shared, epochs: 9, callbacks: own, ...(resume && { resume }) });
      });
    const expected = await run();
    expect(expected.result.stopped).toMatchObject({ by: 'stopping', epoch: 2 });
    const { photos, callback } = photographer(folder, () => true);
    expect(await run({ folder, everySteps: 3 }, callback)).toEqual(expected);
    for (const photo of [...some(photos), folder]) expect(await run(photo), photo).toEqual(expected);
  });

  it.each([
    ['', []],
    [', and averages of the weights', [callbacks.ema({ decay: 0.8 })]],
    [', and averages beside the weights', [callbacks.ema({ decay: 0.8, overwrite: false })]],
  ])('of this package keep what they have counted, and the best parameters%s', async (_title, others) => {
    const folder = join(await newFolder(), 'run');
    const run = (path: string, resumed: boolean, first: object = nobody) =>
      finished((model) => {
        const own = [
          first,
          callbacks.earlyStopping({ monitor: 'valLoss', patience: 3, restoreBest: true }),
          callbacks.reduceOnPlateau({ monitor: 'loss', factor: 0.5, patience: 1 }),
          ...others,
        ] as FitOptions['callbacks'];
        const resume = resumed && { resume: { folder: path, everySteps: 3 } };
        return model.fit(x, y, { ...shared, epochs: 14, validationSplit: 0.3, callbacks: own, ...resume });
      });
    const expected = await run(folder, false);
    expect(expected.result.bestEpoch).toBeGreaterThan(0);
    const { photos, callback } = photographer(folder, ({ epoch }) => epoch > 1);
    expect(await run(folder, true, callback)).toEqual(expected);
    for (const photo of [...some(photos, 6), folder]) expect(await run(photo, true), photo).toEqual(expected);
  });

  it('timeLimit interrupts: as many calls as it takes reach the end of an undisturbed fit', async () => {
    const options = { ...shared, epochs: 40 };
    const plain = build();
    const { history, bestEpoch } = await plain.fit(x, y, options);
    const folder = join(await newFolder(), 'run');
    const model = build();
    let calls = 0;
    // Threads start in that time too, so it grows until it is enough.
    for (let seconds = 0.0005; ; seconds *= 2) {
      calls++;
      const limit = callbacks.timeLimit({ seconds });
      const result = await model.fit(x, y, { ...options, resume: folder, callbacks: limit });
      if (result.stopped) continue;
      expect(result).toEqual({ history, bestEpoch, stopped: undefined });
      break;
    }
    expect(calls).toBeGreaterThan(1);
    expect(await bytesOf(model)).toBe(await bytesOf(plain));
  });

  it('that write a log: no line is missing and none is there twice', async () => {
    const folder = await newFolder();
    const path = join(folder, 'log.csv');
    const run = (resume: FitOptions['resume'], first: object) =>
      build().fit(x, y, {
        ...shared,
        callbacks: [first, callbacks.csvLogger({ path })] as FitOptions['callbacks'],
        ...(resume && { resume }),
      });
    await run(undefined, nobody);
    const whole = readFileSync(path, 'utf8');
    const { photos, callback } = photographer(join(folder, 'run'), ({ epoch }) => epoch === 2);
    await run({ folder: join(folder, 'run'), everySteps: 3 }, callback);
    expect(readFileSync(path, 'utf8')).toBe(whole);
    // The log is as long as the fit was when it was killed, which was after the checkpoint.
    await run(photos[0]!, nobody);
    expect(readFileSync(path, 'utf8')).toBe(whole);
  });
});
