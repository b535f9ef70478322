import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  type CallbackContext,
  type FitOptions,
  layers,
  type Sequential,
  SteepestError,
  sequential,
} from 'steepest';
import { describe, expect, it } from 'vitest';
import { idleThreads } from '#steepest/parallel/threads.js';
import { randomNumbers, randomRows } from '../support/random.js';

const ROWS = 48;
const next = randomNumbers(23);
const x = randomRows(ROWS, 6, next);
const y = x.map(([a, b, c]) => [a! * b! + c!]);
/** A fit that nobody would wait for: it has to be ended by what the test does. */
const ENDLESS = 10_000_000;
/** A full batch in row order makes an epoch one step. */
const ONE_STEP_EPOCHS = { batchSize: ROWS, shuffle: false } as const;
/** fit must have given up by then: a second on a quiet machine; what takes this long hangs. */
const PROMPT_MS = 20_000;

function build(learningRate = 0.01): Sequential {
  const model = sequential({
    seed: 3,
    layers: [layers.dense({ units: 9, activation: 'relu', inputShape: [6] }), layers.dense({ units: 1 })],
  });
  return model.compile({ optimizer: { name: 'sgd', learningRate }, loss: 'meanSquaredError' });
}

async function failure(action: Promise<unknown>): Promise<SteepestError> {
  const error = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SteepestError);
  return error as SteepestError;
}

/** The model after exactly `steps` steps of full batches. */
async function afterSteps(steps: number, learningRate?: number): Promise<Sequential> {
  const model = build(learningRate);
  if (steps > 0) await model.fit(x, y, { ...ONE_STEP_EPOCHS, epochs: steps, workers: 1 });
  return model;
}

/** The number at the end of "an abort after step 17" and of "… in step 17". */
const stepIn = ({ given }: SteepestError): number => Number(/step (\d+)/.exec(given)?.[1]);

describe('a lost worker thread', () => {
  it.each([0, 1, 2])(
    'thread %i of 3 is terminated: ERR_WORKER_LOST at once, and fit works again',
    async (victim) => {
      const model = build();
      await model.fit(x, y, { workers: 3 });
      const threads = idleThreads(3) as unknown as readonly { terminate(): Promise<number> }[];
      expect(threads.length).toBeGreaterThanOrEqual(3);
      const before = model.getWeights();
      let isUnderWay = (): void => {};
      const underWay = new Promise<void>((resolve) => {
        isUnderWay = resolve;
      });
      const callbacks = {
        onEpochEnd: ({ epoch }: CallbackContext) => (epoch === 1 ? isUnderWay() : undefined),
      };
      const running = failure(model.fit(x, y, { epochs: ENDLESS, workers: 3, callbacks }));
      await underWay;
      await sleep(20 + 15 * victim);
      const killed = performance.now();
      void threads[threads.length - 3 + victim]!.terminate();
      const error = await running;
      expect(error.code).toBe('ERR_WORKER_LOST');
      expect(performance.now() - killed).toBeLessThan(PROMPT_MS);

      const weights = model.getWeights();
      expect(weights.every(({ data }) => data.every(Number.isFinite))).toBe(true);
      expect(weights).not.toEqual(before);
      const { history } = await model.fit(x, y, { epochs: 2, workers: 3 });
      expect(history.loss!.every(Number.isFinite)).toBe(true);
    },
  );

  const script = (name: string): string => fileURLToPath(new URL(`faults/${name}`, import.meta.url));
  it.each([
    ['exit', 1, 1, ''],
    ['exit', 2, 10, ''],
    ['exit', 3, 501, ''],
    ['throw', 1, 2, ''],
    ['throw', 2, 33, ''],
    ['throw', 3, 500, ''],
    ['exit', 1, 1, 'on a stream'],
    ['exit', 2, 10, 'on a stream'],
    ['throw', 3, 33, 'on a stream'],
    ['throw', 1, 50, 'on a stream'],
  ])('a thread that ends by %s: number %i, at barrier %i %s', async (kind, thread, at, stream) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--require', script('faultyThread.cjs'), script('fitTwice.mjs')],
      {
        env: {
          ...process.env,
          FAULT_KIND: kind,
          FAULT_THREAD: String(thread),
          FAULT_AT: String(at),
          FAULT_STREAM: stream,
        },
      },
    );
    const outcome = JSON.parse(stdout) as Record<string, unknown>;
    expect(outcome.code).toBe('ERR_WORKER_LOST');
    expect(outcome.elapsedMs).toBeLessThan(2 * PROMPT_MS);
    expect(outcome.finiteAfterwards).toBe(true);
    expect(outcome.finiteAtTheEnd).toBe(true);
    expect(outcome.losses).toHaveLength(3);
  });
});

