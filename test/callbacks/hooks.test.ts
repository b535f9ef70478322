import { type Callback, type CallbackContext, layers, type Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';

const ROWS = 10;
const BATCH = 4;
const STEPS = 3;
const x = Array.from({ length: ROWS }, (_, i) => [i / ROWS, 1 - i / ROWS]);
const y = x.map(([a]) => [2 * a! - 1]);

function build(learningRate = 0.1): Sequential {
  const model = sequential({ seed: 3, layers: [layers.dense({ units: 1, inputShape: [2] })] });
  return model.compile({
    optimizer: { name: 'sgd', learningRate },
    loss: 'meanSquaredError',
    metrics: ['mae'],
  });
}

type Hook = 'onTrainBegin' | 'onEpochBegin' | 'onBatchEnd' | 'onEpochEnd' | 'onTrainEnd';
const HOOKS: readonly Hook[] = ['onTrainBegin', 'onEpochBegin', 'onBatchEnd', 'onEpochEnd', 'onTrainEnd'];

type Call = [hook: Hook, epoch: number, step: number];

/** A callback that writes down every call. */
function recorder(each: (hook: Hook, context: CallbackContext) => unknown = () => undefined) {
  const calls: Call[] = [];
  const entries = HOOKS.map((hook) => [
    hook,
    (context: CallbackContext) => {
      calls.push([hook, context.epoch, context.step]);
      return each(hook, context);
    },
  ]);
  return { calls, callback: Object.fromEntries(entries) as Callback };
}

const withoutSteps = (calls: readonly Call[]): Call[] => calls.filter(([hook]) => hook !== 'onBatchEnd');

describe('hooks', () => {
  it.each([1, 2])('are called in order, with epoch and step, %i workers', async (workers) => {
    const model = build();
    await model.fit(x, y, { batchSize: BATCH });
    const { calls, callback } = recorder();
    await model.fit(x, y, { batchSize: BATCH, epochs: 2, workers, callbacks: callback });
    expect(withoutSteps(calls)).toEqual([
      ['onTrainBegin', 0, STEPS],
      ['onEpochBegin', 0, STEPS],
      ['onEpochEnd', 0, 2 * STEPS],
      ['onEpochBegin', 1, 2 * STEPS],
      ['onEpochEnd', 1, 3 * STEPS],
      ['onTrainEnd', 1, 3 * STEPS],
    ]);
  });

  it('of steps see every multiple of `every` and the last step of each epoch, in order', async () => {
    const { calls, callback } = recorder();
    const options = { batchSize: 1, epochs: 3, shuffle: false };
    await build().fit(x, y, { ...options, callbacks: { ...callback, every: 4 } });
    const steps = calls.filter(([hook]) => hook === 'onBatchEnd').map(([, epoch, step]) => [epoch, step]);
    expect(steps).toEqual([
      [0, 4],
      [0, 8],
      [0, 10],
      [1, 12],
      [1, 16],
      [1, 20],
      [2, 24],
      [2, 28],
      [2, 30],
    ]);
    const order = calls.map(([hook]) => hook);
    expect(order.indexOf('onEpochEnd')).toBe(order.indexOf('onBatchEnd') + 3);
  });

  it('get the means of the epoch so far: a fit on the first rows alone has the same', async () => {
    const seen: [number, Readonly<Record<string, number>>][] = [];
    const onBatchEnd = ({ step, logs }: CallbackContext): void => void seen.push([step, logs]);
    const options = { batchSize: BATCH, shuffle: false };
    await build(1e-30).fit(x, y, { ...options, callbacks: { onBatchEnd } });
    expect(seen.map(([step]) => step)).toEqual([1, 2, 3]);
    for (const [step, logs] of seen) {
      const rows = Math.min(step * BATCH, ROWS);
      expect(logs).toEqual(
        await build(1e-30).evaluate(x.slice(0, rows), y.slice(0, rows), { batchSize: BATCH }),
      );
    }
  });

  it('get the logs of the epoch, with validation values, and the learning rate', async () => {
    const seen: unknown[] = [];
    const { callback } = recorder((hook, { logs, learningRate }) => {
      if (hook !== 'onBatchEnd') seen.push([hook, Object.keys(logs), learningRate]);
    });
    await build(0.25).fit(x, y, { validationSplit: 0.2, callbacks: callback });
    const names = ['loss', 'mae', 'valLoss', 'valMae'];
    expect(seen).toEqual([
      ['onTrainBegin', [], 0.25],
      ['onEpochBegin', [], 0.25],
      ['onEpochEnd', names, 0.25],
      ['onTrainEnd', names, 0.25],
    ]);
  });

  it('are waited for, one after the other, whatever they return', async () => {
    const order: string[] = [];
    const slow = (name: string) => ({
      async onEpochEnd(): Promise<string> {
        order.push(`${name} begins`);
        await new Promise((resolve) => setTimeout(resolve, 2));
        order.push(`${name} ends`);
        return name;
      },
    });
    await build().fit(x, y, { epochs: 1, callbacks: [slow('a'), slow('b')] });
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });
});

describe('stop()', () => {
  const ways: [string, (context: CallbackContext) => unknown, string | undefined][] = [
    ['with a reason', ({ stop }) => stop('enough'), 'enough'],
    ['without', ({ stop }) => stop(), undefined],
    ['later', async ({ stop }) => Promise.resolve().then(() => stop()), undefined],
  ];

  it.each(ways)('in onEpochEnd: %s', async (_, end, reason) => {
    const { calls, callback } = recorder((hook, context) =>
      hook === 'onEpochEnd' && context.epoch === 1 ? end(context) : undefined,
    );
    const { history, stopped } = await build().fit(x, y, {
      epochs: 9,
      batchSize: BATCH,
      callbacks: [{ onEpochEnd: () => true }, callback],
    });
    expect(history.loss).toHaveLength(2);
    expect(stopped).toEqual({ by: 'callbacks[1]', reason, epoch: 1, step: 2 * STEPS });
    expect(withoutSteps(calls).slice(-2)).toEqual([
      ['onEpochEnd', 1, 2 * STEPS],
      ['onTrainEnd', 1, 2 * STEPS],
    ]);
  });

  it.each(ways)('before the first step: %s', async (_, end, reason) => {
    for (const when of ['onTrainBegin', 'onEpochBegin'] as const) {
      const model = build();
      const before = model.getWeights();
      const { calls, callback } = recorder((hook, context) => (hook === when ? end(context) : undefined));
      const result = await model.fit(x, y, { callbacks: [{ ...callback, name: 'mine' }] });
      expect(result).toEqual({
        history: { loss: [] },
        bestEpoch: undefined,
        stopped: { by: 'mine', reason, epoch: 0, step: 0 },
      });
      expect(calls.at(-1)).toEqual(['onTrainEnd', 0, 0]);
      expect(model.getWeights()).toEqual(before);
    }
  });

  it('in onBatchEnd: between two steps, with the parameters of that step', async () => {
    class Enough {
      readonly every = 50;
      onBatchEnd({ step, stop }: CallbackContext): void {
        if (step >= 100) stop();
      }
    }
    const model = build(1e-3);
    const options = { batchSize: 1, epochs: 1e6, callbacks: new Enough() };
    const { stopped } = await model.fit(x, y, options);
    expect(stopped?.by).toBe('Enough');
    expect(stopped!.step).toBeGreaterThanOrEqual(100);
    expect(stopped!.epoch).toBe(Math.ceil(stopped!.step / ROWS) - 1);
  });

  it.each(['onTrainBegin', 'onEpochBegin', 'onBatchEnd', 'onEpochEnd'] as const)(
    '%s that returns false does not end training',
    async (hook) => {
      for (const result of [false, Promise.resolve(false)]) {
        const { history, stopped } = await build().fit(x, y, {
          epochs: 2,
          callbacks: { [hook]: () => result },
        });
        expect(history.loss).toHaveLength(2);
        expect(stopped).toBeUndefined();
      }
    },
  );

  it('the first that ends training is named', async () => {
    const end = ({ stop }: CallbackContext): void => stop();
    const callbacks = [{ onEpochEnd: () => undefined }, { onEpochEnd: end, name: 'one' }];
    const { stopped } = await build().fit(x, y, { callbacks: [...callbacks, { onEpochEnd: end }] });
    expect(stopped?.by).toBe('one');
  });
});

describe('the result', () => {
  it('has the epoch with the lowest loss, or valLoss with validation', async () => {
    const rates = [0.1, 0.9];
    for (const validationSplit of [0, 0.3]) {
      for (const rate of rates) {
        const options = { epochs: 12, validationSplit, batchSize: BATCH };
        const { history, bestEpoch, stopped } = await build(rate).fit(x, y, options);
        const losses = history.valLoss ?? history.loss;
        expect(bestEpoch).toBe(losses.indexOf(Math.min(...losses)));
        expect(stopped).toBeUndefined();
      }
    }
  });
});

describe('the error of a fit that failed', () => {
  const fail = (model: Sequential, callbacks: Callback | Callback[], signal?: AbortSignal) =>
    model.fit(x, y, { epochs: 100, batchSize: BATCH, callbacks, ...(signal ? { signal } : {}) }).then(
      () => expect.unreachable(),
      (error: unknown) => error as Error & { history?: { loss: number[] } },
    );

  it('has the history: an abort', async () => {
    const controller = new AbortController();
    const losses: number[] = [];
    const ends: unknown[] = [];
    const error = await fail(
      build(),
      {
        onEpochEnd({ epoch, logs }) {
          losses.push(logs.loss);
          if (epoch === 2) controller.abort();
        },
        onTrainEnd: (context) => void ends.push(context.error),
      },
      controller.signal,
    );
    expect(error).toMatchObject({ code: 'ERR_ABORTED' });
    expect(error.history!.loss).toEqual(losses);
    expect(losses).toHaveLength(3);
    expect(ends).toEqual([error]);
    expect(Object.keys(error)).not.toContain('history');
  });

  it('has the history: an abort before the start', async () => {
    const { calls, callback } = recorder();
    const error = await fail(build(), callback, AbortSignal.abort());
    expect([error.history, calls]).toEqual([{ loss: [] }, []]);
  });

  it('has the history: a divergence', async () => {
    const losses: number[] = [];
    const { calls, callback } = recorder((hook, { logs }) =>
      hook === 'onEpochEnd' ? losses.push(logs.loss) : undefined,
    );
    const error = await fail(build(1e9), callback);
    expect(error).toMatchObject({ code: 'ERR_DIVERGED' });
    expect(error.history!.loss).toEqual(losses);
    expect(losses.length).toBeGreaterThan(0);
    expect(calls.at(-1)![0]).toBe('onTrainEnd');
  });

  it.each(HOOKS)('of %s is the one that was thrown, with the history', async (where) => {
    const thrown = new RangeError('mine');
    const { calls, callback } = recorder((hook, { epoch }) => {
      if (hook === where && (epoch === 1 || hook === 'onTrainBegin')) throw thrown;
    });
    const late: unknown[] = [];
    const after = { onTrainEnd: ({ error }: { error: unknown }) => void late.push(error) };
    const error = await build()
      .fit(x, y, { epochs: 2, batchSize: BATCH, callbacks: [callback, after] })
      .then(
        () => expect.unreachable(),
        (reason: unknown) => reason as Error & { history?: { loss: number[] } },
      );
    expect(error).toBe(thrown);
    expect(error.message).toBe('mine');
    expect(error.history!.loss).toHaveLength({ onTrainBegin: 0, onEpochBegin: 1 }[where as string] ?? 2);
    expect(calls.at(-1)![0]).toBe('onTrainEnd');
    expect(late).toEqual([where === 'onTrainEnd' ? undefined : thrown]);
  });

  it('stays as it is where it cannot take a history', async () => {
    const own = Object.assign(new Error('own'), { history: 'mine' });
    for (const thrown of ['text', Object.freeze(new Error('frozen')), own, undefined, { code: 1 }]) {
      const onEpochEnd = (): never => {
        throw thrown;
      };
      expect(await fail(build(), { onEpochEnd })).toBe(thrown);
    }
    expect(own.history).toBe('mine');
  });
});
