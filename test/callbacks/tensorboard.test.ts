import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { callbacks, layers, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { sessionOf } from '../support/callbackSession.js';
import { eventsIn, type ReadEvent } from '../support/eventFile.js';
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
const x = Array.from({ length: 48 }, (_, i) => [Math.sin(i), Math.cos(i)]);
const y = x.map(([a, b]) => [2 * a! - b!]);
const build = () =>
  sequential({
    seed: 1,
    layers: [layers.dense({ units: 1, activation: 'sigmoid', inputShape: [2] })],
  }).compile({
    loss: 'binaryCrossentropy',
    metrics: ['binaryAccuracy'],
    optimizer: { name: 'sgd', learningRate: 0.1 },
  });
const labels = y.map(([v]) => [v! > 0 ? 1 : 0]);
const OPTIONS = { epochs: 4, batchSize: 4, validationSplit: 0.25 };

/** The events of all files of a run, in the order in which TensorBoard reads them. */
async function eventsOf(run: string): Promise<ReadEvent[]> {
  const names = (await readdir(run)).sort();
  return (await Promise.all(names.map((name) => readFile(join(run, name))))).flatMap(eventsIn);
}

/** The points of a chart: steps and values. */
const points = (events: readonly ReadEvent[], tag: string): [number, number][] =>
  events.flatMap(({ step, scalars }) =>
    scalars.filter(([name]) => name === tag).map(([, value]): [number, number] => [Number(step), value]),
  );
const tagsOf = (events: readonly ReadEvent[]): string[] => [
  ...new Set(events.flatMap(({ scalars }) => scalars.map(([tag]) => tag))),
];
const curve = (values: readonly number[]): [number, number][] => values.map((v, i) => [i, Math.fround(v)]);

describe('tensorBoard', () => {
  it('writes the history as Keras does: two runs, charts of the same names', async () => {
    const folder = files.path('runs/1');
    const before = Date.now() / 1000;
    const { history } = await build().fit(x, labels, {
      ...OPTIONS,
      callbacks: callbacks.tensorBoard({ folder }),
    });
    const [train, validation] = [
      await eventsOf(join(folder, 'train')),
      await eventsOf(join(folder, 'validation')),
    ];
    expect((await readdir(folder)).sort()).toEqual(['train', 'validation']);
    expect(train[0]).toMatchObject({ version: 'brain.Event:2', scalars: [] });
    expect(tagsOf(train)).toEqual(['epoch_loss', 'epoch_binary_accuracy', 'epoch_learning_rate']);
    expect(tagsOf(validation)).toEqual(['epoch_loss', 'epoch_binary_accuracy']);
    expect(points(train, 'epoch_loss')).toEqual(curve(history.loss));
    expect(points(train, 'epoch_binary_accuracy')).toEqual(curve(history.binaryAccuracy!));
    expect(points(train, 'epoch_learning_rate')).toEqual(curve([0.1, 0.1, 0.1, 0.1]));
    expect(points(validation, 'epoch_loss')).toEqual(curve(history.valLoss!));
    expect(points(validation, 'epoch_binary_accuracy')).toEqual(curve(history.valBinaryAccuracy!));
    const times = train.map(({ wallTime }) => wallTime);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(before);
    expect(times.at(-1)).toBeLessThanOrEqual(Date.now() / 1000);
  });

  it('has no run for validation without it, and each epoch in the file when it has ended', async () => {
    const folder = files.path('plain');
    const counts: number[] = [];
    const onEpochEnd = async (): Promise<void> => {
      counts.push(points(await eventsOf(join(folder, 'train')), 'epoch_loss').length);
    };
    const { validationSplit: _, ...options } = OPTIONS;
    const board = callbacks.tensorBoard({ folder });
    await build().fit(x, labels, {
      ...options,
      callbacks: [board, callbacks.learningRateLogger(), { onEpochEnd }],
    });
    expect(await readdir(folder)).toEqual(['train']);
    expect(counts).toEqual([1, 2, 3, 4]);
    // The logger's value has one chart, not two.
    expect(tagsOf(await eventsOf(join(folder, 'train'))).filter((tag) => /rate/i.test(tag))).toEqual([
      'epoch_learning_rate',
    ]);
  });

  it('writes points of validation only for epochs that have it', async () => {
    const folder = files.path('freq');
    const board = callbacks.tensorBoard({ folder });
    await build().fit(x, labels, { ...OPTIONS, validationFreq: 2, callbacks: board });
    const held = points(await eventsOf(join(folder, 'validation')), 'epoch_loss');
    expect(held.map(([epoch]) => epoch)).toEqual([1, 3]);
  });

  it('writes curves within epochs: the values so far, every n steps', async () => {
    const folder = files.path('steps');
    const seen: [number, number][] = [];
    const watch = {
      every: 3,
      onBatchEnd: ({ step, logs }: { step: number; logs: { loss: number } }) =>
        void seen.push([step, Math.fround(logs.loss)]),
    };
    const board = callbacks.tensorBoard({ folder, updateEvery: 3 });
    const { history } = await build().fit(x, labels, { ...OPTIONS, callbacks: [board, watch] });
    const train = await eventsOf(join(folder, 'train'));
    expect(points(train, 'batch_loss')).toEqual(seen);
    const steps = points(train, 'batch_loss').map(([step]) => step);
    expect(steps.at(-1)).toBe(36);
    expect(points(train, 'batch_learning_rate').every(([, rate]) => rate === Math.fround(0.1))).toBe(true);
    // At the last step of an epoch, the values so far are those of the epoch.
    expect(seen.at(-1)![1]).toBe(Math.fround(history.loss.at(-1)!));
    expect(points(train, 'epoch_loss')).toEqual(curve(history.loss));
  });

  it('writes the learning rate that each step had', async () => {
    const folder = files.path('rates');
    const model = sequential({ seed: 1, layers: [layers.dense({ units: 1, inputShape: [2] })] });
    const learningRate = { schedule: 'polynomial', from: 0.1, to: 0, steps: 40 } as const;
    model.compile({ loss: 'meanSquaredError', optimizer: { name: 'sgd', learningRate } });
    const board = callbacks.tensorBoard({ folder, updateEvery: 1 });
    await model.fit(x, labels, { ...OPTIONS, callbacks: board });
    const train = await eventsOf(join(folder, 'train'));
    // The rate of step n, from 1, is the schedule's after n − 1 steps.
    const expected = (step: number): number => 0.1 * (1 - (step - 1) / 40);
    const rates = points(train, 'batch_learning_rate');
    expect(rates.map(([step]) => step)).toEqual(Array.from({ length: 36 }, (_, i) => i + 1));
    for (const [step, rate] of rates) expect(rate).toBeCloseTo(expected(step), 7);
    for (const [epoch, rate] of points(train, 'epoch_learning_rate')) {
      expect(rate).toBeCloseTo(expected(9 * (epoch + 1)), 7);
    }
  });

  it('adds files to a run, each later in order than those that are there', async () => {
    const folder = files.path('again');
    const train = join(folder, 'train');
    const name = /^events\.out\.tfevents\.\d{10}\.[A-Za-z0-9-]+\.\d+\.\d+\.v2$/;
    for (let fit = 0; fit < 3; fit++) {
      const session = sessionOf(callbacks.tensorBoard({ folder }), ['loss']);
      await session.begin();
      await session.epoch(fit, { loss: fit });
    }
    await writeFile(join(train, 'notes.txt'), 'not an event file');
    const names = (await readdir(train)).filter((file) => file !== 'notes.txt');
    expect(names).toHaveLength(3);
    // Characters that every file system takes, and nothing that Windows reserves.
    for (const file of names) expect(file).toMatch(name);
    const sorted = await Promise.all(names.sort().map((file) => readFile(join(train, file))));
    expect(points(sorted.flatMap(eventsIn), 'epoch_loss')).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
  });

  it('keeps the points of steps before an abort', async () => {
    const folder = files.path('aborted');
    const abort = new AbortController();
    const board = callbacks.tensorBoard({ folder, updateEvery: 1 });
    const watch = {
      every: 1,
      onBatchEnd: ({ step }: { step: number }): void => {
        if (step >= 12) abort.abort();
      },
    };
    const fit = build().fit(x, labels, {
      ...OPTIONS,
      epochs: 1000,
      callbacks: [board, watch],
      signal: abort.signal,
    });
    await expect(fit).rejects.toEqual(refused('ERR_ABORTED'));
    const steps = points(await eventsOf(join(folder, 'train')), 'batch_loss').map(([step]) => step);
    expect(Math.max(...steps)).toBeGreaterThanOrEqual(12);
  });

  it.each([0, 1.5, 'batch', 'epochs', null])('refuses updateEvery: %j', (updateEvery) => {
    expect(() => callbacks.tensorBoard({ folder: 'runs', updateEvery: updateEvery as number })).toThrow(
      refused('ERR_ARGUMENT', 'tensorBoard.updateEvery'),
    );
  });

  it('takes no unknown option', () => {
    const make = callbacks.tensorBoard as (options: object) => unknown;
    expect(() => make({ logDir: 'runs' })).toThrow(refused('ERR_UNKNOWN_NAME', "Did you mean 'folder'?"));
    expect(() => make({ folder: 'a', update_freq: 1 })).toThrow(
      refused('ERR_UNKNOWN_NAME', "'updateEvery'?"),
    );
  });
});
