import { getEventListeners } from 'node:events';
import {
  configure,
  crossValidate,
  gridSearch,
  LinearRegression,
  LogisticRegression,
  layers,
  MLPClassifier,
  pipeline,
  Ridge,
  StandardScaler,
  sequential,
  shutdown,
} from 'steepest';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';

// A user's signal has one listener of ours at most, and none after the call, however it ends.

const ROWS = 24;
const X = Array.from({ length: ROWS }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const Y = X.map(([a]) => Number(a! > 0));
const NAN = X.map(([a], i) => [i === 5 ? Number.NaN : a!, 1]);

async function* batches(x: number[][]) {
  yield { x: x.slice(0, 10), y: Y.slice(0, 10) };
  yield { x: x.slice(10), y: Y.slice(10) };
}

function network() {
  const model = sequential({ layers: [layers.dense({ units: 1, activation: 'sigmoid', inputShape: [2] })] });
  model.compile({ optimizer: 'sgd', loss: 'binaryCrossentropy' });
  return model;
}

/** Everything that takes a signal. */
const CALLS: Record<string, (x: number[][], signal: AbortSignal) => Promise<unknown>> = {
  'a network': (x, signal) => network().fit(x, Y, { epochs: 3, workers: 2, progress: false, signal }),
  'a network on a stream': (x, signal) =>
    network().fit(() => batches(x), { epochs: 3, progress: false, signal }),
  LinearRegression: (x, signal) => new LinearRegression().fit(x, Y, { signal }),
  'LinearRegression on a stream': (x, signal) =>
    new LinearRegression().fit(() => batches(x), undefined, { signal }),
  'LinearRegression by gradient descent': (x, signal) =>
    new LinearRegression({ solver: 'sgd', maxIter: 3 }).fit(x, Y, { signal }),
  Ridge: (x, signal) => new Ridge().fit(x, Y, { signal }),
  LogisticRegression: (x, signal) => new LogisticRegression().fit(x, Y, { signal }),
  'LogisticRegression by gradient descent': (x, signal) =>
    new LogisticRegression({ solver: 'sgd', maxIter: 3 }).fit(x, Y, { signal }),
  MLPClassifier: (x, signal) => new MLPClassifier({ maxIter: 3, batchSize: 8 }).fit(x, Y, { signal }),
  pipeline: (x, signal) => pipeline(new StandardScaler(), new LogisticRegression()).fit(x, Y, { signal }),
  crossValidate: (x, signal) => crossValidate(new LogisticRegression(), x, Y, { cv: 12, nJobs: 12, signal }),
  gridSearch: (x, signal) =>
    gridSearch(new LogisticRegression(), { C: [1, 2, 3, 4, 5, 6] }, { cv: 4, nJobs: 24 }).fit(x, Y, {
      signal,
    }),
};

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;
const warnings: Error[] = [];
const listen = (warning: Error): void => void warnings.push(warning);

beforeEach(() => {
  configure({ maxThreads: 4 });
  warnings.length = 0;
  process.on('warning', listen);
});

afterEach(async () => {
  await new Promise(setImmediate);
  process.off('warning', listen);
  expect(warnings.filter(({ name }) => name === 'MaxListenersExceededWarning')).toEqual([]);
});

afterAll(shutdown);

describe.each(Object.keys(CALLS))('the signal of %s', (name) => {
  const call = CALLS[name]!;

  it('has no listener after success, after an error, and after an abort', async () => {
    const { signal } = new AbortController();
    await call(X, signal);
    expect(listeners(signal)).toBe(0);
    await call(NAN, signal).catch(() => {});
    expect(listeners(signal)).toBe(0);
    for (const turns of [0, 1, 3]) {
      const controller = new AbortController();
      const done = call(X, controller.signal).catch((error: { code: string }) =>
        expect(error.code).toBe('ERR_ABORTED'),
      );
      for (let i = 0; i < turns; i++) await new Promise(setImmediate);
      controller.abort();
      await done;
      expect(listeners(controller.signal)).toBe(0);
    }
  });

  it('has one listener for twelve calls at once', async () => {
    const { signal } = new AbortController();
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, listeners(signal));
    }, 0);
    await Promise.all(Array.from({ length: 12 }, () => call(X, signal)));
    clearInterval(watch);
    expect(most).toBeLessThanOrEqual(1);
    expect(listeners(signal)).toBe(0);
  });
});
