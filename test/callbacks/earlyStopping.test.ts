import { type Callback, callbacks, layers, type Sequential, type SteepestError, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { idleThreads } from '#steepest/parallel/threads.js';

const ROWS = 24;
const x = Array.from({ length: ROWS }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const y = x.map(([a, b], i) => [a! * b! + 0.3 * Math.sin(7 * i)]);

/** A model that overfits: its validation loss falls, then rises. */
function build(learningRate = 0.1): Sequential {
  const model = sequential({
    seed: 5,
    layers: [layers.dense({ units: 16, activation: 'tanh', inputShape: [2] }), layers.dense({ units: 1 })],
  });
  return model.compile({
    optimizer: { name: 'adam', learningRate },
    loss: 'meanSquaredError',
    metrics: ['mae', 'r2'],
  });
}
const options = { batchSize: 8, validationSplit: 0.5 };

/** The losses and states of a fit in which nobody interferes. */
async function undisturbed(epochs: number) {
  const states: ReturnType<Sequential['trainingState']>[] = [];
  const model = build();
  const onEpochEnd = ({ model }: { model: Sequential }): void => void states.push(model.trainingState());
  const { history } = await model.fit(x, y, { ...options, epochs, callbacks: { onEpochEnd } });
  return { history, states };
}

const EPOCHS = 12;
const { history, states } = await undisturbed(EPOCHS);
const bestIn = (epochs: number): number => {
  const losses = history.valLoss!.slice(0, epochs);
  return losses.indexOf(Math.min(...losses));
};
const best = callbacks.earlyStopping({ patience: EPOCHS, restoreBest: true });

/** Parameters, optimizer and steps are those of an epoch; the order of rows goes on. */
function expectEpoch(model: Sequential, epoch: number): void {
  const { epochs: _, ...state } = model.trainingState();
  const { epochs: __, ...expected } = states[epoch]!;
  expect(state).toEqual(expected);
  expect(model.predictSync(x).data).toEqual(model.predictSync(x).data);
}

describe('restoreBest', () => {
  it('has something to do here', () => {
    expect(bestIn(EPOCHS)).toBeLessThan(EPOCHS - 1);
    expect(bestIn(EPOCHS)).toBeGreaterThan(1);
  });

  it.each([1, 2])('when it ends training itself, %i workers', async (workers) => {
    const model = build();
    const stopping = callbacks.earlyStopping({ patience: 2, restoreBest: true });
    const result = await model.fit(x, y, { ...options, epochs: 100, workers, callbacks: stopping });
    const ran = result.history.loss.length;
    expect(result.bestEpoch).toBe(bestIn(ran));
    expect(ran).toBe(result.bestEpoch! + 3);
    expect(result.stopped).toEqual({
      by: 'earlyStopping',
      reason: 'valLoss did not improve in the last 2 epochs',
      epoch: ran - 1,
      step: states[ran - 1]!.step,
    });
    expectEpoch(model, result.bestEpoch!);
    const { loss } = await model.evaluate(x.slice(ROWS / 2), y.slice(ROWS / 2));
    expect(loss).toBe(result.history.valLoss![result.bestEpoch!]);
  });

  it('after the last epoch', async () => {
    const model = build();
    const seen: unknown[] = [];
    const first: Callback = { onTrainEnd: ({ model }) => void seen.push(model.getWeights()) };
    const all = { ...options, epochs: EPOCHS, callbacks: [first, best] };
    const { bestEpoch, stopped } = await model.fit(x, y, all);
    expect(seen).toEqual([model.getWeights()]);
    expect([bestEpoch, stopped]).toEqual([bestIn(EPOCHS), undefined]);
    expectEpoch(model, bestIn(EPOCHS));
  });

  const at = EPOCHS - 2;
  const ends: [string, (stop: () => void, abort: () => void) => unknown, string | undefined][] = [
    ['another callback', (stop) => stop(), undefined],
    ['an abort', (_, abort) => abort(), 'ERR_ABORTED'],
    [
      'an error of a callback',
      () => {
        throw Object.assign(new Error('mine'), { code: 'MINE' });
      },
      'MINE',
    ],
  ];
  it.each(ends)('after %s', async (_, end, code) => {
    const model = build();
    const controller = new AbortController();
    const ending: Callback = {
      onEpochEnd: ({ epoch, stop }) => (epoch === at ? end(stop, () => controller.abort()) : undefined),
    };
    const { signal } = controller;
    const fit = model.fit(x, y, { ...options, epochs: 100, signal, callbacks: [best, ending] });
    const error = await fit.then(
      () => undefined,
      (reason: { code?: string }) => reason,
    );
    expect(error?.code).toBe(code);
    expectEpoch(model, bestIn(at + 1));
  });

  it('after a divergence', async () => {
    const model = build();
    const explode: Callback = {
      onEpochEnd({ epoch, model }) {
        if (epoch === at) model.learningRate = 1e38;
      },
    };
    const fit = model.fit(x, y, { ...options, epochs: 100, callbacks: [best, explode] });
    const error = await fit.then(expect.unreachable as never, (reason: Error) => reason);
    expect(error).toMatchObject({ code: 'ERR_DIVERGED' });
    expect((error as Error).message).toContain('best epoch');
    expectEpoch(model, bestIn(at + 1));
  });

  it('after a lost thread, whose error has the history', async () => {
    const model = build();
    await model.fit(x, y, { ...options, workers: 2 });
    const threads = idleThreads(2) as unknown as readonly { terminate(): Promise<number> }[];
    const fresh = build();
    const losing: Callback = {
      onEpochEnd: async ({ epoch }) => {
        if (epoch === at) await threads[threads.length - 1]!.terminate();
      },
    };
    const fit = fresh.fit(x, y, { ...options, workers: 2, epochs: 1000, callbacks: [best, losing] });
    const error = await fit.then(
      () => expect.unreachable(),
      (reason: unknown) => reason as SteepestError,
    );
    expect(error.code).toBe('ERR_WORKER_LOST');
    expect(error.history!.valLoss).toEqual(history.valLoss!.slice(0, at + 1));
    expectEpoch(fresh, bestIn(at + 1));
  });

  it('training goes on from there, also after save and load', async () => {
    const model = build();
    await model.fit(x, y, { ...options, epochs: EPOCHS, callbacks: best });
    const apart = build();
    apart.resume({ ...states[bestIn(EPOCHS)]!, epochs: states[EPOCHS - 1]!.epochs });
    const more = { ...options, epochs: 2 };
    expect((await model.fit(x, y, more)).history).toEqual((await apart.fit(x, y, more)).history);
    expect(model.trainingState()).toEqual(apart.trainingState());
  });

  it('is off by default: the model keeps the last epoch', async () => {
    const model = build();
    const stopping = callbacks.earlyStopping({ patience: 2 });
    const result = await model.fit(x, y, { ...options, epochs: 100, callbacks: stopping });
    expectEpoch(model, result.history.loss.length - 1);
  });
});

describe('the value to watch', () => {
  const one = (callback: object, more = {}) =>
    build().fit(x, y, { ...options, epochs: 4, ...more, callbacks: callback as Callback });

  it.each([
    ['valLoss', 'valLoss', 'min'],
    ['val_loss', 'valLoss', 'min'],
    ['loss', 'loss', 'min'],
    ['mae', 'mae', 'min'],
    ['val_mae', 'valMae', 'min'],
    ['val_mean_absolute_error', 'valMae', 'min'],
    ['valMeanAbsoluteError', 'valMae', 'min'],
    ['r2', 'r2', 'max'],
    ['val_r2', 'valR2', 'max'],
    ['val_r2_score', 'valR2', 'max'],
  ])('%s is %s, and better towards %s', async (monitor, ours, mode) => {
    const { history, bestEpoch } = await one(callbacks.earlyStopping({ monitor, patience: 99 }), {
      epochs: EPOCHS,
    });
    const values = history[ours]!;
    expect(bestEpoch).toBe(values.indexOf(mode === 'min' ? Math.min(...values) : Math.max(...values)));
  });

  it.each([
    [{ monitor: 'valLos' }, {}, "Did you mean 'valLoss'?"],
    [{ monitor: 'val_r_squared' }, {}, "Did you mean 'valR2'?"],
    [{ monitor: 'accuracy' }, {}, 'add a metric to compile({ metrics: [ … ] })'],
    [{ monitor: 'valLoss' }, { validationSplit: 0 }, 'Pass validationData or validationSplit'],
    [{}, { validationSplit: 0 }, "or write monitor: 'loss'"],
    [{ monitor: 'val_mae' }, { validationSplit: 0 }, 'Pass validationData or validationSplit'],
  ])('%j that a fit with %j does not log', async (given, more, hint) => {
    for (const make of [callbacks.earlyStopping, callbacks.reduceOnPlateau]) {
      let calls = 0;
      const count = { onTrainBegin: () => calls++ };
      const model = build();
      const before = model.trainingState();
      const fit = model.fit(x, y, { ...options, ...more, callbacks: [count, make(given)] });
      const error = await fit.then(expect.unreachable as never, (reason: unknown) => reason);
      expect(error).toMatchObject({
        code: 'ERR_UNKNOWN_NAME',
        hint: expect.stringContaining(hint) as string,
      });
      expect(calls).toBe(0);
      expect(model.trainingState()).toBe(before);
    }
  });

  it('does not count in epochs without validation', async () => {
    const stopping = callbacks.earlyStopping({ patience: 1, mode: 'max' });
    const more = { epochs: 30, validationFreq: 3 };
    const { history, stopped } = await one(stopping, more);
    const values = history.valLoss!;
    expect(values.findIndex((value, i) => i > 0 && value <= Math.max(...values.slice(0, i)))).toBe(
      values.length - 1,
    );
    expect(stopped?.epoch).toBe(3 * values.length - 1);
  });

  it('whose number is NaN or infinite is never the best', async () => {
    const held = { validationData: [[[3e38, 3e38]], [[3e38]]] as [number[][], number[][]] };
    const stopping = callbacks.earlyStopping({ monitor: 'valMae', patience: 2, restoreBest: true });
    const model = build();
    const { history, stopped } = await model.fit(x, y, { ...held, epochs: 9, callbacks: stopping });
    expect(history.valMae!.length).toBe(stopped ? stopped.epoch + 1 : 9);
  });
});

describe('options', () => {
  it.each([
    ['patience', -1],
    ['patience', 1.5],
    ['minDelta', -0.1],
    ['minDelta', Number.NaN],
    ['mode', 'up'],
    ['mode', null],
    ['monitor', ''],
    ['monitor', 3],
    ['baseline', '0.1'],
    ['restoreBest', 1],
    ['startFromEpoch', -1],
  ])('%s: %s is refused when the callback is made', (key, value) => {
    expect(() => callbacks.earlyStopping({ [key]: value })).toThrow(`earlyStopping.${key} to be`);
  });

  it.each([
    ['factor', 1],
    ['factor', 0],
    ['cooldown', -1],
    ['patience', '3'],
    ['minLearningRate', -1e-3],
  ])('reduceOnPlateau: %s: %s', (key, value) => {
    expect(() => callbacks.reduceOnPlateau({ [key]: value })).toThrow(`reduceOnPlateau.${key} to be`);
  });

  it.each([
    ['restore_best_weights', 'restoreBest'],
    ['min_delta', 'minDelta'],
    ['start_from_epoch', 'startFromEpoch'],
    ['n_iter_no_change', 'patience'],
    ['patince', 'patience'],
  ])('%s', (key, ours) => {
    const make = () => callbacks.earlyStopping({ [key]: 1 });
    expect(make).toThrow(`Did you mean '${ours}'?`);
    expect(() => callbacks.reduceOnPlateau({ min_lr: 1 } as object)).toThrow("'minLearningRate'?");
  });
});

describe('reduceOnPlateau', () => {
  it('lowers the rate of the next epoch, keeps the optimizer, and stops at the least', async () => {
    const rates: number[] = [];
    const reduce = callbacks.reduceOnPlateau({
      monitor: 'loss',
      mode: 'max',
      patience: 2,
      factor: 0.5,
      minLearningRate: 0.02,
    });
    const model = build(0.05);
    const watch: Callback = { onEpochBegin: ({ learningRate }) => void rates.push(learningRate) };
    await model.fit(x, y, { ...options, epochs: 8, callbacks: [reduce, watch] });
    expect(rates).toEqual([0.05, 0.05, 0.05, 0.025, 0.025, 0.02, 0.02, 0.02]);
    expect(model.learningRate).toBe(0.02);

    const apart = build(0.05);
    await apart.fit(x, y, { ...options, epochs: 3 });
    apart.learningRate = 0.025;
    await apart.fit(x, y, { ...options, epochs: 2 });
    apart.learningRate = 0.02;
    await apart.fit(x, y, { ...options, epochs: 3 });
    expect(apart.getWeights()).toEqual(model.getWeights());
  });
});