describe('aborting a fit', () => {
  it('before it starts: ERR_ABORTED, nothing changed, the reason kept as cause', async () => {
    const model = build();
    const before = model.getWeights();
    const reason = new Error('changed my mind');
    const error = await failure(model.fit(x, y, { signal: AbortSignal.abort(reason) }));
    expect(error.code).toBe('ERR_ABORTED');
    expect(error.cause).toBe(reason);
    expect(model.getWeights()).toEqual(before);
  });

  it.each([1, 2, 3])(
    'in the middle, %i workers: the parameters are those of the step it names',
    async (workers) => {
      const model = build();
      const controller = new AbortController();
      const options: FitOptions = { ...ONE_STEP_EPOCHS, epochs: ENDLESS, workers, signal: controller.signal };
      const running = failure(model.fit(x, y, options));
      await sleep(40);
      const aborted = performance.now();
      controller.abort();
      const error = await running;
      expect(error.code).toBe('ERR_ABORTED');
      expect(performance.now() - aborted).toBeLessThan(PROMPT_MS);
      expect(model.getWeights()).toEqual((await afterSteps(stepIn(error))).getWeights());
      await model.fit(x, y);
    },
  );

  it('inside an epoch of many steps', async () => {
    const rows = 200_000;
    const data = Float32Array.from({ length: rows * 6 }, next);
    const model = build();
    const controller = new AbortController();
    const long = { data, shape: [rows, 6] };
    const targets = { data: data.subarray(0, rows), shape: [rows, 1] };
    const before = model.getWeights();
    const running = failure(
      model.fit(long, targets, { epochs: 1000, batchSize: 4, workers: 1, signal: controller.signal }),
    );
    await sleep(60);
    controller.abort();
    expect((await running).code).toBe('ERR_ABORTED');
    const weights = model.getWeights();
    expect(weights).not.toEqual(before);
    expect(weights.every(({ data: values }) => values.every(Number.isFinite))).toBe(true);
  });

  it('from a callback, by returning false: a normal end after that epoch', async () => {
    const model = build();
    const { history } = await model.fit(x, y, {
      ...ONE_STEP_EPOCHS,
      epochs: 100,
      workers: 2,
      callbacks: [{ onEpochEnd: ({ epoch, stop }) => epoch === 4 && stop() }],
    });
    expect(history.loss).toHaveLength(5);
    expect(model.getWeights()).toEqual((await afterSteps(5)).getWeights());
  });

  it('by a callback that throws: fit rejects with that very error, and works again', async () => {
    const model = build();
    const thrown = new Error('disk full');
    const running = model.fit(x, y, {
      ...ONE_STEP_EPOCHS,
      epochs: 100,
      workers: 2,
      callbacks: [
        {
          onEpochEnd: ({ epoch }) => {
            if (epoch === 2) throw thrown;
          },
        },
      ],
    });
    await expect(running).rejects.toBe(thrown);
    expect(model.getWeights()).toEqual((await afterSteps(3)).getWeights());
    await model.fit(x, y);
  });
});

describe('a loss that is no longer finite', () => {
  /**
   * 10: grows for some steps until the loss overflows. 3e38:
   * the first update overflows a parameter already.
   */
  it.each([
    [10, 1],
    [10, 3],
    [3e38, 1],
    [3e38, 3],
  ])(
    'learning rate %d, %i workers: ERR_DIVERGED with the last finite parameters',
    async (learningRate, workers) => {
      const model = build(learningRate);
      const error = await failure(model.fit(x, y, { ...ONE_STEP_EPOCHS, epochs: ENDLESS, workers }));
      expect(error.code).toBe('ERR_DIVERGED');
      const step = stepIn(error);
      expect(step).toBeGreaterThanOrEqual(1);
      expect(model.getWeights().every(({ data }) => data.every(Number.isFinite))).toBe(true);
      expect(model.getWeights()).toEqual((await afterSteps(step - 1, learningRate)).getWeights());
    },
  );

  it('in the middle of an epoch', async () => {
    const model = build(10);
    const error = await failure(model.fit(x, y, { batchSize: 4, epochs: 100, workers: 2 }));
    expect(error.code).toBe('ERR_DIVERGED');
    expect(model.getWeights().every(({ data }) => data.every(Number.isFinite))).toBe(true);
    model.compile({ optimizer: { name: 'sgd', learningRate: 1e-3 }, loss: 'meanSquaredError' });
  });
});
